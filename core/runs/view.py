"""All that is shown of one run at one moment: facts only, the words and colours are the surface's."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import IO, Protocol

from core.comfydeploy.models import Run, Status
from core.comfydeploy.outputs import Media, Reason
from core.comfydeploy.values import Adjusted
from core.errors import CoreError
from core.runs.estimates import Usual


class Stage(Enum):
    """Where a run stands for the person who waits for it."""

    IN_LINE = auto()
    LEFT = auto()
    PREPARING = auto()
    REFUSED = auto()
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
    EXPIRED = auto()

    @property
    def is_over(self) -> bool:
        return self in _OVER


_OVER = {
    Stage.LEFT,
    Stage.REFUSED,
    Stage.GIVEN_UP,
    Stage.DONE,
    Stage.FAILED,
    Stage.TIMED_OUT,
    Stage.CANCELLED,
    Stage.LOST,
    Stage.UNREAD,
    Stage.EXPIRED,
}
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
    """A result that could not be attached: `size` and `limit` in bytes when size was the cause.

    `beyond`: there were as many before it as one message holds.
    """

    media: Media
    size: int | None = None
    limit: int | None = None
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to ComfyUI Deploy: `sent` of `size` bytes, None where the size is not known yet."""

    name: str
    sent: int = 0
    size: int | None = None

    @property
    def share(self) -> int | None:
        """In percent, by steps of ten."""
        return None if not self.size else min(10, self.sent * 10 // self.size) * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`delivery` is the promise to show this run; `place` where it stands in the bot's own line, 1 for the next.

    Before there is a run: `upload` while a large file is uploaded for it, `left` when somebody took it out of that
    line, `refused` says why nothing was started, and `trail` is set while nobody knows whether the submit started a
    run: it is being looked for, or was not found (`unknown`), or is not looked for any more (`given_up`).

    `silent_since` is set while the API gives no news of the run, `pausing` when this process is going away. `gone`: the
    API does not know the run any more. `unread`: it cannot be read, and nobody waits for that to change. `expired`: it
    was asked for so long ago that nobody follows it any more. `cancelling` stays set when the end came first. `usual`
    is how long runs of this deployment take; `ping` whether the end is to call the person. `adjusted` are numbers that
    were beyond what their inputs take.
    """

    deployment: str
    requester: int
    asked_at: datetime
    delivery: str | None = None
    prompt: str | None = None
    seed: int | None = None
    parent: str | None = None
    adjusted: tuple[Adjusted, ...] = ()
    place: int | None = None
    upload: Upload | None = None
    left: bool = False
    refused: CoreError | None = None
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
    expired: bool = False
    delivered: bool = False
    usual: Usual | None = None
    ping: bool = False
    reason: Reason | None = None
    files: tuple[Fetched, ...] = ()
    texts: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def stage(self) -> Stage:
        early = self._early_end
        if early is not None:
            return early
        if self.run is None:
            return self._before_the_run if self.run_id is None else Stage.WAITING
        if self.run.status == Status.QUEUED and self.run.queue_position == 0:
            return Stage.STARTING  # nobody is ahead, so what it waits for is its machine
        return _STAGES.get(self.run.status, Stage.RUNNING)

    @property
    def _early_end(self) -> Stage | None:
        ends = (
            (self.delivered, Stage.DONE),
            (self.gone, Stage.LOST),
            (self.unread, Stage.UNREAD),
            (self.expired, Stage.EXPIRED),
            (self.refused is not None, Stage.REFUSED),
            (self.left, Stage.LEFT),
        )
        return next((stage for is_so, stage in ends if is_so), None)

    @property
    def _before_the_run(self) -> Stage:
        if self.given_up:
            return Stage.GIVEN_UP
        if self.unknown:
            return Stage.UNKNOWN
        if self.trail is not None:
            return Stage.LOOKING
        return Stage.PREPARING if self.place is None else Stage.IN_LINE

    @property
    def duration(self) -> float | None:
        """Seconds from the click to the end, once there is one."""
        ended = self.run.ended_at if self.run else None
        return max(0.0, (ended - self.asked_at).total_seconds()) if ended else None

    @property
    def looks(self) -> object:
        """What of the view can be seen: two views with equal looks need no second edit."""
        run, stage = self.run, self.stage
        waits = run.queue_position if run and stage is Stage.WAITING else self.place
        moves = (int(run.progress * 20), run.live_status) if run and stage is Stage.RUNNING else None
        stands = self.cancelling, self.pausing, self.silent_since is None, self.usual is None
        sent = (self.upload.name, self.upload.share) if self.upload is not None and stage is Stage.PREPARING else None
        return stage, waits, moves, self.run_id is None, stands, sent


class Surface(Protocol):
    """Where a run is shown: a Discord message, a terminal."""

    upload_limit: int
    """Bytes that one file may have here."""

    @property
    def address(self) -> str:
        """All that another process needs to go on showing here: opaque, secret, other after the first `show`."""

    @property
    def lane(self) -> str | None:
        """What its edits share their rate limit with, None while they have one of their own."""

    async def show(self, view: RunView) -> bool:
        """Show a state on the way; whether it could be shown now, else the next one will do.

        Raises:
            SurfaceLost: the place is gone.
        """

    async def finish(self, view: RunView) -> None:
        """Show the end, with the files, somewhere else if the place is gone; and call the person if `view.ping`.

        A second time, in this process or in the next, makes no second message.

        Raises:
            SurfaceSilent: it does not answer, or is too busy; a later try may do.
            SurfaceLost: nowhere can the person see it.
        """
