"""What a TIFF carries beside its pictures: each byte that no picture needs is blanked, so that no offset changes."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, Literal

from core.cleaning.edits import Edit, blank
from core.cleaning.profile import is_profile
from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable

_STRUCTURE: Final = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 274, 277, 278, 280, 281, 282, 283, 284, 290, 291, 292}
    | {293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 332, 334, 336, 338, 339, 340, 341, 342, 347, 512, 529}
    | {530, 531, 532}  # 347 are the tables of its JPEG
)
_DATA: Final = {273: 279, 324: 325}  # where strips and tiles begin, and how long they are
_PROFILE: Final = 34675
_KEPT: Final = _STRUCTURE | {_PROFILE} | set(_DATA) | set(_DATA.values())
_COMPRESSION: Final = 259
# those whose strips stand for themselves; 6, the oldest JPEG, points to tables anywhere
_COMPRESSIONS: Final = frozenset({1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34676, 34677, 34712, 34887, 34925, 50000, 50001})
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TEXT: Final = 2
_MOST_ENTRIES: Final = 100_000  # of all pages
_MOST_STRIPS: Final = 250_000  # of all pages
_LARGEST_VALUE: Final = 2**24  # bytes: a profile, or the strips of one page


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    kind: int
    count: int
    raw: bytes  # all 12 bytes of it
    place: int  # of the value

    @property
    def is_kept(self) -> bool:
        return self.tag in _KEPT and self.kind != _TEXT

    @property
    def end(self) -> int:
        return self.place + self.count * _SIZES.get(self.kind, 1)


@dataclass(slots=True)
class _Plan:
    source: Source
    order: Literal["little", "big"]
    kept: list[tuple[int, int]] = field(default_factory=list)
    dropped: list[tuple[int, int]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    strips: int = 0
    entries: int = 0

    def number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self.order)

    def values(self, entry: _Entry) -> list[int]:
        """Those of a list of strips. Raises `Uncleanable`."""
        step = _SIZES[entry.kind] if entry.kind in {3, 4} else 0
        self.strips += entry.count
        if not step or self.strips > 2 * _MOST_STRIPS:
            raise Uncleanable
        found = b"".join(
            self.source.piece(place, min(LARGEST_PIECE, entry.end - place))
            for place in range(entry.place, entry.end, LARGEST_PIECE)
        )
        return [self.number(found[at : at + step]) for at in range(0, len(found), step)]


def tiff(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    plan = _Plan(source, "little" if source.piece(0, 2) == b"II" else "big")
    plan.kept.append((0, 8))
    place = plan.number(source.piece(4, 4))
    seen: set[int] = set()
    while place:
        if place in seen:
            raise Uncleanable
        seen.add(place)
        place = _page(plan, place)
    if not seen:
        raise Uncleanable
    return plan.edits + _gaps(plan)


def _page(plan: _Plan, place: int) -> int:
    """Where the next one is."""
    count = plan.number(plan.source.piece(place, 2))
    plan.entries += count
    if count == 0 or plan.entries > _MOST_ENTRIES:
        raise Uncleanable
    table = plan.source.piece(place + 2, 12 * count + 4)
    entries = [_entry(plan, table[at : at + 12], place + 2 + at) for at in range(0, 12 * count, 12)]
    kept: list[_Entry] = []
    for entry in entries:
        is_kept = entry.is_kept and _is_right(plan, entry)
        if is_kept:
            kept.append(entry)
        if entry.end - entry.place > 4:
            (plan.kept if is_kept else plan.dropped).append((entry.place, entry.end))
    _keep_data(plan, {entry.tag: entry for entry in kept})
    rewritten = len(kept).to_bytes(2, plan.order) + b"".join(entry.raw for entry in kept) + table[-4:]
    end = place + 2 + len(table)
    plan.kept.append((place, end))
    plan.edits.append(blank(place, end, rewritten))
    return plan.number(table[-4:])


def _entry(plan: _Plan, raw: bytes, place: int) -> _Entry:
    """Raises `Uncleanable` when a value that is needed is not there."""
    tag, kind, count = plan.number(raw[:2]), plan.number(raw[2:4]), plan.number(raw[4:8])
    length = count * _SIZES.get(kind, 1)
    where = place + 8 if length <= 4 else plan.number(raw[8:])
    if tag in _KEPT and (kind not in _SIZES or length > _LARGEST_VALUE or where + length > plan.source.size):
        raise Uncleanable
    if length < 4:  # what is behind a short value belongs to nobody
        raw = raw[: 8 + length].ljust(12, b"\0")
    return _Entry(tag, kind, count, raw, where)


def _is_right(plan: _Plan, entry: _Entry) -> bool:
    length = entry.end - entry.place
    return entry.tag != _PROFILE or is_profile(plan.source.upto(entry.place, 128), length)


def _keep_data(plan: _Plan, entries: dict[int, _Entry]) -> None:
    """Raises `Uncleanable` if the picture cannot be told from the rest."""
    compression = entries.get(_COMPRESSION)
    if compression is not None and plan.number(compression.raw[8:10]) not in _COMPRESSIONS:
        raise Uncleanable
    found = [(begins, lengths) for begins, lengths in _DATA.items() if begins in entries and lengths in entries]
    if len(found) != 1 or len(set(_DATA) & set(entries)) != 1:
        raise Uncleanable
    begins, lengths = (plan.values(entries[tag]) for tag in found[0])
    if len(begins) != len(lengths):
        raise Uncleanable
    ends = [begin + length for begin, length in zip(begins, lengths, strict=True)]
    if any(end > plan.source.size for end in ends):
        raise Uncleanable
    plan.kept += zip(begins, ends, strict=True)


def _gaps(plan: _Plan) -> list[Edit]:
    """What lies between all that is kept. Raises `Uncleanable` if something that is kept lies over what is not."""
    edits, place = [], 0
    for start, end in [*sorted(plan.kept), (plan.source.size, plan.source.size)]:
        if start > place:
            edits.append(blank(place, start))
        place = max(place, end)
    starts = [edit.start for edit in edits]
    for start, end in plan.dropped:
        clipped = min(end, plan.source.size)
        gap = bisect_right(starts, start) - 1
        if start < clipped and (gap < 0 or clipped > edits[gap].end):
            raise Uncleanable
    return edits
