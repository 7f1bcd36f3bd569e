"""One case of the tracker's benchmark, in a process of its own: `python -m benchmarks.tracker_case WAY COUNT URL`.

It follows so many runs of the server at URL to their ends and prints what that took, as JSON.
"""

import asyncio
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import structlog

from benchmarks.api_clients import KEY
from benchmarks.figures import percentile
from benchmarks.tracker_server import WORKFLOWS, Life, lives
from core.comfydeploy.client import ComfyDeploy
from core.metrics import Metrics
from core.runs.followed import Why
from core.runs.tracker import Tracker
from core.webhook import Hooks
from stationthis_discord.hooks import hook_routes
from stationthis_discord.web import open_side_door

POLLS: Final = "polls"
HOOKS: Final = "webhooks"
PEER: Final = "peer"  # a loop for each run that reads it every two seconds
PEER_PAUSE: Final = 2.0  # seconds
ONE: Final = 16  # runs that each are the only one of their workflow, for the figures of one
_BEFORE: Final = 1.0  # seconds until the first run begins
_TICK: Final = 0.01  # seconds
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

Follow = Callable[[Life, datetime], Awaitable[None]]


@dataclass(slots=True)
class Measured:
    """Delays and lags in seconds, CPU as a share of a core, memory in bytes over what it was before the first run.

    A lag of our own is no longer than the CPU time that we used meanwhile; the rest is that of others on the machine.
    """

    runs: int
    ends: int
    seconds: float
    calls: dict[str, int]
    asked: dict[str, int]
    p50: float
    p99: float
    cpu: float
    memory: int
    lag_p99: float
    lag_worst: float
    own_lag_p99: float
    own_lag_worst: float


class Watch:
    """What the process is like while the runs are followed."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.own_lags: list[float] = []
        self.peak = self.base = _memory()

    async def look(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, used = clock() + _TICK, time.thread_time()
            await asyncio.sleep(_TICK)
            late = max(0.0, clock() - due)
            self.lags.append(late)
            self.own_lags.append(min(late, time.thread_time() - used))
            if len(self.lags) % 50 == 0:
                self.peak = max(self.peak, _memory())


async def measure(way: str, count: int, url: str) -> Measured:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ComfyDeploy.connect(url, KEY))
        tracker = await stack.enter_async_context(Tracker.start(api.runs))
        hooks = Hooks("http://127.0.0.1", "a secret of sixteen characters")
        routes = hook_routes(hooks, lambda heard: tracker.hear(heard.run), Metrics())
        door = await stack.enter_async_context(open_side_door("127.0.0.1:0", Metrics(), {}, routes))
        session = await stack.enter_async_context(aiohttp.ClientSession(url))
        address = hooks.address("0" * 16).replace("http://127.0.0.1", door)
        runs = lives(ONE, ONE) if count == 1 else lives(count)
        workflows = ONE if count == 1 else WORKFLOWS
        began = time.time() + _BEFORE
        hook = address if way == HOOKS else None
        plan = {"count": len(runs), "workflows": workflows, "at": began, "hook": hook}
        async with session.post("/begin", json=plan) as response:
            response.raise_for_status()
        delays = list[float]()
        follow = _by_loop(api, delays, began) if way == PEER else _by_tracker(tracker, delays, began)
        watch, cpu = await _passed(runs, follow, began)
        async with session.get("/ledger") as response:
            calls = await response.json()
        return _told(tracker, runs, (watch, cpu, time.time() - began), delays, calls)


async def _passed(runs: list[Life], follow: Follow, began: float) -> tuple[Watch, float]:
    """Follow all runs to their ends; the CPU seconds that it took."""
    gc.collect()
    gc.freeze()  # as the bot does after its start
    watch = Watch()
    looking = asyncio.create_task(watch.look())
    await asyncio.sleep(max(0.0, began - time.time()))
    cpu = time.process_time()
    async with asyncio.TaskGroup() as tasks:
        for life in runs:
            await asyncio.sleep(max(0.0, began + life.begins - time.time()))
            tasks.create_task(_followed(follow, life))
    cpu = time.process_time() - cpu
    looking.cancel()
    return watch, cpu


async def _followed(follow: Follow, life: Life) -> None:
    await follow(life, datetime.now(UTC))


def _by_tracker(tracker: Tracker, delays: list[float], began: float) -> Follow:
    async def follow(life: Life, asked_at: datetime) -> None:
        with tracker.follow(life.id, life.workflow_id, asked_at=asked_at) as updates:
            async for _ in updates:
                pass
        delays.append(time.time() - began - life.ends)

    return follow


def _by_loop(api: ComfyDeploy, delays: list[float], began: float) -> Follow:
    async def follow(life: Life, _asked_at: datetime) -> None:
        while not (await api.runs.get(life.id, retry=False)).is_final:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(PEER_PAUSE)
        delays.append(time.time() - began - life.ends)

    return follow


def _told(
    tracker: Tracker, runs: list[Life], watched: tuple[Watch, float, float], delays: list[float], calls: dict[str, int]
) -> Measured:
    watch, cpu, seconds = watched
    return Measured(
        runs=len(runs),
        ends=len(delays),
        seconds=seconds,
        calls=calls,
        asked={str(why): number for why, number in tracker.counts.items()},
        p50=statistics.median(delays),
        p99=percentile(delays, 0.99),
        cpu=cpu / seconds,
        memory=watch.peak - watch.base,
        lag_p99=percentile(watch.lags, 0.99),
        lag_worst=max(watch.lags),
        own_lag_p99=percentile(watch.own_lags, 0.99),
        own_lag_worst=max(watch.own_lags),
    )


def progress_calls(asked: dict[str, int]) -> int:
    return asked.get(Why.PROGRESS, 0)


def _memory() -> int:
    """Resident, in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def main(arguments: list[str]) -> None:
    way, count, url = arguments
    result: dict[str, Any] = asdict(asyncio.run(measure(way, int(count), url)))
    print(json.dumps(result))  # noqa: T201 -- who started it reads this


if __name__ == "__main__":
    main(sys.argv[1:])
