"""The record of everything that happened: calls, events, gateway sessions, violations and rate limits hit."""

import time
from dataclasses import dataclass, field
from typing import Literal

from stationthis_discord.sandbox.discord.payload import Object


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


class Journal:
    """All of it, in order of time."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.gateway: list[GatewayEntry] = []
        self.violations: list[str] = []
        self.too_many: list[TooMany] = []
