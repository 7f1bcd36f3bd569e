"""Clicks under faults of all kinds: one run for each that says it started, and none that nobody knows.

`make bench ARGS="submits 5000"`. The server is a process of its own; pauses are shorter than those of the bot.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import aiohttp
import structlog
from rich.console import Console

from benchmarks.api_clients import KEY
from benchmarks.api_server import served
from benchmarks.submit_server import SEED
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, Paused
from core.comfydeploy.outputs import Kind
from core.comfydeploy.transport import TIMEOUTS
from core.errors import SubmitUnclear, SubmitUnknown
from core.offer import Deployment
from core.runs.mark import Mark
from core.runs.submission import CLOCK_SKEW, Submission, Trail

CLICKS: Final = 5_000
AT_ONCE: Final = 64
ON_EACH: Final = 200  # clicks on a deployment
LOOKS: Final = (0.0, 0.5, 2.0, 10.0)  # seconds
PAUSE: Final = 0.05  # seconds
HESITATION: Final = 5.0  # seconds until somebody who was told that the API is away clicks again
_PATIENCE: Final = 10  # times that somebody has a run looked for
_SUBMIT: Final = aiohttp.ClientTimeout(total=1.5, sock_connect=1)


@dataclass(slots=True)
class Told:
    """What people were told, by the delivery of their click."""

    started: dict[str, str] = field(default_factory=dict)  # and its run
    refused: dict[str, str] = field(default_factory=dict)  # and why
    asked: set[str] = field(default_factory=set)  # whether to go on, since nobody knows
    found: int = 0  # of those started, by a look
    found_again: int = 0  # of those started, by a look that the person asked for


class Crowd:
    """Clicks on many deployments, a number of them at once; who has to wait for a look leaves the place to others."""

    def __init__(self, api: ComfyDeploy, clicks: int) -> None:
        self.told = Told()
        self._submission = Submission(api, looks=LOOKS, pause=PAUSE)
        self._deployments = [_deployment(number) for number in range(max(1, clicks // ON_EACH))]
        self._clicks = iter(range(clicks))

    async def click(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._work(tasks))

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        for number in self._clicks:
            deployment = self._deployments[number % len(self._deployments)]
            mark = Mark(f"{number:x}", 42, 77, deployment.id)
            try:
                run_id = await self._submission.submit(deployment, {"prompt": "a lake", "seed": number}, mark)
            except SubmitUnclear:
                trail = Trail(mark.delivery, deployment.id, mark.user, datetime.now(UTC) - CLOCK_SKEW)
                tasks.create_task(self._find(deployment, trail))
            except ApiError as error:
                self.told.refused[mark.delivery] = type(error).__name__
                await asyncio.sleep(HESITATION if isinstance(error, Paused) else 0)
            else:
                self.told.started[mark.delivery] = run_id

    async def _find(self, deployment: Deployment, trail: Trail) -> None:
        try:
            self.told.started[trail.delivery] = await self._submission.find(deployment, trail)
            self.told.found += 1
        except SubmitUnknown:
            await self._ask(deployment, trail)

    async def _ask(self, deployment: Deployment, trail: Trail) -> None:
        """People have it looked for once more, and again while that fails: looks meet an open breaker, too."""
        for _ in range(_PATIENCE):
            await asyncio.sleep(HESITATION)
            try:
                self.told.started[trail.delivery] = await self._submission.find(deployment, trail, patiently=False)
            except SubmitUnknown:
                break
            except ApiError:
                continue
            self.told.found_again += 1
            return
        self.told.asked.add(trail.delivery)


async def measure_submits(console: Console, clicks: int = CLICKS) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # a line for each fault is no figure
    timeouts = replace(TIMEOUTS, submit=_SUBMIT)
    async with served("benchmarks.submit_server") as url, ComfyDeploy.connect(url, KEY, timeouts) as api:
        crowd = Crowd(api, clicks)
        began, cpu = time.perf_counter(), time.process_time()
        await crowd.click()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        async with aiohttp.ClientSession(url) as session, session.get("/ledger") as response:
            ledger: dict[str, Any] = await response.json()
    structlog.reset_defaults()
    console.print(
        f"{clicks:,} clicks, {AT_ONCE} at once, seed {SEED}: {seconds:.0f} s, {cpu / clicks * 1000:.1f} ms of CPU each"
    )
    console.print(f"  the server: {_listed(ledger['faults'])}")
    for line in _judged(crowd.told, ledger["runs"], clicks):
        console.print(f"  {line}")


def _judged(told: Told, marks: list[list[str]], clicks: int) -> Iterator[str]:
    runs: dict[str, list[str]] = defaultdict(list)
    for mark, run_id in marks:
        runs[mark.split(".")[1]].append(run_id)
    wrong = sum(runs[delivery] != [run_id] for delivery, run_id in told.started.items())
    doubles = sum(len(made) > 1 for made in runs.values())
    orphans = sum(bool(runs[delivery]) for delivery in told.refused)
    asked = sum(bool(runs[delivery]) for delivery in told.asked)
    silent = clicks - len(told.started) - len(told.refused) - len(told.asked)
    looked = f"{told.found:,} of them after a look, {told.found_again:,} when looked for again"
    started = f"{len(told.started):,}, {looked}"
    refused = f"{len(told.refused):,} ({_listed(Counter(told.refused.values()))})"
    yield f"told that it started: {started}; {_bad(wrong)} without exactly its run"
    yield f"told that nothing started: {refused}; {_bad(orphans)} with a run"
    yield f"asked, since nobody knows: {len(told.asked):,}; {_bad(asked)} with a run"
    yield f"told nothing: {_bad(silent)}; clicks with two runs: {_bad(doubles)}"


def _bad(count: int) -> str:
    return f"{count:,}{' !' * (count > 0)}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"


def _deployment(number: int) -> Deployment:
    same = str(UUID(int=1_000_000 + number))
    return Deployment(same, "benchmark", "production", same, 1, "", (), Kind.IMAGE)


if __name__ == "__main__":
    asyncio.run(measure_submits(Console(highlight=False, soft_wrap=True)))
