"""Waiting for what is to happen, never for a time to pass."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(look: Callable[[], T | None], seconds: float = 10.0) -> T:
    """What `look` says as soon as it is true. Raises `TimeoutError` after `seconds`."""

    async def ask() -> T | None:
        return look()

    return await until_told(ask, seconds)


async def until_told(ask: Callable[[], Awaitable[T | None]], seconds: float = 10.0) -> T:
    """As `until`, with a question that has to be awaited."""
    async with asyncio.timeout(seconds):
        while True:
            told = await ask()
            if told:
                return told
            await asyncio.sleep(0.002)
