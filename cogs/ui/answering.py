"""Who is being answered now, so that a stop leaves nobody with a message that thinks for ever."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

import discord

from cogs.ui import door
from core.errors import Stopping

PATIENCE: Final = 1.5  # seconds for answers under way
_FAREWELL: Final = 1.0  # seconds for telling those who wait longer
_SHOWN: Final = "shown"


class Answering:
    """Interactions from their arrival to the end of what they began."""

    def __init__(self) -> None:
        self._open: dict[int, discord.Interaction] = {}
        self._is_stopping = False

    def begin(self, interaction: discord.Interaction) -> None:
        """Raises `Stopping` when nothing new is begun any more."""
        if self._is_stopping:
            raise Stopping
        self._open[interaction.id] = interaction

    def end(self, interaction: discord.Interaction) -> None:
        self._open.pop(interaction.id, None)

    @contextlib.contextmanager
    def one(self, interaction: discord.Interaction) -> Iterator[None]:
        """As `begin` before the block and `end` after it."""
        self.begin(interaction)
        try:
            yield
        finally:
            self.end(interaction)

    async def stop(self, patience: float = PATIENCE) -> None:
        """Begin nothing new, wait a little, and tell all who wait on that they wait in vain."""
        self._is_stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._open:  # noqa: ASYNC110 -- an answer ends in one of many tasks
                    await asyncio.sleep(0.05)
        waiting = [item for item in self._open.values() if not item.extras.get(_SHOWN)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await asyncio.gather(
                    *(door.answer(item, Stopping(), "stop") for item in waiting), return_exceptions=True
                )


def shows_itself(interaction: discord.Interaction) -> None:
    """Note that a run is shown in this interaction's message, which says by itself how it goes on."""
    interaction.extras[_SHOWN] = True
