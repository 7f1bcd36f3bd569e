"""What an input is called, what it takes and what it has now, in the few words that a form has room for; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final

from cogs.ui import limits
from cogs.ui.text import code, number, plain, safe
from core.comfydeploy.inputs import Input, find_roles
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Value
from core.comfydeploy.written import Unfit, read_value, text_of

RANDOM: Final = "random"
UNKNOWN: Final = "set by the workflow"

_SWITCHED: Final = ("yes", "no", "")  # the last one leaves it to the workflow
_BOUNDLESS: Final = 2**31 - 1  # bounds from here on are those of a computer: nobody meets them by chance
_SHOWN: Final = 120  # characters of a text that are shown
_CODED: Final = 60
_NAMES: Final = 3  # of several files
_NAME: Final = 200  # characters of a name that are looked at
_NUMBERS: Final = {InputKind.NUMBER, InputKind.WHOLE, InputKind.SEED}
_MEANT: Final = {InputKind.CHOICE, InputKind.SWITCH}  # what is written in several ways


def names_of(inputs: Iterable[Input], limit: int = limits.LABEL) -> dict[str, str]:
    """By input id, what each is called in plain text of `limit` characters: never empty, and told apart."""
    items = list(inputs)
    ways: tuple[Callable[[int, Input], str], ...] = (
        lambda _, item: plain(item.name[:_NAME], limit),
        lambda _, item: _with_key(item, limit),
        lambda place, item: f"{plain(item.name[:_NAME], limit - 8)} #{place}".strip(),
        lambda place, _: f"Input #{place}",
    )
    names: dict[str, str] = {}
    for way in ways:
        if len(names) == len(items):
            break
        told = [way(place, item) for place, item in enumerate(items, start=1)]
        often = Counter(name.casefold() for name in told)
        taken = {name.casefold() for name in names.values()}
        for item, name in zip(items, told, strict=True):
            if item.key not in names and name and often[name.casefold()] == 1 and name.casefold() not in taken:
                names[item.key] = name
    return {item.key: names.get(item.key, f"Input #{place}") for place, item in enumerate(items, start=1)}


def _with_key(item: Input, limit: int) -> str:
    return f"{plain(item.name[:_NAME], limit // 2 - 3)} · {plain(item.key[:_NAME], limit // 2)}".strip(" ·")


def default_of(item: Input) -> Value | None:
    """What would have to be given for it to be its default; None where nobody knows that."""
    return None if item.default is None else text_of(item, item.default) or None


def is_default(item: Input, text: str) -> bool:
    """Whether it need not be given, being the default; a seed is always given, since without one a new one is drawn."""
    default = default_of(item)
    if not isinstance(default, str) or is_seed(item):
        return False
    if item.kind in _MEANT:
        return meant(item, text) is not None and meant(item, text) == meant(item, default)
    return sendable(text).strip() == sendable(default).strip()


def is_seed(item: Input) -> bool:
    """Whether it may be what the dice decide where nothing is given."""
    return find_roles((item,)).seed is item


def meant(item: Input, *texts: Value | None) -> str | bool | None:
    """The option, or yes or no, that the first of these texts says which says one."""
    for text in texts:
        with suppress(Unfit):
            if isinstance(text, str) and text.strip():
                value = read_value(item, text).value
                return value if isinstance(value, str | bool) else None
    return None


def choices_of(item: Input) -> tuple[str, ...]:
    """What can be picked for it; blank options cannot, as they read as nothing given."""
    if item.kind is InputKind.SWITCH:
        return _SWITCHED
    return tuple(option for option in item.options if option.strip())


def sendable(text: str) -> str:
    """A text as a field can hold it: line breaks of one kind, and no character that is none."""
    unbroken = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in unbroken if (char >= " " or char in "\n\t") and not "\ud800" <= char <= "\udfff")


def clipped(text: str, limit: int) -> str:
    """A name of a file or an option in `limit` characters, with its end: that is what tells long ones apart."""
    shown = plain(text, len(text) + 1)
    tail = limit // 2 - 1
    return shown if len(shown) <= limit else f"{shown[: limit - tail - 1].rstrip()}…{shown[-tail:].lstrip()}"


def takes(item: Input) -> list[str]:
    """What may be given, in a few words each."""
    if item.kind in _NUMBERS:
        return _numbers(item)
    if item.kind is InputKind.FILE and item.accepts:
        return [", ".join(item.accepts)]
    return [_TAKES[item.kind]] if item.kind in _TAKES else []


_TAKES: Final = {
    InputKind.IMAGE: "a picture",
    InputKind.IMAGES: f"up to {limits.UPLOADS} pictures",
    InputKind.VIDEO: "a video",
    InputKind.AUDIO: "a sound",
    InputKind.EXR: "an .exr picture",
    InputKind.FILE: "a file of any kind",
    InputKind.LORA: "name of a LoRA, or a link to one",
    InputKind.CHECKPOINT: "name of a checkpoint, or a link to one",
    InputKind.FACE: "name of a face model, or a link to one",
    InputKind.COLOUR: "#rrggbb",
}


def _numbers(item: Input) -> list[str]:
    whole = ["whole number"] if item.kind is InputKind.WHOLE else []
    step = [f"step {number(item.step)}"] if item.step and item.kind is not InputKind.SEED else []
    span = [_range(item)] if _range(item) else [] if whole else ["a number"]
    return [*span, *whole, *step]


def _range(item: Input) -> str:
    """Far bounds are left out, unless what is beyond is refused."""
    ends = zip(item.span, (item.least, item.most), strict=True)
    low, high = (
        None if bound is None or (hard is None and abs(bound) >= _BOUNDLESS) else number(bound) for bound, hard in ends
    )
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"{low} or more"
    return f"{high} or less" if high is not None else ""


def is_secret(text: object) -> bool:
    """Whether it is an address, which may hold a key: that there is one may be said, but not what it is."""
    return isinstance(text, str) and "://" in text


def fallback(item: Input, *, is_drawn: bool = False) -> str:
    """What is used where nothing is given, in plain text, empty for nothing; `is_drawn` for the seed drawn then."""
    default = default_of(item)
    if is_secret(default):
        return UNKNOWN
    if is_drawn or (item.kind is InputKind.SEED and default in {None, "-1"}):
        return RANDOM
    if default is None:
        return UNKNOWN if item.linked else ""
    return files_of(default) if isinstance(default, tuple) else plain(default, _CODED)


def files_of(files: Sequence[object]) -> str:
    """Files by their names, in plain text."""
    names = [clipped(str(getattr(file, "name", "")), 30) or "a file" for file in files]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def value_words(item: Input, value: Value) -> str:
    """What was given, as markdown."""
    if value == "":
        return "(empty)"
    if isinstance(value, tuple):
        return safe(files_of(value), _SHOWN)
    if item.kind is not InputKind.TEXT and is_secret(value):
        return safe(value.partition("?")[0], _SHOWN)
    return safe(value, _SHOWN) if item.kind is InputKind.TEXT else code(clipped(value, _CODED), _CODED)
