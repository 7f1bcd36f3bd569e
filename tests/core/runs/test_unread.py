"""Runs whose state cannot be read for good: their status is looked for elsewhere, and nobody waits for ever."""

import asyncio
from dataclasses import replace

import pytest

from core.comfydeploy.errors import ApiError, ServerFault
from core.errors import RunSilent
from core.runs.updates import Update
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, faults
from tests.core.runs.bench import ANNA, STUCK, Bench, Canvas
from tests.core.runs.reading import EAGER, NEVER, RUN, WORKFLOW, Reader, everything, state, tracking
from tests.waiting import until

BROKEN = ServerFault("GET /run/{id}", 500)


async def followed_to_the_end(reader: Reader, patience: float = NEVER) -> Update:
    """The last update of a run that cannot be read."""
    async with tracking(reader, replace(EAGER, patience=patience)) as tracker:
        with tracker.follow(RUN, WORKFLOW) as updates:
            async with asyncio.timeout(10):
                return (await everything(updates))[-1]


@pytest.mark.parametrize("status", ["success", "failed", "cancelled", "timeout"])
async def test_a_final_status_elsewhere_ends_the_waiting(status: str) -> None:
    reader = Reader()
    reader.states[RUN], reader.rows[RUN] = BROKEN, status

    last = await followed_to_the_end(reader)

    assert last.unread
    assert last.run is not None
    assert last.run.status == status


async def test_a_run_that_can_be_read_again_when_its_status_is_seen_elsewhere_is_read() -> None:
    reader = Reader(state("success", progress=0.7))
    reader.first, reader.rows[RUN] = [BROKEN] * 4, "success"

    last = await followed_to_the_end(reader)

    assert (last.unread, last.run) == (False, reader.states[RUN])


@pytest.mark.parametrize("status", ["running", None, BROKEN])
async def test_after_a_long_silence_nobody_waits_any_more(status: str | ApiError | None) -> None:
    reader = Reader()
    reader.states[RUN] = BROKEN
    if isinstance(status, ApiError):
        reader.broken = status
    else:
        reader.rows[RUN] = status

    with pytest.raises(RunSilent):
        await followed_to_the_end(reader, patience=0.02)


async def test_a_result_that_cannot_be_read_is_told_and_gives_the_place_back(bench: Bench) -> None:
    bare = Behaviour(seconds=0.1, queue_seconds=0, cold_seconds=0, output_form="bare")
    bench.sandbox.behaviour["text-to-image"] = bare
    canvas = Canvas()

    run_id = await bench.start(canvas)

    end = await canvas.end()
    assert (end.stage, end.run_id) == (Stage.UNREAD, run_id)
    await until(lambda: bench.limits.under_way == 0)


async def test_a_run_that_cannot_be_read_can_be_cancelled_by_who_asked(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: bench.sandbox.state(run_id).status == "running")
    bench.sandbox.faults.add("GET", f"/api/run/{run_id}", faults.SERVER_ERROR)

    await bench.generation.cancel(run_id, ANNA)

    assert (await canvas.end()).stage is Stage.CANCELLED


async def test_a_stop_waits_for_a_submit_and_tells_where_the_run_is(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.slow(0.3), times=1)
    canvas = Canvas()
    starting = asyncio.create_task(bench.start(canvas))
    await until(lambda: canvas.shown)

    await bench.generation.pause()

    assert canvas.shown[-1].pausing
    assert canvas.shown[-1].run_id == await starting


async def test_a_stop_that_cannot_wait_for_a_submit_says_so(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.slow(2), times=1)
    canvas = Canvas()
    starting = asyncio.create_task(bench.start(canvas))
    await until(lambda: canvas.shown)

    await bench.generation.pause(patience=0.05)

    assert canvas.shown[-1].pausing
    assert canvas.shown[-1].run_id is None
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


async def test_a_file_that_comes_at_the_second_try_is_delivered(bench: Bench) -> None:
    bench.sandbox.faults.add("GET", "/files/*", faults.BAD_GATEWAY, times=1)
    canvas = Canvas()

    await bench.start(canvas)

    end = await canvas.end()
    assert (len(end.files), end.left_out) == (1, ())


async def test_a_run_that_is_taken_up_again_counts_as_under_way(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    run_id = await bench.elsewhere(owner=ANNA)

    await bench.generation.refresh(run_id, Canvas())

    assert bench.limits.under_way == 1


async def test_refresh_brings_a_run_back_whose_surface_was_lost(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    lost, found = Canvas(lost_at=1), Canvas()
    run_id = await bench.start(lost)
    delivery = bench.deliveries.find(run_id)
    assert delivery is not None
    await until(lambda: delivery.lost)

    await bench.generation.refresh(run_id, found)
    bench.sandbox.end(run_id)

    assert (await found.end()).stage is Stage.DONE
    assert lost.finished == []


async def test_refresh_goes_on_where_it_was_pressed(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    here, elsewhere = Canvas(), Canvas()
    run_id = await bench.start(here)

    await bench.generation.refresh(run_id, elsewhere)
    bench.sandbox.end(run_id)

    assert (await elsewhere.end()).stage is Stage.DONE
    assert here.finished == []
