"""What a PNG or an APNG carries beside its picture."""

from typing import Final
from zlib import crc32

from core.cleaning.edits import Edit
from core.cleaning.exif import turned
from core.cleaning.profile import is_packed_profile
from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable

# those that matter for looks: https://www.w3.org/TR/png-3/#11Chunks
_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT".split()
)
_EXIF: Final = b"eXIf"
_PROFILE: Final = b"iCCP"
_END: Final = b"IEND"
_LONGEST_NAME: Final = 79


def png(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    place, kind = 8, b""
    while kind != _END:
        header = source.piece(place, 8)
        end, kind = place + 12 + int.from_bytes(header[:4]), header[4:]
        if not kind.isalpha() or _sum(source, place + 4, end - 4) != source.number(end - 4, 4):
            raise Uncleanable
        if not _is_kept(source, kind, place, end):
            edits.append(Edit(place, end, _instead(source, kind, place, end)))
        place = end
    return [*edits, Edit(place, source.size)]


def _is_kept(source: Source, kind: bytes, start: int, end: int) -> bool:
    if kind == _PROFILE:
        name, _, packed = source.upto(start + 8, end - start - 12).partition(b"\0")
        return len(name) <= _LONGEST_NAME and packed[:1] == b"\0" and is_packed_profile(packed[1:])
    return kind in _KEPT and (kind != _END or end - start == 12)


def _instead(source: Source, kind: bytes, start: int, end: int) -> bytes:
    """Raises `Uncleanable` for what a reader has to understand."""
    if kind == _END:
        return bytes(4) + _END + crc32(_END).to_bytes(4)
    if kind[:1].isupper():
        raise Uncleanable
    exif = turned(source.upto(start + 8, end - start - 12)) if kind == _EXIF else b""
    content = _EXIF + exif
    return len(exif).to_bytes(4) + content + crc32(content).to_bytes(4) if exif else b""


def _sum(source: Source, start: int, end: int) -> int:
    if end > source.size:
        raise Uncleanable
    found = 0
    for place in range(start, end, LARGEST_PIECE):
        found = crc32(source.piece(place, min(LARGEST_PIECE, end - place)), found)
    return found
