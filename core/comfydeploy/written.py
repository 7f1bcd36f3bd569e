"""What people write, read as the node will read it, and a run's values as people would write them; pure."""

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from core.comfydeploy.inputs import Input, hex_of
from core.comfydeploy.kinds import MODELS, NUMBERS, InputKind
from core.comfydeploy.values import Adjusted, File, Source, Stored, Value
from core.errors import Fault
from core.hosts import ANYWHERE, Hosts

MOST_FILES: Final = 10  # of one input: what one message of Discord's can bring

_YES: Final = {"yes", "true", "on", "1", "y"}
_NO: Final = {"no", "false", "off", "0", "n"}
_PUBLIC: Final = Hosts(ANYWHERE)  # as far as an address tells: the machine looks up the name
_LINK: Final = re.compile(r"https?://\S+")
_PATH: Final = re.compile(r"(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:")  # out of the folder where such files are
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_NAME: Final = 100  # characters of a file's name
_SHOWN: Final = 100  # characters of what somebody wrote


class Unfit(Exception):
    """This cannot be what the input takes; `choices` are what it could be."""

    def __init__(self, fault: Fault, choices: Iterable[str] = ()) -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.choices = tuple(choices)


@dataclass(frozen=True, slots=True)
class Read:
    """What is sent: a value, or the addresses of `files`."""

    value: Any = None
    files: tuple[File, ...] = ()
    adjusted: Adjusted | None = None


def read_value(item: Input, value: Value) -> Read:
    """Raises `Unfit`."""
    if item.kind is InputKind.UNUSABLE:
        raise Unfit(Fault.UNUSABLE)
    if isinstance(value, tuple):
        return _files(item, value)
    if item.is_file:
        return _links(item, value)
    if item.kind in NUMBERS:
        return _number(item, value)
    return Read(_TEXTS.get(item.kind, _as_it_is)(item, value))


def text_of(item: Input, value: object) -> Value:
    """What a person would give so that this is sent: the way back from a run's value, and from a default."""
    if item.is_file:
        return _back_to_files(item, value)
    if isinstance(value, bool) and item.kind is InputKind.SWITCH:
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, float):
        return _plain(value)
    colour = hex_of(value) if item.kind is InputKind.COLOUR else None
    if colour is not None:
        return colour
    return value if isinstance(value, str) else json.dumps(value)


def _files(item: Input, files: tuple[File, ...]) -> Read:
    if not item.is_file:
        raise Unfit(Fault.NO_FILE)
    if any(
        isinstance(file, Source) and isinstance(file.where, str) and not _LINK.fullmatch(file.where) for file in files
    ):
        raise Unfit(Fault.NOT_A_LINK)
    if len(files) > (MOST_FILES if item.kind is InputKind.IMAGES else 1):
        raise Unfit(Fault.TOO_MANY)
    return Read(files=files)


def _links(item: Input, text: str) -> Read:
    """An installed file's name is a value for audio only."""
    links = text.split() if item.kind is InputKind.IMAGES else [text.strip()]
    if item.kind is InputKind.AUDIO and "://" not in text:
        return Read(_model(item, text))
    if not links or not all(_LINK.fullmatch(link) for link in links):
        raise Unfit(Fault.NOT_A_LINK)
    return _files(item, tuple(Source(_name_in(link), link) for link in links))


