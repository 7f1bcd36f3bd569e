"""How large a picture is and whether its end is there, by its structure; nothing is decoded. Pure.

Pillow is not asked: for a TIFF of a million strips, opening alone takes seconds and hundreds of megabytes. Each reader
takes a file and its size in bytes, gives width and height, and reads no more of the file than it needs for that.
"""

from collections.abc import Iterator
from typing import IO, Final, Literal
from zlib import crc32

_STEP: Final = 2**20  # bytes that are searched at a time
_MOST_PARTS: Final = 20_000  # more of them before the picture itself, blocks of blocks too, and it is made to be slow
_PNG_END: Final = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the others of them are tables
_JPEG_BARE: Final = frozenset(range(0xD0, 0xD8)) | {0x01}  # markers without a length
_JPEG_FILL: Final = 0xFF
_JPEG_SCAN: Final = 0xDA
_TIFF_TYPES: Final = {3: 2, 4: 4}  # SHORT and LONG, and their bytes
_TIFF_TAGS: Final = frozenset({256, 257, 258, 273, 279, 324, 325})  # sides, bits; begin and length of strips, and tiles


class Unreadable(Exception):
    """Not a picture, though it begins like one."""


class Cut(Exception):
    """It goes on beyond the end of the file."""


def piece(file: IO[bytes], place: int, count: int) -> bytes:
    """Raises `Cut` when not all of it is there."""
    file.seek(place)
    found = file.read(count)
    if len(found) < count:
        raise Cut
    return found


def png_size(file: IO[bytes], size: int) -> tuple[int, int]:
    """Raises `Unreadable`, `Cut`, as all of these."""
    header = piece(file, 8, 25)
    if header[:8] != b"\0\0\0\rIHDR" or crc32(header[4:21]) != int.from_bytes(header[21:]):
        raise Unreadable
    _demand(file, _PNG_END, 33, size)
    return int.from_bytes(header[8:12]), int.from_bytes(header[12:16])


def jpeg_size(file: IO[bytes], size: int) -> tuple[int, int]:
    """The end is looked for behind the pictures in its header, and other things may follow it, such as a film."""
    found = None
    for marker, place in _jpeg_segments(file):
        if marker in _JPEG_SIZES:
            lines = piece(file, place + 3, 4)
            found = int.from_bytes(lines[2:]), int.from_bytes(lines[:2])
        if marker == _JPEG_SCAN and found is not None:
            _demand(file, b"\xff\xd9", place, size)
            return found
    raise Unreadable


def gif_size(file: IO[bytes], size: int) -> tuple[int, int]:
    """Its first frame may be larger than it says of itself; readers then take the frame's."""
    header = piece(file, 6, 7)
    place = 13 + _colours(header[4])
    parts = iter(range(_MOST_PARTS))
    for _ in parts:
        kind = piece(file, place, 1)
        if kind == b",":
            break
        if kind != b"!":
            raise Unreadable
        place = _after_blocks(file, place + 2, parts)
    else:
        raise Unreadable
    frame = piece(file, place + 1, 8)
    x, y, width, height = (int.from_bytes(frame[at : at + 2], "little") for at in (0, 2, 4, 6))
    if not piece(file, max(0, size - 64), min(size, 64)).rstrip(b"\0\r\n ").endswith(b"\0;"):
        raise Cut
    return max(int.from_bytes(header[:2], "little"), x + width), max(int.from_bytes(header[2:4], "little"), y + height)


def webp_size(file: IO[bytes], size: int) -> tuple[int, int]:
    if int.from_bytes(piece(file, 4, 4), "little") + 8 > size:
        raise Cut
    kind = piece(file, 12, 4)
    if kind == b"VP8X":
        sides = piece(file, 24, 6)
        return 1 + int.from_bytes(sides[:3], "little"), 1 + int.from_bytes(sides[3:], "little")
    if kind == b"VP8L" and piece(file, 20, 1) == b"\x2f":
        bits = int.from_bytes(piece(file, 21, 4), "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and piece(file, 23, 3) == b"\x9d\x01\x2a":
        sides = piece(file, 26, 4)
        return int.from_bytes(sides[:2], "little") & 0x3FFF, int.from_bytes(sides[2:], "little") & 0x3FFF
    raise Unreadable


def bmp_size(file: IO[bytes], size: int) -> tuple[int, int]:
    header = piece(file, 0, 26)
    if int.from_bytes(header[2:6], "little") > size:
        raise Cut
    if header[14] == 12:  # the oldest kind
        return int.from_bytes(header[18:20], "little"), int.from_bytes(header[20:22], "little")
    height = int.from_bytes(header[22:26], "little", signed=True)  # below zero when the lines go down
    return int.from_bytes(header[18:22], "little"), abs(height)


def tiff_size(file: IO[bytes], size: int) -> tuple[int, int]:
    """The size of its first page, whose last strip or tile has to end within the file."""
    order: Literal["little", "big"] = "little" if piece(file, 0, 2) == b"II" else "big"
    start = int.from_bytes(piece(file, 4, 4), order)
    entries = piece(file, start + 2, 12 * int.from_bytes(piece(file, start, 2), order))
    last: dict[int, int] = {}  # the last value of each tag
    for at in range(0, len(entries), 12):
        tag, kind = (int.from_bytes(entries[at + more : at + more + 2], order) for more in (0, 2))
        if tag in _TIFF_TAGS and kind in _TIFF_TYPES:
            count, value = (int.from_bytes(entries[at + more : at + more + 4], order) for more in (4, 8))
            step = _TIFF_TYPES[kind]
            where = value if count * step > 4 else start + 2 + at + 8
            last[tag] = int.from_bytes(piece(file, where + max(0, count - 1) * step, step), order)
    if any(last.get(first, 0) + last.get(length, 0) > size for first, length in ((273, 279), (324, 325))):
        raise Cut
    return last.get(256, 0), last.get(257, 0)


def _jpeg_segments(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Markers, and the places of what follows them."""
    place = 2
    for _ in range(_MOST_PARTS):
        start, marker = piece(file, place, 2)
        if start != 0xFF:
            raise Unreadable
        place += 1 if marker == _JPEG_FILL else 2
        if marker == _JPEG_FILL or marker in _JPEG_BARE:
            continue
        yield marker, place
        place += int.from_bytes(piece(file, place, 2))


def _colours(flags: int) -> int:
    """The bytes of a GIF's colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(file: IO[bytes], place: int, parts: Iterator[int]) -> int:
    """Uses up `parts`, which are those of the whole file."""
    for _ in parts:
        count = piece(file, place, 1)[0]
        place += 1 + count
        if count == 0:
            return place
    raise Unreadable


def _demand(file: IO[bytes], end: bytes, start: int, size: int) -> None:
    """Look for it from the file's end on, where it should be. Raises `Cut` when it is not there."""
    upto = size
    while upto > start:
        begin = max(start, upto - _STEP)
        if end in piece(file, begin, min(upto + len(end) - 1, size) - begin):
            return
        upto = begin
    raise Cut
