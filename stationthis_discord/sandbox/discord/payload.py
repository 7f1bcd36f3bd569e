"""JSON as Discord speaks it: the aliases, ids and times used by every payload of the sandbox."""

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]
"""A JSON object. Values are foreign: read them with `get` and check their type before use."""

MessageId: TypeAlias = str | int | None
"""How a test names a message; None, an answer without a message, is never found."""

Clock: TypeAlias = Callable[[], float]
"""Seconds since the Unix epoch, like `time.time`."""

EPOCH_MS = 1_420_070_400_000
"""Discord's first millisecond: https://docs.discord.com/developers/reference#snowflakes."""


class Snowflakes:
    """Makes ids that carry their time, unique within one sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        milliseconds = int(self._clock() * 1000) - EPOCH_MS
        return str(milliseconds << 22 | self._count & 0x3FFFFF)

    def spread(self, count: int) -> list[str]:
        """Ids of things made one after the other, a millisecond apart, so that shards share them evenly."""
        first = int(self(), 10)
        return [str(first - (number << 22)) for number in range(count)]


def born(snowflake: str) -> float:
    """The time in an id, in seconds since the epoch."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """A time as Discord writes it, for example `2026-11-20T08:30:06.123000+00:00`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def bot_token(application_id: str) -> str:
    """A token of the real shape; its first part is the application's id.

    https://docs.discord.com/developers/reference#authentication
    """
    first = base64.urlsafe_b64encode(application_id.encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(30)[:38]}"


def interaction_token(interaction_id: str) -> str:
    """A continuation token: long, opaque, safe in a path."""
    text = f"interaction:{interaction_id}:{secrets.token_urlsafe(96)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
