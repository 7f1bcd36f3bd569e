"""What reading the whole offer does to the event loop and to memory: `make bench ARGS="lists"`.

2,000 deployments, each with its workflow, are read from a server in another process; beside it the same in one go. Each
round is a process of its own, so that no memory of an earlier one is used again.
"""

import asyncio
import gc
import json
import multiprocessing
import statistics
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.api_clients import KEY, Act
from benchmarks.api_server import DEPLOYMENTS, served
from core.comfydeploy.client import ComfyDeploy
from core.reading import read_offer
from core.search import Index

ROUNDS: Final = 5
STALL: Final = 0.020  # seconds
GROWTH: Final = 16.0  # MB beyond what is kept
_TICK: Final = 0.001  # seconds
_MB: Final = 2**20

IN_ONE_GO: Final = "aiohttp + json, in one go"

Prepare = Callable[[str], AbstractAsyncContextManager[Act]]


@dataclass(frozen=True, slots=True)
class Burden:
    """What a piece of work did: the longest time without a turn for others in seconds, and memory in MB.

    `busy` is the CPU in the longest such time: what other programs take on a busy machine is not in it.
    `kept` is what Python objects take in the end, `extra` what they took beyond that at the peak. `resident` is the
    peak of the whole process beyond what it had at the start.
    """

    seconds: float
    stall: float
    busy: float
    kept: float
    extra: float
    resident: float


async def measure_lists(console: Console) -> None:
    table = Table(
        title=f"{DEPLOYMENTS:,} deployments with their workflows, medians of {ROUNDS} rounds; ! = goal missed"
    )
    for column in ("work", "s", "longest stall ms", "its CPU ms", "kept MB", "extra MB", "extra MB of the process"):
        table.add_column(column, justify="left" if column == "work" else "right")
    async with served() as url:
        traced = {name: await _in_a_process(name, url, is_traced=True) for name in WORKS}
        rounds = [{name: await _in_a_process(name, url, is_traced=False) for name in WORKS} for _ in range(ROUNDS)]
    for name, counted in traced.items():
        table.add_row(name, *_cells(counted, [told[name] for told in rounds], is_ours=name != IN_ONE_GO))
    console.print(table)


def _cells(counted: Burden, rounds: Sequence[Burden], *, is_ours: bool) -> list[str]:
    """Python's own memory is counted in a round of its own, since that slows all down."""
    busy = statistics.median(burden.busy for burden in rounds)
    resident = statistics.median(burden.resident for burden in rounds) - counted.kept
    return [
        f"{statistics.median(burden.seconds for burden in rounds):.2f}",
        f"{statistics.median(burden.stall for burden in rounds) * 1000:.1f}",
        f"{busy * 1000:.1f}{' !' * (is_ours and busy > STALL)}",
        f"{counted.kept:.1f}",
        f"{counted.extra:.1f}{' !' * (is_ours and counted.extra > GROWTH)}",
        f"{resident:.1f}{' !' * (is_ours and resident > GROWTH)}",
    ]


async def _in_a_process(work: str, url: str, *, is_traced: bool) -> Burden:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _once, work, url, is_traced)


def _once(work: str, url: str, is_traced: bool) -> Burden:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))  # its lines are no figures
    return asyncio.run(_watched(WORKS[work], url, is_traced=is_traced))


async def _watched(prepare: Prepare, url: str, *, is_traced: bool) -> Burden:
    async with prepare(url) as act:
        gc.collect()
        if is_traced:
            tracemalloc.start()
        before = _resident("VmRSS")
        _forget_highest()
        began = time.perf_counter()
        async with _ticking() as turns:
            kept = await act()
        seconds = time.perf_counter() - began
        gc.collect()
        held, peak = tracemalloc.get_traced_memory()
        assert kept
    stall, busy = map(max, zip(*turns, strict=True))
    return Burden(seconds, stall, busy, held / _MB, (peak - held) / _MB, _resident("VmHWM") - before)


@asynccontextmanager
async def _ticking() -> AsyncIterator[list[tuple[float, float]]]:
    """How late a task was that wants a turn each millisecond, and the CPU until its turn, both in seconds."""
    turns = list[tuple[float, float]]()

    async def tick() -> None:
        while True:
            due, cpu = time.perf_counter() + _TICK, time.thread_time()
            await asyncio.sleep(_TICK)
            turns.append((time.perf_counter() - due, time.thread_time() - cpu))

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(_TICK)
    try:
        yield turns
        await asyncio.sleep(2 * _TICK)  # one more turn, late by what the block's end took
    finally:
        ticker.cancel()


def _forget_highest() -> None:
    """VmHWM is counted anew: man 5 proc."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _resident(which: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Act]:
    async with ComfyDeploy.connect(url, KEY) as api:
        yield lambda: read_offer(api, ("production",))


@asynccontextmanager
async def _reading_frozen(url: str) -> AsyncIterator[Act]:
    """Python's full collections look at all that is alive, so at all modules, unless these are frozen."""
    gc.freeze()
    async with _reading(url) as act:
        yield act


@asynccontextmanager
async def _reading_in_one_go(url: str) -> AsyncIterator[Act]:
    async with aiohttp.ClientSession(url) as session:

        async def read() -> object:
            async with session.get("/api/deployments") as response:
                return json.loads(await response.read())

        yield read


@asynccontextmanager
async def _indexing(_url: str) -> AsyncIterator[Act]:
    items = [(str(number), f"Flux portrait {number:05}", "Makes a picture") for number in range(DEPLOYMENTS)]
    yield lambda: Index.build(items)


WORKS: Final[dict[str, Prepare]] = {
    "core.reading.read_offer": _reading,
    "the same after gc.freeze()": _reading_frozen,
    "core.search.Index.build": _indexing,
    IN_ONE_GO: _reading_in_one_go,
}


if __name__ == "__main__":
    asyncio.run(measure_lists(Console(highlight=False, soft_wrap=True)))
