"""What a form's message says of each input, and of what does not fit; pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from cogs.ui.input_words import RANDOM, UNKNOWN, fallback, names_of, value_words
from cogs.ui.problems import adjusted_words, fault_words, problem_words
from cogs.ui.text import code, fitting, safe
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Adjusted
from core.errors import Fault, Problem
from core.forms.drift import Drift
from core.forms.form import Form

_WHOLE: Final = 15  # inputs that are all listed: about a screen of a phone
_NOTE: Final = "\N{INFORMATION SOURCE}"
_NAMES: Final = 5  # of inputs that changed
_MISSING: Final = {Fault.MISSING, Fault.MISSING_PICTURE}


class Lines:
    """The lines of one form. `names` are what its inputs are called, by their ids."""

    def __init__(self, form: Form) -> None:
        self.names = names_of(form.deployment.inputs)
        self._form = form
        self._inputs = form.deployment.inputs
        self._seed = form.deployment.roles.seed
        self._wrong = defaultdict[str, list[Problem]](list)
        self._loose = list[Problem]()  # what was given for no input of this deployment
        for problem in form.problems:
            if problem.key in self.names:
                self._wrong[problem.key].append(problem)
            else:
                self._loose.append(problem)

    @property
    def lacks(self) -> bool:
        return any(problem.fault in _MISSING for problem in self._form.problems)

    @property
    def errs(self) -> bool:
        """Whether something was given that does not fit its input."""
        return any(problem.fault not in _MISSING for found in self._wrong.values() for problem in found)

    @property
    def strays(self) -> bool:
        """Whether something was given that belongs to no input."""
        return bool(self._loose)

    def problems(self) -> list[str]:
        """One for each thing that is wrong, those of inputs in the form's order."""
        return [*self._others(), *(self._one(item) for item in self._inputs if item.key in self._wrong)]

    def all(self, room: int) -> str:
        """All inputs where there are few; else what is wrong, what was given, and how many have their defaults.

        At most `room` characters.
        """
        if len(self._inputs) <= _WHOLE:
            whole = "\n".join([*self._others(), *self._grouped()])
            if len(whole) <= room:
                return whole
        values = self._form.values
        touched = [item for item in self._inputs if item.key in values and item.key not in self._wrong]
        lines = [*self.problems(), *map(self._one, touched)]
        rest = len(self._inputs) - len(touched) - len(self._wrong)
        tail = f"-# …and {rest} more at their defaults" if lines else f"-# All {rest} inputs are at their defaults."
        shown = fitting(lines, room - len(tail) - 1)
        return "\n".join(part for part in (shown, tail if rest else "") if part)

    def _others(self) -> list[str]:
        return [f"⚠ {problem_words(problem)}" for problem in self._loose]

    def _grouped(self) -> Iterator[str]:
        """Each group under its name; a line of air before what belongs to none again."""
        before = ""
        for group, items in groupby(self._inputs, key=lambda item: item.group):
            if group != before:
                yield f"__{safe(group, 60) or '(no name)'}__" if group else ""
            before = group
            yield from map(self._one, items)

    def _one(self, item: Input) -> str:
        wrong, value = self._wrong.get(item.key), self._form.values.get(item.key)
        name = safe(self.names[item.key], 90)
        if wrong:
            mark = "❗" if all(problem.fault in _MISSING for problem in wrong) else "⚠"
            return f"{mark} **{name}** " + " It ".join(map(fault_words, wrong))
        if value is None or (not value and item.kind is not InputKind.TEXT):  # only a text can be nothing
            return f"-# {name} {self._untouched(item)}"
        adjusted = self._adjusted(item)
        return f"{_NOTE} {adjusted_words(adjusted)}" if adjusted else f"✅ **{name}** {value_words(item, value)}"

    def _adjusted(self, item: Input) -> Adjusted | None:
        return next((one for one in self._form.adjusted if one.key == item.key), None)

    def _untouched(self, item: Input) -> str:
        if item.kind is InputKind.UNUSABLE:
            return "cannot be set from here"
        used = fallback(item, is_drawn=item is self._seed)
        if used in {RANDOM, UNKNOWN}:
            return used
        return f"{code(used, 60)} (default)" if used else "(default)"


def drift_words(drift: Drift, run: str) -> str:
    """How the inputs changed since they were filled in, and what the button `run` does, empty if it cannot be pressed.

    What does not fit any more is not among the values of the form.
    """
    parts = [("new", drift.new), ("gone", drift.gone), ("changed", drift.changed)]
    said = " · ".join(f"{what}: {_bold(names)}" for what, names in parts if names)
    return f"{_NOTE} This deployment has changed since: {said}." + (
        f" **{run}** uses defaults for the rest." if run else ""
    )


def _bold(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(f"**{safe(name, 40) or '(no name)'}**" for name in names[:_NAMES]) + more
