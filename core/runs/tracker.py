"""Every run in flight, followed by one loop: reads, lists and webhooks all tell of it, and the newest state wins.

Two questions, two budgets. Whether a run is over: by the list of its workflow where several are open, else by reading
the run. How far it is: by reading runs in turn, as often as the budget allows.
"""

import asyncio
import heapq
import math
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import structlog

from core.comfydeploy.models import Run
from core.errors import RunExpired
from core.runs.asking import Asking, Runs
from core.runs.followed import Followed, Group, Listener, Why
from core.runs.rates import Rates
from core.runs.turns import Turns
from core.runs.updates import NOTHING, Updates

log = structlog.get_logger(__name__)

_CLOCKS_DIFFER: Final = timedelta(seconds=120)  # ours and the API's, at most
_FRESH: Final = 10.0  # seconds after it was asked for in which a run cannot be over yet
_MOST_ROWS: Final = 1000  # of lists that are read at the same time: they weigh most, and hold up the loop longest
_USUAL: Final = Rates()


class Tracker:
    """Asks about the runs that somebody follows, and about no others. Made by `start`."""

    def __init__(self, runs: Runs, rates: Rates = _USUAL) -> None:
        self._rates = rates
        self._asking = Asking(runs, rates, self._settle)
        self._turns = Turns(rates)
        self._followed: dict[str, Followed] = {}
        self._groups: dict[str, Group] = {}
        self._queue: list[tuple[float, int, Followed | Group]] = []
        self._numbers = count()
        self._reads: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._held: list[Group] = []
        self._listener = Listener(self._turn, self._leave)
        self._clock = asyncio.get_running_loop().time

    @classmethod
    @asynccontextmanager
    async def start(cls, runs: Runs, rates: Rates = _USUAL) -> AsyncIterator["Tracker"]:
        """The tracker with its loop running until the block ends."""
        tracker = cls(runs, rates)
        loop = asyncio.create_task(tracker._loop(), name="tracker")
        try:
            yield tracker
        finally:
            tasks = (loop, *tracker._reads)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def counts(self) -> Counter[Why]:
        """How many questions were sent since the start, by what they were for."""
        return self._asking.counts

    def follow(
        self, run_id: str, workflow_id: str | None = None, *, asked_at: datetime | None = None
    ) -> AbstractContextManager[Updates]:
        """A run's updates, for `with`: the last follower out stops the asking. `asked_at`: when the person asked."""
        item = self._followed.get(run_id)
        if item is None or item.lost is not None:
            item = self._followed[run_id] = self._begin(run_id, asked_at)
        updates = item.show()
        self._join(item, workflow_id)
        self._settle(item)
        return updates

    def publish(self, run: Run) -> None:
        """Take in what was heard of a run, from wherever; unknown runs and old news are ignored."""
        item = self._followed.get(run.id)
        if item is not None and not item.is_over:
            item.hear(run, self._clock())
            self._settle(item)

    def hear(self, run: Run) -> None:
        """Take in what a webhook says of a run: that it is over is no more than a reason to read it at once."""
        item = self._followed.get(run.id)
        if item is None or item.is_over:
            return
        self._hook(item, is_hooked=True)
        if not run.is_final:
            item.hear_report(run, self._clock())
        elif item.claim is None and self._clock() - item.refuted_at >= self._rates.youngest:
            item.doubt(run.status)
        self._settle(item)

    def ask_now(self, run_id: str) -> None:
        """Look at a run at once instead of when it is due."""
        item = self._followed.get(run_id)
        if item is not None:
            item.hurried = True
            self._schedule(item)

    def _begin(self, run_id: str, asked_at: datetime | None) -> Followed:
        now = self._clock()
        age = math.inf if asked_at is None else (datetime.now(UTC) - asked_at).total_seconds()
        # an old one may be over already; of a new one a webhook may tell before it is read
        read_at = now - (self._rates.youngest / 2 if age < _FRESH else self._rates.oldest)
        expires = now + self._rates.lifetime - (0.0 if asked_at is None else age)
        created = asked_at and asked_at - _CLOCKS_DIFFER
        return Followed(run_id, now, expires, read_at, created, self._listener, changed_at=now)

    def _join(self, item: Followed, workflow_id: str | None) -> None:
        """Make it one of the open runs of its workflow, once that is known."""
        if item.group is not None or workflow_id is None or item.is_over:
            return
        group = self._groups.get(workflow_id)
        if group is None:
            group = self._groups[workflow_id] = Group(workflow_id, self._rates, item.read_at)
        item.group = group
        group.add(item)
        self._schedule(group)
        if len(group.polled) == self._rates.crowd:
            for other in group.polled:
                self._turn(other)  # it is not read by itself any more

    def _hook(self, item: Followed, *, is_hooked: bool) -> None:
        group, was_hooked, item.hooked = item.group, item.hooked, is_hooked
        if group is not None and was_hooked != is_hooked:
            group.remove(item)
            group.add(item)
            self._thinned(group)
            self._schedule(group)

    def _part(self, item: Followed) -> None:
        group, item.group = item.group, None
        if group is None:
            return
        group.remove(item)
        self._thinned(group)
        if group.is_over:
            self._groups.pop(group.workflow_id, None)
            if group.asking is not None:
                group.asking.cancel()

    def _thinned(self, group: Group) -> None:
        """Those that are too few for a list are read one by one again."""
        for line in (group.polled, group.hooked):
            if len(line) < self._rates.crowd:
                for item in line:
                    self._schedule(item)

    def _leave(self, item: Followed) -> None:
        if self._followed.get(item.run_id) is item:
            del self._followed[item.run_id]
        self._part(item)
        item.update = NOTHING  # the queue may hold it for two more minutes, which is no reason to hold its outputs
        if item.asking is not None:
            item.asking.cancel()

    def _settle(self, item: Followed) -> None:
        """After news: ask no more when it is over, else when it is due now."""
        if item.is_over:
            self._part(item)
        else:
            self._schedule(item)
            self._turn(item)

    def _turn(self, item: Followed) -> None:
        if self._turns.add(item):
            self._wake.set()

    def _schedule(self, what: Followed | Group) -> None:
        """See that it is looked at in time. To be looked at too early does no harm."""
        if what.asking is not None or what.is_over:
            return
        moment = what.next_look(self._rates)[0] if isinstance(what, Followed) else what.next_read(self._rows)
        due = max(moment, self._clock())  # who has waited longer comes first
        if due < what.due:
            self._queue_for(what, due)

    def _queue_for(self, what: Followed | Group, due: float) -> None:
        what.due = due
        heapq.heappush(self._queue, (due, next(self._numbers), what))
        self._wake.set()

    @property
    def _rows(self) -> int:
        return sum(group.size for group in self._groups.values() if group.is_crowd)

    async def _loop(self) -> None:
        while True:
            self._wake.clear()
            now = self._clock()
            try:
                self._ask_what_is_due(now)
            except Exception:  # one bad run must not leave all others unfollowed
                log.exception("run.tracking_broken")
            try:
                async with asyncio.timeout(self._pause(now)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _pause(self, now: float) -> float | None:
        """Seconds until something may be due; None while nothing is, or nothing can be asked before a read ends."""
        if len(self._reads) >= self._rates.at_once:
            return None
        moment = min(self._queue[0][0] if self._queue else math.inf, self._turns.when(now))
        return None if moment == math.inf else max(0.0, moment - now)

    def _ask_what_is_due(self, now: float) -> None:
        """The ends first: what is left of the places may serve progress."""
        while len(self._reads) < self._rates.at_once and self._queue and self._queue[0][0] <= now:
            due, _, what = heapq.heappop(self._queue)
            if what.due == due:  # else it stands in the queue with another moment
                what.due = math.inf
                self._ask_if_due(what, now)
        while len(self._reads) < self._rates.at_once and (item := self._turns.take(now)) is not None:
            self._turns.reads.add(self._send(item, self._read(item, Why.PROGRESS)))

    def _ask_if_due(self, what: Followed | Group, now: float) -> None:
        if what.asking is not None or what.is_over:
            return
        if isinstance(what, Group):
            moment = what.next_read(self._rows)
            if moment <= now:
                self._read_or_hold(what, moment)
                return
        else:
            moment, why = what.next_look(self._rates)
            if moment <= now:
                self._send(what, self._read(what, why))
                return
        self._schedule(what)

    def _read_or_hold(self, group: Group, moment: float) -> None:
        under_way = sum(other.size for other in self._groups.values() if other.asking is not None)
        if under_way and under_way + group.size > _MOST_ROWS:
            group.due = moment
            self._held.append(group)
        else:
            self._send(group, self._read_list(group))

    def _send(self, what: Followed | Group, question: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        what.asking = task = asyncio.create_task(question, name="tracker read")
        self._reads.add(task)
        task.add_done_callback(lambda task: self._sent(what, task))
        return task

    def _sent(self, what: Followed | Group, task: asyncio.Task[None]) -> None:
        what.asking = None
        self._reads.discard(task)
        self._turns.reads.discard(task)
        self._wake.set()
        if not task.cancelled() and (broken := task.exception()) is not None:
            log.error("run.read_broken", exc_info=broken)  # a mistake of ours; it is asked again when it is due
        if isinstance(what, Followed):
            what.read_at = self._clock()
            self._settle(what)
        else:
            what.told_at = self._clock()
            self._schedule(what)
            held, self._held = self._held, []
            for group in held:
                self._queue_for(group, group.due)  # who has waited longest comes first

    async def _read(self, item: Followed, why: Why) -> None:
        item.hurried = False
        run = await self._asking.read(item, why)
        if run is not None:
            if item.claim and not item.hurried:  # what was said before this answer is confirmed by it, or refuted
                item.claim, item.refuted_at = None, self._clock()
                self._hook(item, is_hooked=False)  # no more webhooks may come
            item.missing = False
            item.created = run.created_at or item.created
            self._join(item, run.workflow_id)
            item.hear(run, self._clock())
        if why is Why.EXPIRED and not item.is_over:
            item.fail(RunExpired())

    async def _read_list(self, group: Group) -> None:
        group.read_at = self._clock()
        await self._asking.read_list(group)
