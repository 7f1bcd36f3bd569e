"""Changes of a file: planned by the readers of formats, applied here by pieces, into a new file."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Final

from core.cleaning.pace import Pace
from core.cleaning.source import Source, Uncleanable

_STEP: Final = 2**20  # bytes that are held at a time


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The bytes from `start` to `end` become `instead`, and after it `fill` times the byte `filler`."""

    start: int
    end: int
    instead: bytes = b""
    fill: int = 0
    filler: bytes = b"\0"

    def content(self) -> Iterator[bytes]:
        """What stands there afterwards, in pieces."""
        yield self.instead
        for done in range(0, self.fill, _STEP):
            yield self.filler * min(_STEP, self.fill - done)

    def length(self) -> int:
        """The bytes of it."""
        return len(self.instead) + self.fill


def blank(start: int, end: int, instead: bytes = b"", filler: bytes = b"\0") -> Edit:
    """Same length. Raises `Uncleanable` if there is no room for what comes instead."""
    if end - start < len(instead):
        raise Uncleanable
    return Edit(start, end, instead, end - start - len(instead), filler)


def moved(edits: Iterable[Edit], places: int) -> list[Edit]:
    """The same further on."""
    return [replace(edit, start=edit.start + places, end=edit.end + places) for edit in edits]


def changing(file: IO[bytes], size: int, edits: Iterable[Edit]) -> list[Edit]:
    """Those that change a byte, in order. Raises `Uncleanable` when two of them want the same bytes."""
    ordered = sorted(edits)
    place = 0
    for edit in ordered:
        if not place <= edit.start <= edit.end <= size:
            raise Uncleanable
        place = edit.end
    pace = Pace()
    return [edit for edit in ordered if not _is_there(file, edit, pace)]


def applied(file: IO[bytes], size: int, edits: list[Edit]) -> IO[bytes]:
    """A new temporary file with these changes, at its beginning; the caller closes it."""
    into = tempfile.TemporaryFile()  # noqa: SIM115 - given away; closed here only if it does not come to that
    try:
        place, pace = 0, Pace()
        for edit in edits:
            _copy(file, place, edit.start, into, pace)
            into.writelines(edit.content())
            place = edit.end
        _copy(file, place, size, into, pace)
        into.seek(0)
    except BaseException:
        into.close()
        raise
    return into


def read_with(source: Source, start: int, end: int, edits: Iterable[Edit]) -> bytes:
    """A short stretch as it will be after edits of the same length. Raises `Uncleanable` when it is not all there."""
    found = bytearray(source.piece(start, end - start))
    for edit in edits:
        found[edit.start - start : edit.end - start] = b"".join(edit.content())
    return bytes(found)


def _is_there(file: IO[bytes], edit: Edit, pace: Pace) -> bool:
    pace.step()
    if edit.length() != edit.end - edit.start:
        return False
    file.seek(edit.start)
    return all(file.read(len(part)) == part for part in edit.content())


def _copy(file: IO[bytes], start: int, end: int, into: IO[bytes], pace: Pace) -> None:
    file.seek(start)
    while start < end:
        pace.step()
        part = file.read(min(_STEP, end - start))
        if not part:
            raise Uncleanable  # shorter than it was said to be
        into.write(part)
        start += len(part)
