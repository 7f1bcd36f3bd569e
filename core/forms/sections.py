"""A form's sections: how the inputs of a deployment are dealt out to screens of at most five fields; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS, InputKind

FIELDS: Final = 5  # that one screen holds
MOST_AT_ONCE: Final = 25  # options that one menu shows; longer lists are searched
_MENU: Final = 25  # sections that one menu can lead to


@dataclass(frozen=True, slots=True)
class Section:
    """Some inputs that are filled in together; `title` is their group's name, empty without one.

    `is_list`: its one input has more options than a field can show, so they are looked for in a list.
    """

    number: int
    title: str
    inputs: tuple[Input, ...]
    is_list: bool = False


def sections_of(inputs: tuple[Input, ...]) -> tuple[Section, ...]:
    """Groups stay apart, unless that made more sections than a menu holds. Inputs that cannot be set are left out."""
    usable = [item for item in inputs if item.kind is not InputKind.UNUSABLE]
    apart = [section for _, group in groupby(usable, key=lambda item: item.group) for section in _dealt(group)]
    dealt = apart if len(apart) <= _MENU else list(_dealt(usable))
    return tuple(
        Section(number, items[0].group if _share_group(items) else "", tuple(items), is_list=is_listed(items[0]))
        for number, items in enumerate(dealt)
    )


def is_listed(item: Input) -> bool:
    """Whether its options are looked for in a list: no field has room for them, or they are names among others."""
    return len(item.options) > MOST_AT_ONCE or (item.kind in MODELS and bool(item.options))


def fields_of(item: Input) -> int:
    """How many fields of a screen it takes: a file can be uploaded or named by a link."""
    return 2 if item.is_file else 1


def _dealt(inputs: Iterable[Input]) -> Iterable[list[Input]]:
    """As many in a row as fit."""
    here: list[Input] = []
    for item in inputs:
        room = FIELDS - sum(map(fields_of, here))
        if here and (is_listed(item) or is_listed(here[0]) or fields_of(item) > room):
            yield here
            here = []
        here.append(item)
    if here:
        yield here


def _share_group(items: Sequence[Input]) -> bool:
    return len({item.group for item in items}) == 1
