"""Who is served, and how many runs may be under way at a time: for one person, and in all."""

import secrets
from collections import Counter
from collections.abc import Collection
from typing import Final

from core.errors import NotServedHere, TooManyRuns
from core.people.actor import Actor
from core.people.line import Line, Ticket
from core.result_errors import RoomForFewer

_LONGEST_LINE: Final = 1_000


class Admission:
    """The servers in which commands are answered; empty means everywhere."""

    def __init__(self, guilds: Collection[int]) -> None:
        self._guilds = frozenset(guilds)

    def admit(self, guild: int | None) -> None:
        """Raises `NotServedHere` outside of these servers; direct messages are outside of any list."""
        if self._guilds and guild not in self._guilds:
            raise NotServedHere


class RunLimits:
    """Places for runs under way, and the line for those who find none free.

    A place is taken before a submit and given back once, whatever happens. `waiting_per_user` wishes of one person may
    stand in line, 0 for none.
    """

    def __init__(self, per_user: int, total: int, waiting_per_user: int = 0) -> None:
        self.per_user = per_user
        self.total = total
        self.waiting_per_user = waiting_per_user
        self._taken: dict[str, int] = {}
        self._count: Counter[int] = Counter()
        self._line = Line()

    def check(self, actor: Actor, count: int = 1) -> None:
        """Find out whether there are places for `count` runs of this person, or room in the line.

        Raises:
            RoomForFewer: for some of them only.
            TooManyRuns: for none.
        """
        free = max(0, min(self.per_user - self._count[actor.user], self.total - len(self._taken)))
        if count <= free:
            return
        mine, more = self._line.count_of(actor.user), count - free
        if mine + more > self.waiting_per_user or len(self._line) + more > _LONGEST_LINE:
            room = free + max(0, self.waiting_per_user - mine)
            if room and len(self._line) < _LONGEST_LINE:
                raise RoomForFewer(count, room)
            own = self._count[actor.user] >= self.per_user
            raise TooManyRuns(self.per_user if own else self.total, everybody=not own, waiting=mine)

    def enter(self, actor: Actor) -> Ticket:
        """A ticket with a place, or one that waits in line for it.

        Raises:
            TooManyRuns: as `check`.
        """
        self.check(actor)
        return self.enter_surely(actor.user)

    def enter_surely(self, user: int) -> Ticket:
        """As `enter`, for a wish that was let in before: however long the line is."""
        ticket = Ticket(user)
        if self._has_place_for(user):
            self._seat(ticket)
        else:
            self._line.add(ticket)
        return ticket

    def hold(self, user: int) -> Ticket:
        """A ticket with a place for a run that is there already, beyond the limits if need be."""
        ticket = Ticket(user)
        self._seat(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give back the place, or leave the line; a second time it changes nothing."""
        self._line.remove(ticket)
        place, ticket.place = ticket.place, None
        user = self._taken.pop(place or "", None)
        if user is None:
            return
        self._count[user] -= 1
        if not self._count[user]:
            del self._count[user]
        while (following := self._line.pop(self._has_place_for)) is not None:
            self._seat(following)

    def position(self, ticket: Ticket) -> int:
        """Where it stands in line, 1 for the next; 0 when it does not wait."""
        return self._line.position(ticket)

    @property
    def under_way(self) -> int:
        return len(self._taken)

    def under_way_of(self, user: int) -> int:
        return self._count[user]

    @property
    def waiting(self) -> int:
        return len(self._line)

    def _has_place_for(self, user: int) -> bool:
        return self._count[user] < self.per_user and len(self._taken) < self.total

    def _seat(self, ticket: Ticket) -> None:
        place = secrets.token_hex(8)
        self._taken[place] = ticket.user
        self._count[ticket.user] += 1
        ticket.admit(place)
