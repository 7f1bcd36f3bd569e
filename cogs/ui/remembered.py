"""What was found out a moment ago, by key: looked up once, also while many ask for it at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class _Kept(Generic[V]):
    value: asyncio.Future[V]
    until: float = float("inf")  # as long as it is being looked up


class Remembered(Generic[K, V]):
    """Values kept for `seconds`, at most `most` of them, the oldest leaves first. Failures are not kept."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: dict[K, _Kept[V]] = {}

    def __contains__(self, key: K) -> bool:
        """Whether it is remembered, or being looked up."""
        kept = self._kept.get(key)
        return kept is not None and self._clock() < kept.until

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)

    async def get(self, key: K, look_up: Callable[[], Awaitable[V]]) -> V:
        """The value; raises what `look_up` raises, to all who waited for it."""
        if key in self:
            return await asyncio.shield(self._kept[key].value)  # who stops waiting stops nobody else
        kept = _Kept[V](asyncio.get_running_loop().create_future())
        self._keep(key, kept)
        try:
            value = await look_up()
        except BaseException as error:
            if self._kept.get(key) is kept:
                self.forget(key)
            _fail(kept.value, error)
            raise
        kept.value.set_result(value)
        kept.until = self._clock() + self._seconds
        return value

    def _keep(self, key: K, kept: _Kept[V]) -> None:
        self.forget(key)
        if len(self._kept) >= self._most:
            self.forget(next(iter(self._kept)))
        self._kept[key] = kept


def _fail(value: asyncio.Future[V], error: BaseException) -> None:
    if not isinstance(error, Exception):
        value.cancel()
        return
    value.set_exception(error)
    value.exception()  # seen: nobody has to wait for it
