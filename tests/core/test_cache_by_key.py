"""The cache with keys: each has a value of its own, and no more are kept than there is room for."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from core.cache import CachedByKey, Counters
from tests.core.caching import DOWN, TTL
from tests.skipping import skipping


class Shelf:
    """Loads `<key> <how often>`; waits at the gate of a key where there is one."""

    def __init__(self) -> None:
        self.loads = Counter[str]()
        self.gates = dict[str, asyncio.Event]()
        self.is_down = False

    async def load(self, key: str) -> str:
        self.loads[key] += 1
        if self.is_down:
            raise DOWN
        if key in self.gates:
            await self.gates[key].wait()
        return f"{key} {self.loads[key]}"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def three(shelf: Shelf) -> AsyncIterator[CachedByKey[str]]:
    """Has room for three."""
    cached = CachedByKey(shelf.load, TTL, most=3)
    yield cached
    await cached.aclose()


async def test_each_key_is_loaded_once(shelf: Shelf, three: CachedByKey[str]) -> None:
    kept = await asyncio.gather(*(three.get(key) for key in "abab"))

    assert [item.value for item in kept] == ["a 1", "b 1", "a 1", "b 1"]
    assert shelf.loads == {"a": 1, "b": 1}


async def test_the_least_recently_used_is_dropped(shelf: Shelf, three: CachedByKey[str]) -> None:
    for key in "abcad":
        await three.get(key)
    for key in "acd":
        await three.get(key)

    assert shelf.loads == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert (await three.get("b")).value == "b 2"


async def test_what_somebody_waits_for_is_not_dropped(shelf: Shelf, three: CachedByKey[str]) -> None:
    shelf.gates["a"] = asyncio.Event()
    waiting = asyncio.ensure_future(three.get("a"))
    await asyncio.sleep(0)
    for key in "bcde":
        await three.get(key)
    later = asyncio.ensure_future(three.get("a"))
    await asyncio.sleep(0)
    shelf.gates["a"].set()

    assert [(await waiting).value, (await later).value] == ["a 1", "a 1"]
    assert shelf.loads["a"] == 1


async def test_more_than_there_is_room_for_may_load_at_once(shelf: Shelf, three: CachedByKey[str]) -> None:
    shelf.gates = {key: asyncio.Event() for key in "abcdef"}
    waiting = [asyncio.ensure_future(three.get(key)) for key in "abcdef"]
    await asyncio.sleep(0)
    for gate in shelf.gates.values():
        gate.set()

    assert [item.value for item in await asyncio.gather(*waiting)] == [f"{key} 1" for key in "abcdef"]
    await three.get("g")
    await three.get("f")
    await three.get("a")
    assert shelf.loads == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}


async def test_one_key_is_invalidated_and_the_others_are_not(shelf: Shelf, three: CachedByKey[str]) -> None:
    for key in "ab":
        await three.get(key)
    three.invalidate("a")
    three.invalidate("never asked for")

    assert [(await three.get(key)).value for key in "ab"] == ["a 2", "b 1"]


async def test_all_keys_are_invalidated_at_once(shelf: Shelf, three: CachedByKey[str]) -> None:
    for key in "ab":
        await three.get(key)
    three.invalidate()

    assert [(await three.get(key)).value for key in "ab"] == ["a 2", "b 2"]


async def test_a_key_can_be_bypassed(shelf: Shelf, three: CachedByKey[str]) -> None:
    await three.get("a")

    assert (await three.get("a", bypass=True)).value == "a 2"


async def test_each_key_has_a_last_good_value(shelf: Shelf, three: CachedByKey[str]) -> None:
    await three.get("a")
    shelf.is_down = True
    three.invalidate()

    kept = await three.get("a")

    assert (kept.value, kept.stale) == ("a 1", True)
    with pytest.raises(type(DOWN)):
        await three.get("b")


async def test_what_was_dropped_still_counts(shelf: Shelf, three: CachedByKey[str]) -> None:
    for key in "abcd":
        await three.get(key)
        await three.get(key)

    assert three.counters == Counters(hits=4, loads=4)


@skipping
async def test_a_dropped_key_is_refreshed_no_more() -> None:
    shelf = Shelf()
    cached = CachedByKey(shelf.load, TTL, most=1)
    await cached.get("a")
    await cached.get("a")
    await asyncio.sleep(1)
    await cached.get("b")
    await asyncio.sleep(2 * TTL)

    assert shelf.loads == {"a": 1, "b": 1}


async def test_closing_ends_all_loads_under_way(shelf: Shelf, three: CachedByKey[str]) -> None:
    shelf.gates = {key: asyncio.Event() for key in "ab"}
    waiting = [asyncio.ensure_future(three.get(key)) for key in "ab"]
    await asyncio.sleep(0)

    await three.aclose()
    await asyncio.wait(waiting)

    assert asyncio.all_tasks() == {asyncio.current_task()}
