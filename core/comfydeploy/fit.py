"""What a person gave, made to fit a deployment's inputs, and the way back; pure. All problems are reported at once."""

import contextlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy.inputs import Input, Roles, find_roles
from core.comfydeploy.kinds import NUMBERS, InputKind
from core.comfydeploy.values import Adjusted, Attached, File, Given, Stored, Value
from core.comfydeploy.written import Unfit, read_value
from core.errors import Fault, InputsInvalid, Problem

_LARGEST_SEED: Final = 2**32 - 1  # every sampler takes those


@dataclass(frozen=True, slots=True)
class Assigned:
    """What was given, by input id, and what could not be given to any input."""

    values: dict[str, Value]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Ready to send, but for `files`: those are uploaded first and their addresses added with `with_files`.

    `adjusted` are numbers that were beyond what their inputs take.
    """

    values: dict[str, Any]
    files: dict[Input, tuple[File, ...]]
    prompt: str | None
    seed: int | None
    adjusted: tuple[Adjusted, ...] = ()

    def with_files(self, target: Input, addresses: Sequence[str]) -> None:
        self.values[target.key] = _addressed(target, addresses)


def assign(inputs: Iterable[Input], given: Given) -> Assigned:
    """Who gets what: by role, by id as it is, then by id or shown name in any case."""
    declared = list(inputs)
    roles = find_roles(declared)
    found = Assigned({}, [])
    for name, value in (
        ("prompt", given.prompt),
        ("negative", given.negative),
        ("seed", None if given.seed is None else str(given.seed)),
        ("image", None if given.image is None else (given.image,)),
    ):
        target = getattr(roles, name)
        if value is not None and target is None:
            found.problems.append(Problem(name, Fault.NO_PLACE))
        elif value is not None:
            found.values[target.key] = value
    for name, text in given.named.items():
        _give(found, declared, name, text)
    if given.attached:
        _attach(found, declared, given.attached)
    return found


def takes(inputs: Iterable[Input], given: Given) -> bool:
    """Whether there is an input for everything that was given by role, or is attached."""
    declared = list(inputs)
    roles = find_roles(declared)
    if given.attached:
        return taker_of(declared, given.attached) is not None
    return all(
        getattr(given, name) is None or getattr(roles, name) is not None
        for name in ("prompt", "negative", "seed", "image")
    )


def taker_of(inputs: Iterable[Input], attached: Sequence[Attached]) -> Input | None:
    """The input that takes these files: of pictures the one that has the role, of several only a batch."""
    declared, kind = list(inputs), attached[0].kind
    if len(attached) > 1:
        kind = InputKind.IMAGES
    elif kind is InputKind.IMAGE:
        return find_roles(declared).image
    return next((item for item in declared if item.kind is kind), None)


def fit(inputs: Iterable[Input], values: Mapping[str, Value], draw: Callable[[int, int], int]) -> Fitted:
    """What is sent, by input id, from what was given.

    `draw(low, high)` gives a seed where a new one is wanted: it is chosen here, and not on the machine, so that it can
    be shown and used again. Other inputs nobody set are left out, so the workflow's own defaults hold.

    Raises:
        InputsInvalid: with every problem found.
    """
    declared = list(inputs)
    roles = find_roles(declared)
    fitted, problems, adjusted = dict[str, Any](), list[Problem](), list[Adjusted]()
    files: dict[Input, tuple[File, ...]] = {}
    for item in declared:
        value = values.get(item.key)
        if _is_drawn(item, value or "", is_seed=item is roles.seed):
            fitted[item.key] = draw_seed(item, draw)
            continue
        if value is None or _is_blank(item, value):
            problems += [_missing(item, roles)] if item.required else []
            continue
        try:
            read = read_value(item, value)
        except Unfit as unfit:
            problems.append(_problem(item, unfit, value))
            continue
        adjusted += [read.adjusted] if read.adjusted else []
        stored = [file.address for file in read.files if isinstance(file, Stored)]
        if len(stored) < len(read.files):
            files[item] = read.files
        else:
            fitted[item.key] = _addressed(item, stored) if read.files else read.value
    if problems:
        raise InputsInvalid(problems)
    return Fitted(fitted, files, *shown_values(roles, fitted), tuple(adjusted))


def draw_seed(item: Input, draw: Callable[[int, int], int]) -> int:
    """A new seed in the input's own range, of that preferably from 0 to `_LARGEST_SEED`."""
    minimum, maximum = item.span
    low = 0 if minimum is None else math.ceil(minimum)
    high = _LARGEST_SEED if maximum is None else math.floor(maximum)
    if high >= 0:
        low = max(0, low)
    if low <= _LARGEST_SEED:
        high = min(high, _LARGEST_SEED)
    return draw(low, max(low, high))


