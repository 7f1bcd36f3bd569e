"""Whether a person is called at the end of a long run: their own word, else the server's, else yes."""

from typing import Protocol


class Wish(Protocol):
    """What somebody set; None: they have not said."""

    @property
    def pings(self) -> bool | None: ...


class Kept(Protocol):
    async def get_person(self, user: int) -> Wish: ...
    async def get_server(self, guild: int) -> Wish: ...


class Pings:
    """Without `kept` everybody is called."""

    def __init__(self, kept: Kept | None) -> None:
        self._kept = kept

    async def are_wanted(self, user: int, guild: int | None) -> bool:
        """A server that wants none is quiet for everybody."""
        if self._kept is None:
            return True
        if guild is not None and (await self._kept.get_server(guild)).pings is False:
            return False
        return (await self._kept.get_person(user)).pings is not False
