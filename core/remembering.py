"""A list that outlives the process: what was read last is written down, and stands in while nothing can be read."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from math import inf
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from core.cache import PATIENCE, Cached, Kept
from core.comfydeploy.errors import AccessDenied, ApiError, KeyRefused, WrongAddress
from core.snapshots import Form, SnapshotUnusable
from core.tasks import Tasks

log = structlog.get_logger(__name__)

T = TypeVar("T")

SOON: Final = 60.0  # seconds between two writes, even of a list that is kept for no time
RENEWED: Final = 3600.0  # seconds after which the same is written again, so that its time is about right
_SAYS_NO: Final = (KeyRefused, AccessDenied, WrongAddress)  # it is there, and what we remember may be another's


class Shelf(Protocol):
    """Where bytes are kept, each kind with its time. It raises nothing."""

    async def get(self, kind: str) -> tuple[datetime, bytes] | None: ...
    async def put(self, kind: str, taken_at: datetime, body: bytes) -> None: ...


class Memory(Generic[T]):
    """Of one list. `of` is the fingerprint of what it is read with: what was written with another is left alone."""

    def __init__(self, kind: str, form: Form[Any, T], shelf: Shelf, of: str) -> None:
        self._kind, self._form, self._shelf, self._of = kind, form, shelf, of
        self._tasks = Tasks()
        self._is_asked = False  # whether the shelf was asked for what it has
        self._newest: Kept[T] | None = None  # to be written
        self._is_writing = False
        self._digest = b""  # of what is written
        self._renew_at = self._next_at = -inf  # of the loop's clock

    def cached(
        self, load: Callable[[], Awaitable[T]], ttl: float, *, cool_down: float, patience: float = PATIENCE
    ) -> Cached[T]:
        """A cache of what `load` brings. What is remembered comes first if the first load fails or takes long.

        All times in seconds; see `Cached`.
        """

        async def loaded() -> T:
            value = await self._with_spare(load, cache, patience)
            self._keep(value, max(ttl, SOON))
            return value

        cache = Cached(loaded, ttl, cool_down=cool_down, patience=patience)
        return cache

    async def aclose(self) -> None:
        """Write nothing any more."""
        await self._tasks.aclose()

    async def _with_spare(self, load: Callable[[], Awaitable[T]], cache: Cached[T], patience: float) -> T:
        if self._is_asked or cache.age is not None:
            return await load()
        loading = asyncio.ensure_future(load())
        try:
            done, _ = await asyncio.wait([loading], timeout=patience)
            if not done or _is_away(loading.exception()):
                await self._recall(cache)
            return await loading
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)

    async def _recall(self, cache: Cached[T]) -> None:
        self._is_asked = True
        found = await self._shelf.get(self._kind)
        if found is None:
            return
        taken_at, body = found
        try:
            value = await self._form.read(body, self._of)
        except SnapshotUnusable as error:
            log.warning("snapshot.unusable", kind=self._kind, reason=str(error))
            return
        log.info("snapshot.used", kind=self._kind, taken_at=taken_at.isoformat(timespec="seconds"))
        cache.adopt(Kept(value, min(taken_at, datetime.now(UTC)), stale=True))

    def _keep(self, value: T, pace: float) -> None:
        self._newest = Kept(value, datetime.now(UTC))
        if not self._is_writing:
            self._is_writing = True
            self._tasks.start(self._write(pace), f"snapshot of {self._kind}")

    async def _write(self, pace: float) -> None:
        """What is newest, and what comes meanwhile after a pause of `pace` seconds."""
        loop = asyncio.get_running_loop()
        while self._newest is not None:
            await asyncio.sleep(self._next_at - loop.time())
            newest, self._newest = self._newest, None
            self._next_at = loop.time() + pace
            try:
                body = await self._form.write(newest.value, self._of)
            except ValueError:
                log.warning("snapshot.not_written", kind=self._kind, reason="a text in it cannot be written")
                continue
            digest = hashlib.sha256(body).digest()
            if digest != self._digest or loop.time() >= self._renew_at:
                await self._shelf.put(self._kind, newest.loaded_at, body)
                self._digest, self._renew_at = digest, loop.time() + RENEWED
                log.debug("snapshot.written", kind=self._kind, size=len(body))
        self._is_writing = False


def _is_away(error: BaseException | None) -> bool:
    return isinstance(error, ApiError) and not isinstance(error, _SAYS_NO)
