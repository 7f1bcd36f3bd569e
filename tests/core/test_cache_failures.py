"""The cache while its source fails or hangs: the last good value answers at once, and the source is left alone."""

import asyncio

import pytest

from core.cache import Counters, Kept
from core.comfydeploy.errors import ServerFault
from tests.core.caching import DOWN, TTL, Source, caching
from tests.skipping import skipping
from tests.waiting import until

COOL_DOWN = 5.0
PATIENCE = 3.0


@pytest.fixture
def source() -> Source:
    return Source()


async def test_a_first_failure_is_raised_and_the_next_caller_tries_again(source: Source) -> None:
    source.error = DOWN

    async with caching(source, cool_down=TTL) as cached:
        for _ in range(2):
            with pytest.raises(ServerFault):
                await cached.get()

    assert source.loads == 2


async def test_all_who_wait_for_a_first_load_get_its_failure(source: Source) -> None:
    source.error = DOWN

    async with caching(source) as cached:
        outcomes = await asyncio.gather(*(cached.get() for _ in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ServerFault] * 5
    assert source.loads == 1


async def test_the_last_good_value_outlives_a_failure_and_says_so(source: Source) -> None:
    async with caching(source) as cached:
        good = await cached.get()
        source.error = DOWN
        cached.invalidate()

        kept = await cached.get()

    assert (kept.value, kept.loaded_at, kept.stale) == (good.value, good.loaded_at, True)
    assert cached.counters == Counters(loads=2, stale=1, failures=1)


@skipping
async def test_a_source_that_failed_is_left_alone_for_a_while() -> None:
    source = Source()
    async with caching(source, cool_down=COOL_DOWN) as cached:
        await cached.get()
        source.error = DOWN
        await asyncio.sleep(TTL)

        kept = [await cached.get() for _ in range(10)]
        await asyncio.sleep(0.9 * COOL_DOWN)
        kept.append(await cached.get())

        assert all(item.stale for item in kept)
        assert source.loads == 2


@skipping
async def test_the_source_is_asked_again_after_the_cool_down_without_a_wait() -> None:
    source = Source()
    async with caching(source, cool_down=COOL_DOWN) as cached:
        await cached.get()
        source.error = DOWN
        await asyncio.sleep(TTL)
        await cached.get()
        await cached.get()
        source.error = None
        await asyncio.sleep(COOL_DOWN + 1)

        kept = await cached.get()

    assert (kept.value, kept.stale) == (3, False)
    assert cached.counters == Counters(hits=1, loads=3, stale=2, failures=1, refreshes=1)


async def test_an_invalidate_ends_the_cool_down(source: Source) -> None:
    async with caching(source, cool_down=TTL) as cached:
        await cached.get()
        source.error = DOWN
        cached.invalidate()
        await cached.get()
        source.error = None
        cached.invalidate()

        assert (await cached.get()).value == 3


async def test_a_success_ends_the_cool_down(source: Source) -> None:
    source.error = DOWN
    async with caching(source, cool_down=TTL) as cached:
        with pytest.raises(ServerFault):
            await cached.get()
        source.error = None
        await cached.get()

        kept = await cached.get()

    assert (kept.value, kept.stale) == (2, False)


async def test_after_a_success_nothing_is_left_of_the_cool_down(source: Source) -> None:
    async with caching(source, ttl=0, cool_down=TTL) as cached:
        await cached.get()
        source.error = DOWN
        await cached.get()
        source.error = None
        await cached.get(bypass=True)

        assert (await cached.get()).value == 4


async def test_peek_outlives_failures_and_leaves_the_source_alone_for_a_while(source: Source) -> None:
    source.error = DOWN
    async with caching(source, cool_down=TTL) as cached:
        cached.peek()
        await until(lambda: cached.counters.failures == 1)

        for _ in range(5):
            cached.peek()
            await asyncio.sleep(0)

        assert cached.peek() is None
    assert source.loads == 1


@pytest.mark.parametrize("bug", [TypeError("a bug"), TimeoutError("a bug")], ids=["type", "time"])
async def test_an_error_of_our_own_is_not_hidden_behind_the_last_good_value(source: Source, bug: Exception) -> None:
    async with caching(source, cool_down=TTL) as cached:
        await cached.get()
        source.error = bug
        cached.invalidate()

        for _ in range(2):
            with pytest.raises(type(bug), match="a bug"):
                await cached.get()


@skipping
async def test_a_load_that_hangs_is_waited_for_no_longer_than_one_is_patient() -> None:
    source = Source()
    loop = asyncio.get_running_loop()
    async with caching(source, patience=PATIENCE) as cached:
        await cached.get()
        source.takes = 20.0
        await asyncio.sleep(TTL)
        before = loop.time()

        first = await cached.get()
        waited = loop.time() - before
        second = await cached.get()
        waited_again = loop.time() - before - waited
        await asyncio.sleep(source.takes)
        third = await cached.get()

        assert (first.value, first.stale) == (1, True)
        assert waited == pytest.approx(PATIENCE)
        assert (second.stale, waited_again) == (True, 0)
        assert (third.value, third.stale) == (2, False)
    assert cached.counters == Counters(hits=1, loads=2, stale=2)


@skipping
async def test_a_first_load_is_waited_for_however_long_it_takes() -> None:
    source = Source()
    source.takes = 100.0
    async with caching(source, patience=PATIENCE) as cached:
        kept = await cached.get()

    assert (kept.value, kept.stale) == (1, False)


async def test_a_bypass_loads_anew_in_spite_of_a_good_value_and_a_cool_down(source: Source) -> None:
    async with caching(source, cool_down=TTL) as cached:
        await cached.get()
        source.error = DOWN
        cached.invalidate()
        await cached.get()
        source.error = None

        kept = await cached.get(bypass=True)

        assert (kept.value, kept.stale) == (3, False)
        assert await cached.get() is kept


async def test_a_bypass_does_not_fall_back_and_takes_nothing_from_the_others(source: Source) -> None:
    async with caching(source, cool_down=TTL) as cached:
        await cached.get()
        source.error = DOWN

        with pytest.raises(ServerFault):
            await cached.get(bypass=True)
        kept = await cached.get()

    assert (kept.value, kept.stale) == (1, True)


async def test_a_bypass_waits_for_no_older_load_and_is_not_undone_by_it(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        slow = asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        slow_gate, source.gate = source.gate, asyncio.Event()
        source.gate.set()

        newer = await cached.get(bypass=True)
        slow_gate.set()

        assert ((await slow).value, newer.value) == (1, 2)
        assert await cached.get() is newer


async def test_who_waits_for_an_overtaken_load_that_fails_gets_what_the_newer_one_brought(source: Source) -> None:
    async with caching(source) as cached:
        await cached.get()
        cached.invalidate()
        source.error = DOWN
        source.gate.clear()
        slow = asyncio.ensure_future(cached.get())
        await source.is_loading(2)
        slow_gate, source.gate, source.error = source.gate, asyncio.Event(), None
        source.gate.set()
        newer = await cached.get(bypass=True)
        slow_gate.set()

        assert await slow is newer
    assert newer == Kept(3, newer.loaded_at)


@pytest.mark.parametrize("takes", [0.0, 1.0, 30.0])
def test_in_an_outage_of_an_hour_every_read_is_answered_and_only_the_first_waits(takes: float) -> None:
    @skipping
    async def run() -> None:
        source = Source()
        loop = asyncio.get_running_loop()
        async with caching(source, cool_down=COOL_DOWN, patience=PATIENCE) as cached:
            await cached.get()
            source.error, source.takes = DOWN, takes
            await asyncio.sleep(TTL)
            values, waited = [], 0.0
            for _ in range(3600):
                before = loop.time()
                values.append((await cached.get()).value)
                waited += loop.time() - before
                await asyncio.sleep(1)

            assert set(values) == {1}
            assert waited <= PATIENCE
            assert source.loads <= 1 + 3600 / COOL_DOWN

    run()


@skipping
async def test_after_an_outage_the_next_who_comes_waits_for_a_new_value() -> None:
    source = Source()
    async with caching(source, cool_down=COOL_DOWN, patience=PATIENCE) as cached:
        await cached.get()
        source.error = DOWN
        await asyncio.sleep(TTL)
        await cached.get()
        source.error, source.takes = None, 1.0
        await asyncio.sleep(TTL)

        kept = await asyncio.gather(*(cached.get() for _ in range(10)))

    assert [(item.value, item.stale) for item in kept] == [(3, False)] * 10
