"""What the cache costs with a value, and what it spares its source without one: `python -m benchmarks.cache`.

Costs are of this machine: trust the ratios. Outages are lived through in a loop that skips what it would sleep.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from async_lru import alru_cache
from rich.console import Console

from core.cache import Cached, CachedByKey
from core.comfydeploy.errors import ApiError, ServerFault
from tests.skipping import SkippingLoop

ROUNDS: Final = 9
CALLS: Final = 20_000  # in a round
CALLERS: Final = 1_000
TTL: Final = 300.0  # seconds
MINUTE: Final = 60
HIT_RATIO: Final = 2.0  # of async-lru's own hit
PEEK: Final = 1_000  # nanoseconds


class Source:
    """Counts its loads; each takes `takes` seconds and fails while the source is down."""

    def __init__(self, takes: float = 0.05) -> None:
        self.loads = 0
        self.takes = takes
        self.is_down = False

    async def load(self, key: str = "") -> str:
        self.loads += 1
        is_down = self.is_down
        await asyncio.sleep(self.takes)
        if is_down:
            raise ServerFault("GET /x", 503)
        return key

    @alru_cache(ttl=TTL)  # as it is commonly used, though it keeps each source alive
    async def kept(self) -> str:
        return await self.load()


async def measure_cache(console: Console) -> None:
    await _measure_hits(console)
    for measure in (_measure_sharing, _measure_cancellation, _measure_hour, _measure_minute):
        console.print(await asyncio.to_thread(_skip, measure))


def _skip(measure: Callable[[], Awaitable[str]]) -> str:
    async def run() -> str:
        return await measure()

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(run())


async def _measure_hits(console: Console) -> None:
    source = Source(takes=0)
    cached, by_key = Cached(source.load, TTL), CachedByKey(source.load, TTL)
    function = alru_cache(ttl=TTL)(source.load)
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "async-lru, function": function,
        "async-lru, method": source.kept,
        "Cached.get": cached.get,
        "CachedByKey.get": partial(by_key.get, "key"),
    }
    looks: dict[str, Callable[[], object]] = {"Cached.peek": cached.peek, "Cached.recall": cached.recall}
    rounds: dict[str, list[float]] = {name: [] for name in (*ways, *looks)}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            rounds[name].append(await _awaited(way))
        for name, look in looks.items():
            rounds[name].append(_called(look))
    cost = {name: statistics.median(times[1:]) for name, times in rounds.items()}  # the first one loads
    bare = cost["async-lru, function"]
    console.print(f"a hit, median of {ROUNDS} rounds of {CALLS:,}:")
    for name, nanoseconds in cost.items():
        late = nanoseconds > (PEEK if name in looks else HIT_RATIO * bare) and name.startswith("Cached")
        console.print(f"  {name}: {nanoseconds:,.0f} ns, {nanoseconds / bare:.2f} of async-lru{' !' * late}")
    await asyncio.gather(cached.aclose(), by_key.aclose(), function.cache_close(), source.kept.cache_close())


async def _awaited(way: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter_ns()
    for _ in range(CALLS):
        await way()
    return (time.perf_counter_ns() - began) / CALLS


def _called(look: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    for _ in range(CALLS):
        look()
    return (time.perf_counter_ns() - began) / CALLS


async def _measure_sharing() -> str:
    """Loads for a crowd that comes when there is no value, an old one, and an old one in an outage."""
    source = Source()
    cached = Cached(source.load, TTL)
    counts = []
    for is_down in (False, False, True):
        source.is_down = is_down
        before = source.loads
        kept = await asyncio.gather(*(cached.get() for _ in range(CALLERS)))
        assert all(item.stale is is_down for item in kept)
        counts.append(source.loads - before)
        await asyncio.sleep(TTL)
    await cached.aclose()
    cold, old, outage = counts
    return f"loads for {CALLERS:,} callers at once: {cold} without a value, {old} after its time, {outage} in an outage"


async def _measure_cancellation() -> str:
    lost = []
    for leaving in (9, 10):
        source = Source()
        cached = Cached(source.load, TTL)
        callers = [asyncio.ensure_future(cached.get()) for _ in range(10)]
        await asyncio.sleep(source.takes / 2)
        for caller in callers[:leaving]:
            caller.cancel()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        await cached.get()
        lost.append(source.loads - 1 + sum(isinstance(outcome, BaseException) for outcome in outcomes[leaving:]))
        await cached.aclose()
    return f"values lost when 9 of 10 callers are cancelled: {lost[0]}, when all are: {lost[1]}"


async def _measure_hour() -> str:
    """An outage in which the source fails at once, then one in which it hangs for half a minute each time."""
    told = [f"an outage of an hour, a read each second, kept for {TTL:.0f} s:"]
    for name, takes in (("refuses", 0.05), ("hangs", 30.0)):
        source = Source()
        cached = Cached(source.load, TTL)
        await cached.get()
        source.is_down, source.takes = True, takes
        await asyncio.sleep(TTL)
        before = source.loads
        waits = [wait for wait in [await _read(cached) for _ in range(60 * MINUTE)] if wait is not None]
        told.append(
            f"  it {name}: {len(waits):,} of {60 * MINUTE:,} answered, {source.loads - before} loads, "
            f"{sum(wait > 0.01 for wait in waits)} waited over 10 ms, the longest {max(waits):.2f} s"
        )
        await cached.aclose()
    return "\n".join(told)


async def _read(cached: Cached[str]) -> float | None:
    """Seconds until there was an answer, None if there was none; then a second goes by."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        await cached.get()
    except ApiError:
        return None
    else:
        return loop.time() - began
    finally:
        await asyncio.sleep(1)


async def _measure_minute() -> str:
    """A crowd that reads each second: a minute as always, one in an outage, one after it."""
    source = Source()
    cached = Cached(source.load, MINUTE)
    await cached.get()
    minutes = []
    for is_down in (False, True, False):
        source.is_down = is_down
        if is_down:
            cached.invalidate()  # the worst that can happen then
        before = source.loads
        for _ in range(MINUTE):
            await asyncio.gather(*(_read(cached) for _ in range(CALLERS)))
        minutes.append(source.loads - before)
    await cached.aclose()
    reads = CALLERS * MINUTE
    before, outage, after = minutes
    return (
        f"{CALLERS:,} readers, a read each second, kept for {MINUTE} s: {before} loads in a minute, {outage} in one of "
        f"outage ({outage / reads:.5f} of {reads:,} reads), {after} in the next"
    )


if __name__ == "__main__":
    asyncio.run(measure_cache(Console(highlight=False, soft_wrap=True)))
