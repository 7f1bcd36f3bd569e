"""What a GIF carries beside its pictures."""

from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.source import Source, Uncleanable

_STEP: Final = 2**16  # bytes that are looked at in one go
_FRAME: Final = 0x2C
_EXTENSION: Final = 0x21
_TRAILER: Final = 0x3B
_CONTROL: Final = 0xF9
_APPLICATION: Final = 0xFF
_LOOPS: Final = frozenset({b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01"})
_FULL: Final = frozenset({254, 255})  # bytes of each block of a frame, up to the last; writers agree on it
_MOST_BLOCKS: Final = 4_000_000  # 1 GB of them when they are full


class _Blocks:
    """Walks chains of blocks; counts those of the whole file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = _MOST_BLOCKS
        self._start, self._held = 0, b""

    def _byte(self, place: int) -> int:
        at = place - self._start
        if not 0 <= at < len(self._held):
            self._start, self._held, at = place, self._source.upto(place, _STEP), 0
        if not self._held:
            raise Uncleanable
        return self._held[at]

    def after(self, place: int, *, full: bool) -> int:
        """The place after the chain. Raises `Uncleanable` if it has to be `full` and a block before the last is not."""
        short = False
        while count := self._byte(place):
            self._left -= 1
            if (full and short) or self._left < 0:
                raise Uncleanable
            short = count not in _FULL
            place += 1 + count
        return place + 1


def gif(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    blocks, shows = _Blocks(source), False
    place = 13 + _colours(source.number(10, 1))
    while (kind := source.number(place, 1)) != _TRAILER:
        start = place
        if kind == _FRAME:
            place += 10 + _colours(source.number(place + 9, 1))
            place, shows = blocks.after(place + 1, full=True), True
        elif kind == _EXTENSION:
            place = blocks.after(place + 2, full=False)
            if not _is_kept(source, start, place):
                edits.append(Edit(start, place))
        else:
            raise Uncleanable
    if not shows:
        raise Uncleanable
    return [*edits, Edit(place + 1, source.size)]


def _is_kept(source: Source, start: int, end: int) -> bool:
    """An extension for looks, of the length that it has to have."""
    label = source.number(start + 1, 1)
    if label == _CONTROL:
        return end - start == 8
    return label == _APPLICATION and end - start == 19 and source.piece(start + 2, 14) in _LOOPS


def _colours(flags: int) -> int:
    """The bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
