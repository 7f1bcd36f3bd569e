"""Everything that can go wrong: one tree of errors that carry facts. The sentences are in `cogs.ui.words`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar


class CoreError(Exception):
    """The root: catch this to catch all failures that `core` knows by name."""


# -- ComfyUI Deploy's answers --


class ApiError(CoreError):
    """A call to ComfyUI Deploy failed.

    `call` is method and route template, without ids, queries or bodies, so that it can be logged as it is.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, call: str, status: int | None = None) -> None:
        super().__init__(f"{call}: {type(self).__name__}" + (f" ({status})" if status else ""))
        self.call = call
        self.status = status


class Unreachable(ApiError):
    """No connection was made, so nothing was sent."""

    retryable = True


class NoAnswer(ApiError):
    """The request may have arrived, but no complete answer came back."""

    retryable = True


class Busy(ApiError):
    """429; `retry_after` in seconds, when the server said it."""

    retryable = True

    def __init__(self, call: str, status: int | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(call, status)
        self.retry_after = retry_after


class ServerFault(ApiError):
    """5xx. On several routes a 500 really means "not found", so retries stay few."""

    retryable = True


class KeyRefused(ApiError):
    """401: the key is missing, malformed or revoked."""


class AccessDenied(ApiError):
    """403: the key may not do or see this."""


class OutOfCredits(AccessDenied):
    """403 with the sentence about GPU credits."""


class NotFound(ApiError):
    """404 as an answer: the thing does not exist for this key."""


class WrongAddress(ApiError):
    """404 of the router, 405 or a redirect: this server has no such route."""


class Refused(ApiError):
    """400, 402, 422 and other 4xx; `fields` are the places the server named, without the values."""

    def __init__(self, call: str, status: int | None = None, *, fields: Sequence[str] = ()) -> None:
        super().__init__(call, status)
        self.fields = tuple(fields)


class DispatchFailed(ApiError):
    """The machine did not take the prompt; a run in status `failed` is left behind."""


class NotCancellable(ApiError):
    """The server has no function call to stop for this run: its machine kind cannot, or it is too early."""


class BadReply(ApiError):
    """The status says success, but the body cannot be read as what it should be."""


# -- Finding and filling in a deployment --


class DeploymentNotFound(CoreError):
    """Nothing on offer has this name or id; `similar` are up to three names that come close."""

    def __init__(self, wanted: str, similar: Sequence[str] = ()) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.similar = tuple(similar)


class DeploymentAmbiguous(CoreError):
    """Several deployments have this name; `choices` are labels that tell them apart."""

    def __init__(self, wanted: str, choices: Sequence[str]) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.choices = tuple(choices)


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


@dataclass(frozen=True, slots=True)
class Problem:
    """One input that does not fit: its id or what was written for it, and the facts a sentence needs."""

    name: str
    fault: Fault
    given: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class InputsInvalid(CoreError):
    """All problems of one form at once, never only the first."""

    def __init__(self, problems: Sequence[Problem], deployment: str = "") -> None:
        super().__init__(", ".join(f"{problem.name}: {problem.fault.name}" for problem in problems))
        self.problems = tuple(problems)
        self.deployment = deployment


# -- Files --


class FileError(CoreError):
    """A file could not be taken or fetched; `name` is what the person or the run calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{type(self).__name__}: {name}")
        self.name = name


class FileTooLarge(FileError):
    """More bytes than `limit`; `size` in bytes when it is known."""

    def __init__(self, name: str, *, limit: int, size: int | None = None) -> None:
        super().__init__(name)
        self.limit = limit
        self.size = size


class FileHostRefused(FileError):
    """Its address is not one that files may be fetched from; `host` as written in the address."""

    def __init__(self, name: str, *, host: str) -> None:
        super().__init__(name)
        self.host = host

    def __str__(self) -> str:
        return f"{super().__str__()} at {self.host}"


class FileUnavailable(FileError):
    """Its host did not hand it over; `status` when there was an answer."""

    def __init__(self, name: str, *, status: int | None = None) -> None:
        super().__init__(name)
        self.status = status


class FileNotAnImage(FileError):
    """An image was asked for, and these bytes are none that can be read."""


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
    """Only the person who asked for the run, or a moderator, may do this."""

    def __init__(self, owner: int) -> None:
        super().__init__("not the owner")
        self.owner = owner


class NothingUnderWay(CoreError):
    """The person has no run that could be cancelled."""


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


class SubmitUnknown(CoreError):
    """The submit may or may not have started a run, and none was found afterwards."""


class TooManyRuns(CoreError):
    """A limit of runs under way is reached; `everybody` when it is the bot's own total."""

    def __init__(self, limit: int, *, everybody: bool) -> None:
        super().__init__(f"limit {limit}")
        self.limit = limit
        self.everybody = everybody


class AlreadyAsked(CoreError):
    """The same person asked for the same rerun a moment ago: a double click, not a second wish."""


class NotServedHere(CoreError):
    """Commands are answered in other servers only."""


class PermissionsMissing(CoreError):
    """The bot lacks `permissions`, by the names Discord shows, where the run would be shown."""

    def __init__(self, permissions: Sequence[str]) -> None:
        super().__init__(", ".join(permissions))
        self.permissions = tuple(permissions)


class ButtonUnknown(CoreError):
    """A button of a version of this project that had a verb which this one does not have."""


class SurfaceLost(CoreError):
    """The place where a run is shown does not take messages any more."""
