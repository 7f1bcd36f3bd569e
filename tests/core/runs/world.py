"""What is outside of a bot process and outlives it: runs at ComfyUI Deploy, Discord's messages, the disk."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from core.comfydeploy import errors
from core.comfydeploy.models import Status
from core.comfydeploy.outputs import Kind
from core.errors import CoreError
from core.offer import Deployment
from core.runs.journal import Record
from core.runs.mark import Mark, read_mark
from core.runs.submission import Trail
from core.runs.view import RunView

FLOW: Final = Deployment(
    id="d0000000-0000-0000-0000-000000000000",
    name="flow",
    environment="production",
    workflow_id="f0000000-0000-0000-0000-000000000000",
    version=1,
    description="",
    inputs=(),
    makes=Kind.IMAGE,
    label="flow",
)
FOREVER: Final = 1e9  # seconds
# What becomes of a submit: the error that answers it, and after how many seconds there is a run (None: never)
SUBMITS: Final[dict[str, tuple[errors.ApiError | None, float | None]]] = {
    "taken": (None, 0.0),
    "answer lost": (errors.NoAnswer("submit"), 0.0),
    "lost": (errors.NoAnswer("submit"), None),
    "made soon": (errors.NoAnswer("submit"), 5.0),
    "made late": (errors.ServerFault("submit", 502), 1000.0),
    "unreadable": (errors.BadReply("submit"), 0.0),
    "unreachable": (errors.Unreachable("submit"), None),
    "busy": (errors.Busy("submit", 429, retry_after=2.0), None),
    "refused": (errors.Refused("submit", 422), None),
    "not dispatched": (errors.DispatchFailed("submit", 500), 0.0),
}
NOTHING_SENT: Final = (errors.Unreachable, errors.Busy)  # only after these it may be sent again
TROUBLES: Final[dict[str, errors.ApiError]] = {
    "silent": errors.NoAnswer("api"),
    "faults": errors.ServerFault("api", 502),
    "held back": errors.Paused("api"),
}


@dataclass(eq=False)
class Made:
    """A run as it really is; moments are the loop's."""

    id: str
    inputs: Mapping[str, Any]
    begins: float
    ends: float
    end: str
    asked_at: datetime
    stopped: float = FOREVER
    gone: bool = False
    broken: bool = False

    @property
    def mark(self) -> Mark:
        return read_mark(self.inputs)

    def status(self, now: float) -> str:
        if now >= self.stopped or now >= self.ends:
            return Status.CANCELLED if self.stopped < self.ends else self.end
        age = now - self.begins
        return Status.QUEUED if age < 3 else Status.STARTED if age < 4 else Status.RUNNING


@dataclass(eq=False)
class Message:
    """A message of Discord's. `told` is why nothing was started, shown in it instead of a run."""

    number: int
    exists: bool = False
    deleted: bool = False
    sight: RunView | None = None
    told: CoreError | None = None
    is_answered: bool = True
    silent_from: float = FOREVER
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """An end that a message took: in which process, when, and whether that heard so."""

    life: int
    at: float
    message: Message
    view: RunView
    heard: bool


@dataclass(eq=False)
class World:
    """`fates`: how the next runs go, as seconds and final status; `answers`: how the next submits do."""

    runs: dict[str, Made] = field(default_factory=dict)
    answers: deque[str] = field(default_factory=deque)
    fates: deque[tuple[float, str]] = field(default_factory=deque)
    trouble: str | None = None
    was_away: bool = False
    submitted: dict[str, int] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    doubled: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    shown: dict[str, list[RunView]] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    discord: str | None = None
    full: bool = False
    book: dict[str, Record] = field(default_factory=dict)
    history: dict[str, Record] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    adopted: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    at_rest: list[tuple[Record, RunView | None]] = field(default_factory=list)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def make(self, inputs: Mapping[str, Any], wait: float, *, is_dispatched: bool) -> Made:
        seconds, end = self.fates.popleft() if self.fates else (10.0, "success")
        if not is_dispatched:
            seconds, end = 0.0, "failed"
        run_id, begins = f"{len(self.runs):08x}-0000-0000-0000-000000000000", self.now + wait
        self.runs[run_id] = made = Made(run_id, inputs, begins, begins + seconds, end, datetime.now(UTC))
        return made

    def message_of(self, record: Record) -> Message:
        return self.messages[int(record.address.split()[0])]

    def look_at_rest(self) -> None:
        """Keep what the open messages show now, but for those that Discord kept from showing it."""
        for record in self.book.values():
            message = self.message_of(record)
            if not (message.deleted or record.id in self.forgotten):
                self.at_rest.append((record, message.sight))

    def see(self, message: Message, view: RunView) -> None:
        message.sight, message.exists = view, True
        delivery = view.delivery or (Trail.parse(view.trail).delivery if view.trail is not None else "")
        self.shown.setdefault(delivery, []).append(view)
