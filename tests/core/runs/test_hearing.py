"""What webhooks say to the generation: news of a run that is followed, and a hint where nobody knows the run yet."""

import asyncio

import pytest

from core.comfydeploy.models import Run
from core.people.actor import Actor
from core.runs.view import Stage
from core.webhook import Heard
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, FOREVER, WISH, Bench, Canvas, Speed, open_bench
from tests.core.runs.reading import state
from tests.waiting import until

QUEUED = Behaviour(queue_seconds=1e6)


def _heard(bench: Bench, run: Run, delivery: str | None = None) -> None:
    bench.generation.hear(Heard(delivery or bench.mark(run.id).delivery, run))


async def test_what_is_heard_of_a_followed_run_is_shown(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = QUEUED
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: canvas.stages[-1] is Stage.WAITING)

    _heard(bench, state("running", 0.5, run_id, live_status="from the hook"))

    view = await until(lambda: next((view for view in canvas.shown if view.stage is Stage.RUNNING), None))
    assert view.run is not None
    assert (view.run.progress, view.run.live_status) == (0.5, "from the hook")


async def test_an_end_that_the_api_does_not_confirm_ends_nothing(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: Stage.WAITING in canvas.stages)

    _heard(bench, state("failed", run_id=run_id))
    reads = bench.calls("GET", f"/api/run/{run_id}")
    await until(lambda: bench.calls("GET", f"/api/run/{run_id}") > reads + 2)
    bench.sandbox.end(run_id)

    assert (await canvas.end()).stage is Stage.DONE


async def test_what_is_heard_of_another_run_changes_nothing(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = QUEUED
    canvases = Canvas(), Canvas()
    mine, other = [await bench.start(canvas) for canvas in canvases]
    await until(lambda: all(canvas.stages[-1] is Stage.WAITING for canvas in canvases))

    _heard(bench, state("running", 0.5, other), bench.mark(mine).delivery)
    _heard(bench, state("running", 0.7, mine), "00ff00ff00ff00ff")
    _heard(bench, state("started", run_id=mine))
    await until(lambda: canvases[0].stages[-1] is Stage.STARTING)

    assert not any(Stage.RUNNING in canvas.stages for canvas in canvases)


async def test_a_hint_finds_the_run_of_an_unclear_submit_at_once(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT, times=1)
    canvas = Canvas()
    async with open_bench(sandbox, Speed(looks=(3600.0,))) as bench:
        starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
        await until(lambda: Stage.LOOKING in canvas.stages)
        run_id = await bench.arrive()

        _heard(bench, state("queued", run_id=run_id))

        assert (await starting).run_id == run_id
        assert (await canvas.end()).stage is Stage.DONE


@pytest.mark.parametrize("owner", [ANNA, None])
async def test_a_hint_at_a_run_of_another_delivery_is_not_believed(
    sandbox: ComfyDeploySandbox, quick_retries: None, owner: Actor | None
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT, times=1)
    canvas = Canvas()
    async with open_bench(sandbox, Speed(looks=(3600.0,))) as bench:
        starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
        await until(lambda: Stage.LOOKING in canvas.stages)
        other = await bench.elsewhere(owner=owner)

        reads = bench.calls("GET", f"/api/run/{other}")
        for _ in range(3):
            _heard(bench, state("queued", run_id=other), canvas.shown[-1].delivery)
        await until(lambda: bench.calls("GET", f"/api/run/{other}") > reads)
        await asyncio.sleep(0.05)

        assert (bench.calls("GET", f"/api/run/{other}"), canvas.stages[-1]) == (reads + 1, Stage.LOOKING)
        starting.cancel()
        await asyncio.wait({starting})
