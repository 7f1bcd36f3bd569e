"""What is remembered of a person's earlier runs: ids, times and manner. What became of them, the API knows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from core.runs.journal import Record


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run. `deployment` and `workflow_id` are ids; `is_open` while its end was not shown yet.

    `private`: it was shown to one person only; `hidden`: its files were behind a spoiler.
    """

    run_id: str
    deployment: str
    workflow_id: str | None
    asked_at: datetime
    is_open: bool = False
    private: bool = False
    hidden: bool = False

    @property
    def key(self) -> tuple[datetime, str]:
        """Its place among all runs of a person: no two share one."""
        return self.asked_at, self.run_id

    def also(self, other: Self) -> Self:
        """The same run, shown as the other one says, too: what either keeps to itself stays so."""
        return replace(self, private=self.private or other.private, hidden=self.hidden or other.hidden)


class Found(NamedTuple):
    """A run that somebody asked for by its id, and how it was shown, as far as that is remembered.

    `is_own`: it is theirs, not one that they see as a moderator.
    """

    run_id: str
    private: bool = False
    hidden: bool = False
    is_own: bool = True


class PastRuns(Protocol):
    """Where it is written down."""

    async def list_runs(self, user: int, deployment: str | None = None) -> Sequence[Past]:
        """A person's runs, of one deployment or of all, each once, newest first. Raises `StoreFailed`."""

    async def get_run(self, run_id: str) -> Past | None:
        """A run of anybody's, None if it is not written down. Raises `StoreFailed`."""


def under_way(records: Iterable[Record]) -> Iterator[Past]:
    """The runs of open deliveries, as far as they have one."""
    for record in records:
        if record.run_id is not None:
            about = record.run_id, record.deployment, record.workflow_id, record.asked_at
            yield Past(*about, is_open=True, private=record.private, hidden=record.hidden)


def each_once(runs: Iterable[Past]) -> list[Past]:
    """Newest first; of two for the same run the first counts, but for what the other one keeps to itself."""
    by_id: dict[str, Past] = {}
    for past in runs:
        by_id[past.run_id] = by_id.get(past.run_id, past).also(past)
    return sorted(by_id.values(), key=lambda past: past.key, reverse=True)
