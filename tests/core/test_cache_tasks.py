"""The cache's tasks: who waits may leave, nothing of who asked goes along, and nothing is left behind."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

import pytest

from core.cache import Cached
from tests.core.caching import TTL, Source, caching
from tests.waiting import until

ASKED_BY: ContextVar[str] = ContextVar("asked_by", default="nobody")
BEGINNINGS: list[Callable[[Cached[object]], Awaitable[object]]] = [
    lambda cached: cached.get(),
    lambda cached: asyncio.sleep(0, cached.peek()),
]


@pytest.fixture
def source() -> Source:
    return Source()


async def test_one_callers_cancellation_leaves_the_load_to_the_others(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        *impatient, patient = [asyncio.ensure_future(cached.get()) for _ in range(10)]
        await source.is_loading(1)
        for one in impatient:
            one.cancel()
        await asyncio.wait(impatient)
        source.gate.set()

        assert (await patient).value == 1
    assert all(one.cancelled() for one in impatient)


async def test_the_load_outlives_the_cancellation_of_all_callers(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        only = asyncio.ensure_future(cached.get())
        await source.is_loading(1)
        only.cancel()
        await asyncio.wait({only})
        source.gate.set()

        kept = await cached.get()

    assert (kept.value, kept.stale) == (1, False)


@pytest.mark.parametrize("begin", BEGINNINGS, ids=["get", "peek"])
async def test_nothing_of_who_asked_reaches_the_load(begin: Callable[[Cached[str]], Awaitable[object]]) -> None:
    async def load() -> str:
        return ASKED_BY.get()

    ASKED_BY.set("alice")
    cached = Cached(load, TTL)
    await begin(cached)

    assert (await cached.get()).value == "nobody"
    await cached.aclose()


async def test_peek_makes_no_task_when_nothing_is_due(source: Source) -> None:
    async with caching(source) as cached:
        await cached.get()
        await until(lambda: not cached.is_loading)

        cached.peek()

        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("begin", BEGINNINGS, ids=["get", "peek"])
async def test_closing_stops_a_load_under_way(
    source: Source, begin: Callable[[Cached[int]], Awaitable[object]]
) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        begun = asyncio.ensure_future(begin(cached))
        await source.is_loading(1)

    await asyncio.wait({begun})

    assert source.under_way == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_closing_stops_an_overtaken_load_too(source: Source) -> None:
    source.gate.clear()
    async with caching(source) as cached:
        cached.peek()
        await source.is_loading(1)
        cached.invalidate()
        cached.peek()
        await source.is_loading(2)

    assert source.under_way == 0


async def test_what_was_replaced_is_let_go() -> None:
    class Large:
        pass

    async def load() -> Large:
        return Large()

    cached = Cached(load, TTL)
    old = weakref.ref((await cached.get()).value)
    await cached.get(bypass=True)
    await until(lambda: not cached.is_loading)
    gc.collect()

    assert old() is None
    await cached.aclose()


async def test_a_closed_cache_loads_no_more(source: Source) -> None:
    async with caching(source) as cached:
        kept = await cached.get()

    assert cached.peek() is kept
    assert asyncio.all_tasks() == {asyncio.current_task()}
