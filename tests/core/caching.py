"""A source that a cache loads from, in the hands of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from core.cache import Cached
from core.comfydeploy.errors import ServerFault
from tests.waiting import until

DOWN = ServerFault("GET /x", 500)
TTL = 300.0
LATEST = 0.9 * TTL  # the age at which a value in use is loaded anew, at the latest; 0.8 at the earliest


class Source:
    """Loads 1, 2, 3, … in `takes` seconds each; fails while `error` is set, waits at the gate while that is closed.

    What a load will bring is settled when it begins.
    """

    def __init__(self) -> None:
        self.loads = 0
        self.under_way = 0
        self.takes = 0.0
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self) -> int:
        self.loads += 1
        number, error = self.loads, self.error
        self.under_way += 1
        try:
            await self.gate.wait()
            await asyncio.sleep(self.takes)
        finally:
            self.under_way -= 1
        if error is not None:
            raise error
        return number

    async def is_loading(self, number: int) -> None:
        await until(lambda: self.loads >= number)


@asynccontextmanager
async def caching(
    source: Source, ttl: float = TTL, cool_down: float = 0.0, patience: float = TTL
) -> AsyncIterator[Cached[int]]:
    async with aclosing(Cached(source.load, ttl, cool_down=cool_down, patience=patience)) as cached:
        yield cached
