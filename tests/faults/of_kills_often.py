"""`kill -9` again and again, at moments that nobody chose, while many people use the bot."""

import asyncio
import os
import random
import sys
from contextlib import suppress
from typing import Final

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord.resolving import DriverError
from tests.faults.case import UNANSWERED, Case
from tests.faults.of_kills import answered
from tests.faults.row import Row

KILLS: Final = 5
PEOPLE: Final = 16
SEED: Final = "FAULTS_SEED"  # of the environment; a number, to repeat a run that failed


async def _visit(case: Case, wait: float) -> None:
    """Somebody clicks after so many seconds; while the bot is away, its commands cannot be used."""
    await asyncio.sleep(wait)
    with suppress(DriverError):
        await case.click()


async def _killed_often(case: Case) -> None:
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"{SEED}={seed}\n")  # shown when the row fails
    dice = random.Random(seed)  # noqa: S311 -- moments, not secrets
    case.quicken(Behaviour(seconds=4.0, queue_seconds=0.5, cold_seconds=0.0))
    visits = [asyncio.create_task(_visit(case, dice.uniform(0.0, 20.0))) for _ in range(PEOPLE)]
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(1.0, 4.0))
        await case.world.kill()
        await case.start()
    await asyncio.gather(*visits)
    await case.is_usable()
    for click in case.clicks:
        await answered(case, click)


ROWS: Final = (
    Row(
        name="kill-often",
        fault="`kill -9` five times at any moment while sixteen people click, with a new start each time",
        promise="Whatever was written down is taken up again; no run is made twice, and none is lost",
        act=_killed_often,
        perhaps=(UNANSWERED,),
        seconds=300,
    ),
)