def _name_in(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError:
        return "file"
    return unquote(path.rstrip("/").rpartition("/")[2])[-_NAME:] or "file"


def _number(item: Input, text: str) -> Read:
    number = _float(text) if item.kind is InputKind.NUMBER else _whole(text)
    if _is_beyond(number, item.least, item.most):
        raise Unfit(Fault.OUT_OF_RANGE)
    low, high = item.span
    is_whole = item.kind is not InputKind.NUMBER
    used = number
    if low is not None and used < low:
        used = math.ceil(low) if is_whole else _float_above(low)
    if high is not None and used > high:
        used = math.floor(high) if is_whole else -_float_above(-high)
    if _is_beyond(used, low, high):  # the range is empty, so nothing is in it
        raise Unfit(Fault.OUT_OF_RANGE)
    adjusted = None if used == number else Adjusted(item.name, text.strip()[:_SHOWN], _plain(used), low, high, item.key)
    return Read(used, adjusted=adjusted)


def _float_above(number: float) -> float:
    """The nearest float that is not less; a large whole number may be none itself."""
    nearest = float(number)
    return nearest if nearest >= number else math.nextafter(nearest, math.inf)


def _plain(number: float) -> str:
    """`30` of 30.0: as people write it, and read back as it was."""
    return str(int(number)) if math.isfinite(number) and number == int(number) and abs(number) < 1e15 else str(number)


def _is_beyond(number: float, low: float | None, high: float | None) -> bool:
    return (low is not None and number < low) or (high is not None and number > high)


def _float(text: str) -> float:
    """With a decimal point or comma; `1,000` may mean either of two numbers, so it is none."""
    if _THOUSANDS.fullmatch(text.strip()):
        raise Unfit(Fault.NOT_A_NUMBER)
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        raise Unfit(Fault.NOT_A_NUMBER) from None
    if not math.isfinite(number):
        raise Unfit(Fault.NOT_A_NUMBER)
    return number


def _whole(text: str) -> int:
    _float(text)  # it is no number unless it is one for this
    try:
        number = Decimal(text.strip().replace(",", ".", 1))  # floats above 2**53 leave out whole numbers
    except InvalidOperation:
        raise Unfit(Fault.NOT_A_NUMBER) from None
    if number != number.to_integral_value():
        raise Unfit(Fault.NOT_WHOLE)
    return int(number) if number else 0  # of a nought with a long exponent, too


def _as_it_is(_: Input, text: str) -> str:
    return text


def _switch(_: Input, text: str) -> bool:
    folded = text.strip().casefold()
    if folded not in _YES | _NO:
        raise Unfit(Fault.NOT_YES_OR_NO)
    return folded in _YES


def _choice(item: Input, text: str) -> str:
    if not item.options or text in item.options:
        return text
    folded = [option for option in item.options if option.casefold() == text.strip().casefold()]
    if len(folded) != 1:
        raise Unfit(Fault.NOT_AN_OPTION, item.options)
    return folded[0]


def _model(_: Input, text: str) -> str:
    """The name of a file on the machine, or where the machine can load it from."""
    name = text.strip()
    if "://" in name and not (_LINK.fullmatch(name) and _PUBLIC.allows(name)):
        raise Unfit(Fault.NOT_A_LINK)
    if "://" not in name and _PATH.search(name):
        raise Unfit(Fault.NOT_A_NAME)
    return name


def _colour(_: Input, text: str) -> list[dict[str, int]]:
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise Unfit(Fault.NOT_AN_OPTION, ["#rrggbb, such as #ff8800"])
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = bytes.fromhex(digits)
    return [{"r": red, "g": green, "b": blue}]


_TEXTS: Final[dict[InputKind, Callable[[Input, str], Any]]] = {
    InputKind.SWITCH: _switch,
    InputKind.CHOICE: _choice,
    InputKind.COLOUR: _colour,
    **dict.fromkeys(MODELS, _model),
}


def _back_to_files(item: Input, value: object) -> Value:
    listed = value
    if item.kind is InputKind.IMAGES and isinstance(value, str):
        try:
            listed = json.loads(value)
        except (ValueError, RecursionError):
            listed = value
    addresses = [text for text in (listed if isinstance(listed, list) else [listed]) if isinstance(text, str) and text]
    if item.kind is InputKind.AUDIO and all("://" not in text for text in addresses):
        return addresses[0] if addresses else ""
    return tuple(Stored(_name_in(text), text) for text in addresses) or ""
