"""What can go wrong when an operator changes something: a branch of the tree in `core.errors`, facts only."""

from collections.abc import Sequence

from core.errors import CoreError, InputsInvalid
from core.file_errors import FileError


class OperatorsOnly(CoreError):
    """Only the owner and the team of the bot may do this."""


class WriteOff(CoreError):
    """This change of ComfyUI Deploy is switched off; `write` as the setting names it."""

    def __init__(self, write: str) -> None:
        super().__init__(write)
        self.write = write


class EnvironmentUnclear(CoreError):
    """A workflow is not deployed to this `environment`, or with None to several; `choices` are those it is in."""

    def __init__(self, wanted: str, environment: str | None, choices: Sequence[str]) -> None:
        super().__init__(f"{wanted}: {environment or 'several'}")
        self.wanted = wanted
        self.environment = environment
        self.choices = tuple(choices)


class NothingToChange(CoreError):
    """Everything that could be changed was left out."""


class SharesOnly(CoreError):
    """ComfyUI Deploy deletes no deployments but shares; `environment` is this one's."""

    def __init__(self, environment: str) -> None:
        super().__init__(environment)
        self.environment = environment


class VersionUnknown(CoreError):
    """The workflow has no version of this number, or with None: no version at all."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__("no version" if number is None else f"version {number}")
        self.number = number


class ChangeInvalid(InputsInvalid):
    """As `InputsInvalid`, for what an operator wrote: nothing was changed."""


class ChangeRefused(CoreError):
    """ComfyUI Deploy did not accept a change; `write` as the setting names it."""

    def __init__(self, write: str) -> None:
        super().__init__(write)
        self.write = write


class ChangeUnclear(CoreError):
    """The change was sent, and nobody knows whether it was made; `write` as the setting names it."""

    def __init__(self, write: str) -> None:
        super().__init__(write)
        self.write = write


class WorkflowFileInvalid(CoreError):
    """The file `name` is no workflow: of API format if `wants_graph`, else as the editor saves it."""

    def __init__(self, name: str, *, wants_graph: bool) -> None:
        super().__init__(name)
        self.name = name
        self.wants_graph = wants_graph


class UploadRefused(CoreError):
    """A file of an operator could not be used, so nothing was uploaded; `cause` says why."""

    def __init__(self, cause: FileError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class AskedByAnother(CoreError):
    """Somebody else asked for the same a moment ago, and it is on its way."""
