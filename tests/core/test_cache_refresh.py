"""The cache refreshes in the background what is in use, and only that; with hours that pass at once."""

import asyncio
import gc

import pytest

from core.cache import Cached, Counters
from tests.core.caching import DOWN, LATEST, TTL, Source, caching
from tests.skipping import skipping

COOL_DOWN = 5.0


@pytest.mark.parametrize("period", [1.0, 60.0, 0.8 * TTL - 1, 0.93 * TTL])
@pytest.mark.parametrize("use", ["get", "peek"])
def test_who_reads_again_and_again_never_waits(period: float, use: str) -> None:
    @skipping
    async def run() -> None:
        source = Source()
        source.takes = 0.02 * TTL
        loop = asyncio.get_running_loop()
        async with caching(source) as cached:
            await cached.get()
            waited, ages = [], []
            for _ in range(int(3600 / period)):
                await asyncio.sleep(period)
                before = loop.time()
                _ = await cached.get() if use == "get" else cached.peek()
                waited.append(loop.time() - before)
                ages.append(cached.age or 0.0)

            assert max(waited) == 0
            assert max(ages) < TTL
            assert source.loads <= 1 + 3600 / (0.8 * TTL)

    run()


@skipping
async def test_what_nobody_used_since_it_was_loaded_is_not_refreshed() -> None:
    source = Source()
    async with caching(source) as cached:
        await cached.get()
        await asyncio.sleep(10 * TTL)

        assert source.loads == 1


@skipping
async def test_what_was_used_is_refreshed_once_and_then_left_alone() -> None:
    source = Source()
    async with caching(source) as cached:
        await cached.get()
        for _ in range(3):
            cached.peek()
        await asyncio.sleep(0.79 * TTL)
        before = source.loads
        await asyncio.sleep(10 * TTL)

        assert (before, source.loads) == (1, 2)
    assert cached.counters == Counters(loads=2, refreshes=1)


@skipping
async def test_a_use_shortly_before_the_end_begins_the_refresh_and_does_not_wait() -> None:
    source = Source()
    async with caching(source) as cached:
        first = await cached.get()
        await asyncio.sleep(LATEST)

        assert await cached.get() is first
        await asyncio.sleep(1)
        assert (await cached.get()).value == 2


@skipping
async def test_many_processes_do_not_refresh_at_once() -> None:
    source = Source()
    loop = asyncio.get_running_loop()
    times = []

    async def load() -> float:
        times.append(loop.time())
        return await source.load()

    caches = [Cached(load, TTL) for _ in range(100)]
    for cached in caches:
        await cached.get()
        cached.peek()
    await asyncio.sleep(TTL)

    refreshed = times[len(caches) :]
    assert len(refreshed) == len(caches)
    assert 0.8 * TTL <= min(refreshed) < max(refreshed) <= LATEST
    assert max(refreshed) - min(refreshed) > 0.05 * TTL


@skipping
async def test_a_closed_cache_is_not_refreshed() -> None:
    source = Source()
    async with caching(source) as cached:
        await cached.get()
        cached.peek()

    await asyncio.sleep(2 * TTL)

    assert source.loads == 1


@skipping
async def test_an_invalidate_takes_the_refresh_of_the_old_value_with_it() -> None:
    source = Source()
    async with caching(source) as cached:
        await cached.get()
        for _ in range(3):  # however often it was used
            cached.peek()
        cached.invalidate()
        await asyncio.sleep(2 * TTL)

        assert source.loads == 1


@skipping
async def test_a_refresh_that_failed_is_repeated_after_the_cool_down_if_it_was_used_meanwhile() -> None:
    source = Source()
    async with caching(source, cool_down=0.2 * TTL) as cached:
        await cached.get()
        cached.peek()
        source.error = DOWN
        await asyncio.sleep(LATEST)
        before = source.loads

        kept = await cached.get()
        await asyncio.sleep(0.2 * TTL)
        used = source.loads
        await asyncio.sleep(TTL)

        assert (kept.value, kept.stale) == (1, True)
        assert (before, used, source.loads) == (2, 3, 3)


@skipping
async def test_a_bug_in_the_load_is_told_and_not_repeated_by_each_use() -> None:
    source = Source()
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    async with caching(source, cool_down=COOL_DOWN) as cached:
        await cached.get()
        source.error = TypeError("a bug")
        await asyncio.sleep(LATEST)
        for _ in range(100):
            cached.peek()
            await asyncio.sleep(0)
        gc.collect()

        assert source.loads == 2
        assert told == [source.error]
