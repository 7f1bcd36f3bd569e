"""What a draft comes to: what would be sent, or all that is wrong with it; pure."""

from collections.abc import Callable, Mapping
from typing import Final

from core.comfydeploy.fit import Fitted, adjusted_in, fit
from core.comfydeploy.values import Source, Value
from core.errors import Fault, InputsInvalid, Problem
from core.file_errors import FileTooLarge
from core.forms.draft import Draft
from core.forms.form import Form, file_problem
from core.offer import Deployment
from core.uploads import LARGEST_INPUT

Draw = Callable[[int, int], int]
_MISSING: Final = {Fault.MISSING, Fault.MISSING_PICTURE}


def fitted_of(draft: Draft, deployment: Deployment, draw: Draw) -> Fitted:
    """What would be sent; raises `InputsInvalid` with all that is wrong. `draw(low, high)` picks seeds."""
    refused = (problem for problems in draft.refused.values() for problem in problems)
    problems = [*draft.problems, *refused, *_too_large(deployment, draft.values)]
    try:
        fitted = fit(deployment.inputs, draft.values, draw)
    except InputsInvalid as invalid:
        said = {problem.key for problem in problems}  # what is wrong with a file says more than that it is missing
        more = (item for item in invalid.problems if item.fault not in _MISSING or item.key not in said)
        raise InputsInvalid([*problems, *more], deployment.label) from None
    if problems:
        raise InputsInvalid(problems, deployment.label)
    return fitted


def form_of(draft: Draft, deployment: Deployment, draw: Draw) -> Form:
    """The draft as it is to be shown."""
    problems: tuple[Problem, ...] = ()
    try:
        fitted_of(draft, deployment, draw)
    except InputsInvalid as invalid:
        problems = invalid.problems
    return Form(
        id=draft.id,
        deployment=deployment,
        values=dict(draft.values),
        problems=problems,
        adjusted=adjusted_in(deployment.inputs, draft.values),
        drift=draft.drift,
        next=draft.next,
        parent=draft.parent,
        search=draft.search,
        is_wanted=draft.is_wanted,
        count=draft.count,
    )


def _too_large(deployment: Deployment, values: Mapping[str, Value]) -> list[Problem]:
    """Files that say themselves that they are."""
    given = [(item, values.get(item.key, ())) for item in deployment.inputs]
    return [
        file_problem(item, FileTooLarge(file.name, limit=LARGEST_INPUT, size=file.size))
        for item, value in given
        if isinstance(value, tuple)
        for file in value
        if isinstance(file, Source) and (file.size or 0) > LARGEST_INPUT
    ]