def adjusted_in(inputs: Iterable[Input], values: Mapping[str, Value]) -> tuple[Adjusted, ...]:
    """The numbers that are beyond what their inputs take, whatever else is wrong."""
    found = list[Adjusted]()
    for item in inputs:
        if item.key in values and item.kind in NUMBERS:
            with contextlib.suppress(Unfit):
                read = read_value(item, values[item.key])
                found += [read.adjusted] if read.adjusted else []
    return tuple(found)


def shown_values(roles: Roles, values: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """Prompt and seed among the values of a run; the prompt falls back to the workflow's default."""
    prompt = values.get(roles.prompt.key, roles.prompt.default) if roles.prompt else None
    seed = values.get(roles.seed.key) if roles.seed else None
    return (
        prompt if isinstance(prompt, str) and prompt.strip() else None,
        seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
    )


def _give(found: Assigned, declared: list[Input], name: str, value: Value) -> None:
    target = _named(declared, name)
    if target is None:
        choices = tuple(item.key for item in declared)
        found.problems.append(Problem(name[:100], Fault.UNKNOWN, choices=choices))
    elif target.kind is InputKind.UNUSABLE:
        found.problems.append(Problem(target.name, Fault.UNUSABLE))
    else:
        _put(found, target, value)


def _put(found: Assigned, target: Input, value: Value) -> None:
    if target.key in found.values:
        found.problems.append(Problem(target.name, Fault.TWICE, key=target.key))
    else:
        found.values[target.key] = value


def _attach(found: Assigned, declared: list[Input], attached: tuple[Attached, ...]) -> None:
    target = taker_of(declared, attached)
    if target is None:
        found.problems.append(Problem(attached[0].kind, Fault.NO_PLACE))
    else:
        _put(found, target, tuple(item.file for item in attached))


def _named(declared: list[Input], name: str) -> Input | None:
    """By id as it is, then by id or by shown name in any case; what several share is nobody's."""
    folded = name.strip().casefold()
    readings: tuple[Callable[[Input], bool], ...] = (
        lambda item: item.key == name,
        lambda item: item.key.strip().casefold() == folded,
        lambda item: item.name.casefold() == folded,
    )
    for is_meant in readings:
        meant = [item for item in declared if is_meant(item)]
        if meant:
            return meant[0] if len(meant) == 1 else None
    return None


def _is_drawn(item: Input, value: Value, *, is_seed: bool) -> bool:
    """Whether a new seed is asked for: by `random`, by -1 where that is no number like others, or by nothing.

    `is_seed` for the one that has the role, which is always new. Further ones may have a default, which holds.
    """
    if not (is_seed or item.kind is InputKind.SEED) or (value and isinstance(value, tuple)):
        return False
    text = value.strip().casefold() if isinstance(value, str) else ""
    if not text:
        return is_seed or (item.default in (None, -1) and not item.linked)
    low, _ = item.span
    return text == "random" or (text == "-1" and (low is None or low > -1))


def _is_blank(item: Input, value: Value) -> bool:
    """Whether it means the default: only a text can be nothing, and few inputs can be given blanks."""
    if item.kind is InputKind.TEXT:
        return value == ()
    if not value or isinstance(value, tuple):
        return not value
    return not value.strip() and value not in item.options


def _addressed(target: Input, addresses: Sequence[str]) -> str:
    # the batch node parses a JSON string; a real list would be read as a link to another node
    return json.dumps(list(addresses)) if target.kind is InputKind.IMAGES else addresses[0]


def _missing(item: Input, roles: Roles) -> Problem:
    fault = Fault.MISSING_PICTURE if item is roles.image else Fault.MISSING
    return Problem(item.name, fault, given=item.key, key=item.key)


def _problem(item: Input, unfit: Unfit, value: Value) -> Problem:
    low, high = item.span
    return Problem(
        item.name,
        unfit.fault,
        given=value[:100] if isinstance(value, str) else "",
        minimum=low,
        maximum=high,
        choices=unfit.choices,
        key=item.key,
    )
