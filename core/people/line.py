"""Those who wait for a place: in turns between people, so that one with many wishes holds up nobody else."""

import asyncio
from collections import deque
from collections.abc import Callable


class Ticket:
    """One wish of one person. `place` is its place among the runs under way, None while it waits in line."""

    __slots__ = ("_admitted", "place", "user")

    def __init__(self, user: int) -> None:
        self.user = user
        self.place: str | None = None
        self._admitted = asyncio.Event()

    def admit(self, place: str) -> None:
        self.place = place
        self._admitted.set()

    async def wait(self, seconds: float) -> None:
        """Until it has a place, but not longer than that."""
        try:
            async with asyncio.timeout(seconds):
                await self._admitted.wait()
        except TimeoutError:
            return


class Line:
    """Round robin: each person's oldest wish in turn, and a person who was served goes to the end."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Ticket]] = {}  # whose turn is next stands first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def count_of(self, user: int) -> int:
        return len(self._waiting.get(user, ()))

    def add(self, ticket: Ticket) -> None:
        self._waiting.setdefault(ticket.user, deque()).append(ticket)

    def remove(self, ticket: Ticket) -> None:
        """Nothing happens if it is not in line any more."""
        mine = self._waiting.get(ticket.user)
        if mine is not None and ticket in mine:
            mine.remove(ticket)
            if not mine:
                del self._waiting[ticket.user]

    def pop(self, may: Callable[[int], bool]) -> Ticket | None:
        """The next one of those people who `may` be served now."""
        user = next((user for user in self._waiting if may(user)), None)
        if user is None:
            return None
        mine = self._waiting.pop(user)
        ticket = mine.popleft()
        if mine:
            self._waiting[user] = mine
        return ticket

    def position(self, ticket: Ticket) -> int:
        """How many are served up to and with this one, if nobody has to be passed over; 0 when it is not in line."""
        mine = self._waiting.get(ticket.user, deque())
        if ticket not in mine:
            return 0
        turn, count, is_before = mine.index(ticket), 1, True
        for user, waiting in self._waiting.items():
            if user == ticket.user:
                is_before = False
                count += turn
            else:
                count += min(len(waiting), turn + is_before)
        return count
