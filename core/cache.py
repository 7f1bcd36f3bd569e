"""A value that is loaded once, kept for a while, and outlives its source's failures; the one door to `async_lru`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from async_lru import alru_cache

from core.errors import ApiError

T = TypeVar("T")

COOL_DOWN: Final = 5.0  # seconds after a failed load in which callers get the last good value at once


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value, when it was loaded, and whether loading it anew has failed since."""

    value: T
    loaded_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Counters:
    """How a cache was used since the start; joining a load under way is a hit."""

    hits: int
    loads: int
    stale: int
    failures: int


class Cached(Generic[T]):
    """`load` behind a time to live (seconds), with one load at a time and the last good value beside it.

    A generation number is part of async-lru's key, so that a load which an `invalidate` overtook can neither answer
    later callers nor replace what a newer one brought.
    """

    def __init__(self, load: Callable[[], Awaitable[T]], ttl: float, cool_down: float = COOL_DOWN) -> None:
        self._load = load
        self._ttl = timedelta(seconds=ttl)
        self._cool_down = cool_down
        self._generation = 0
        self._good: Kept[T] | None = None
        self._good_since = 0  # the generation `_good` is of
        self._failed_at: float | None = None  # of the loop's clock; None after a success
        self._refresh: asyncio.Task[None] | None = None
        self._fresh = alru_cache(maxsize=2, ttl=ttl)(self._load_once)
        self._served_stale = 0
        self._failures = 0

    @property
    def counters(self) -> Counters:
        info = self._fresh.cache_info()
        return Counters(info.hits, info.misses, self._served_stale, self._failures)

    async def get(self) -> Kept[T]:
        """The value, at most `ttl` old; when it cannot be loaded, the last good one marked as stale.

        Raises:
            ApiError: it cannot be loaded and never was.
        """
        if self._good is not None and self._is_cooling:
            return self._stale(self._good)
        try:
            return await self._fresh(self._generation)
        except ApiError:
            if self._good is None:
                raise
            return self._stale(self._good)

    def peek(self) -> Kept[T] | None:
        """The last good value without waiting, whatever its age; starts a load when it is due."""
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.get_running_loop().create_task(self._load_if_due(), name="cache refresh")
        return self._good

    def recall(self) -> Kept[T] | None:
        """As `peek`, but None when the value is older than `ttl`: what `get` would return without waiting."""
        kept = self.peek()
        return kept if kept is not None and datetime.now(UTC) - kept.loaded_at < self._ttl else None

    def invalidate(self) -> None:
        """The next `get` loads anew, even if a load is under way now; the last good value stays as a fallback."""
        self._generation += 1
        self._failed_at = None

    async def aclose(self) -> None:
        """Stop a load under way."""
        if self._refresh is not None:
            self._refresh.cancel()
            await asyncio.gather(self._refresh, return_exceptions=True)
        await self._fresh.cache_close()

    @property
    def _is_cooling(self) -> bool:
        return self._failed_at is not None and asyncio.get_running_loop().time() - self._failed_at < self._cool_down

    def _stale(self, kept: Kept[T]) -> Kept[T]:
        self._served_stale += 1
        return replace(kept, stale=True)

    async def _load_if_due(self) -> None:
        if not self._is_cooling:
            with contextlib.suppress(ApiError):  # it is counted, and the next `get` meets it again
                await self._fresh(self._generation)

    async def _load_once(self, generation: int) -> Kept[T]:
        try:
            value = await self._load()
        except ApiError:
            self._failures += 1
            if generation == self._generation:
                self._failed_at = asyncio.get_running_loop().time()
            raise
        kept = Kept(value, datetime.now(UTC))
        if generation >= self._good_since:
            self._good, self._good_since = kept, generation
        if generation == self._generation:
            self._failed_at = None
        return kept
