"""How a deployment's inputs changed since something was filled in for it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.comfydeploy.fit import fit
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS
from core.comfydeploy.values import Value
from core.comfydeploy.written import text_of
from core.errors import InputsInvalid


@dataclass(frozen=True, slots=True)
class Drift:
    """Names of inputs, as people see them: `new` ones, those that are `gone`, and those that are `changed`."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


def drift_between(before: Iterable[Input], now: Iterable[Input]) -> Drift:
    """What differs between two lists of inputs, but for their order, group, name and description."""
    old, new = {item.key: item for item in before}, {item.key: item for item in now}
    return Drift(
        new=tuple(item.name for key, item in new.items() if key not in old),
        gone=tuple(item.name for key, item in old.items() if key not in new),
        changed=tuple(item.name for key, item in new.items() if key in old and _differ(old[key], item)),
    )


def drift_of_values(values: Mapping[str, Any], now: Iterable[Input]) -> Drift:
    """What can be told from the values of a run alone: those that have no input any more, or do not fit it."""
    declared = {item.key: item for item in now}
    return Drift(
        gone=tuple(key for key in values if key not in declared),
        changed=tuple(item.name for key, item in declared.items() if key in values and not _fits(item, values[key])),
    )


def _differ(old: Input, new: Input) -> bool:
    """Whether another thing is asked for; a default that another node gives cannot be compared."""
    is_known = all(item.default is not None or not item.linked for item in (old, new))
    return _asks(old) != _asks(new) or (is_known and old.default != new.default)


def _asks(item: Input) -> object:
    """What it asks for; names of models are only suggestions, and other deployments change them."""
    options = () if item.kind in MODELS else item.options
    return item.kind, options, item.accepts, item.span, item.required


def _fits(item: Input, value: object) -> bool:
    try:
        fitted = fit([item], {item.key: text_of(item, value)}, lambda low, _: low)
    except InputsInvalid:
        return False
    return not fitted.adjusted


def still_fit(values: Mapping[str, Value], now: Iterable[Input]) -> dict[str, Value]:
    """What was given and is taken by the inputs as they are now, maybe adjusted."""
    return {item.key: values[item.key] for item in now if item.key in values and _is_taken(item, values[item.key])}


def _is_taken(item: Input, value: Value) -> bool:
    try:
        fit([item], {item.key: value}, lambda low, _: low)
    except InputsInvalid:
        return False
    return True
