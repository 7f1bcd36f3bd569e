"""The pictures of runs under way in their message: which are attached, and which are to be added or to go."""

from collections.abc import Awaitable, Callable, Sequence

import discord

from core.results.packing import packed
from core.runs.view import Fetched, RunView

Ahead = Sequence[Fetched | discord.Attachment]
"""All pictures that the message is to have: new ones, and those that are there."""


class Previewing:
    """What one message has, as far as this process attached it. `find_limit` gives the bytes that one file may have."""

    def __init__(self, find_limit: Callable[[], Awaitable[int]]) -> None:
        self._find_limit = find_limit
        self._there: list[tuple[Fetched, discord.Attachment]] = []
        self._due: list[Fetched] | None = None
        self._is_refused = False

    async def due(self, view: RunView) -> Ahead | None:
        """What it is to have, None when nothing changes."""
        there = {id(item): attached for item, attached in self._there}
        # a process that goes away has closed what it did not show any more
        shown = [item for item in view.previews if id(item) in there or not item.file.closed]
        parts = packed([item.size for item in shown], await self._find_limit()) if shown else []
        wanted = [shown[number] for number in parts[0]] if parts else []
        is_new = [id(item) for item in wanted] != list(there) and not self._is_refused
        self._due = wanted if is_new else None
        return [there.get(id(item), item) for item in wanted] if is_new else None

    def note(self, attached: Sequence[discord.Attachment], *, is_shown: bool) -> None:
        """What was due is there, as Discord's answer lists it; if that does not fit, all is attached anew next time."""
        if is_shown and self._due is not None:
            fits = len(attached) == len(self._due)
            self._there = list(zip(self._due, attached, strict=True)) if fits else []

    def refuse(self) -> None:
        """Discord did not take it; if that was for the pictures, the end will have them."""
        self._is_refused = self._is_refused or bool(self._due)
