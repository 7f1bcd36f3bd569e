"""What a BMP carries beside its picture: the gap before its dots, and what follows them."""

from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

_FILE_HEADER: Final = 14
_OLD: Final = 12  # bytes of the header of the first ones
_USUAL: Final = 40
_PLAIN, _RLE8, _RLE4, _MASKS, _MASKS_AND_ALPHA = 0, 1, 2, 3, 6
_MASK_BYTES: Final = {_MASKS: 12, _MASKS_AND_ALPHA: 16}  # behind a usual header; in longer ones they are in it
_WITH_PROFILE: Final = (b"DEBM", b"KNIL")  # embedded, and in another file


def bmp(source: Source) -> list[Edit]:
    """Raises `Uncleanable`.

    See https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage.
    """
    header = _little(source, 14, 4)
    if header == _OLD:
        width, height, bits = (_little(source, place, 2) for place in (18, 20, 24))
        kind, used, stated, colour = _PLAIN, 0, 0, 3
    else:
        width, height, kind, stated, used = (_little(source, place, 4) for place in (18, 22, 30, 34, 46))
        bits, colour = _little(source, 28, 2), 4
    height = min(height, 2**32 - height)  # below zero: from the top
    start, first = _little(source, 10, 4), _FILE_HEADER + header + _MASK_BYTES.get(kind * (header == _USUAL), 0)
    if bits <= 8:
        first += colour * min(used or 2**bits, 2**bits)
    end = start + (stated if kind in {_RLE8, _RLE4} else (width * bits + 31) // 32 * 4 * height)
    is_known = kind in {_PLAIN, _RLE8, _RLE4, _MASKS, _MASKS_AND_ALPHA} and (kind == _PLAIN or header != 64)
    if not is_known or not first <= start < end <= source.size or source.upto(70, 4) in _profiles(header):
        raise Uncleanable
    size = [Edit(2, 6, end.to_bytes(4, "little"))] if end < source.size else []
    return [*size, blank(first, start), Edit(end, source.size)]


def _profiles(header: int) -> tuple[bytes, ...]:
    return _WITH_PROFILE if header == 124 else ()


def _little(source: Source, place: int, count: int) -> int:
    return int.from_bytes(source.piece(place, count), "little")
