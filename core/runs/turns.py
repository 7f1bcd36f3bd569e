"""Whose progress is asked for next: everybody in turn, from one budget for the whole process."""

import asyncio
import math
from collections import deque
from itertools import islice
from typing import Final

from core.runs.followed import Followed
from core.runs.rates import Rates

_GLANCE: Final = 20  # runs that are looked at for one whose turn it is; more of them wait longer than the pause anyway


class Turns:
    """Runs that run and runs that wait take turns, so that a long line hides nobody's progress."""

    def __init__(self, rates: Rates) -> None:
        self._pause = 1 / rates.budget if rates.budget > 0 else math.inf
        self._rates = rates
        self._lines: tuple[deque[Followed], deque[Followed]] = (deque(), deque())
        self._free_at = -math.inf
        self._last = 0
        self._most = max(1, rates.at_once // 2)  # reads at once: the others are for the ends
        self.reads: set[asyncio.Task[None]] = set()
        """Those under way that serve progress."""

    def add(self, item: Followed) -> bool:
        """Give it a turn, if it wants one and has none; whether it did."""
        if item.turn is not None or self._pause == math.inf or not item.wants_progress:
            return False
        item.turn = int(item.waits)
        self._lines[item.turn].append(item)
        return True

    def take(self, now: float) -> Followed | None:
        """The run whose turn it is, which then goes to the end of its line."""
        if now < self._free_at or len(self.reads) >= self._most:
            return None
        for line in (1 - self._last, self._last):
            item = self._first(line, now)
            if item is not None:
                self._last = line
                self._free_at = now + self._pause
                return item
        return None

    def when(self, now: float) -> float:
        """When it is worth to look again; inf while nobody wants a turn, or before a read is done."""
        if len(self.reads) >= self._most:
            return math.inf
        first = [item for line in self._lines for item in islice(line, _GLANCE) if item.asking is None]
        moments = [item.next_turn(self._rates) for item in first]
        return max(self._free_at, min(moments), now) if moments else math.inf

    def _first(self, number: int, now: float) -> Followed | None:
        line = self._lines[number]
        for _ in range(min(_GLANCE, len(line))):
            item = line.popleft()
            if not item.wants_progress or item.waits != bool(number):
                item.turn = None
                self.add(item)
                continue
            line.append(item)
            if item.asking is None and item.next_turn(self._rates) <= now:
                return item
        return None
