"""What is written down of each delivery, so that the next process can go on where this one was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """How far a delivery got.

    `in-line`: nothing was sent. `sending`: the submit may have been sent. `asked`: nobody knows whether it made a run,
    and the message asks. `running`: its run is known.
    """

    IN_LINE = "in-line"
    SENDING = "sending"
    ASKED = "asked"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One open delivery: the promise to show one run in one place. It is no record of the run, which the API has.

    `id` is the delivery in the run's mark; `cause` what asked for it, by a name that no two wishes share; `replaces`
    the delivery whose question it answers. `address` is the surface's own, opaque. `sent_at` is when the submit was
    about to be sent; `order` what was asked for, as JSON, for as long as it may have to be submitted; `parent` the run
    it repeats. `private`: only one person sees it there; `hidden`: its files are behind a spoiler.
    """

    id: str
    user: int
    guild: int | None
    deployment: str
    address: str
    asked_at: datetime
    sent_at: datetime | None = None
    cause: str | None = None
    replaces: str | None = None
    phase: Phase = Phase.IN_LINE
    order: str | None = None
    run_id: str | None = None
    workflow_id: str | None = None
    parent: str | None = None
    private: bool = False
    hidden: bool = False


class Journal(Protocol):
    """Where records are kept. Only `add` and `claim` may refuse: all else goes on without a disk, and is logged."""

    async def add(self, record: Record) -> None:
        """Write down a wish before anything is done for it.

        Raises:
            AlreadyAsked: its cause was written down before.
            StoreFailed: it cannot be written down, so it must not be begun.
        """

    async def claim(self, record: Record) -> None:
        """Write down that the submit is about to be sent, if nobody else did.

        Raises:
            TakenByAnother: another process has begun to submit it, or closed it.
            StoreFailed: it is not on the disk, so it must not be sent.
        """

    async def save(self, record: Record) -> None:
        """Replace what is written down of an open delivery; one that is closed stays closed."""

    async def close(self, delivery: str) -> None:
        """Its end was shown: forget the address and the order, keep ids, times and manner for the person's history."""

    async def list_open(self) -> Sequence[Record]:
        """All open deliveries, the oldest first. Raises `StoreFailed`."""


class Forgetful:
    """A journal for a process whose deliveries end with it, such as a command in a terminal."""

    async def add(self, record: Record) -> None:
        pass

    async def claim(self, record: Record) -> None:
        pass

    async def save(self, record: Record) -> None:
        pass

    async def close(self, delivery: str) -> None:
        pass

    async def list_open(self) -> Sequence[Record]:
        return ()
