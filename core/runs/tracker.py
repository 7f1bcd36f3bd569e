"""Every run in flight, followed by one loop; polls (and later webhooks) both enter by `publish`, the newest wins."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol, Self

import structlog

from core.comfydeploy.errors import ApiError, NotFound
from core.comfydeploy.models import FINAL, Run
from core.errors import RunGone, RunSilent

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 8  # reads under way
_GLANCE_AFTER: Final = 4  # failed reads
PATIENCE: Final = 1800.0  # seconds without news after which nobody waits any more

Glance = Callable[[str, str], Awaitable[str | None]]


class ReadRun(Protocol):
    """How a run is asked for: once, without retries, since the tracker asks again anyway."""

    def __call__(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Awaitable[Run]: ...


@dataclass(frozen=True, slots=True)
class Update:
    """What is known of a run now. `silent_since` is set while the API gives no news of it.

    `unread`: it is over, but cannot be read; only its status is known.
    """

    run: Run | None
    silent_since: datetime | None = None
    unread: bool = False


def pause_after(age: float, failures: int) -> float:
    """Seconds until a run is asked for again: often while it is young, ever more rarely while reads fail."""
    if failures:
        return min(30.0, 2.0 ** min(failures, 10))
    return min(5.0, max(1.0, 0.15 * age))


def newest(known: Run | None, heard: Run) -> Run:
    """The later of two states of one run: a final one stays, a lower rank is old news, progress never goes back."""
    if known is None:
        return heard
    if known.is_final or heard.rank < known.rank:
        return known
    return heard if heard.progress >= known.progress else heard.model_copy(update={"progress": known.progress})


class Updates:
    """One follower's view: iterating gives the newest state each time it changed, and ends after a final one."""

    def __init__(self, newest_update: Update) -> None:
        self._update = newest_update
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._error: RunGone | RunSilent | None = None
        if newest_update.run is not None:
            self.tell(newest_update)

    def tell(self, update: Update) -> None:
        self._update = update
        self._changed.set()
        if update.run is not None and update.run.is_final:
            self._over.set()

    def fail(self, error: RunGone | RunSilent) -> None:
        self._error = error
        self._changed.set()
        self._over.set()

    async def rest(self, seconds: float) -> None:
        """Wait, but not past the end of the run."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        """Raises `RunGone` when the API no longer knows the run, `RunSilent` when it gave no news for too long."""
        if self._over.is_set() and not self._changed.is_set():
            raise StopAsyncIteration
        await self._changed.wait()
        self._changed.clear()
        if self._error is not None:
            raise self._error
        return self._update


@dataclass(slots=True, eq=False)
class _Followed:
    run_id: str
    workflow_id: str | None
    since: float
    silent_from: float | None = None
    update: Update = Update(None)
    failures: int = 0
    followers: set[Updates] = field(default_factory=set)
    due: float = 0.0
    asking: asyncio.Task[None] | None = None
    in_a_hurry: bool = False  # asked to look now while an answer that may be older was under way


class Tracker:
    """Asks about the runs that somebody follows, and about no others. Made by `start`.

    `glance(workflow_id, run_id)` gives the status of a run that cannot be read; `pause_after(age, failures)` the
    seconds until a run is asked for again.
    """

    def __init__(
        self,
        read: ReadRun,
        pause_after: Callable[[float, int], float] = pause_after,
        glance: Glance | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._read = read
        self._glance = glance
        self._pause_after = pause_after
        self._patience = patience
        self._followed: dict[str, _Followed] = {}
        self._queue: list[tuple[float, int, _Followed]] = []
        self._pushed = 0
        self._wake = asyncio.Event()
        self._places = asyncio.Semaphore(_AT_ONCE)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        read: ReadRun,
        pause_after: Callable[[float, int], float] = pause_after,
        glance: Glance | None = None,
        patience: float = PATIENCE,
    ) -> AsyncIterator["Tracker"]:
        """The tracker with its loop running until the block ends."""
        tracker = cls(read, pause_after, glance, patience)
        loop = asyncio.create_task(tracker._loop(), name="tracker")
        try:
            yield tracker
        finally:
            asking = [item.asking for item in tracker._followed.values() if item.asking]
            for task in (loop, *asking):
                task.cancel()
            await asyncio.gather(loop, *asking, return_exceptions=True)

    @contextmanager
    def follow(self, run_id: str, workflow_id: str | None = None) -> Iterator[Updates]:
        """A run's updates; the last follower out stops the asking."""
        now = asyncio.get_running_loop().time()
        item = self._followed.get(run_id)
        if item is None:
            item = self._followed[run_id] = _Followed(run_id, workflow_id, since=now)
            self._schedule(item, now)
        updates = Updates(item.update)
        item.followers.add(updates)
        try:
            yield updates
        finally:
            item.followers.discard(updates)
            if not item.followers:
                self._followed.pop(run_id, None)
                if item.asking:
                    item.asking.cancel()

    def publish(self, run: Run) -> None:
        """Take in what was heard of a run, from wherever; unknown runs and old news are ignored."""
        item = self._followed.get(run.id)
        if item is None:
            return
        known = item.update
        update = Update(newest(known.run, run))
        item.failures, item.silent_from = 0, None
        if update != known:
            self._tell(item, update)

    def ask_now(self, run_id: str) -> None:
        """Look at a run at once instead of when it is due."""
        item = self._followed.get(run_id)
        if item is not None:
            item.in_a_hurry = item.asking is not None
            self._schedule(item, asyncio.get_running_loop().time())

    def _tell(self, item: _Followed, update: Update) -> None:
        item.update = update
        for follower in item.followers:
            follower.tell(update)

    def _schedule(self, item: _Followed, due: float) -> None:
        item.due = due
        self._pushed += 1
        heapq.heappush(self._queue, (due, self._pushed, item))
        self._wake.set()

    async def _loop(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            self._wake.clear()
            while self._queue and self._queue[0][0] <= clock():
                due, _, item = heapq.heappop(self._queue)
                if item.due == due and item.followers and item.asking is None:  # else: rescheduled, left, or under way
                    item.asking = asyncio.create_task(self._ask(item), name=f"ask {item.run_id}")
            try:
                async with asyncio.timeout(self._queue[0][0] - clock() if self._queue else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _ask(self, item: _Followed) -> None:
        known = item.update.run
        try:
            async with self._places:
                run = await self._read(item.run_id, queue_position=known is None or known.is_waiting, retry=False)
            self.publish(run)
        except NotFound:
            for follower in item.followers:
                follower.fail(RunGone())
        except ApiError as error:
            self._not_heard(item, error)
            await self._look_from_afar(item)
        finally:
            item.asking = None
            self._reschedule(item)

    def _reschedule(self, item: _Followed) -> None:
        run = item.update.run
        if item.followers and not (run is not None and run.is_final):
            now = asyncio.get_running_loop().time()
            pause = 0.0 if item.in_a_hurry else self._pause_after(now - item.since, item.failures)
            item.in_a_hurry = False
            self._schedule(item, now + pause)

    async def _look_from_afar(self, item: _Followed) -> None:
        """Some runs can never be read again: a stored output can make the server answer 500 for good."""
        if self._glance is None or item.failures < _GLANCE_AFTER or item.workflow_id is None:
            return
        try:
            status = await self._glance(item.workflow_id, item.run_id)
        except ApiError:
            return
        if status in FINAL:
            self._tell(item, Update(Run(id=item.run_id, status=str(status), workflow_id=item.workflow_id), unread=True))

    def _not_heard(self, item: _Followed, error: ApiError) -> None:
        item.failures += 1
        now = asyncio.get_running_loop().time()
        item.silent_from = now if item.silent_from is None else item.silent_from
        if now - item.silent_from > self._patience:
            for follower in item.followers:
                follower.fail(RunSilent())
        log.warning("run.read_failed", run=item.run_id, error=str(error), failures=item.failures)
        if item.failures >= 2 and item.update.silent_since is None:  # one lost answer is nothing to worry people with
            self._tell(item, Update(item.update.run, silent_since=datetime.now(UTC)))
