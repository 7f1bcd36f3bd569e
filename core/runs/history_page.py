"""One page of a person's earlier runs, and the ways on from it: facts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final, NamedTuple

from core.runs.news import News, Standing
from core.runs.past import Past

PAGE: Final = 5  # runs


class Outcome(StrEnum):
    """Which runs of a history are wanted."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDER_WAY = "under way"

    def has(self, standing: Standing) -> bool:
        return standing in _STANDINGS[self]


_STANDINGS: Final = {
    Outcome.DONE: {Standing.DONE},
    Outcome.FAILED: {Standing.FAILED, Standing.TIMED_OUT},
    Outcome.CANCELLED: {Standing.CANCELLED},
    Outcome.UNDER_WAY: {Standing.UNDER_WAY},
}


class Place(NamedTuple):
    """A gap between two runs of a history, beside the run that is named, and the way to read on from it."""

    is_newer: bool
    asked_at: datetime
    run_id: str

    @property
    def key(self) -> tuple[datetime, str]:
        return self.asked_at, self.run_id

    def leads_to(self, past: Past) -> bool:
        return past.key > self.key if self.is_newer else past.key < self.key


class Lack(Enum):
    """What a page could not be made from: the bot's records, the account's list, or the states of some runs."""

    RECORDS = auto()
    ACCOUNT = auto()
    STATES = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One run. `deployment` is what it is called, None where nobody knows; `picture` a WebP."""

    past: Past
    deployment: str | None
    news: News
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The deployment whose runs are wanted; `workflow_id` is None where it is not on offer any more."""

    id: str
    label: str | None
    workflow_id: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `PAGE` runs, newest first. `newer` and `older` lead on, None where there is nothing.

    `looked_at` runs were read for it, of which some were not wanted.
    """

    entries: tuple[Entry, ...]
    target: Target | None
    outcome: Outcome | None
    newer: Place | None
    older: Place | None
    looked_at: int
    lacks: frozenset[Lack]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A run that may be meant, and what its deployment is called, if that is known."""

    past: Past
    deployment: str | None


def ways_on(
    everything: Sequence[Past], looked_at: Sequence[Past], place: Place | None
) -> tuple[Place | None, Place | None]:
    """To what is newer than all that was looked at, and to what is older."""
    keys = [past.key for past in looked_at] or ([place.key] if place is not None else [])
    if not keys or not everything:
        return None, None
    newest, oldest = max(keys), min(keys)
    newer = Place(True, *newest) if everything[0].key > newest else None
    older = Place(False, *oldest) if everything[-1].key < oldest else None
    return newer, older
