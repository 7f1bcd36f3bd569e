"""What the streams of an Ogg file carry beside sound and film: their comments are emptied in place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from core.cleaning.edits import Edit, read_with
from core.cleaning.source import Source, Uncleanable

# the beginning of a stream: that of its comments, and what ends them.
# https://xiph.org/vorbis/doc/Vorbis_I_spec.html#x1-620004.2.1 https://www.rfc-editor.org/rfc/rfc7845#section-5.2
_COMMENTED: Final = {
    b"\x01vorbis": (b"\x03vorbis", b"\x01"),
    b"OpusHead": (b"OpusTags", b""),
    b"\x80theora": (b"\x81theora", b""),
}
_FLAC: Final = b"\x7fFLAC"  # https://www.rfc-editor.org/rfc/rfc9639.html#name-ogg-mapping
_FLAC_SOUND: Final = 0xFF
_FLAC_LAST: Final = 0x80
_FLAC_PADDING: Final = 1
_FLAC_COMMENTS: Final = 4
_HEADER: Final = 27
_SUM: Final = slice(22, 26)
_BEGINS: Final = 0x02
_TURNED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(slots=True)
class _Stream:
    """`pieces` are where the packet under way stands in the file, while it is one of those before the sound."""

    kind: bytes
    packets: int = 0
    is_past: bool = False
    pieces: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    end: int
    serial: bytes
    begins: bool
    pieces: list[tuple[int, int, bool]]  # of packets: from, to, and whether the packet ends there


def ogg(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    streams: dict[bytes, _Stream] = {}
    pages: list[tuple[int, int]] = []  # those with packets before the sound
    for page in _pages(source):
        if page.begins:
            streams[page.serial] = _Stream(_kind(source, page))
        if page.serial not in streams:
            raise Uncleanable
        stream = streams[page.serial]
        if not stream.is_past:
            pages.append((page.start, page.end))
            for start, end, ends in page.pieces:
                edits += _after_piece(source, stream, (start, end), ends=ends)
    if any(stream.pieces for stream in streams.values()):
        raise Uncleanable  # its comments go on after its end
    return edits + _sums(source, pages, edits)


def _pages(source: Source) -> Iterator[_Page]:
    place = 0
    while place < source.size:
        header = source.upto(place, _HEADER + 255)
        if header[:5] != b"OggS\0" or len(header) < _HEADER or len(header) < _HEADER + header[26]:
            raise Uncleanable
        lengths = header[_HEADER : _HEADER + header[26]]
        start = place + _HEADER + len(lengths)
        end = start + sum(lengths)
        if _sum(source.piece(place, end - place)) != header[_SUM]:
            raise Uncleanable
        yield _Page(place, end, header[14:18], bool(header[5] & _BEGINS), list(_pieces(lengths, start)))
        place = end


def _pieces(lengths: bytes, place: int) -> Iterator[tuple[int, int, bool]]:
    start = place
    for length in lengths:
        place += length
        if length < 255:
            yield start, place, True
            start = place
    if place > start:
        yield start, place, False


def _sum(page: bytes) -> bytes:
    """Its check sum, which zlib knows the mirror image of."""
    whole = page[: _SUM.start] + bytes(4) + page[_SUM.stop :]
    mirrored = crc32(whole.translate(_TURNED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return mirrored.to_bytes(4).translate(_TURNED)


def _kind(source: Source, page: _Page) -> bytes:
    """What a stream begins with. Raises `Uncleanable` for those that are not known here."""
    beginning = source.upto(page.pieces[0][0], 8) if page.pieces else b""
    for kind in (*_COMMENTED, _FLAC):
        if beginning.startswith(kind):
            return kind
    raise Uncleanable


def _after_piece(source: Source, stream: _Stream, piece: tuple[int, int], *, ends: bool) -> list[Edit]:
    if stream.is_past:
        return []
    stream.pieces.append(piece)
    if not ends:
        return []
    pieces, stream.pieces = stream.pieces, []
    stream.packets += 1
    if stream.packets == 1:
        return []
    if stream.kind == _FLAC:
        return _flac_block(source, stream, pieces)
    stream.is_past = True
    start, end = _COMMENTED[stream.kind]
    if _first(source, pieces, len(start)) != start:
        raise Uncleanable
    return _no_comments(pieces, start, end)


def _flac_block(source: Source, stream: _Stream, pieces: list[tuple[int, int]]) -> list[Edit]:
    kind = _first(source, pieces, 1)[0]
    if kind == _FLAC_SOUND:
        stream.is_past = True
        return []
    header = _first(source, pieces, 4)
    if int.from_bytes(header[1:]) != _length(pieces) - 4:
        raise Uncleanable
    stream.is_past = bool(kind & _FLAC_LAST)
    if kind & ~_FLAC_LAST == _FLAC_COMMENTS:
        return _no_comments(pieces, header, b"")
    padding = bytes([kind & _FLAC_LAST | _FLAC_PADDING]) + header[1:]
    return list(_spread(pieces, padding, b"\0", b""))


def _no_comments(pieces: list[tuple[int, int]], start: bytes, end: bytes) -> list[Edit]:
    """No comments, and as the name of its writer so many spaces that the length stays the same."""
    spaces = _length(pieces) - len(start) - 8 - len(end)
    if spaces < 0:
        raise Uncleanable
    return list(_spread(pieces, start + spaces.to_bytes(4, "little"), b" ", bytes(4) + end))


def _spread(pieces: list[tuple[int, int]], start: bytes, filler: bytes, end: bytes) -> Iterator[Edit]:
    """A beginning, as many fillers as fit, and an end, over the pieces of a packet."""
    middle_ends, at = _length(pieces) - len(end), 0
    for first, last in pieces:
        stop = at + last - first
        head = start[at:stop]
        tail = end[max(0, at - middle_ends) : max(0, stop - middle_ends)]
        yield Edit(first, last - len(tail), head, last - first - len(head) - len(tail), filler)
        if tail:
            yield Edit(last - len(tail), last, tail)
        at = stop


def _first(source: Source, pieces: list[tuple[int, int]], count: int) -> bytes:
    """So many bytes of the beginning of a packet. Raises `Uncleanable` when it is shorter."""
    found = b""
    for start, end in pieces:
        found += source.upto(start, min(count - len(found), end - start))
        if len(found) == count:
            return found
    raise Uncleanable


def _length(pieces: list[tuple[int, int]]) -> int:
    return sum(end - start for start, end in pieces)


def _sums(source: Source, pages: list[tuple[int, int]], edits: list[Edit]) -> list[Edit]:
    """New check sums for these pages. Both lists are in the order of the file for one stream, not over all of them."""
    found, ordered, at = [], sorted(edits), 0
    for start, end in pages:
        inside = []
        while at < len(ordered) and ordered[at].start < end:
            inside.append(ordered[at])
            at += 1
        found.append(Edit(start + _SUM.start, start + _SUM.stop, _sum(read_with(source, start, end, inside))))
    return found
