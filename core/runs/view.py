"""All that is shown of one run at one moment: facts only, the words and colours are the surface's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import IO, Final, Protocol

from core.comfydeploy.models import Run, Status
from core.comfydeploy.outputs import Media, Reason
from core.comfydeploy.values import Adjusted
from core.errors import CoreError
from core.forms.wish import Manner
from core.results.change import Change
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


_STOPPED: Final = {Stage.CANCELLED, Stage.LEFT, Stage.GIVEN_UP}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A result at hand: `file` is open at its start, `name` is safe to show, `size` in bytes.

    `change` is how it was made to fit, None for what is as the run made it.
    """

    media: Media
    file: IO[bytes]
    name: str
    size: int
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A result that could not be attached: `size` and `limit` in bytes when size was the cause.

    `expires_at` is when its address stops working, None where it does not. `beyond`: there were as many before it as
    are shown of one run. `is_unclean`: what its maker embedded cannot be taken out. `is_refused`: its storage does not
    hand it out, as to an address that has expired.
    """

    media: Media
    size: int | None = None
    limit: int | None = None
    expires_at: datetime | None = None
    beyond: bool = False
    is_unclean: bool = False
    is_refused: bool = False

    @property
    def may_come(self) -> bool:
        """Whether another try may bring it, or an address that works again."""
        return not (self.beyond or self.is_unclean or (self.limit is not None and self.expires_at is None))


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
    were beyond what their inputs take. `previews` are pictures of a run that is under way. `is_made_from`: the run
    `parent` gave it a file. `can_enlarge` and `can_keep`: its server has an upscaler, and a gallery.

    Of several at once (`sheet` is their common id) each is one of `runs`, and the files are those of all.
    """

    deployment: str
    requester: int
    asked_at: datetime
    delivery: str | None = None
    prompt: str | None = None
    seed: int | None = None
    parent: str | None = None
    is_made_from: bool = False
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
    can_enlarge: bool = False
    can_keep: bool = False
    previews: tuple[Fetched, ...] = ()
    reason: Reason | None = None
    files: tuple[Fetched, ...] = ()
    texts: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    runs: tuple["RunView", ...] = ()
    sheet: str | None = None

    @property
    def stage(self) -> Stage:
        if self.runs:
            return _stage_of(self.runs)
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
    def made(self) -> tuple[Media, ...]:
        """All files of the run, shown or not."""
        return (*(item.media for item in self.files), *(item.media for item in self.left_out))

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
        ahead = tuple(item.name for item in self.previews)
        each = tuple(run.looks for run in self.runs)
        return stage, waits, moves, self.run_id is None, stands, sent, ahead, each


def _stage_of(runs: Sequence[RunView]) -> Stage:
    """Where several runs stand together: under way until the last one is over, and well if any of them is."""
    stages = {run.stage for run in runs}
    if not all(stage.is_over for stage in stages):
        return Stage.RUNNING
    if Stage.DONE in stages:
        return Stage.DONE
    return Stage.CANCELLED if stages <= _STOPPED else Stage.FAILED


class Surface(Protocol):
    """Where a run is shown: a Discord message, a terminal."""

    async def find_limit(self) -> int:
        """Bytes that one file may have here now."""

    @property
    def address(self) -> str:
        """All that another process needs to go on showing here: opaque, secret, other after the first `show`."""

    @property
    def manner(self) -> Manner:
        """How it is shown there, as far as that is known by now; `source` is left out."""

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
            SurfaceTooSmall: it takes smaller files than it said; raised once, after that there are links.
            SurfaceSilent: it does not answer, or is too busy; a later try may do.
            SurfaceLost: nowhere can the person see it.
        """
