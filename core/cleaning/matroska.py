"""What Matroska and WebM carry beside film and sound: such elements become Void in place, so that no offset changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

# https://www.rfc-editor.org/rfc/rfc9559.html#name-matroska-schema
_EBML: Final = 0x1A45DFA3
_SEGMENT: Final = 0x18538067
_SEEK_HEAD: Final = 0x114D9B74
_INFO: Final = 0x1549A966
_TRACKS: Final = 0x1654AE6B
_CLUSTER: Final = 0x1F43B675
_CUES: Final = 0x1C53BB6B
_TRACK: Final = 0xAE
_SEEK: Final = 0x4DBB
_SEEK_ID: Final = 0x53AB
_VOID: Final = 0xEC
_CRC: Final = 0xBF
_DROPPED: Final = frozenset({0x1254C367, 0x1941A469, 0x1043A770, _VOID, _CRC})  # Tags, Attachments, Chapters
_TOP: Final = frozenset({_SEEK_HEAD, _INFO, _TRACKS, _CLUSTER, _CUES})
_NAMES_OF_PROGRAMS: Final = frozenset({0x4D80, 0x5741})  # MuxingApp, WritingApp: they have to be there
_OF_INFO: Final = _NAMES_OF_PROGRAMS | {0x2AD7B1, 0x4489, 0x73A4}  # scale, duration, its own number
_OF_TRACK: Final = frozenset(
    {0xD7, 0x73C5, 0x83, 0xB9, 0x88, 0x55AA, 0x55AB, 0x55AC, 0x55AD, 0x55AE, 0x55AF, 0x9C, 0x6DE7, 0x6DF8, 0x23E383}
    | {0x234E7A, 0x23314F, 0x537F, 0x55EE, 0x22B59C, 0x22B59D, 0x86, 0x63A2, 0xAA, 0x56AA, 0x56BB, 0xE0, 0xE1, 0xE2}
    | {0x6D80, 0x6FAB}
)
_SHORT: Final = frozenset({0x22B59C, 0x22B59D, 0x86})  # languages and codecs, of these many bytes at most
_SHORTEST: Final = 64
_OF_CLUSTER: Final = frozenset({0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0x5854, _VOID, _CRC})
_OF_EBML: Final = frozenset({0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4282, 0x4287, 0x4285})
_LARGEST_EBML: Final = 4096


@dataclass(frozen=True, slots=True)
class _Element:
    number: int
    start: int
    content: int
    end: int | None  # None: its writer did not know


def matroska(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    start = _element(source, 0, source.size)
    if start.number != _EBML or start.end is None or start.end > _LARGEST_EBML:
        raise Uncleanable
    edits = [_void(inside) for inside in _elements(source, start.content, start.end) if inside.number not in _OF_EBML]
    segment = _element(source, start.end, source.size)
    if segment.number != _SEGMENT or segment.end not in {None, source.size}:
        raise Uncleanable
    place, found, blocks = segment.content, set(), source.to_walk()
    while place < source.size:
        element = _element(source, place, source.size)
        found.add(element.number)
        if element.number == _CLUSTER:
            place = _after_cluster(blocks, element)
            continue
        inside, place = _part(source, element)
        edits += inside
    if not {_INFO, _TRACKS} <= found:
        raise Uncleanable
    return edits


def _part(source: Source, element: _Element) -> tuple[list[Edit], int]:
    """The edits of a part of the segment that is no cluster, and the place after it."""
    end = _end(element)
    if element.number in _DROPPED:
        return [_void(element)], end
    if element.number not in _TOP:
        raise Uncleanable
    if element.number == _CUES:
        return [], end
    return [
        edit for inside in _elements(source, element.content, end) for edit in _inside(source, element, inside)
    ], end


def _inside(source: Source, parent: _Element, element: _Element) -> list[Edit]:
    """What becomes of an element of the index, of what is said of the whole, or of the tracks."""
    if parent.number == _INFO and element.number in _NAMES_OF_PROGRAMS:
        return [blank(element.content, _end(element))]
    if parent.number == _INFO and element.number in _OF_INFO:
        return []
    if parent.number == _SEEK_HEAD and element.number == _SEEK and _leads_on(source, element):
        return []
    if parent.number == _TRACKS and element.number == _TRACK:
        return _track(source, element)
    return [_void(element)]


def _track(source: Source, track: _Element) -> list[Edit]:
    edits = []
    for element in _elements(source, track.content, _end(track)):
        if element.number in _SHORT and _end(element) - element.content > _SHORTEST:
            raise Uncleanable
        if element.number not in _OF_TRACK:
            edits.append(_void(element))
    return edits


def _leads_on(source: Source, seek: _Element) -> bool:
    """Whether an entry of the index leads to what is still there afterwards."""
    for element in _elements(source, seek.content, _end(seek)):
        if element.number == _SEEK_ID:
            return int.from_bytes(source.piece(element.content, _end(element) - element.content)) in _TOP
    return False


def _after_cluster(source: Source, cluster: _Element) -> int:
    """One of unknown length ends where something follows that no cluster has."""
    place, end = cluster.content, source.size if cluster.end is None else cluster.end
    while place < end:
        element = _element(source, place, end)
        if element.number not in _OF_CLUSTER:
            if cluster.end is None:
                return place
            raise Uncleanable
        place = _end(element)
    return place


def _elements(source: Source, place: int, end: int) -> Iterator[_Element]:
    while place < end:
        element = _element(source, place, end)
        yield element
        place = _end(element)


def _end(element: _Element) -> int:
    if element.end is None:
        raise Uncleanable
    return element.end


def _element(source: Source, place: int, end: int) -> _Element:
    """Raises `Uncleanable` if there is none, or it goes on beyond `end`."""
    header = source.upto(place, 12)
    wide = 9 - header[0].bit_length() if header else 9
    if wide > 4 or len(header) <= wide or header[wide] == 0:
        raise Uncleanable
    more = 9 - header[wide].bit_length()
    content = place + wide + more
    length = int.from_bytes(header[wide : wide + more]) & (1 << 7 * more) - 1
    known = length != (1 << 7 * more) - 1
    if content > end or (known and content + length > end):
        raise Uncleanable
    return _Element(int.from_bytes(header[:wide]), place, content, content + length if known else None)


def _void(element: _Element) -> Edit:
    """As long as the element was."""
    start, end = element.start, _end(element)
    length = end - start - 2
    header = bytes([_VOID, 0x80 | length]) if length < 127 else b"\xec\x01" + (length - 7).to_bytes(7)
    return blank(start, end, header)
