"""What a WebP carries beside its picture."""

from collections.abc import Iterator
from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.exif import turned
from core.cleaning.profile import is_profile
from core.cleaning.source import Source, Uncleanable

# https://developers.google.com/speed/webp/docs/riff_container
_KEPT: Final = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_OF_FRAMES: Final = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_SHOWS: Final = frozenset({b"ANMF", b"VP8 ", b"VP8L"})
_FRAME_HEADER: Final = 16
_HAS_EXIF: Final = 0x08
_HAS_XMP: Final = 0x04
_HAS_PROFILE: Final = 0x20


def webp(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    end = 8 + _little(source, 4)
    chunks = list(_chunks(source, 12, end))
    if not any(kind in _SHOWS for kind, _, _ in chunks):
        raise Uncleanable
    edits: list[Edit] = []
    for kind, start, stop in chunks:
        if kind == b"ANMF":
            edits += _frame(source, start, stop)
        elif kind not in _KEPT or (kind == b"ICCP" and not _is_profile(source, start)):
            edits.append(Edit(start, stop, _instead(source, kind, start, stop)))
    added = sum(edit.length() - (edit.end - edit.start) for edit in edits)
    edits.append(Edit(4, 8, (end - 8 + added).to_bytes(4, "little")))
    if chunks[0][0] == b"VP8X":
        has_profile = any(kind == b"ICCP" and _is_profile(source, start) for kind, start, _ in chunks)
        flags = source.number(20, 1) & ~(_HAS_EXIF | _HAS_XMP | (0 if has_profile else _HAS_PROFILE))
        is_turned = any(edit.instead.startswith(b"EXIF") for edit in edits)
        edits.append(Edit(20, 21, bytes([flags | _HAS_EXIF if is_turned else flags])))
    return [*edits, Edit(end, source.size)]


def _chunks(source: Source, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Their kinds, where they begin, and where they end with the byte that makes their length even."""
    while place < end:
        kind = source.piece(place, 4)
        stop = place + 8 + _little(source, place + 4)
        stop += stop & 1
        if stop > end or not kind.isascii() or not kind.decode().isprintable():
            raise Uncleanable
        yield kind, place, stop
        place = stop
    if end > source.size:
        raise Uncleanable


def _frame(source: Source, start: int, end: int) -> list[Edit]:
    inside = _chunks(source, start + 8 + _FRAME_HEADER, end)
    edits = [Edit(begin, stop) for kind, begin, stop in inside if kind not in _OF_FRAMES]
    dropped = sum(edit.end - edit.start for edit in edits)
    length = _little(source, start + 4) - dropped
    return [*edits, Edit(start + 4, start + 8, length.to_bytes(4, "little"))] if dropped else []


def _is_profile(source: Source, start: int) -> bool:
    return is_profile(source.upto(start + 8, 128), _little(source, start + 4))


def _instead(source: Source, kind: bytes, start: int, end: int) -> bytes:
    """What is left of a chunk: of EXIF how the picture is to be turned."""
    if kind != b"EXIF":
        return b""
    exif = turned(source.upto(start + 8, end - start - 8).removeprefix(b"Exif\0\0"))
    return b"EXIF" + len(exif).to_bytes(4, "little") + exif if exif else b""


def _little(source: Source, place: int) -> int:
    return int.from_bytes(source.piece(place, 4), "little")
