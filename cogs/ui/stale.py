"""The mark on what could not be read anew: from when it is. Why is not said, since it may have many reasons; pure."""

from datetime import datetime
from typing import Any

from cogs.ui.text import when
from core.cache import Kept


def old_since(*parts: Kept[Any]) -> datetime | None:
    """When the oldest of those parts was read that could not be read anew; None when all are fresh."""
    return min((part.loaded_at for part in parts if part.stale), default=None)


def old_lines(since: datetime | None, what: str = "This") -> list[str]:
    """The mark as a line of its own, or no line; `what` is what it is about."""
    return [] if since is None else [f"⚠ {what} is from {when(since)}: it could not be read anew."]
