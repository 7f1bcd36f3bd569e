"""What Discord answers, or the fact that it did not: discord.py lets the errors of its own HTTP client through."""

from collections.abc import Awaitable
from typing import TypeVar

import discord

from core.errors import CoreError, SurfaceSilent

T = TypeVar("T")


async def heard(answer: Awaitable[T]) -> T:
    """The answer to one call of discord.py.

    Raises:
        SurfaceSilent: the connection broke, so Discord may have done it or not.
        DiscordException: as the call does.
    """
    try:
        return await answer
    except (discord.DiscordException, CoreError):
        raise
    except Exception as broken:
        raise SurfaceSilent(type(broken).__name__) from broken
