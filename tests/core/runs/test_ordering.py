"""A submit without a clear answer: its run is looked for, shown to its end when found, and else the person is asked."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from core.comfydeploy.errors import DispatchFailed, Paused, Unreachable
from core.comfydeploy.transport import TIMEOUTS
from core.runs.submission import Trail
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from tests.core.runs.bench import ANNA, FOREVER, WISH, Bench, Canvas, Speed, open_bench
from tests.waiting import until

LOST = {
    "cut": faults.CUT_AFTER,
    "502": faults.BAD_GATEWAY_AFTER,
    "500": Fault(status=500, after=True, wait=0.1),
    "no JSON": Fault(status=200, body="<html>", after=True),
}
IMPATIENT = replace(TIMEOUTS, submit=aiohttp.ClientTimeout(total=0.1))


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_run_whose_answer_was_lost_is_found_and_shown_to_its_end(bench: Bench, fault: Fault) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, fault)
    canvas = Canvas()

    run_id = await bench.start(canvas)
    view = await canvas.end()

    assert (list(bench.sandbox.runs), bench.submits) == ([run_id], 1)
    assert (view.stage, view.run_id, len(canvas.contents)) == (Stage.DONE, run_id, 1)
    assert canvas.stages[:2] == [Stage.PREPARING, Stage.LOOKING]
    await until(lambda: bench.limits.under_way == 0)


@pytest.mark.parametrize("fault", [faults.SILENT_AFTER, faults.slow(0.15)], ids=["silent", "late"])
async def test_a_run_that_is_answered_later_than_anybody_waits_is_found(
    sandbox: ComfyDeploySandbox, quick_retries: None, fault: Fault
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)
    canvas = Canvas()
    async with open_bench(sandbox, Speed(looks=(0.0, 0.05, 0.2)), timeouts=IMPATIENT) as bench:
        run_id = await bench.start(canvas)
        view = await canvas.end()

    assert (list(sandbox.runs), bench.submits) == ([run_id], 1)
    assert (view.stage, view.run_id) == (Stage.DONE, run_id)


async def test_the_failed_run_of_a_machine_that_cannot_be_reached_is_shown(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(outcome="unreachable")
    canvas = Canvas()

    run_id = await bench.start(canvas)

    assert ((await canvas.end()).stage, list(bench.sandbox.runs)) == (Stage.FAILED, [run_id])


async def test_a_machine_that_fails_in_the_apis_own_words_is_an_error_after_one_submit(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(outcome="crashed", dispatch_seconds=2.0)
    canvas = Canvas()

    with pytest.raises(DispatchFailed):
        await bench.start(canvas)

    assert (bench.submits, bench.limits.under_way, Stage.LOOKING in canvas.stages) == (1, 0, False)


async def test_while_a_run_is_looked_for_its_place_is_taken(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
    canvas = Canvas()
    async with open_bench(sandbox, Speed(looks=(0.2,))) as bench:
        starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
        await until(lambda: Stage.LOOKING in canvas.stages)
        looking = bench.limits.under_way
        await starting

        assert (looking, bench.limits.under_way) == (1, 0)


async def test_when_no_run_is_found_the_person_is_asked(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
    canvas = Canvas()

    started = await bench.generation.start(WISH, canvas)

    last = canvas.shown[-1]
    assert (started.run_id, canvas.stages) == (None, [Stage.PREPARING, Stage.LOOKING, Stage.UNKNOWN])
    assert (last.run_id, last.deployment, last.requester) == (None, "text-to-image", ANNA.user)
    assert Trail.parse(str(last.trail)).user == ANNA.user
    assert (bench.submits, bench.sandbox.runs) == (1, {})
    assert canvas.finished == []


async def test_who_is_asked_has_the_place_back(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, limits=(1, 1)) as bench:
        await bench.unknown(Canvas())
        canvas = Canvas()

        await bench.start(canvas)

        assert (await canvas.end()).stage is Stage.DONE


async def test_while_the_api_is_taken_to_be_away_nothing_is_started(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, Speed(haste=1.0)) as bench:
        await bench.catalog.list_deployments()
        await bench.sandbox.refuse()
        for _ in range(2):
            with pytest.raises(Unreachable):
                await bench.start(Canvas())
        await bench.sandbox.listen()
        bench.metrics.summary()
        canvas = Canvas()

        with pytest.raises(Paused):
            await bench.start(canvas)

        assert bench.metrics.summary()["refused"] == 1  # it is not even tried again
        assert (bench.submits, bench.sandbox.runs, bench.limits.under_way) == (0, {}, 0)
        assert canvas.stages == [Stage.PREPARING]


async def test_a_run_is_looked_for_even_if_its_message_is_gone(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER)

    run_id = await bench.start(Canvas(lost_at=1))

    assert [delivery.run_id for delivery in bench.deliveries.list_of(ANNA.user)] == [run_id]


async def test_without_a_message_nobody_is_told_that_nothing_was_started(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)

    started = await bench.generation.start(WISH, Canvas(lost_at=1))

    assert (started.run_id, bench.limits.under_way, bench.submits) == (None, 0, 1)


async def test_again_is_looked_for_and_asked_about_like_a_start(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    rule = bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER)
    found = await bench.again(first, ANNA, Canvas())
    bench.sandbox.faults.remove(rule)
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
    canvas = Canvas()

    unknown = await bench.generation.again(found, ANNA, canvas)

    assert (bench.mark(found).parent, unknown.run_id, canvas.stages[-1]) == (first, None, Stage.UNKNOWN)


async def test_only_runs_that_are_known_to_be_started_are_counted(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    before = bench.metrics.summary()["runs_submitted_total"]
    run_id, canvas = await bench.arrive(), Canvas()
    await bench.generation.look(trail, ANNA, canvas)
    await canvas.end()
    found = bench.metrics.summary()["runs_submitted_total"]

    await bench.generation.refresh(run_id, Canvas())

    assert (before, found, bench.metrics.summary()["runs_submitted_total"]) == (0, 1, 1)
