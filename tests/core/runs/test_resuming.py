"""A process that is killed and started again: every delivery goes on where it was, and ends once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import AlreadyAsked
from core.runs.journal import Phase
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, FOREVER, QUICK, WISH, Bench, Canvas, Notebook, Speed, open_bench
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_retries")
ONE = (1, 1, 2)  # a run at a time, and two wishes in line
LATE = Speed(looks=(3600.0,))


@pytest.fixture
def book() -> Notebook:
    """What is on the disk. A bench that is closed without a pause leaves it as a killed process does."""
    return Notebook()


def _back(*canvases: Canvas) -> Callable[[str], Canvas]:
    """The same surfaces again, by their addresses."""
    return {canvas.address: canvas for canvas in canvases}.__getitem__


async def _resumed(bench: Bench, *canvases: Canvas) -> None:
    assert await bench.generation.resume(_back(*canvases)) == len(canvases)


@pytest.mark.parametrize("warm", [True, False], ids=["catalog known", "catalog unknown"])
async def test_a_run_goes_on_where_it_was_shown_and_ends_once(
    sandbox: ComfyDeploySandbox, book: Notebook, warm: bool
) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        sandbox.behaviour["text-to-image"] = FOREVER
        run_id = await killed.start(canvas)
        before = canvas.shown[0]

    async with open_bench(sandbox, journal=book) as bench:
        if warm:
            await bench.catalog.list_deployments()
        await _resumed(bench, canvas)
        under_way = bench.limits.under_way_of(ANNA.user)
        sandbox.end(run_id)
        view = await canvas.end()
        await until(lambda: book.closed)

        assert (view.stage, view.run_id, len(canvas.contents), under_way) == (Stage.DONE, run_id, 1, 1)
        assert (view.deployment, view.prompt, view.seed) == (before.deployment, before.prompt, before.seed)
        assert (view.delivery, view.asked_at, view.requester) == (before.delivery, before.asked_at, ANNA.user)
        assert (bench.submits, bench.limits.under_way, book.open) == (1, 0, {})


async def test_a_run_that_ended_meanwhile_is_shown_as_it_ended(sandbox: ComfyDeploySandbox, book: Notebook) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        sandbox.behaviour["text-to-image"] = FOREVER
        run_id = await killed.start(canvas)
    sandbox.end(run_id, "cancelled")

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)

        assert (await canvas.end()).stage is Stage.CANCELLED


async def test_an_end_that_was_on_its_way_is_shown_by_the_next_process(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas = Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        canvas.end_gate.clear()
        await killed.start(canvas)
        await until(lambda: Stage.FETCHING in canvas.stages)
    canvas.end_gate.set()

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)

        assert (await canvas.end()).stage is Stage.DONE


async def test_the_line_is_as_it_was(sandbox: ComfyDeploySandbox, book: Notebook) -> None:
    canvases = [Canvas() for _ in range(3)]
    async with open_bench(sandbox, limits=ONE, journal=book) as killed:
        sandbox.behaviour["text-to-image"] = FOREVER
        first = await killed.start(canvases[0])
        for canvas in canvases[1:]:
            await killed.generation.start(WISH, canvas)

    async with open_bench(sandbox, limits=ONE, journal=book) as bench:
        await _resumed(bench, *canvases)
        await until(lambda: [canvas.shown[-1].place for canvas in canvases[1:]] == [1, 2])
        waiting, submits = bench.limits.waiting, bench.submits
        sandbox.behaviour["text-to-image"] = QUICK
        sandbox.end(first)
        ends = [await canvas.end() for canvas in canvases]

        assert (waiting, submits, bench.submits) == (2, 1, 3)
        assert [(view.stage, view.seed) for view in ends] == [(Stage.DONE, 4242)] * 3
        assert [view.run_id for view in ends] == list(sandbox.runs)


async def test_the_run_of_a_submit_that_was_on_its_way_is_found_and_not_made_again(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.SILENT_AFTER, times=1)
    canvas = Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        starting = asyncio.ensure_future(killed.generation.start(WISH, canvas))
        await until(lambda: sandbox.runs)
        starting.cancel()
        await asyncio.wait({starting})
    (phase,) = [record.phase for record in book.open.values()]

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)
        under_way = bench.limits.under_way
        view = await canvas.end()

        assert (phase, view.stage, [view.run_id]) == (Phase.SENDING, Stage.DONE, list(sandbox.runs))
        assert (view.deployment, view.seed) == ("text-to-image", 4242)
        assert (bench.submits, under_way) == (1, 1)


async def test_a_submit_that_made_nothing_is_asked_about_and_can_be_sent_again(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT, times=1)
    canvas, anew = Canvas(), Canvas()
    async with open_bench(sandbox, LATE, journal=book) as killed:
        starting = asyncio.ensure_future(killed.generation.start(WISH, canvas))
        await until(lambda: Stage.LOOKING in canvas.stages)
        starting.cancel()
        await asyncio.wait({starting})

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)
        await until(lambda: canvas.stages[-1] is Stage.UNKNOWN)
        asked = bench.submits, bench.limits.under_way
        await bench.generation.anew(str(canvas.shown[-1].trail), ANNA, anew)
        view = await anew.end()

        assert (asked, bench.submits) == ((1, 0), 2)
        assert (view.stage, view.seed, [view.run_id]) == (Stage.DONE, 4242, list(sandbox.runs))
        await until(lambda: book.open == {})


async def test_a_question_stands_and_is_answered_in_the_next_process(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas, anew = Canvas(), Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        trail = await killed.unknown(canvas)
    shown = len(canvas.shown)

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)
        under_way = bench.limits.under_way
        await bench.generation.anew(trail, ANNA, anew)
        view = await anew.end()

        assert (view.stage, view.seed, len(sandbox.runs), under_way) == (Stage.DONE, 4242, 1, 0)
        assert ({view.stage for view in canvas.shown[shown:]} - {Stage.UNKNOWN}, canvas.finished) == (set(), [])


async def test_a_run_that_was_asked_about_is_found_by_a_look_in_the_next_process(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    canvas, looked = Canvas(), Canvas()
    async with open_bench(sandbox, journal=book) as killed:
        trail = await killed.unknown(canvas)
        run_id = await killed.arrive()

    async with open_bench(sandbox, journal=book) as bench:
        await _resumed(bench, canvas)
        await bench.generation.look(trail, ANNA, looked)
        view = await looked.end()

        assert (view.stage, view.run_id, view.seed) == (Stage.DONE, run_id, 4242)
        assert canvas.finished == []
        await until(lambda: book.open == {})


async def test_a_wish_that_was_heard_by_the_last_process_is_not_heard_again(
    sandbox: ComfyDeploySandbox, book: Notebook
) -> None:
    wish = replace(WISH, cause="interaction 1")
    async with open_bench(sandbox, journal=book) as killed:
        await killed.generation.start(wish, Canvas())

    async with open_bench(sandbox, journal=book) as bench:
        with pytest.raises(AlreadyAsked):
            await bench.generation.start(wish, Canvas())

        assert bench.submits == 1
