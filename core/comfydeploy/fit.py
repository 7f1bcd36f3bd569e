"""What a person gave, made to fit a deployment's inputs; pure. All problems are reported at once."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.comfydeploy.inputs import LINKED_FILES, Input, InputKind, Roles, find_roles
from core.errors import Fault, InputsInvalid, Problem

_YES = {"yes", "true", "on", "1", "y"}
_NO = {"no", "false", "off", "0", "n"}
_LINK = re.compile(r"https?://\S+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_LARGEST_SEED = 2**32 - 1  # every sampler takes those


@dataclass(frozen=True, slots=True)
class Source:
    """A file a person gave: where it is (an address or a local path) and what it is called."""

    name: str
    where: str | Path
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gave: four things by role, the rest by name as written."""

    prompt: str | None = None
    negative: str | None = None
    seed: int | None = None
    image: Source | None = None
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Ready to send, but for `files`: those are uploaded first and their addresses added with `with_file`."""

    values: dict[str, Any]
    files: dict[Input, Source]
    prompt: str | None
    seed: int | None

    def with_file(self, target: Input, address: str) -> None:
        # the batch node parses a JSON string; a real list would be read as a link to another node
        self.values[target.key] = json.dumps([address]) if target.kind is InputKind.IMAGES else address


class _Unfit(Exception):
    def __init__(self, fault: Fault, choices: Iterable[str] = ()) -> None:
        self.fault = fault
        self.choices = tuple(choices)


def fit(inputs: Iterable[Input], given: Given, draw: Callable[[int, int], int]) -> Fitted:
    """Values by input id.

    `draw(low, high)` gives the seed when none was given: it is chosen here, and not on the machine, so that it can be
    shown and used again. Inputs nobody set are left out, so the workflow's own defaults hold.

    Raises:
        InputsInvalid: with every problem found.
    """
    declared = list(inputs)
    roles = find_roles(declared)
    wanted, problems = _assigned(declared, roles, given)
    values: dict[str, Any] = {}
    files: dict[Input, Source] = {}
    for item, value in wanted.items():
        if isinstance(value, Source):
            files[item] = value
            continue
        try:
            values[item.key] = _coerced(item, value)
        except _Unfit as unfit:
            problems.append(_problem(item, unfit, value))
    problems += [_missing(item, roles) for item in declared if item.required and item not in wanted]
    if problems:
        raise InputsInvalid(problems)
    if roles.seed and roles.seed.key not in values:
        values[roles.seed.key] = draw_seed(roles.seed, draw)
    return Fitted(values, files, *shown_values(roles, values))


def draw_seed(item: Input, draw: Callable[[int, int], int]) -> int:
    """A new seed in the input's own range, of that preferably from 0 to `_LARGEST_SEED`."""
    low = 0 if item.minimum is None else math.ceil(item.minimum)
    high = _LARGEST_SEED if item.maximum is None else math.floor(item.maximum)
    if high >= 0:
        low = max(0, low)
    if low <= _LARGEST_SEED:
        high = min(high, _LARGEST_SEED)
    return draw(low, max(low, high))


def shown_values(roles: Roles, values: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """Prompt and seed among the values of a run; the prompt falls back to the workflow's default."""
    prompt = values.get(roles.prompt.key, roles.prompt.default) if roles.prompt else None
    seed = values.get(roles.seed.key) if roles.seed else None
    return (
        prompt if isinstance(prompt, str) and prompt.strip() else None,
        seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
    )


def _assigned(
    declared: list[Input], roles: Roles, given: Given
) -> tuple[dict[Input, str | int | Source], list[Problem]]:
    wanted: dict[Input, str | int | Source] = {}
    problems: list[Problem] = []
    for name in ("prompt", "negative", "seed", "image"):
        value, target = getattr(given, name), getattr(roles, name)
        if value is None:
            continue
        if target is None:
            problems.append(Problem(name, Fault.NO_PLACE))
        else:
            wanted[target] = value
    for name, text in given.named.items():
        found = _named(declared, name)
        if found is None:
            problems.append(Problem(name[:100], Fault.UNKNOWN, choices=tuple(item.key for item in declared)))
        elif found in wanted:
            problems.append(Problem(found.name, Fault.TWICE))
        else:
            wanted[found] = text
    return wanted, problems


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


def _missing(item: Input, roles: Roles) -> Problem:
    return Problem(item.name, Fault.MISSING_PICTURE if item is roles.image else Fault.MISSING, given=item.key)


def _problem(item: Input, unfit: _Unfit, value: str | int) -> Problem:
    return Problem(
        item.name,
        unfit.fault,
        given=str(value)[:100],
        minimum=item.minimum,
        maximum=item.maximum,
        choices=unfit.choices,
    )


def _coerced(item: Input, value: str | int) -> object:
    text = str(value)
    if item.kind is InputKind.UNUSABLE:
        raise _Unfit(Fault.UNUSABLE)
    if item.kind in {InputKind.NUMBER, InputKind.WHOLE, InputKind.SEED}:
        return _in_range(item, _number(text) if item.kind is InputKind.NUMBER else _whole(text))
    if item.kind in LINKED_FILES:
        return _link(item, text.strip())
    match item.kind:
        case InputKind.SWITCH:
            return _switch(text)
        case InputKind.CHOICE:
            return _choice(item, text)
        case InputKind.COLOUR:
            return _colour(text)
    return text


def _number(text: str) -> float:
    """With a decimal point or comma; `1,000` may mean either of two numbers, so it is none."""
    if _THOUSANDS.fullmatch(text.strip()):
        raise _Unfit(Fault.NOT_A_NUMBER)
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise _Unfit(Fault.NOT_A_NUMBER) from None
    if not math.isfinite(number):
        raise _Unfit(Fault.NOT_A_NUMBER)
    return number


def _whole(text: str) -> int:
    try:
        return int(text.strip())  # not by way of float: seeds above 2**53 must come back exactly
    except ValueError:
        number = _number(text)
    if not number.is_integer():
        raise _Unfit(Fault.NOT_WHOLE)
    return int(number)


def _in_range(item: Input, number: float) -> float:
    if (item.minimum is not None and number < item.minimum) or (item.maximum is not None and number > item.maximum):
        raise _Unfit(Fault.OUT_OF_RANGE)
    return number


def _switch(text: str) -> bool:
    folded = text.strip().casefold()
    if folded not in _YES | _NO:
        raise _Unfit(Fault.NOT_YES_OR_NO)
    return folded in _YES


def _choice(item: Input, text: str) -> str:
    if not item.options or text in item.options:
        return text
    folded = [option for option in item.options if option.casefold() == text.strip().casefold()]
    if len(folded) != 1:
        raise _Unfit(Fault.NOT_AN_OPTION, item.options)
    return folded[0]


def _link(item: Input, text: str) -> str:
    links = text.split() if item.kind is InputKind.IMAGES else [text]
    if not links or not all(_LINK.fullmatch(link) for link in links):
        raise _Unfit(Fault.NOT_A_LINK)
    return json.dumps(links) if item.kind is InputKind.IMAGES else text


def _colour(text: str) -> list[dict[str, int]]:
    digits = text.strip().removeprefix("#")
    if len(digits) != 6 or any(char not in "0123456789abcdefABCDEF" for char in digits):
        raise _Unfit(Fault.NOT_AN_OPTION, ["#rrggbb, such as #ff8800"])
    red, green, blue = bytes.fromhex(digits)
    return [{"r": red, "g": green, "b": blue}]
