"""What a JPEG carries beside its picture."""

import re
from collections.abc import Callable
from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.exif import turned
from core.cleaning.profile import is_profile
from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable

_END: Final = 0xD9
_SCAN: Final = 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN: Final = 0xC4
_QUANTIZATION: Final = 0xDB
_ARITHMETIC: Final = 0xCC
_LENGTHS: Final = {0xDC: 4, 0xDD: 4, 0xDF: 5}  # lines, restarts, expansion
_BESIDE: Final = frozenset(range(0xE0, 0xF0)) | {0xFE}  # APP0 to APP15, and comments
_EXIF: Final = b"Exif\0\0"
_PROFILE: Final = b"ICC_PROFILE\0"
_MARKER: Final = re.compile(rb"\xff(?=[^\x00\xff\xd0-\xd7])")  # in what a scan is made of, these others are data


class _Profile:
    """The profile of its colours, which may be cut into several segments."""

    def __init__(self) -> None:
        self._parts = self._left = 0

    def takes(self, content: bytes) -> bool:
        """Whether a segment is the next part of it."""
        number, of, part = content[12], content[13], content[14:]
        length = int.from_bytes(part[:4])
        if number == 1 and self._parts == 0 and is_profile(part, length):
            self._left = length
        if number != self._parts + 1 or number > of or not 0 < len(part) <= self._left:
            return False
        self._parts, self._left = number, self._left - len(part)
        return True


def jpeg(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    place, is_turned, shows, profile = 2, False, False, _Profile()
    while True:
        marker, place = _marker(source, place)
        if marker == _END:
            break
        end = place + source.number(place, 2)
        content = source.piece(place + 2, end - place - 2)
        if marker in _BESIDE:
            instead = _instead(marker, content, profile)
            if instead.startswith(b"\xff\xe1"):
                instead, is_turned = b"" if is_turned else instead, True
            edits.append(Edit(place - 2, end, instead))
        elif not _is_sound(marker, content):
            raise Uncleanable
        if marker == _SCAN:
            end, shows = _after_scan(source, end), True
        place = end
    if not shows:
        raise Uncleanable
    return [*edits, Edit(place, source.size)]


def _marker(source: Source, place: int) -> tuple[int, int]:
    """It, and the place after it."""
    start, marker = source.piece(place, 2)
    while start == marker == 0xFF:
        place += 1
        marker = source.number(place + 1, 1)
    if start != 0xFF:
        raise Uncleanable
    return marker, place + 2


def _after_scan(source: Source, place: int) -> int:
    while True:
        found = source.upto(place, LARGEST_PIECE)
        marker = _MARKER.search(found)
        if marker:
            return place + marker.start()
        if len(found) < 2:
            raise Uncleanable
        place += len(found) - 1  # the last byte may be the first half of a marker


def _instead(marker: int, content: bytes, profile: _Profile) -> bytes:
    """The whole segment that takes the place of one beside the picture; empty for none."""
    if marker == 0xE0 and content.startswith(b"JFIF\0") and len(content) >= 14:
        return _segment(marker, content[:12] + bytes(2))  # without its small picture
    if marker == 0xE1 and content.startswith(_EXIF):
        exif = turned(content[6:])
        return _segment(marker, _EXIF + exif) if exif else b""
    if marker == 0xE2 and content.startswith(_PROFILE) and len(content) > 14 and profile.takes(content):
        return _segment(marker, content)
    if marker == 0xEE and content.startswith(b"Adobe") and len(content) >= 12:
        return _segment(marker, content[:12])
    return b""


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (2 + len(content)).to_bytes(2) + content


def _is_sound(marker: int, content: bytes) -> bool:
    """Whether a part of the picture is as long as its kind says, so that it hides none of the others."""
    if marker in _FRAMES:
        return len(content) > 6 and len(content) == 6 + 3 * content[5]
    if marker == _SCAN:
        return bool(content) and len(content) == 4 + 2 * content[0]
    if marker == _QUANTIZATION:
        return _tables_end(content, lambda table: 129 if table[0] >> 4 else 65)
    if marker == _HUFFMAN:
        return _tables_end(content, lambda table: 17 + sum(table[1:17]))
    return marker == _ARITHMETIC or _LENGTHS.get(marker) == 2 + len(content)


def _tables_end(content: bytes, length: Callable[[bytes], int]) -> bool:
    """Whether tables of these lengths fill it."""
    while content:
        step = length(content)
        if step > len(content):
            return False
        content = content[step:]
    return True
