"""A form at one moment: what is filled in, what is wrong, and its sections; pure facts for the surface to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Adjusted, Value
from core.errors import CoreError, Fault, InputsInvalid, Problem
from core.file_errors import FileError
from core.forms.drift import Drift
from core.forms.sections import Section, sections_of
from core.offer import Deployment

_MISSING: Final = {Fault.MISSING, Fault.MISSING_PICTURE}


@dataclass(frozen=True, slots=True)
class Form:
    """What one person has filled in so far for `deployment`.

    `id` is the draft's: sixteen hex digits. `values` are by input id, as given; an input without one has its default.
    `problems` are all that keep it from being run, `adjusted` what will be used instead of what was given. `drift` is
    set while the person has not seen how the inputs changed. `next` is the number of the section to fill in next,
    `parent` the run that it repeats. `search` is what the person looks for in a long list. `is_wanted`: they want to
    see the form even if nothing is missing. `count` is how many runs it is for.
    """

    id: str
    deployment: Deployment
    values: Mapping[str, Value]
    problems: tuple[Problem, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()
    drift: Drift | None = None
    next: int = 0
    parent: str | None = None
    search: str = ""
    is_wanted: bool = False
    count: int = 1

    @property
    def sections(self) -> tuple[Section, ...]:
        return sections_of(self.deployment.inputs)

    @property
    def wrong(self) -> tuple[Input, ...]:
        """The inputs that have problems, in the form's order."""
        keys = {problem.key for problem in self.problems}
        return tuple(item for item in self.deployment.inputs if item.key in keys)

    @property
    def is_ready(self) -> bool:
        return not self.problems

    @property
    def only_lacks(self) -> bool:
        """Whether nothing is wrong but that something is missing, so that the form can be opened at once.

        Not so where the person wants to see all of it, or has to.
        """
        lacks = bool(self.problems) and all(problem.fault in _MISSING for problem in self.problems)
        return lacks and not self.drift and not self.is_wanted


class FormNeeded(InputsInvalid):
    """A wish that cannot be run as it is; what was given is kept in `form`, where it can be mended."""

    def __init__(self, form: Form) -> None:
        super().__init__(form.problems, form.deployment.label)
        self.form = form


class PickNeeded(CoreError):
    """A wish that does not say what to run; what was given is kept in the draft with this id.

    `cause` is set where it does say something, that is unknown or not clear.
    """

    def __init__(self, draft: str, cause: CoreError | None = None) -> None:
        super().__init__(draft if cause is None else str(cause))
        self.draft = draft
        self.cause = cause


class NothingUsable(CoreError):
    """A message was to give a file, and has none that any input takes."""


class NoTaker(CoreError):
    """Nothing on offer takes `count` files of this `kind`."""

    def __init__(self, kind: InputKind, count: int = 1) -> None:
        super().__init__(f"{count} {kind}")
        self.kind = kind
        self.count = count


def file_problem(item: Input, error: FileError) -> Problem:
    """What is wrong with the file that was given for an input."""
    return Problem(item.name, Fault.FILE, key=item.key, file=error)
