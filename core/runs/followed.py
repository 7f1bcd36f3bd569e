"""One run that is followed, and the open runs of one workflow: what is known, and when to ask again and why."""

import asyncio
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.comfydeploy.models import FINAL, Run, RunRow, Status
from core.errors import RunSilent
from core.runs.rates import Rates
from core.runs.updates import NOTHING, Lost, Update, Updates, changed, moved, newest

_AT_ONCE: Final = -math.inf
_LISTS_MAY_FAIL: Final = 2  # times in a row, before the runs are read one by one
_SHORT: Final = 300  # rows; a longer list is read only as far as the recent runs most of the time
_RECENT: Final = 600.0  # seconds
_WHOLE_EACH: Final = 10  # readings


class Why(StrEnum):
    """What a question to the API was for."""

    LIST = "list"
    ALONE = "alone"
    CONFIRM = "confirm"
    MISSING = "missing"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    EXPIRED = "expired"
    STATUS = "status"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told when a follower of a run wants other things than before, and when the last one left."""

    changed: "Callable[[Followed], None]"
    left: "Callable[[Followed], None]"


@dataclass(slots=True, eq=False)
class Followed:
    """One run. Moments are the loop's, but for `created`: a time before which the API cannot have made it.

    `claim`: somebody said that it is over, and it has to be read to be sure. `missing`: the list lacks it. `hurried`:
    it has to be read at once, also when an answer that may be older is under way. `failed` and `unheard` count reads in
    a row that failed, and questions in a row without news. `due` is the moment for which it stands in the queue.
    """

    run_id: str
    since: float
    expires: float
    read_at: float
    created: datetime | None
    listener: Listener
    group: "Group | None" = None
    update: Update = NOTHING
    followers: list[Updates] = field(default_factory=list)
    claim: str | None = None
    refuted_at: float = -math.inf
    hooked: bool = False
    missing: bool = False
    hurried: bool = False
    failed: int = 0
    unheard: int = 0
    silent_from: float | None = None
    changed_at: float = 0.0
    due: float = math.inf
    asking: asyncio.Task[None] | None = None
    lost: Lost | None = None
    turn: int | None = None

    @property
    def run(self) -> Run | None:
        return self.update.run

    @property
    def is_over(self) -> bool:
        return self.lost is not None or not self.followers or (self.run is not None and self.run.is_final)

    @property
    def is_listed(self) -> bool:
        """Whether the list of its workflow tells how it stands."""
        return self.group is not None and self.created is not None and not self.missing and self.group.covers(self)

    @property
    def waits(self) -> bool:
        return self.run is None or self.run.is_waiting

    @property
    def wants_progress(self) -> bool:
        """Whether somebody would see how far it is, or its place in line, and is not told by other ways."""
        run = self.run
        if run is None or self.is_over or self.claim:
            return False
        told = (
            run.status == Status.STARTED or (not run.is_waiting and self.hooked) or not (self.is_listed or self.hooked)
        )
        return not told and self.is_watched

    @property
    def is_watched(self) -> bool:
        return any(follower.wants_progress for follower in self.followers)

    def show(self) -> Updates:
        """One more follower."""
        updates = Updates(self.update, self)
        self.followers.append(updates)
        return updates

    def changed(self) -> None:
        self.listener.changed(self)

    def left(self, updates: Updates) -> None:
        self.followers.remove(updates)
        if not self.followers:
            self.listener.left(self)

    def next_turn(self, rates: Rates) -> float:
        """From when on it may be read for its progress."""
        return self.read_at + max(rates.progress, rates.after_failures(self.failed))

    def next_look(self, rates: Rates) -> tuple[float, Why]:
        """When it has to be read by itself, and why."""
        if self.hurried:
            return _AT_ONCE, Why.CONFIRM if self.claim else Why.ASKED
        again = self.read_at + rates.after_failures(self.failed)
        if self.claim:
            look = again if self.failed else _AT_ONCE, Why.CONFIRM
        elif self.is_listed:
            look = max(self.changed_at, self.read_at) + rates.unchanged, Why.UNCHANGED
        else:
            pause = rates.hooked if self.hooked else rates.alone(self.read_at - self.since)
            look = max(again, self.read_at + pause), Why.MISSING if self.missing else Why.ALONE
        return min(look, (self.expires, Why.EXPIRED))

    def hear(self, run: Run, now: float) -> None:
        """Take in a state and tell the followers, if it is news; the silence is over in any case."""
        self.unheard, self.silent_from = 0, None
        known = self.update
        if run is known.run and known.silent_since is None:
            return
        update = Update(newest(known.run, run))
        if update != known:
            self.changed_at = now
            self.tell(update)

    def hear_status(self, status: str, now: float) -> None:
        """The same of a status that is not final: it is all that lists tell."""
        known = self.run
        workflow_id = self.group.workflow_id if self.group else None
        same = known is not None and known.status == status
        self.hear(known if known is not None and same else moved(known, self.run_id, workflow_id, status), now)

    def hear_report(self, run: Run, now: float) -> None:
        """The same of what a webhook says, which leaves out most of a run."""
        known = self.run
        if known is not None:
            at = moved(known, run.id, None, run.status)
            run = changed(at, progress=run.progress, live_status=run.live_status or known.live_status)
        self.hear(run, now)

    def hear_row(self, row: RunRow, now: float) -> None:
        self.missing = False
        self.created = row.created_at or self.created
        if row.status not in FINAL:
            self.hear_status(row.status, now)
        elif self.claim is None:
            self.doubt(row.status)

    def doubt(self, status: str) -> None:
        """Somebody says that it is over: it has to be read."""
        self.claim = status
        self.hurried |= self.asking is not None  # that answer may be older

    def not_heard(self, now: float, patience: float) -> None:
        """A question got no answer."""
        self.unheard += 1
        self.silent_from = now if self.silent_from is None else self.silent_from
        if now - self.silent_from > patience:
            self.fail(RunSilent())
        elif self.unheard >= 2 and self.update.silent_since is None:  # one lost answer is nothing to worry people with
            self.tell(Update(self.run, silent_since=datetime.now(UTC)))

    def tell(self, update: Update) -> None:
        self.update = update
        for follower in self.followers:
            follower.tell(update)

    def fail(self, lost: Lost) -> None:
        self.lost = lost
        for follower in self.followers:
            follower.fail(lost)


@dataclass(slots=True, eq=False)
class Group:
    """The open runs of one workflow; `polled` are those that no webhook tells of.

    `rows` is the length of its list when it was last read as far back as the oldest open run, `shallow` how often it
    was not read so far back since then. `read_at` is when its list was last asked for, `told_at` when that was over.
    """

    workflow_id: str
    rates: Rates
    read_at: float
    told_at: float = -math.inf
    polled: set[Followed] = field(default_factory=set)
    hooked: set[Followed] = field(default_factory=set)
    rows: int = 0
    shallow: int = 0
    failed: int = 0
    due: float = math.inf
    asking: asyncio.Task[None] | None = None

    def __iter__(self) -> Iterator[Followed]:
        yield from self.polled
        yield from self.hooked

    @property
    def is_over(self) -> bool:
        return not (self.polled or self.hooked)

    @property
    def is_crowd(self) -> bool:
        return len(self.polled) >= self.rates.crowd

    @property
    def size(self) -> int:
        """Rows that its list may be expected to have."""
        return max(self.rows, len(self.polled) + len(self.hooked))

    def covers(self, item: Followed) -> bool:
        """Whether the list is read for this run, and can be."""
        read = self.is_crowd or (item.hooked and len(self.hooked) >= self.rates.crowd)
        return read and self.failed < _LISTS_MAY_FAIL

    def add(self, item: Followed) -> None:
        (self.hooked if item.hooked else self.polled).add(item)

    def remove(self, item: Followed) -> None:
        self.polled.discard(item)
        self.hooked.discard(item)

    def next_read(self, rows: int) -> float:
        """When its list has to be read; `rows` are those of all lists."""
        if self.is_crowd:
            pause = self.rates.between_lists(rows)
        elif len(self.hooked) >= self.rates.crowd:
            pause = self.rates.hooked
        else:
            return math.inf
        pause = max(pause, self.rates.after_failures(self.failed))
        return max(self.read_at + pause, self.told_at + pause / 2)  # a slow server gets some rest between two answers

    def reach(self, now: datetime) -> datetime | None:
        """How far back its list has to be read; None when no run's age is known.

        As far as the oldest open run, but one run that is stuck for hours must not make every reading a long one.
        """
        moments = [item.created for item in self if item.created is not None and not item.missing]
        recent = [moment for moment in moments if (now - moment).total_seconds() < _RECENT]
        self.shallow += 1
        if self.rows > _SHORT and self.shallow < _WHOLE_EACH and recent:
            return min(recent)
        self.shallow = 0
        return min(moments, default=None)
