"""What a follower of a run sees: the newest state, and that it never goes backwards."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from core.comfydeploy.models import Run
from core.errors import RunExpired, RunGone, RunSilent

Lost = RunGone | RunSilent | RunExpired
"""Why nobody follows a run any more although its end was not seen."""


@dataclass(frozen=True, slots=True)
class Update:
    """What is known of a run now. `silent_since` is set while the API gives no news of it.

    `unread`: it is over, but cannot be read; only its status is known.
    """

    run: Run | None
    silent_since: datetime | None = None
    unread: bool = False


NOTHING: Final = Update(None)
_NAMED: Final = set(Run.model_fields)


def newest(known: Run | None, heard: Run) -> Run:
    """The later of two states of one run: a final one stays, a lower rank is old news, progress never goes back."""
    if known is None:
        return heard
    if known.is_final or heard.rank < known.rank:
        return known
    return heard if heard.progress >= known.progress else changed(heard, progress=known.progress)


def moved(known: Run | None, run_id: str, workflow_id: str | None, status: str) -> Run:
    """The run in a state of which only the status was told."""
    if known is None:
        return Run.model_construct(_NAMED, id=run_id, workflow_id=workflow_id, status=status, outputs=[])
    return changed(known, status=status, queue_position=None if status != known.status else known.queue_position)


def changed(run: Run, **changes: object) -> Run:
    """A copy with other values. One of pydantic's would keep account of the names of all fields, for each run anew."""
    return Run.model_construct(_NAMED, **{**dict(run), **changes})


class Source(Protocol):
    """Where updates come from: it is told when a follower's wishes change, and when it leaves."""

    def changed(self) -> None: ...
    def left(self, updates: "Updates") -> None: ...


class Updates:
    """One follower's view: iterating gives the newest state each time it changed, and ends after a final one.

    To be used in a `with`, whose end says that nobody looks any more; one task at a time may iterate or rest.
    """

    # ten thousand of them may wait: with a dictionary each and a generator for the `with` they weigh twice as much
    __slots__ = ("_error", "_is_new", "_is_over", "_source", "_update", "_waiter", "_wants_progress")

    def __init__(self, update: Update, source: Source) -> None:
        self._update = update
        self._source = source
        self._error: Lost | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_new = self._is_over = False
        self._wants_progress = True
        if update != NOTHING:
            self.tell(update)

    @property
    def wants_progress(self) -> bool:
        """Whether it is worth asking how far the run is; set to False where nobody can see it."""
        return self._wants_progress

    @wants_progress.setter
    def wants_progress(self, wants: bool) -> None:
        if wants != self._wants_progress:
            self._wants_progress = wants
            self._source.changed()

    @property
    def has_news(self) -> bool:
        """Whether iterating would not wait."""
        return self._is_new or self._is_over

    def tell(self, update: Update) -> None:
        self._update = update
        self._is_new = True
        self._is_over = update.run is not None and update.run.is_final
        self._wake()

    def fail(self, error: Lost) -> None:
        self._error = error
        self._is_new = self._is_over = True
        self._wake()

    async def rest(self, seconds: float) -> None:
        """Wait, but not past the end of the run."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._is_over:
                    await self._news()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.left(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        """Raises one of `Lost` when nobody follows the run any more although its end was not seen."""
        while not self._is_new:
            if self._is_over:
                raise StopAsyncIteration
            await self._news()
        self._is_new = False
        if self._error is not None:
            raise self._error
        return self._update

    async def _news(self) -> None:
        # a future that lives only while somebody waits: two events would be most of what a waiting run weighs
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
