"""Who is served, and how many runs may be under way at a time: for one person, and in all."""

import secrets
from collections.abc import Collection

from core.errors import NotServedHere, TooManyRuns
from core.people.actor import Actor


class Admission:
    """The servers in which commands are answered; empty means everywhere."""

    def __init__(self, guilds: Collection[int]) -> None:
        self._guilds = frozenset(guilds)

    def admit(self, guild: int | None) -> None:
        """Raises `NotServedHere` outside of these servers; direct messages are outside of any list."""
        if self._guilds and guild not in self._guilds:
            raise NotServedHere


class RunLimits:
    """Places for runs under way. A place is taken before a submit and given back once, whatever happens."""

    def __init__(self, per_user: int, total: int) -> None:
        self.per_user = per_user
        self.total = total
        self._taken: dict[str, int] = {}

    def check(self, actor: Actor) -> None:
        """Raises `TooManyRuns` when no place is free for this person."""
        if sum(user == actor.user for user in self._taken.values()) >= self.per_user:
            raise TooManyRuns(self.per_user, everybody=False)
        if len(self._taken) >= self.total:
            raise TooManyRuns(self.total, everybody=True)

    def take(self, actor: Actor) -> str:
        """A place, by a name that `give_back` wants.

        Raises:
            TooManyRuns: none is free.
        """
        self.check(actor)
        return self.hold(actor.user)

    def hold(self, user: int) -> str:
        """A place for a run that is there already, beyond the limits if need be."""
        place = secrets.token_hex(8)
        self._taken[place] = user
        return place

    def give_back(self, place: str) -> None:
        self._taken.pop(place, None)

    @property
    def under_way(self) -> int:
        return len(self._taken)
