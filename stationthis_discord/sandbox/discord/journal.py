"""The record of everything that happened: calls, events, gateway sessions, violations, rate limits hit and more."""

import time
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

from stationthis_discord.sandbox.discord.payload import Object

Entry = TypeVar("Entry")

KEPT = 100_000
KEPT_EVENTS = 20_000
"""Fewer, because each holds its whole data."""


class Tail(list[Entry]):
    """A list that only grows at its end and keeps its last entries; `total` counts all there ever were."""

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__()
        self.total = 0
        self._kept = kept

    def append(self, entry: Entry, /) -> None:
        super().append(entry)
        self.total += 1
        if len(self) > self._kept + self._kept // 10:
            del self[: len(self) - self._kept]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request of the bot.

    `route` is the template (`/channels/{channel_id}/messages`) or `unknown`, `path` what was asked below the base,
    `at` the `time.monotonic` of its arrival, `files` the names of the uploads.
    """

    method: str
    route: str
    path: str
    status: int
    at: float
    payload: object = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the gateway: its name, its data, and where it belongs (None: a DM or no place)."""

    name: str
    data: Object
    guild_id: str | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class GatewayEntry:
    """A step in the life of a gateway session."""

    what: Literal["identify", "resume", "invalid", "close"]
    session_id: str | None = None
    shard: int | None = None
    intents: int | None = None
    code: int | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class TooMany:
    """One 429 that was answered: the bucket's name (or `global`), the path, and the wait in seconds."""

    bucket: str
    path: str
    retry_after: float
    at: float = field(default_factory=time.monotonic)


class Presence(NamedTuple):
    """One presence update: when (`time.monotonic`), the text it shows ("" for none), and of which gateway session."""

    at: float
    text: str
    session_id: str


class Journal:
    """All of it, in order of time, the last of each."""

    def __init__(self) -> None:
        self.calls: Tail[Call] = Tail()
        self.events: Tail[Event] = Tail(KEPT_EVENTS)
        self.gateway: Tail[GatewayEntry] = Tail()
        self.presences: Tail[Presence] = Tail()
        self.violations: Tail[str] = Tail()
        self.too_many: Tail[TooMany] = Tail()
