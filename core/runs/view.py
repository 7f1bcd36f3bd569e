"""All that is shown of one run at one moment: facts only, the words and colours are the surface's."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import IO, Protocol

from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media, Reason


class Stage(Enum):
    """Where a run stands for the person who waits for it."""

    PREPARING = auto()
    LOOKING = auto()
    UNKNOWN = auto()
    GIVEN_UP = auto()
    WAITING = auto()
    STARTING = auto()
    RUNNING = auto()
    FETCHING = auto()
    DONE = auto()
    FAILED = auto()
    TIMED_OUT = auto()
    CANCELLED = auto()
    LOST = auto()
    UNREAD = auto()

    @property
    def is_over(self) -> bool:
        return self in _OVER


_OVER = {Stage.DONE, Stage.FAILED, Stage.TIMED_OUT, Stage.CANCELLED, Stage.LOST, Stage.UNREAD, Stage.GIVEN_UP}
_STAGES = {
    "not-started": Stage.WAITING,
    "queued": Stage.WAITING,
    "started": Stage.STARTING,
    "success": Stage.FETCHING,
    "failed": Stage.FAILED,
    "timeout": Stage.TIMED_OUT,
    "cancelled": Stage.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A result at hand: `file` is open at its start, `name` is safe to show, `size` in bytes."""

    media: Media
    file: IO[bytes]
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A result that could not be attached: `size` and `limit` in bytes when size was the cause."""

    media: Media
    size: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`silent_since` is set while the API gives no news of the run, `pausing` when this process is going away.

    `trail` is set while nobody knows whether the submit started a run: it is being looked for, or was not found
    (`unknown`), or is not looked for any more (`given_up`). `gone`: the API does not know the run any more. `unread`:
    it cannot be read, and nobody waits for that to change.
    """

    deployment: str
    requester: int
    asked_at: datetime
    prompt: str | None = None
    seed: int | None = None
    parent: str | None = None
    run_id: str | None = None
    run: Run | None = None
    trail: str | None = None
    unknown: bool = False
    given_up: bool = False
    silent_since: datetime | None = None
    cancelling: bool = False
    pausing: bool = False
    gone: bool = False
    unread: bool = False
    delivered: bool = False
    reason: Reason | None = None
    files: tuple[Fetched, ...] = ()
    texts: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def stage(self) -> Stage:
        if self.delivered:
            return Stage.DONE
        if self.gone:
            return Stage.LOST
        if self.unread:
            return Stage.UNREAD
        if self.run is None:
            return self._before_the_run if self.run_id is None else Stage.WAITING
        return _STAGES.get(self.run.status, Stage.RUNNING)

    @property
    def _before_the_run(self) -> Stage:
        if self.given_up:
            return Stage.GIVEN_UP
        if self.unknown:
            return Stage.UNKNOWN
        return Stage.PREPARING if self.trail is None else Stage.LOOKING

    @property
    def duration(self) -> float | None:
        """Seconds from the click to the end, once there is one."""
        ended = self.run.ended_at if self.run else None
        return max(0.0, (ended - self.asked_at).total_seconds()) if ended else None

    @property
    def looks(self) -> object:
        """What of the view can be seen: two views with equal looks need no second edit."""
        run, stage = self.run, self.stage
        waits = run.queue_position if run and stage is Stage.WAITING else None
        moves = (int(run.progress * 20), run.live_status) if run and stage is Stage.RUNNING else None
        return stage, waits, moves, self.run_id is None, self.cancelling, self.pausing, self.silent_since is None


class Surface(Protocol):
    """Where a run is shown: a Discord message, a terminal."""

    upload_limit: int
    """Bytes that one file may have here."""

    async def show(self, view: RunView) -> None:
        """Show a state on the way; a newer one may follow at once. Raises `SurfaceLost` when the place is gone."""

    async def finish(self, view: RunView) -> None:
        """Show the end, with the files. Raises `SurfaceLost` when the place is gone."""
