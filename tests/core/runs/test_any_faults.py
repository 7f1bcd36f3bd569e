"""Whatever happens to the submits: one run for each click that says it started, and none that nobody can find."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import aiohttp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.comfydeploy.errors import ApiError
from core.comfydeploy.transport import TIMEOUTS
from core.errors import StillNotFound
from core.forms.wish import Wish
from core.people.actor import Actor
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.runs.bench import SMALL, Bench, Canvas, Speed, open_bench
from tests.waiting import until

IMPATIENT = replace(TIMEOUTS, submit=aiohttp.ClientTimeout(total=0.08))
HONEST = faults.slow(0.0)
FAULTS: Final = {
    "none": HONEST,
    "refused": HONEST,  # with the socket closed
    "429": faults.rate_limited(0.01),
    "cut before": faults.CUT,
    "cut after": faults.CUT_AFTER,
    "502": faults.BAD_GATEWAY,
    "502 after": faults.BAD_GATEWAY_AFTER,
    "500": faults.SERVER_ERROR,
    "500 after": Fault(status=500, after=True),
    "no JSON after": Fault(status=200, body="<html>", after=True),
    "silent": faults.SILENT_AFTER,
}


Clicks = Callable[["Bench", list[str], "Told"], Awaitable[None]]


@dataclass(slots=True)
class Told:
    """What people were told: ids of runs that were started, trails of those that nobody knows of, errors."""

    started: list[str] = field(default_factory=list)
    unknown: list[tuple[Actor, str]] = field(default_factory=list)
    refused: list[ApiError] = field(default_factory=list)


async def _click(bench: Bench, person: int, told: Told) -> None:
    actor, canvas = Actor(user=person), Canvas()
    try:
        delivery = await bench.generation.start(Wish(actor, "text-to-image", further=SMALL), canvas)
    except ApiError as error:
        told.refused.append(error)
        return
    if delivery.run_id is None:
        told.unknown.append((actor, str(canvas.shown[-1].trail)))
        return
    told.started.append(delivery.run_id)
    assert (await canvas.end()).stage is Stage.DONE


async def _one_by_one(bench: Bench, sequence: list[str], told: Told) -> None:
    for person, name in enumerate(sequence):
        rule = bench.sandbox.faults.add("POST", faults.QUEUE, FAULTS[name], times=1)
        if name == "refused":
            await bench.sandbox.refuse()
        await _click(bench, person, told)
        bench.sandbox.faults.remove(rule)
        if name == "refused":
            await bench.sandbox.listen()


async def _all_at_once(bench: Bench, sequence: list[str], told: Told) -> None:
    for name in sequence:
        bench.sandbox.faults.add("POST", faults.QUEUE, FAULTS[name], times=1)
    await asyncio.gather(*(_click(bench, person, told) for person in range(len(sequence))))


async def _found(bench: Bench, actor: Actor, trail: str) -> str | None:
    """The run that another look finds."""
    canvas = Canvas()
    try:
        await bench.generation.look(trail, actor, canvas)
    except StillNotFound:
        return None
    return (await canvas.end()).run_id


async def _hold(clicks: Clicks, sequence: list[str]) -> None:
    """What was told is what is true."""
    told = Told()
    async with ComfyDeploySandbox(pace=0.02) as sandbox:
        async with open_bench(sandbox, Speed(looks=(0.0, 0.01)), timeouts=IMPATIENT) as bench:
            await bench.catalog.list_deployments()
            await clicks(bench, sequence, told)
            await until(lambda: bench.limits.under_way == 0)
        async with open_bench(sandbox) as later:
            found = [await _found(later, actor, trail) for actor, trail in told.unknown]

        known = [*told.started, *(run_id for run_id in found if run_id is not None)]
        assert len(told.started) + len(told.unknown) + len(told.refused) == len(sequence)
        assert sorted(known) == sorted(sandbox.runs)
        assert len({later.mark(run_id).delivery for run_id in known}) == len(known)
        assert len({later.mark(run_id).user for run_id in known}) == len(known)


@settings(max_examples=8, deadline=None, database=None)
@given(st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=5))
@example(list(FAULTS))
@example(["refused", "refused", "none"])
def test_one_run_for_each_click_that_says_so_and_none_that_nobody_can_find(sequence: list[str]) -> None:
    asyncio.run(_hold(_one_by_one, sequence))


@settings(max_examples=8, deadline=None, database=None)
@given(st.lists(st.sampled_from(sorted(FAULTS.keys() - {"refused"})), min_size=2, max_size=8))
@example(["cut after"] * 8)
def test_the_same_holds_for_clicks_at_the_same_time(sequence: list[str]) -> None:
    asyncio.run(_hold(_all_at_once, sequence))
