"""Several runs in one place that is busy, small, lost, or left to the next process."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.errors import (
    SurfaceLost,
)
from core.result_errors import NotOverYet, SurfaceTooSmall
from core.runs.journal import Phase
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import (
    ANNA,
    FOREVER,
    QUICK,
    WISH,
    Bench,
    Canvas,
    Notebook,
    open_bench,
)
from tests.core.runs.sheets import FOUR, ROOM, back, sheet_of, stages, two_under_way
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
async def bench(sandbox: ComfyDeploySandbox, quick_retries: None, book: Notebook) -> AsyncIterator[Bench]:
    """Two runs of a person are under way at a time, and five more may wait."""
    async with open_bench(sandbox, limits=ROOM, journal=book) as opened:
        yield opened


async def test_one_of_several_is_not_shown_elsewhere_before_all_are_over(bench: Bench) -> None:
    await two_under_way(bench, Canvas())

    with pytest.raises(NotOverYet):
        await bench.generation.refresh(next(iter(bench.sandbox.runs)), Canvas())


async def test_after_the_end_each_is_shown_by_itself(bench: Bench) -> None:
    canvas, alone = Canvas(), Canvas()
    await bench.generation.start(replace(WISH, count=2), canvas)
    view = await canvas.end()
    await until(lambda: not bench.deliveries.list_open())

    await bench.generation.refresh(view.runs[1].run_id or "", alone)

    assert ((await alone.end()).run_id, len(alone.contents)) == (view.runs[1].run_id, 1)


async def test_a_busy_place_gets_the_end_when_it_is_not_busy_any_more(bench: Bench, book: Notebook) -> None:
    canvas = Canvas()
    canvas.busy = 1

    await bench.generation.start(replace(WISH, count=3), canvas)
    view = await canvas.end()
    await until(lambda: len(book.closed) == 3)

    assert (len(view.files), len(canvas.finished), book.open) == (3, 1, {})


async def test_files_that_are_too_large_are_made_to_fit_all_of_them(bench: Bench, book: Notebook) -> None:
    class Small(Canvas):
        refused = 0

        async def finish(self, view: RunView) -> None:
            if not self.refused:
                self.refused += 1
                raise SurfaceTooSmall(10)
            await super().finish(view)

    canvas = Small()
    await bench.generation.start(replace(WISH, count=2), canvas)
    view = await canvas.end()
    await until(lambda: len(book.closed) == 2)

    assert (view.files, [item.limit for item in view.left_out]) == ((), [10, 10])


async def test_where_the_place_is_lost_nothing_more_is_started(bench: Bench, book: Notebook) -> None:
    canvas = Canvas(lost_at=0)
    canvas.error = SurfaceLost("deleted")

    await bench.generation.start(FOUR, canvas)
    await until(lambda: len(book.closed) == 4)

    assert (bench.submits, book.open, bench.limits.under_way) == (0, {}, 0)


async def test_an_unclear_submit_is_given_up_in_its_line(bench: Bench, book: Notebook) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT, times=1)
    canvas = Canvas()

    await bench.generation.start(replace(WISH, count=2), canvas)
    view = await canvas.end()
    await until(lambda: len(book.closed) == 2)

    assert sorted(stage.name for stage in stages(view)) == ["DONE", "GIVEN_UP"]
    assert Phase.ASKED not in {item.phase for item in book.open.values()}


async def test_a_run_that_is_over_is_not_cancelled_while_the_others_run(bench: Bench) -> None:
    canvas = Canvas()
    first = await two_under_way(bench, canvas, 2)
    bench.sandbox.end(first.run_id or "")
    await until(lambda: Stage.DONE in stages(canvas.shown[-1]))

    stopped = await bench.generation.cancel_all(sheet_of(first), ANNA)

    assert (stopped.stopped, stopped.others) == (1, 0)
    assert stages(await canvas.end()) == [Stage.DONE, Stage.CANCELLED]


async def test_a_process_that_is_killed_in_the_middle_is_taken_over_by_the_next(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, limits=ROOM, journal=book) as killed:
        await two_under_way(killed, canvas)
        killed.sandbox.end(next(iter(sandbox.runs)))
        await until(lambda: Stage.DONE in stages(canvas.shown[-1]))
        await until(lambda: len(sandbox.runs) == 3)

    async with open_bench(sandbox, limits=ROOM, journal=book) as bench:
        assert await bench.generation.resume(back(canvas)) == 4
        sandbox.behaviour["text-to-image"] = QUICK
        for run_id in list(sandbox.runs)[1:]:
            sandbox.end(run_id)
        view = await canvas.end()
        await until(lambda: len(book.closed) == 4)

    assert (stages(view), len(view.files), len(sandbox.runs)) == ([Stage.DONE] * 4, 4, 4)
    assert (len(canvas.finished), book.open) == (1, {})


async def test_a_process_that_is_killed_after_the_end_leaves_nothing_to_show(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, limits=ROOM, journal=book) as killed:
        await two_under_way(killed, canvas, 2)
    book.open.pop(next(iter(book.open)))  # as if it had closed one of them before it was killed

    async with open_bench(sandbox, limits=ROOM, journal=book) as bench:
        await bench.generation.resume(back(canvas))
        await until(lambda: not book.open)

        assert (bench.deliveries.list_open(), canvas.finished, bench.submits) == ([], [], 2)


async def test_a_process_that_is_killed_while_it_writes_them_down_has_started_none(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, limits=(1, 1, 5), journal=book) as killed:
        sandbox.behaviour["text-to-image"] = FOREVER
        await killed.start(Canvas())
        await killed.generation.start(replace(WISH, count=3), canvas)
    del book.open[list(book.open)[-1]]
    del book.open[next(iter(book.open))]

    async with open_bench(sandbox, limits=ROOM, journal=book) as bench:
        await bench.generation.resume(back(canvas))
        view = await canvas.end()
        await until(lambda: not book.open)

        assert (stages(view), bench.submits) == ([Stage.REFUSED] * 2, 1)
