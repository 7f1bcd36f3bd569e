"""What may become of the process: a stop with many runs, a second one on the same token, a disk that takes no more."""

import asyncio
import resource
import time
from collections.abc import Mapping
from typing import Final

from stationthis_discord.sandbox.comfydeploy import faults
from tests.faults.case import PATIENCE, REFUSED, Case
from tests.faults.row import Row

CROWD: Final = 100
QUICKLY: Final = 5.0  # seconds from SIGTERM to the end of the process
NO_LIMIT: Final = resource.RLIM_INFINITY


def _quiet() -> Mapping[str, str]:
    """The log shares the process's limit for the size of files, and is not what is to be stopped by it."""
    return {"STATIONTHIS_LOG_LEVEL": "warning"}


async def _stop_with_many(case: Case) -> None:
    for _ in range(CROWD // 10):
        await asyncio.gather(*(case.started() for _ in range(10)))
    assert len(case.made) == CROWD
    began = time.monotonic()
    assert await case.world.stop() == 0
    assert time.monotonic() - began < QUICKLY
    await case.start()
    await case.world.logged(f"count={CROWD}")
    case.end_all()
    for click in case.clicks:
        await case.outcome(click)


async def _stop_during_a_submit(case: Case) -> None:
    case.world.api.faults.add("POST", faults.QUEUE, faults.slow(2.0), times=1)
    click = await case.click()
    await case.says(click, "**Preparing**")
    assert await case.world.stop() == 0
    await case.start()
    await case.outcome(click)


async def _two_at_once(case: Case) -> None:
    click = await case.started()
    world = case.world
    assert world.process is not None
    first, known = world.process, str(world.process.pid)
    await world.start(wait=False)
    second = world.process
    code = await asyncio.wait_for(second.wait(), PATIENCE)
    world.process = first
    assert code == 1
    last = world.log.read_text().strip().splitlines()
    [sentence] = [line for line in last if "runs already" in line]
    assert f"process {known} on" in sentence
    world.api.end(case.run_of(click).id)


async def _disk_full(case: Case) -> None:
    click = await case.started()
    process = case.world.process
    assert process is not None
    written = max(path.stat().st_size for path in case.world.log.parent.rglob("stationthis.db*"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (written, NO_LIMIT))
    assert await case.outcome(await case.click()) == REFUSED
    case.world.api.end(case.run_of(click).id)
    await case.outcome(click)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (NO_LIMIT, NO_LIMIT))


ROWS: Final = (
    Row(
        name="stop-with-100",
        fault="SIGTERM with 100 runs under way, and a new start",
        promise="The process ends within 5 s with code 0; all 100 are taken up again and shown to their ends",
        act=_stop_with_many,
        seconds=240,
    ),
    Row(
        name="stop-in-submit",
        fault="SIGTERM while a submit is under way, and a new start",
        promise="The run is found or submitted, once, and shown to its end",
        act=_stop_during_a_submit,
    ),
    Row(
        name="two-processes",
        fault="A second process is started with the same token",
        promise="It ends with code 1 and a sentence that names the first, which goes on undisturbed",
        act=_two_at_once,
    ),
    Row(
        name="disk-full",
        fault="The disk takes no more (files of the process may not grow), and does again later",
        promise="A new wish is told that nothing was started; a run under way is shown to its end",
        act=_disk_full,
        ends=("Done", REFUSED),
        settings=_quiet,
    ),
)
