"""Several runs of one wish: begun together or not at all, shown together, stopped together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.errors import (
    AlreadyAsked,
    NothingUnderWay,
    NotYourRun,
    StoreFailed,
)
from core.result_errors import RoomForFewer, TooManyAtOnce
from core.runs.journal import Record
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import (
    ANNA,
    BERT,
    MODERATOR,
    WISH,
    Bench,
    Canvas,
    Notebook,
    open_bench,
)
from tests.core.runs.sheets import FOUR, ROOM, sheet_of, stages, two_under_way
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


async def test_all_of_them_are_shown_in_one_place_and_end_there_once(bench: Bench, book: Notebook) -> None:
    canvas = Canvas()

    await bench.generation.start(FOUR, canvas)
    view = await canvas.end()
    await until(lambda: len(book.closed) == 4)

    assert stages(view) == [Stage.DONE] * 4
    assert (view.stage, len(view.files), len(canvas.contents), bench.submits) == (Stage.DONE, 4, 4, 4)
    assert {len(shown.runs) for shown in canvas.shown} == {4}
    assert [run.run_id for run in view.runs] != sorted(bench.sandbox.runs, reverse=True)
    assert (book.open, bench.limits.under_way, bench.limits.waiting) == ({}, 0, 0)


async def test_no_more_run_at_a_time_than_one_person_may_have(bench: Bench) -> None:
    canvas = Canvas()
    await two_under_way(bench, canvas, 7)

    assert (bench.limits.under_way, bench.limits.waiting, bench.submits) == (2, 5, 2)
    assert [run.place for run in canvas.shown[-1].runs if run.stage is Stage.IN_LINE] == [1, 2, 3, 4, 5]


async def test_what_is_there_of_one_is_seen_while_the_others_run(bench: Bench) -> None:
    canvas = Canvas()
    await two_under_way(bench, canvas, 2)

    bench.sandbox.end(next(iter(bench.sandbox.runs)))
    await until(lambda: canvas.shown[-1].previews)

    assert (stages(canvas.shown[-1]).count(Stage.DONE), canvas.finished) == (1, [])
    assert bench.limits.under_way == 1


async def test_one_that_fails_does_not_keep_the_others_from_being_shown(bench: Bench) -> None:
    canvas = Canvas()
    await two_under_way(bench, canvas, 2)
    failed, done = bench.sandbox.runs

    bench.sandbox.end(failed, "failed")
    bench.sandbox.end(done)
    view = await canvas.end()

    assert sorted(stage.name for stage in stages(view)) == ["DONE", "FAILED"]
    assert (view.stage, len(view.files)) == (Stage.DONE, 1)


async def test_seven_fit_where_two_may_run_and_five_may_wait_and_eight_never_do(bench: Bench) -> None:
    await bench.generation.check(replace(WISH, count=7))
    for verb in (bench.generation.check, lambda wish: bench.generation.start(wish, Canvas())):
        with pytest.raises(TooManyAtOnce) as caught:
            await verb(replace(WISH, count=8))
        assert caught.value.most == 7

    assert bench.submits == 0


async def test_where_some_do_not_fit_now_none_is_begun(bench: Bench, book: Notebook) -> None:
    await two_under_way(bench, Canvas(), 4)

    for verb in (bench.generation.check, lambda wish: bench.generation.start(wish, Canvas())):
        with pytest.raises(RoomForFewer) as caught:
            await verb(FOUR)
        assert (caught.value.count, caught.value.room) == (4, 3)

    assert (len(book.open), bench.limits.waiting) == (4, 2)


async def test_what_cannot_be_written_down_as_a_whole_is_not_begun(bench: Bench, book: Notebook) -> None:
    add, added = book.add, list[Record]()

    async def fills_up(record: Record) -> None:
        book.full = len(added) == 2
        added.append(record)
        await add(record)

    book.add = fills_up  # type: ignore[method-assign]  # a disk that is full after two
    with pytest.raises(StoreFailed):
        await bench.generation.start(FOUR, Canvas())

    assert (book.open, bench.submits, bench.limits.under_way, bench.limits.waiting) == ({}, 0, 0, 0)
    assert bench.deliveries.list_open() == []


async def test_a_wish_that_is_heard_twice_is_begun_once(bench: Bench) -> None:
    wish, canvas = replace(WISH, count=2, cause="interaction 1"), Canvas()

    await bench.generation.start(wish, canvas)
    await canvas.end()
    with pytest.raises(AlreadyAsked):
        await bench.generation.start(wish, Canvas())

    assert bench.submits == 2


async def test_cancel_all_takes_out_of_the_line_first_and_ends_what_runs(bench: Bench, book: Notebook) -> None:
    canvas = Canvas()
    first = await two_under_way(bench, canvas)

    stopped = await bench.generation.cancel_all(sheet_of(first), MODERATOR)
    view = await canvas.end()
    await until(lambda: len(book.closed) == 4)

    assert (stopped.stopped, stopped.others, bench.submits) == (4, 0, 2)
    assert sorted(stage.name for stage in stages(view)) == ["CANCELLED", "CANCELLED", "LEFT", "LEFT"]
    assert (view.stage, bench.limits.under_way, bench.limits.waiting) == (Stage.CANCELLED, 0, 0)


async def test_cancel_all_counts_what_could_not_be_stopped(bench: Bench) -> None:
    first = await two_under_way(bench, Canvas())
    bench.sandbox.faults.add("POST", "/api/run/*/cancel", faults.SERVER_ERROR)

    stopped = await bench.generation.cancel_all(sheet_of(first), ANNA)

    assert (stopped.stopped, stopped.others) == (2, 2)


async def test_only_the_owner_and_moderators_cancel_all(bench: Bench) -> None:
    first = await two_under_way(bench, Canvas())

    with pytest.raises(NotYourRun):
        await bench.generation.cancel_all(sheet_of(first), BERT)
    with pytest.raises(NothingUnderWay):
        await bench.generation.cancel_all("0123456789abcdef", ANNA)

    assert len(bench.deliveries.list_open()) == 4


async def test_leaving_the_line_waits_for_nobody(bench: Bench) -> None:
    canvas = Canvas()
    await two_under_way(bench, canvas)
    [waiting, *_] = [item for item in bench.deliveries.list_open() if item.stands_in_line]

    async with asyncio.timeout(5):
        await bench.generation.leave(waiting.id, ANNA)
    await until(lambda: Stage.LEFT in stages(canvas.shown[-1]))

    assert canvas.finished == []
