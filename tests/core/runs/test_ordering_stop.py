"""A stop while nobody knows whether there is a run: its message says where it stands, and another process goes on."""

import asyncio

import pytest

from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, BERT, WISH, Bench, Canvas, Notebook, Speed, open_bench
from tests.waiting import until

LATE = Speed(looks=(60.0,))


async def _stopped(bench: Bench, canvas: Canvas, stage: Stage) -> RunView:
    """What the message says after a stop that came when it stood at `stage`."""
    starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
    await until(lambda: stage in canvas.stages and bench.submits)
    await bench.generation.pause(patience=0.05)
    starting.cancel()
    await asyncio.wait({starting})
    return canvas.shown[-1]


async def test_a_stop_during_the_looking_is_told_with_the_trail(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)
    async with open_bench(sandbox, LATE) as bench:
        last = await _stopped(bench, Canvas(), Stage.LOOKING)

        assert (last.stage, last.pausing, bench.limits.under_way) == (Stage.LOOKING, True, 0)
        assert last.trail is not None


async def test_another_process_finds_the_run_of_a_submit_that_a_stop_cut_short(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)
    async with open_bench(sandbox, LATE) as bench:
        last = await _stopped(bench, Canvas(), Stage.LOOKING)
    canvas = Canvas()

    async with open_bench(sandbox) as restarted:
        await restarted.generation.look(str(last.trail), ANNA, canvas)
        view = await canvas.end()

    assert (view.stage, [view.run_id]) == (Stage.DONE, list(sandbox.runs))


@pytest.mark.parametrize(
    ("fault", "stage"), [(faults.CUT_AFTER, Stage.LOOKING), (faults.SILENT_AFTER, Stage.PREPARING)]
)
async def test_another_process_goes_on_by_itself_with_a_submit_that_a_stop_cut_short(
    sandbox: ComfyDeploySandbox, quick_retries: None, fault: faults.Fault, stage: Stage
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault, times=1)
    book, canvas = Notebook(), Canvas()
    async with open_bench(sandbox, LATE, journal=book) as bench:
        await _stopped(bench, canvas, stage)

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)
        view = await canvas.end()

    assert (view.stage, [view.run_id]) == (Stage.DONE, list(sandbox.runs))


async def test_a_stop_waits_for_no_message_that_hangs(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.SILENT_AFTER)
    stuck, lost, fine = Canvas(), Canvas(), Canvas()
    async with open_bench(sandbox, Speed(farewell=0.05)) as bench:
        starting = [
            asyncio.ensure_future(bench.start(canvas, actor=actor))
            for canvas, actor in ((stuck, ANNA), (lost, ANNA), (fine, BERT))
        ]
        await until(lambda: bench.submits == 3)
        stuck.gate.clear()
        lost.lost_at = 0

        await bench.generation.pause(patience=0.05)

        for task in starting:
            task.cancel()
        await asyncio.wait(starting)

    assert (stuck.shown[-1].pausing, fine.shown[-1].pausing) == (False, True)


async def test_a_message_that_asks_already_is_left_as_it_is(bench: Bench) -> None:
    canvas = Canvas()
    await bench.unknown(canvas)
    shown = len(canvas.shown)

    await bench.generation.pause()

    assert len(canvas.shown) == shown
