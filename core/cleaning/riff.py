"""What WAV, RF64 and AVI carry beside sound and film: such chunks become JUNK in place; no offset changes."""

import re
from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

_OF_SOUND: Final = {b"fmt ": 64, b"fact": 16, b"ds64": 4096, b"PEAK": 4096}  # and the most bytes that they have
_OF_FILM: Final = frozenset({b"idx1"})
_LISTS_OF_FILM: Final = frozenset({b"hdrl", b"movi"})
_LISTS_OF_HEADERS: Final = frozenset({b"strl", b"odml"})
_OF_HEADERS: Final = frozenset({b"avih", b"strh", b"strf", b"indx", b"vprp", b"dmlh"})
_OPEN: Final = frozenset({0, 0xFFFFFFFF})  # lengths that a writer to a pipe did not know
_ENTRY: Final = re.compile(rb"[0-9a-f]{2}[a-z]{2}")  # of an index, which has 16 bytes for each


def wav(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    stated, large = _little(source, 4), source.piece(0, 4) == b"RF64"
    edits: list[Edit] = []
    place, sounds = 12, False
    while place < source.size:
        if source.size - place < 8:  # no chunk: what is left over
            return _if_sound([*edits, Edit(place, source.size)], sounds=sounds)
        kind, length = source.piece(place, 4), _little(source, place + 4)
        if kind == b"data":
            sounds = True
            length = _sound(source, place, length, large=large, stated=stated)
        end = place + 8 + length
        if end > source.size or length > _OF_SOUND.get(kind, length):
            raise Uncleanable
        if kind != b"data" and kind not in _OF_SOUND:
            edits.append(_junk(kind, place, end))
        place = end + (end & 1)
    return _if_sound(edits, sounds=sounds)


def _sound(source: Source, place: int, length: int, *, large: bool, stated: int) -> int:
    """The length of the sound in bytes; up to the end where its writer did not know it."""
    if large and length == 0xFFFFFFFF:
        length = int.from_bytes(source.piece(28, 8), "little") if source.piece(12, 4) == b"ds64" else 0
    elif length in _OPEN and stated in _OPEN:
        length = source.size - place - 8
    return length


def _if_sound(edits: list[Edit], *, sounds: bool) -> list[Edit]:
    if not sounds:
        raise Uncleanable
    return edits


def avi(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    place = 0
    while place < source.size:  # a long film has several of these
        kind, end = source.piece(place, 4), place + 8 + _little(source, place + 4)
        if kind != b"RIFF" or source.piece(place + 8, 4) not in {b"AVI ", b"AVIX"}:
            raise Uncleanable
        edits += _film(source, place + 12, end, lists=_LISTS_OF_FILM, chunks=_OF_FILM)
        place = end
    return edits


def _film(source: Source, place: int, end: int, *, lists: frozenset[bytes], chunks: frozenset[bytes]) -> list[Edit]:
    """The chunks of one list; what is a list of headers, too."""
    if end > source.size:
        raise Uncleanable
    edits: list[Edit] = []
    while place < end:
        kind, stop = source.piece(place, 4), place + 8 + _little(source, place + 4)
        inside = source.piece(place + 8, 4) if kind == b"LIST" else b""
        if stop > end or (kind == b"idx1" and not _is_index(source, place + 8, stop)):
            raise Uncleanable
        if inside in lists and inside != b"movi":  # two deep at most
            deeper = _LISTS_OF_HEADERS if inside == b"hdrl" else frozenset[bytes]()
            edits += _film(source, place + 12, stop, lists=deeper, chunks=_OF_HEADERS)
        elif inside not in lists and kind not in chunks:
            edits.append(_junk(kind, place, stop))
        place = stop + (stop & 1)
    return edits


def _is_index(source: Source, start: int, end: int) -> bool:
    return (end - start) % 16 == 0 and (end == start or bool(_ENTRY.match(source.piece(end - 16, 4))))


def _junk(kind: bytes, start: int, end: int) -> Edit:
    """Of the same length. Raises `Uncleanable` for what is no chunk."""
    if not kind.isascii() or not kind.decode().isprintable():
        raise Uncleanable
    return blank(start, end, b"JUNK" + (end - start - 8).to_bytes(4, "little"))


def _little(source: Source, place: int) -> int:
    return int.from_bytes(source.piece(place, 4), "little")
