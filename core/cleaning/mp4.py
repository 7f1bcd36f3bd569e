"""What MP4, MOV and M4A carry beside film and sound: such boxes become free ones in place; no offset changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

_PICTURES: Final = frozenset(b"heic heix hevc hevx heim heis mif1 msf1 avif avis".split())  # `meta` holds their picture
_LARGEST_START: Final = 4096
_HANDLER_NAME: Final = 24  # bytes of a handler before its name
_LONGEST_HANDLER: Final = 2**16

# what players need, by where it is: ISO/IEC 14496-12 and https://developer.apple.com/documentation/quicktime-file-format
_TOP: Final = frozenset(b"ftyp styp moov mdat moof mfra sidx ssix".split())
_INSIDE: Final[dict[bytes, frozenset[bytes]]] = {
    b"moov": frozenset(b"mvhd trak mvex".split()),
    b"trak": frozenset(b"tkhd tref edts mdia tapt clip matt load imap trgr".split()),
    b"mdia": frozenset(b"mdhd hdlr minf elng".split()),
    b"minf": frozenset(b"vmhd smhd hmhd nmhd sthd gmhd dinf stbl hdlr".split()),
    b"stbl": frozenset(
        b"stsd stts ctts cslg stsc stsz stz2 stco co64 stss stsh stps padb stdp sdtp sbgp sgpd subs saiz saio".split()
    ),
    b"mvex": frozenset(b"mehd trex leva".split()),
    b"moof": frozenset(b"mfhd traf".split()),
    b"traf": frozenset(b"tfhd tfdt trun sbgp sgpd subs saiz saio sdtp senc".split()),
}

_LENGTHS: Final = {  # of boxes that have one, with their header, in either version
    b"mvhd": (108, 120), b"tkhd": (92, 104), b"mdhd": (32, 44), b"vmhd": (20,), b"smhd": (16,), b"mfhd": (16,),
    b"tfdt": (16, 20), b"trex": (32,),
}  # fmt: skip
_ROWS: Final = {b"stts": 8, b"ctts": 8, b"stsc": 12, b"stss": 4, b"stco": 4, b"co64": 8}  # bytes of a row of a table


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    content: int
    end: int


def mp4(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    has_index = False
    for box in _boxes(source, 0, source.size):
        has_index = has_index or box.kind == b"moov"
        if box.kind == b"ftyp":
            _check_start(source, box)
        if box.kind not in _TOP:
            edits.append(_free(box))
        elif box.kind in _INSIDE:
            edits += _within(source, box)
    if not has_index:
        raise Uncleanable
    return edits


def _check_start(source: Source, box: _Box) -> None:
    """Raises `Uncleanable` for a picture, and for a start with room for other things."""
    if box.end - box.start > _LARGEST_START:
        raise Uncleanable
    brands = source.piece(box.content, box.end - box.content)
    if any(brands[at : at + 4] in _PICTURES for at in range(0, len(brands), 4)):
        raise Uncleanable


def _within(source: Source, parent: _Box) -> list[Edit]:
    edits: list[Edit] = []
    found: set[bytes] = set()
    for box in _boxes(source, parent.content, parent.end):
        found.add(box.kind)
        _check_length(source, box)
        if box.kind not in _INSIDE[parent.kind]:
            edits.append(_free(box))
        elif box.kind in _INSIDE:  # each kind leads to others, never back to itself: five deep at most
            edits += _within(source, box)
        elif box.kind == b"hdlr":
            edits += _handler(source, box)
    if parent.kind == b"moov" and not {b"mvhd", b"trak"} <= found:
        raise Uncleanable
    return edits


def _check_length(source: Source, box: _Box) -> None:
    """Raises `Uncleanable` for a box with room for other things."""
    length = box.end - box.start
    if length not in _LENGTHS.get(box.kind, (length,)):
        raise Uncleanable
    if box.kind in _ROWS and box.end != box.content + 8 + _ROWS[box.kind] * source.number(box.content + 4, 4):
        raise Uncleanable


def _handler(source: Source, box: _Box) -> list[Edit]:
    """Without its name. Raises `Uncleanable` for a track of notes."""
    name = box.content + _HANDLER_NAME
    if source.piece(box.content + 8, 4) == b"meta" or box.end - box.start > _LONGEST_HANDLER:
        raise Uncleanable
    return [blank(name, box.end)] if name < box.end else []


def _boxes(source: Source, place: int, end: int) -> Iterator[_Box]:
    """Raises `Uncleanable` if they do not fill the place up to `end`."""
    while place < end:
        if end - place == 4 and source.number(place, 4) == 0:
            return  # QuickTime may end a list of them so
        length, kind, content = source.number(place, 4), source.piece(place + 4, 4), place + 8
        if length == 1:
            length, content = source.number(place + 8, 8), place + 16
        elif length == 0 and end == source.size:
            length = end - place
        if place + length > end or place + length < content:
            raise Uncleanable
        yield _Box(kind, place, content, place + length)
        place += length


def _free(box: _Box) -> Edit:
    """As long as the box was. Raises `Uncleanable` for what is no box."""
    if any(byte < 0x20 for byte in box.kind):
        raise Uncleanable
    length, large = box.end - box.start, box.content - box.start == 16
    header = (1).to_bytes(4) + b"free" + length.to_bytes(8) if large else length.to_bytes(4) + b"free"
    return blank(box.start, box.end, header)
