"""The cache: one load for everybody, a time to live, and the last good value when loading fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from core.cache import Cached, Counters, Kept
from core.errors import ApiError, ServerFault
from tests.waiting import until, until_told

LONG = 3600.0


class Source:
    """Loads 1, 2, 3, …; fails while `error` is set, and waits at the gate while that is closed."""

    def __init__(self) -> None:
        self.loads = 0
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self) -> int:
        self.loads += 1
        number, error = self.loads, self.error
        await self.gate.wait()
        if error is not None:
            raise error
        return number

    async def is_loading(self, number: int) -> None:
        await until(lambda: self.loads >= number)


@pytest.fixture
def source() -> Source:
    return Source()


@asynccontextmanager
async def caching(source: Source, ttl: float = LONG, cool_down: float = 0.0) -> AsyncIterator[Cached[int]]:
    async with aclosing(Cached(source.load, ttl, cool_down)) as cached:
        yield cached


async def _if_fresh(cached: Cached[int]) -> Kept[int] | None:
    kept = await cached.get()
    return None if kept.stale else kept


async def _if_other(cached: Cached[int], value: int) -> Kept[int] | None:
    kept = await cached.get()
    return None if kept.value == value else kept


async def test_a_thousand_callers_share_one_load(source: Source) -> None:
    async with caching(source) as cached:
        kept = await asyncio.gather(*(cached.get() for _ in range(1000)))

    assert {item.value for item in kept} == {1}
    assert cached.counters == Counters(hits=999, loads=1, stale=0, failures=0)


async def test_the_value_is_kept_for_its_time_to_live(source: Source) -> None:
    async with caching(source) as cached:
        first, second = await cached.get(), await cached.get()

    assert first is second
    assert not first.stale


async def test_the_value_is_loaded_anew_after_its_time_to_live(source: Source) -> None:
    async with caching(source, ttl=0.01) as cached:
        first = await cached.get()
        later = await until_told(lambda: _if_other(cached, first.value))

    assert later.value == 2
    assert later.loaded_at > first.loaded_at


async def test_a_first_failure_is_raised(source: Source) -> None:
    source.error = ServerFault("GET /x", 500)

    async with caching(source, cool_down=LONG) as cached:
        for _ in range(2):
            with pytest.raises(ServerFault):
                await cached.get()

    assert source.loads == 2


async def test_all_who_wait_for_a_first_load_get_its_failure(source: Source) -> None:
    source.error = ServerFault("GET /x", 500)

    async with caching(source) as cached:
        outcomes = await asyncio.gather(*(cached.get() for _ in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [ServerFault] * 5
    assert source.loads == 1


async def test_the_last_good_value_outlives_a_failure_and_says_so(source: Source) -> None:
    async with caching(source) as cached:
        good = await cached.get()
        source.error = ServerFault("GET /x", 500)
        cached.invalidate()

        kept = await cached.get()

    assert (kept.value, kept.loaded_at, kept.stale) == (good.value, good.loaded_at, True)
    assert cached.counters == Counters(hits=0, loads=2, stale=1, failures=1)


async def test_a_source_that_failed_is_left_alone_for_a_while(source: Source) -> None:
    async with caching(source, cool_down=LONG) as cached:
        await cached.get()
        source.error = ServerFault("GET /x", 500)
        cached.invalidate()

        kept = [await cached.get() for _ in range(10)]

    assert all(item.stale for item in kept)
    assert source.loads == 2


async def test_the_source_is_asked_again_after_the_cool_down(source: Source) -> None:
    async with caching(source, cool_down=0.01) as cached:
        await cached.get()
        source.error = ServerFault("GET /x", 500)
        cached.invalidate()
        await cached.get()
        source.error = None

        kept = await until_told(lambda: _if_fresh(cached))

    assert kept.value == 3


async def test_a_success_ends_the_cool_down(source: Source) -> None:
    source.error = ServerFault("GET /x", 500)
    async with caching(source, cool_down=LONG) as cached:
        with pytest.raises(ServerFault):
            await cached.get()
        source.error = None
        await cached.get()

        kept = await cached.get()

    assert (kept.value, kept.stale) == (2, False)


async def test_an_error_of_our_own_is_not_hidden_behind_the_last_good_value(source: Source) -> None:
    async with caching(source) as cached:
        await cached.get()
        source.error = TypeError("a bug")
        cached.invalidate()

        with pytest.raises(TypeError, match="a bug"):
            await cached.get()


async def test_one_callers_cancellation_leaves_the_load_to_the_others(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        impatient, patient = asyncio.ensure_future(cached.get()), asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        impatient.cancel()
        await asyncio.wait({impatient})
        source.gate.set()

        assert (await patient).value == 1
    assert impatient.cancelled()


async def test_the_next_caller_loads_after_the_only_one_was_cancelled(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        only = asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        only.cancel()
        await asyncio.wait({only})
        source.gate.set()

        kept = await cached.get()

    assert (kept.value, kept.stale) == (2, False)


async def test_after_an_invalidate_the_load_under_way_answers_no_later_caller(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        before = asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        cached.invalidate()
        after = asyncio.ensure_future(cached.get())
        await source.is_loading(2)
        source.gate.set()

        assert [(await before).value, (await after).value, (await cached.get()).value] == [1, 2, 2]
        peeked = cached.peek()
    assert peeked is not None
    assert peeked.value == 2


@pytest.mark.parametrize("outcome", [None, ServerFault("GET /x", 500)], ids=["succeeds", "fails"])
async def test_an_overtaken_load_that_ends_last_changes_nothing(source: Source, outcome: ApiError | None) -> None:
    source.error = outcome
    source.gate.clear()
    async with caching(source, cool_down=LONG) as cached:
        slow = asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        slow_gate, source.gate = source.gate, asyncio.Event()
        source.gate.set()
        source.error = None
        cached.invalidate()
        newer = await cached.get()

        slow_gate.set()
        await asyncio.wait({slow})

        assert (newer.value, cached.peek()) == (2, newer)
        assert await cached.get() is newer


async def test_peek_never_waits_and_starts_the_load(source: Source) -> None:
    async with caching(source) as cached:
        assert cached.peek() is None

        await until(lambda: cached.peek() is not None)

    assert source.loads == 1


async def test_peek_gives_an_old_value_while_a_new_one_is_loaded(source: Source) -> None:
    async with caching(source) as cached:
        await cached.get()
        cached.invalidate()
        source.gate.clear()

        kept = [cached.peek() for _ in range(5)]
        await source.is_loading(2)
        source.gate.set()

        assert [item.value for item in kept if item] == [1] * 5
        assert (await cached.get()).value == 2


async def test_peek_outlives_failures_and_leaves_the_source_alone_for_a_while(source: Source) -> None:
    source.error = ServerFault("GET /x", 500)
    async with caching(source, cool_down=LONG) as cached:
        cached.peek()
        await until(lambda: cached.counters.failures == 1)

        for _ in range(5):
            cached.peek()
            await asyncio.sleep(0)

        assert cached.peek() is None
    assert source.loads == 1


async def test_recall_gives_only_what_is_young_enough(source: Source) -> None:
    async with caching(source, ttl=0.02) as cached:
        assert cached.recall() is None
        loaded = await cached.get()
        source.gate.clear()

        assert cached.recall() is loaded
        await until(lambda: cached.recall() is None)

        assert cached.peek() is loaded


@pytest.mark.parametrize("begin", [lambda cached: cached.get(), lambda cached: asyncio.sleep(0, cached.peek())])
async def test_closing_stops_a_load_under_way(
    source: Source, begin: Callable[[Cached[int]], Awaitable[object]]
) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        begun = asyncio.ensure_future(begin(cached))
        await source.is_loading(1)

    await asyncio.wait({begun})

    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
