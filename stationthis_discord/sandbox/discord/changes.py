"""Waiting for something to become true in the sandbox, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    """Wakes everybody who waits whenever the sandbox's state has changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, look: Callable[[], Found | None], within: float) -> Found:
        """Returns what `look` returns as soon as it is not None.

        Raises:
            TimeoutError: not within this many seconds.
        """
        async with asyncio.timeout(within):
            while (found := look()) is None:
                await self._changed.wait()
        return found
