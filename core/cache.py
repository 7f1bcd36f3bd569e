"""Values that are loaded once for all, refreshed while in use, and outlive failures; the one door to `async_lru`."""

import asyncio
import contextlib
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from math import inf
from typing import Final, Generic, TypeVar

from async_lru import alru_cache

from core.comfydeploy.errors import ApiError

T = TypeVar("T")

COOL_DOWN: Final = 5.0  # seconds after a failed load in which callers get the last good value at once
PATIENCE: Final = 3.0  # seconds a load may take before callers get the last good value instead
JITTER: Final = 0.1  # share of the time to live, so that many processes do not refresh at once
_LONGEST_PAUSE: Final = 6  # cool-downs between two tries of a first load that nobody waits for
_REFRESH: Final = 0.9  # share of the time to live after which a value in use is loaded anew, at the latest


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value, when it was loaded, and whether loading it anew has failed, or hung, since."""

    value: T
    loaded_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Counters:
    """How a cache was used since the start. Joining a load under way is a hit; `refreshes` are loads nobody awaited."""

    hits: int = 0
    loads: int = 0
    stale: int = 0
    failures: int = 0
    refreshes: int = 0

    def __add__(self, other: "Counters") -> "Counters":
        return Counters(*map(sum, zip(astuple(self), astuple(other), strict=True)))


class Cached(Generic[T]):
    """`load` behind a time to live (seconds), with one load at a time and the last good value beside it.

    With a `ttl` of 0 every `get` loads. What is used is loaded anew in the background before its time is over; what is
    not is left alone. `load` runs in an empty context, whoever asked. If it raises `ApiError`, the last good value does
    instead, so where "not found" is an answer it is to be returned. Anything else it raises is a bug, and passed on.

    One generation is one load: its number is async-lru's key, so that a load which an `invalidate` overtook can neither
    answer later callers nor replace what a newer one brought.
    """

    def __init__(
        self,
        load: Callable[[], Awaitable[T]],
        ttl: float,
        *,
        cool_down: float = COOL_DOWN,
        patience: float = PATIENCE,
        jitter: float = JITTER,
    ) -> None:
        self._load = load
        self._ttl, self._cool_down, self._patience, self._jitter = ttl, cool_down, patience, jitter
        self._good: Kept[T] | None = None
        self._good_at = -inf  # this and all other times are of the loop's clock: no change of the date moves it
        self._expires_at = -inf
        self._cool_at = -inf  # the end of the cool-down
        self._due_at = -inf  # from when on a use begins a load
        self._timer: asyncio.TimerHandle | None = None  # does so for a value that was used before, or is wanted
        self._is_wanted = False  # whether it is to be loaded once, used or not
        self._generation = 0
        self._begun = -1  # the generation of the newest load, which is under way if it is the current one
        self._patient_until = -inf  # how long those who have a good value wait for the newest load
        self._holds = set[asyncio.Task[None]]()
        self._first = set[asyncio.Timeout]()  # of those who wait while there is no good value
        self._share = alru_cache(maxsize=None, ttl=0)(self._load_once)  # keeps only what is under way
        self._hits = self._loads = self._stale = self._failures = self._refreshes = 0

    @property
    def counters(self) -> Counters:
        return Counters(self._hits, self._loads, self._stale, self._failures, self._refreshes)

    @property
    def age(self) -> float | None:
        """Seconds since the last good value was loaded."""
        return None if self._good is None else asyncio.get_running_loop().time() - self._good_at

    @property
    def is_loading(self) -> bool:
        return bool(self._holds)

    async def get(self, *, bypass: bool = False) -> Kept[T]:
        """The value, at most `ttl` old; when it cannot be loaded, or not in time, the last good one marked as stale.

        With `bypass` only what is loaded from now on, however long that takes.

        Raises:
            ApiError: it cannot be loaded, and never was or `bypass` rules that out.
        """
        if bypass:
            self._generation += 1
            self._begin()
            return await self._share(self._generation)
        now, good = asyncio.get_running_loop().time(), self._good
        if good is None or (now >= self._expires_at and now >= self._cool_at):
            return await self._join()
        self._use(now)
        return self._from_memory(good, now)

    def peek(self) -> Kept[T] | None:
        """The last good value without waiting, whatever its age; starts a load when it is due."""
        self._use(asyncio.get_running_loop().time())
        return self._good

    def recall(self) -> Kept[T] | None:
        """As `peek`, but None when the value is older than `ttl` or was invalidated."""
        now = asyncio.get_running_loop().time()
        self._use(now)
        return self._good if now < self._expires_at else None

    def warm(self) -> None:
        """Have the value loaded once, used or not: now, and if that fails again and again, at growing distances."""
        if self._good is None:
            self._is_wanted = True
            self._refresh()

    def adopt(self, kept: Kept[T]) -> None:
        """Have a value of an earlier process as the last good one, stale, if there is none: it ends their waiting."""
        if self._good is not None:
            return
        age = max(0.0, (datetime.now(UTC) - kept.loaded_at).total_seconds())
        self._good, self._good_at = replace(kept, stale=True), asyncio.get_running_loop().time() - age
        for limit in self._first:
            limit.reschedule(self._patient_until)

    def invalidate(self) -> None:
        """The next `get` loads anew, even if a load is under way now; the last good value stays as a fallback."""
        self._expires_at = self._cool_at = -inf
        self._end(due_at=-inf)
        if self._is_wanted:
            self._refresh()

    async def aclose(self) -> None:
        """Stop what is under way; nothing is loaded any more."""
        self._is_wanted = False
        self._end(due_at=-inf)
        self._begun = self._generation
        await self._share.cache_close()
        await asyncio.gather(*self._holds, return_exceptions=True)

    async def _join(self) -> Kept[T]:
        joined = not self._begin()
        limit = asyncio.timeout_at(None if self._good is None else self._patient_until)
        try:
            async with limit:
                if self._good is None:
                    self._first.add(limit)
                kept = await self._share(self._generation)
        except (ApiError, TimeoutError) as error:
            is_ours = isinstance(error, ApiError) or limit.expired()
            if self._good is None or not is_ours:
                raise
            return self._from_memory(self._good, asyncio.get_running_loop().time())
        finally:
            self._first.discard(limit)
        self._hits += joined
        return kept

    def _from_memory(self, good: Kept[T], now: float) -> Kept[T]:
        if now >= self._expires_at and not good.stale:
            self._good = good = replace(good, stale=True)
        if good.stale:
            self._stale += 1
        else:
            self._hits += 1
        return good

    def _use(self, now: float) -> None:
        """Have the value loaded anew without waiting: now if that is due, else once it will be."""
        if now >= self._due_at:
            self._refresh()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(self._due_at, self._refresh)

    def _refresh(self) -> None:
        self._refreshes += self._begin()

    def _begin(self) -> bool:
        """Load, unless that is under way. A task of our own waits too, so that the load outlives all other waiters."""
        if self._begun == self._generation:
            return False
        loop = asyncio.get_running_loop()
        now = loop.time()
        failed_lately = now < self._cool_at + self._cool_down  # then nobody waits for the next proof of it
        self._begun, self._patient_until = self._generation, now + (0 if failed_lately else self._patience)
        self._loads += 1
        hold = loop.create_task(self._hold(self._generation), name="cache load")
        self._holds.add(hold)
        hold.add_done_callback(self._holds.discard)
        return True

    async def _hold(self, generation: int) -> None:
        with contextlib.suppress(ApiError):  # it is counted, and whoever waits meets it
            await self._share(generation)

    async def _load_once(self, generation: int) -> Kept[T]:
        try:
            value = await Context().run(lambda: asyncio.ensure_future(self._load()))
        except BaseException as error:
            self._failures += 1
            if generation == self._generation:
                self._put_off(error)
            raise
        kept = Kept(value, datetime.now(UTC))
        if generation == self._generation:
            self._keep(kept)
        return kept

    def _keep(self, kept: Kept[T]) -> None:
        now = asyncio.get_running_loop().time()
        self._good, self._good_at = kept, now
        self._expires_at, self._cool_at, self._is_wanted = now + self._ttl, -inf, False
        share = random.uniform(_REFRESH - self._jitter, _REFRESH)  # noqa: S311 -- it spreads, and hides nothing
        self._end(due_at=now + self._ttl * share)

    def _put_off(self, error: BaseException) -> None:
        loop = asyncio.get_running_loop()
        cool_at = loop.time() + self._cool_down
        if isinstance(error, ApiError):
            self._cool_at = cool_at
            self._good = self._good and replace(self._good, stale=True)
        self._end(due_at=cool_at)
        if self._is_wanted:
            pause = self._cool_down * min(self._failures, _LONGEST_PAUSE)
            self._timer = loop.call_at(loop.time() + pause, self._refresh)

    def _end(self, due_at: float) -> None:
        """Of a generation; `due_at` is when the next may begin by itself."""
        self._generation += 1
        self._due_at = due_at
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class CachedByKey(Generic[T]):
    """A `Cached` for each key, at most `most` of them: the least recently used goes, but none that is loading."""

    def __init__(self, load: Callable[[str], Awaitable[T]], ttl: float, most: int = 256, **terms: float) -> None:
        """`terms` are those of `Cached`."""
        self._load, self._ttl, self._most, self._terms = load, ttl, most, terms
        self._caches = OrderedDict[str, Cached[T]]()  # the least recently used first
        self._dropped = Counters()

    @property
    def counters(self) -> Counters:
        """Of all keys, also of those no longer kept."""
        return sum((cached.counters for cached in self._caches.values()), self._dropped)

    async def get(self, key: str, *, bypass: bool = False) -> Kept[T]:
        """As `Cached.get`."""
        if key not in self._caches:
            for surplus in self._take_surplus():
                await surplus.aclose()  # which waits for nothing: they are idle
            self._caches[key] = Cached(partial(self._load, key), self._ttl, **self._terms)
        self._caches.move_to_end(key)
        return await self._caches[key].get(bypass=bypass)

    def invalidate(self, key: str | None = None) -> None:
        """As `Cached.invalidate`; all keys when none is named."""
        for kept, cached in self._caches.items():
            if key is None or key == kept:
                cached.invalidate()

    async def aclose(self) -> None:
        await asyncio.gather(*(cached.aclose() for cached in self._caches.values()))

    def _take_surplus(self) -> list[Cached[T]]:
        """Those that have to go for one more to come."""
        idle = (key for key, cached in self._caches.items() if not cached.is_loading)
        keys = list(islice(idle, max(0, len(self._caches) + 1 - self._most)))
        surplus = [self._caches.pop(key) for key in keys]
        self._dropped = sum((cached.counters for cached in surplus), self._dropped)
        return surplus
