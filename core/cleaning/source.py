"""A file that is looked through piece by piece, with a bound on the work that it can make."""

from typing import IO, Final

from core.cleaning.pace import Pace

LARGEST_PIECE: Final = 2**20  # bytes that are held at a time
# Each part of a file takes two or three pieces. What is kept of more of them is too much for one stroke of the garbage
# collector, which holds up the whole process.
MOST_PIECES: Final = 60_000
MOST_STEPS: Final = 500_000  # a film of hours has fewer blocks; a file of more is made to be slow


class Uncleanable(Exception):
    """It begins like a format that can carry such things, and its structure cannot be followed."""


class _Work:
    """How much of it is left; shared by all parts of a file."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._pace = Pace()

    def take(self) -> None:
        """A piece of it."""
        self._left -= 1
        if self._left < 0:
            raise Uncleanable
        self._pace.step()


class Source:
    """The `size` bytes of `file` from `start` on. Places are counted from there.

    Every loop of a reader takes at least one piece each time around, so that none goes on for ever.
    """

    def __init__(self, file: IO[bytes], size: int, start: int = 0, work: _Work | None = None) -> None:
        self.size = size
        self._file = file
        self._start = start
        self._work = work or _Work(MOST_PIECES)

    def piece(self, place: int, count: int) -> bytes:
        """Raises `Uncleanable` when not all of it is there, or too many were taken."""
        if not 0 <= count <= LARGEST_PIECE:
            raise Uncleanable
        found = self.upto(place, count)
        if len(found) < count:
            raise Uncleanable
        return found

    def upto(self, place: int, count: int) -> bytes:
        """So many bytes, or those that there are. Raises `Uncleanable` when too many pieces were taken."""
        self._work.take()
        if place < 0:
            raise Uncleanable
        count = min(count, LARGEST_PIECE, self.size - place)
        if count <= 0:
            return b""
        self._file.seek(self._start + place)
        return self._file.read(count)

    def number(self, place: int, count: int) -> int:
        """Big-endian, without a sign."""
        return int.from_bytes(self.piece(place, count))

    def part(self, start: int, end: int) -> "Source":
        """A file within this one, under the same bound. Raises `Uncleanable` when not all of it is there."""
        if not 0 <= start <= end <= self.size:
            raise Uncleanable
        return Source(self._file, end - start, self._start + start, self._work)

    def to_walk(self) -> "Source":
        """The same file for one long walk of which nothing is kept, under a wider bound of its own."""
        return Source(self._file, self.size, self._start, _Work(MOST_STEPS))
