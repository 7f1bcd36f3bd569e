"""What can go wrong with a call to ComfyUI Deploy: facts only, the sentences are in `cogs.ui.words`."""

from collections.abc import Sequence
from typing import ClassVar

from core.errors import CoreError


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


class Paused(Unreachable):
    """Not even tried: the last calls all failed, so for some seconds nothing is sent."""

    retryable = False


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


class NotFoundOrBroken(ServerFault):
    """A 500 of a route that answers so for what does not exist, too; asking again does not help."""

    retryable = False


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


class MachineInUse(ApiError):
    """The machine cannot be deleted: `workflows` (their names, foreign text) still use it."""

    def __init__(self, call: str, status: int | None = None, *, workflows: Sequence[str] = ()) -> None:
        super().__init__(call, status)
        self.workflows = tuple(workflows)


class MachineKeptWarm(ApiError):
    """The machine cannot be deleted while it is kept warm."""


class DispatchFailed(ApiError):
    """The machine did not take the prompt; a run in status `failed` is left behind."""


class NotCancellable(ApiError):
    """The server has no function call to stop for this run: its machine kind cannot, or it is too early."""


class BadReply(ApiError):
    """The status says success, but the body cannot be read as what it should be."""
