"""What is remembered: for how long, how much of it, and for how many at once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cogs.ui.remembered import Remembered


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Counts how often it is asked; fails where `error` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None

    def __call__(self, key: str) -> Callable[[], Awaitable[str]]:
        async def look_up() -> str:
            self.asked.append(key)
            await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
            return key.upper()

        return look_up


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(clock: Clock) -> Remembered[str, str]:
    return Remembered(60.0, 3, clock)


@pytest.mark.parametrize(("later", "asked"), [(59.0, 1), (60.0, 2)])
async def test_a_value_is_looked_up_once_until_its_time_is_over(
    kept: Remembered[str, str], clock: Clock, source: Source, later: float, asked: int
) -> None:
    await kept.get("a", source("a"))
    clock.now = later

    assert await kept.get("a", source("a")) == "A"
    assert len(source.asked) == asked


async def test_many_at_once_look_up_once(kept: Remembered[str, str], source: Source) -> None:
    assert await asyncio.gather(*(kept.get("a", source("a")) for _ in range(5))) == ["A"] * 5
    assert source.asked == ["a"]


async def test_a_failure_is_told_to_all_who_wait_and_then_forgotten(kept: Remembered[str, str], source: Source) -> None:
    source.error = KeyError("no")

    failed = await asyncio.gather(*(kept.get("a", source("a")) for _ in range(3)), return_exceptions=True)

    assert [type(item) for item in failed] == [KeyError] * 3
    assert "a" not in kept
    source.error = None
    assert await kept.get("a", source("a")) == "A"


async def test_the_oldest_makes_room(kept: Remembered[str, str], source: Source) -> None:
    for key in "abcd":
        await kept.get(key, source(key))

    assert [key in kept for key in "abcd"] == [False, True, True, True]


async def test_who_stops_waiting_stops_nobody_else(kept: Remembered[str, str], source: Source) -> None:
    first = asyncio.create_task(kept.get("a", source("a")))
    others = [asyncio.create_task(kept.get("a", source("a"))) for _ in range(2)]
    await asyncio.sleep(0)

    others[0].cancel()

    assert (await first, await others[1]) == ("A", "A")


async def test_a_look_up_that_is_stopped_leaves_nothing_behind(kept: Remembered[str, str], source: Source) -> None:
    first = asyncio.create_task(kept.get("a", source("a")))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    assert "a" not in kept
    assert await kept.get("a", source("a")) == "A"


async def test_what_is_forgotten_is_looked_up_anew(kept: Remembered[str, str], source: Source) -> None:
    await kept.get("a", source("a"))

    kept.forget("a")

    await kept.get("a", source("a"))
    assert source.asked == ["a", "a"]
