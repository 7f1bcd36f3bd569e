"""What an EXR carries beside its pictures: texts are blanked in place, since its offsets are those of the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

# https://openexr.com/en/latest/OpenEXRFileLayout.html
_NEEDED: Final = frozenset({b"channels", b"compression", b"dataWindow", b"displayWindow", b"lineOrder"})
_OF_PARTS: Final = frozenset({b"name", b"view"})  # without them several parts cannot be told apart
_TYPES: Final = frozenset({b"scanlineimage", b"tiledimage", b"deepscanline", b"deeptile"})
_LENGTHS: Final = {  # kinds that hold numbers, and their bytes; their values stay
    b"box2f": 16, b"box2i": 16, b"chromaticities": 32, b"compression": 1, b"deepImageState": 1, b"double": 8,
    b"envmap": 1, b"float": 4, b"int": 4, b"keycode": 28, b"lineOrder": 1, b"m33d": 72, b"m33f": 36, b"m44d": 128,
    b"m44f": 64, b"rational": 8, b"tiledesc": 9, b"timecode": 8, b"v2d": 16, b"v2f": 8, b"v2i": 8, b"v3d": 24,
    b"v3f": 12, b"v3i": 12,
}  # fmt: skip
_PARTS: Final = 0x1000  # the flag of a file of several parts
_LONGEST_NAME: Final = 255
_LONGEST_PART_NAME: Final = 1024
_MOST_ATTRIBUTES: Final = 5000


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: bytes
    kind: bytes
    start: int  # of its name
    value: int
    end: int


def exr(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    several = bool(int.from_bytes(source.piece(4, 4), "little") & _PARTS)
    edits: list[Edit] = []
    place, spare, parts = 8, iter(range(_MOST_ATTRIBUTES)), 0
    while not (several and parts and source.piece(place, 1) == b"\0"):
        found = list(_attributes(source, place))
        if _NEEDED - {attribute.name for attribute in found}:
            raise Uncleanable
        for attribute in found:
            if not _is_kept(source, attribute, several=several):
                edits += _blanked(source, attribute, spare)
        place = found[-1].end + 1
        parts += 1
        if not several:
            break
    _check_table(source, place + several)
    return edits


def _attributes(source: Source, place: int) -> Iterator[_Attribute]:
    """Those of one part. At its end there is an empty name."""
    while name := _text(source, place):
        kind = _text(source, place + len(name) + 1)
        value = place + len(name) + len(kind) + 6
        end = value + int.from_bytes(source.piece(value - 4, 4), "little")
        if not kind or end > source.size or _LENGTHS.get(kind, end - value) != end - value:
            raise Uncleanable
        yield _Attribute(name, kind, place, value, end)
        place = end


def _text(source: Source, place: int) -> bytes:
    """Up to its zero byte. Raises `Uncleanable` if there is none, or odd bytes before it."""
    found, zero, _ = source.upto(place, _LONGEST_NAME + 1).partition(b"\0")
    if not zero or not found.isascii() or (found and not found.decode().isprintable()):
        raise Uncleanable
    return found


def _is_kept(source: Source, attribute: _Attribute, *, several: bool) -> bool:
    name, kind, length = attribute.name, attribute.kind, attribute.end - attribute.value
    if kind == b"string" and name == b"type":
        return source.upto(attribute.value, length) in _TYPES
    if kind == b"string":
        return several and name in _OF_PARTS and length <= _LONGEST_PART_NAME
    return kind in _LENGTHS or (name, kind) in {(b"channels", b"chlist"), (b"multiView", b"stringvector")}


def _blanked(source: Source, attribute: _Attribute, spare: Iterator[int]) -> list[Edit]:
    """The name of what is not needed is somebody's too: it becomes a number."""
    start = attribute.start
    number = str(next(spare, "")).encode().rjust(len(attribute.name), b"0")
    if len(number) > len(attribute.name) or number == b"":
        raise Uncleanable
    return [Edit(start, start + len(number), number), _value(source, attribute)]


def _value(source: Source, attribute: _Attribute) -> Edit:
    """Zeros that are a right value of its kind."""
    value, end = attribute.value, attribute.end
    if attribute.kind == b"preview":  # its sides stay, and no picture
        return blank(value, end, source.piece(value, 8))
    if attribute.kind == b"stringvector" and end > value:  # one text of zeros
        return blank(value, end, max(0, end - value - 4).to_bytes(4, "little"))
    return blank(value, end)


def _check_table(source: Source, place: int) -> None:
    """The first of the offsets that follow has to lead into the file, or this was not the end of the parts."""
    first = int.from_bytes(source.piece(place, 8), "little")
    if not (first == 0 or place + 8 <= first < source.size):
        raise Uncleanable
