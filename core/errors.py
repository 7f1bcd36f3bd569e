"""Everything that can go wrong: one tree of errors that carry facts. The sentences are in `cogs.ui.words`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto


class CoreError(Exception):
    """The root of all failures known by name; the form `kept_in` has what was asked for, for another try."""

    kept_in: str | None = None


# -- Finding and filling in a deployment --


class NameUnknown(CoreError):
    """Nothing in a list has this name or id; `similar` are up to three names that come close."""

    def __init__(self, wanted: str, similar: Sequence[str] = ()) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.similar = tuple(similar)


class NameAmbiguous(CoreError):
    """Several have this name; `choices` are labels that tell them apart."""

    def __init__(self, wanted: str, choices: Sequence[str]) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.choices = tuple(choices)


class Flaw(StrEnum):
    """Why something that the account has cannot be read; the values are written down."""

    FAULTY = "faulty"
    """ComfyUI Deploy answers with an error for it."""
    ODD = "odd"
    """What ComfyUI Deploy says of it makes no sense here."""
    GONE = "gone"
    """ComfyUI Deploy has no longer what the bot's operators named."""


class DeploymentNotFound(NameUnknown):
    """Nothing on offer has this name or id; `reason` if the account has something of this name that cannot be read."""

    def __init__(self, wanted: str, similar: Sequence[str] = (), reason: Flaw | None = None) -> None:
        super().__init__(wanted, similar)
        self.reason = reason


class DeploymentAmbiguous(NameAmbiguous):
    """Several deployments have this name."""


class Fault(Enum):
    """What is wrong with one input."""

    UNKNOWN = auto()
    TWICE = auto()
    MISSING = auto()
    MISSING_PICTURE = auto()
    NOT_A_NUMBER = auto()
    NOT_WHOLE = auto()
    OUT_OF_RANGE = auto()
    NOT_YES_OR_NO = auto()
    NOT_AN_OPTION = auto()
    NOT_A_LINK = auto()
    NO_PLACE = auto()
    UNUSABLE = auto()
    UNREADABLE = auto()
    BLANK = auto()
    NOT_AN_ADDRESS = auto()
    NOT_A_NAME = auto()
    NO_FILE = auto()
    TOO_MANY = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """One input that does not fit: its name or what was written for it, and the facts a sentence needs.

    `key` is the input's id, empty where there is no such input; `file` says what is wrong with a file.
    """

    name: str
    fault: Fault
    given: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    key: str = ""
    file: CoreError | None = None


class InputsInvalid(CoreError):
    """All problems of one form at once, never only the first."""

    def __init__(self, problems: Sequence[Problem], deployment: str = "") -> None:
        super().__init__(", ".join(f"{problem.name}: {problem.fault.name}" for problem in problems))
        self.problems = tuple(problems)
        self.deployment = deployment


class FormExpired(CoreError):
    """A form that is kept no longer: left alone for too long, run, or forgotten; `typed` was just written into it."""

    def __init__(self, typed: Sequence[str] = ()) -> None:
        super().__init__("expired")
        self.typed = tuple(typed)


class FormGone(CoreError):
    """A form whose deployment, once called `label`, is no longer on offer."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class DeploymentNotHere(CoreError):
    """A deployment that those who manage this server do not have on offer there; `label` is what it is called."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class TookTooLong(CoreError):
    """What was asked for was not done within `seconds`; nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g} s")
        self.seconds = seconds


# -- Runs --


class RunNotOurs(CoreError):
    """The run carries no mark of this bot: it was made elsewhere, so nobody here owns it."""


class RunGone(CoreError):
    """ComfyUI Deploy no longer knows this run."""


class RunSilent(CoreError):
    """ComfyUI Deploy has given no news of this run for so long that nobody waits any more."""


class DeploymentGone(CoreError):
    """The deployment of an earlier run is no longer on offer."""


class NotYourRun(CoreError):
    """Only the person who asked for the run, or with `moderators` one of them, may do this."""

    def __init__(self, owner: int, *, moderators: bool = True) -> None:
        super().__init__("not the owner")
        self.owner = owner
        self.moderators = moderators


class NothingUnderWay(CoreError):
    """The person has no run that could be cancelled."""


class NotStartedYet(CoreError):
    """What is to be cancelled is being submitted at this moment, or looked for after a submit without an answer."""


class AlreadyOver(CoreError):
    """The run had ended before; `status` is its final status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class CannotCancel(CoreError):
    """The run cannot be stopped: only serverless machines can, and they only once the run has reached one."""

    def __init__(self, machine_type: str | None) -> None:
        super().__init__(machine_type or "unknown machine kind")
        self.machine_type = machine_type

    @property
    def is_early(self) -> bool:
        """Whether a later try may work."""
        return self.machine_type == "comfy-deploy-serverless"


class SubmitUnclear(CoreError):
    """The submit of `delivery` may or may not have started a run."""

    def __init__(self, delivery: str) -> None:
        super().__init__(delivery)
        self.delivery = delivery


class SubmitUnknown(SubmitUnclear):
    """The submit may or may not have started a run, and none was found afterwards."""


class OrderForgotten(CoreError):
    """What was asked for is not in memory any more, so it cannot be submitted again."""


class StoreFailed(CoreError):
    """The bot's own database does not take or give what it is asked for; `reason` in a few words of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoreHeld(CoreError):
    """Another process serves this bot: number `pid` on `host`, begun `since`, last heard of at `beat_at`."""

    def __init__(self, host: str, pid: int, since: datetime, beat_at: datetime) -> None:
        super().__init__(f"process {pid} on {host}")
        self.host = host
        self.pid = pid
        self.since = since
        self.beat_at = beat_at


class RunExpired(CoreError):
    """The run was asked for so long ago that nobody follows it any more."""


class TooManyRuns(CoreError):
    """A limit of runs under way is reached; `everybody` when it is the bot's own total.

    `waiting` of the person's wishes stand in line already, and no more may.
    """

    def __init__(self, limit: int, *, everybody: bool, waiting: int = 0) -> None:
        super().__init__(f"limit {limit}, waiting {waiting}")
        self.limit = limit
        self.everybody = everybody
        self.waiting = waiting


class AlreadyAsked(CoreError):
    """The same person asked for the same a moment ago: a double click, not a second wish."""


class LookingAlready(AlreadyAsked):
    """The run of an unclear submit is being looked for at this moment."""


class StillNotFound(CoreError):
    """One more look for the run of an unclear submit found none."""


class NotServedHere(CoreError):
    """Commands are answered in other servers only."""


class PermissionsMissing(CoreError):
    """The bot lacks `permissions`, by the names Discord shows, where the run would be shown."""

    def __init__(self, permissions: Sequence[str]) -> None:
        super().__init__(", ".join(permissions))
        self.permissions = tuple(permissions)


class PlaceClosed(CoreError):
    """The thread where it would be shown is archived, or else `locked`."""

    def __init__(self, *, locked: bool) -> None:
        super().__init__("locked" if locked else "archived")
        self.locked = locked


class TakenByAnother(CoreError):
    """Another process has begun to submit this."""


class Stopping(CoreError):
    """This process is about to end; nothing new is begun, and what is under way may or may not get done."""


class ButtonUnknown(CoreError):
    """A button or menu that this version of the project would not have made."""


class SurfaceLost(CoreError):
    """The place where a run is shown does not take messages any more."""


class SurfaceSilent(SurfaceLost):
    """The connection broke, so nobody knows whether the place took what it was sent."""
