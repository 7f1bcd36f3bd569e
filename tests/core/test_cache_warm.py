"""A cache that is told to be warm tries until it has loaded once, used or not, and then rests like any other."""

import asyncio
from itertools import pairwise

import pytest

from core.cache import Cached
from tests.core.caching import DOWN, TTL, Source, caching
from tests.skipping import skipping
from tests.waiting import until

COOL_DOWN = 5.0
LONGEST = 6 * COOL_DOWN


async def test_a_warm_cache_loads_at_once_and_nobody_waits() -> None:
    source = Source()
    async with caching(source) as cached:
        cached.warm()

        kept = await until(cached.peek)

    assert (kept.value, source.loads, cached.counters.refreshes) == (1, 1, 1)


@skipping
async def test_a_warm_cache_that_cannot_load_goes_on_trying_though_nobody_uses_it() -> None:
    source = Source()
    source.error = DOWN
    async with caching(source, cool_down=COOL_DOWN) as cached:
        cached.warm()
        await asyncio.sleep(3600)
        before = source.loads
        source.error = None
        await asyncio.sleep(LONGEST)

        assert cached.age is not None
        assert 100 < before <= 3600 / COOL_DOWN
        assert source.loads == before + 1


@skipping
async def test_between_two_tries_the_source_is_left_alone_for_longer_each_time() -> None:
    times = []

    async def load() -> None:
        times.append(asyncio.get_running_loop().time())
        raise DOWN

    cached = Cached(load, TTL, cool_down=COOL_DOWN)
    cached.warm()
    await asyncio.sleep(190)
    await cached.aclose()

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 30.0, 30.0]


@skipping
async def test_a_warm_cache_that_has_loaded_once_is_left_alone() -> None:
    source = Source()
    async with caching(source) as cached:
        cached.warm()
        await asyncio.sleep(10 * TTL)

        assert source.loads == 1


@skipping
async def test_a_failure_after_the_first_load_is_not_repeated_for_nobody() -> None:
    source = Source()
    async with caching(source, cool_down=COOL_DOWN) as cached:
        cached.warm()
        await asyncio.sleep(1)
        source.error = DOWN
        cached.invalidate()
        await cached.get()
        await asyncio.sleep(10 * TTL)

        assert source.loads == 2


@skipping
async def test_who_asks_meanwhile_may_bring_what_is_wanted() -> None:
    source = Source()
    source.error = DOWN
    async with caching(source, cool_down=COOL_DOWN) as cached:
        cached.warm()
        await asyncio.sleep(1)
        source.error = None
        kept = await cached.get()
        await asyncio.sleep(10 * TTL)

        assert (kept.value, source.loads) == (2, 2)


@skipping
async def test_an_invalidate_before_the_first_load_does_not_end_the_tries() -> None:
    source = Source()
    source.error = DOWN
    async with caching(source, cool_down=COOL_DOWN) as cached:
        cached.warm()
        await asyncio.sleep(1)
        cached.invalidate()
        await asyncio.sleep(1)
        before = source.loads
        source.error = None
        await asyncio.sleep(LONGEST)

        assert (before, cached.age is None) == (2, False)


@skipping
async def test_a_bug_in_the_load_does_not_end_the_tries() -> None:
    source = Source()
    asyncio.get_running_loop().set_exception_handler(lambda _, __: None)
    source.error = TypeError("a bug")
    async with caching(source, cool_down=COOL_DOWN) as cached:
        cached.warm()
        await asyncio.sleep(1)
        source.error = None
        await asyncio.sleep(LONGEST)

        assert cached.age is not None


@skipping
async def test_to_be_told_again_changes_nothing() -> None:
    source = Source()
    async with caching(source) as cached:
        for _ in range(3):
            cached.warm()
        await asyncio.sleep(1)
        cached.warm()
        await asyncio.sleep(10 * TTL)

        assert source.loads == 1


@pytest.mark.parametrize("waits", [0.1, 1.0], ids=["a load", "a pause"])
def test_closing_ends_the_tries(waits: float) -> None:
    @skipping
    async def run() -> None:
        source = Source()
        source.error, source.takes = DOWN, 0.5
        async with caching(source, cool_down=COOL_DOWN) as cached:
            cached.warm()
            await asyncio.sleep(waits)
        before = source.loads
        await asyncio.sleep(10 * TTL)

        assert (before, source.loads) == (1, 1)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run()
