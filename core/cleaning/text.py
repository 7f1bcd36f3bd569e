"""Looking for short patterns in a long text, of which a window is held at a time."""

import re
from typing import Final

from core.cleaning.source import Source, Uncleanable

_WINDOW: Final = 2**18  # bytes
_LONGEST: Final = 256  # bytes that a pattern matches, with those that it looks ahead
_MOST_FINDS: Final = 40_000


class Text:
    """What is found where. Patterns must not look at what is before them."""

    def __init__(self, source: Source) -> None:
        self.size = source.size
        self._source = source
        self._start, self._sure, self._held = 0, 0, b""  # up to `_sure` a pattern would be all held
        self._left = iter(range(_MOST_FINDS))

    def find(self, pattern: re.Pattern[bytes], place: int) -> tuple[int, bytes] | None:
        """The next at or after `place`, and where it begins. Raises `Uncleanable` when too many were asked for."""
        if next(self._left, None) is None:
            raise Uncleanable
        while place < self.size:
            if not self._start <= place < self._sure:
                self._hold(place)
            match = pattern.search(self._held, place - self._start)
            if match and self._start + match.start() < self._sure:
                return self._start + match.start(), match[0]
            place = self._sure
        return None

    def after(self, pattern: re.Pattern[bytes], place: int) -> tuple[int, bytes]:
        """The next, and the place after it. Raises `Uncleanable` if there is none."""
        found = self.find(pattern, place)
        if found is None:
            raise Uncleanable
        return found[0] + len(found[1]), found[1]

    def _hold(self, place: int) -> None:
        count = min(_WINDOW, self.size - place)
        self._start, self._held = place, self._source.piece(place, count)
        self._sure = place + (count if place + count == self.size else count - _LONGEST)
