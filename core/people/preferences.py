"""Whether people are called, as they and servers set it: as it holds, and how it is changed."""

from dataclasses import dataclass, replace

from core.errors import CoreError
from core.store.settings import KeptSettings, needed


class ManagersOnly(CoreError):
    """Only those who manage the server may do this."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What holds for a person in one place. `pings`: they want to be called; `is_quiet`: nobody is called there."""

    pings: bool = True
    is_quiet: bool = False


class Preferences:
    """Reading never fails. Changing raises `StoreFailed`, as it does without `kept`."""

    def __init__(self, kept: KeptSettings | None) -> None:
        self._kept = kept

    async def of_person(self, user: int, guild: int | None) -> Personal:
        """Their own, and those of the server they are in; None for no server."""
        if self._kept is None:
            return Personal()
        own = (await self._kept.get_person(user)).pings is not False
        return Personal(own, is_quiet=guild is not None and not await self.server_pings(guild))

    async def change_person(self, user: int, guild: int | None, *, pings: bool) -> Personal:
        await needed(self._kept).change_person(user, lambda now: replace(now, pings=pings))
        return await self.of_person(user, guild)

    async def server_pings(self, guild: int) -> bool:
        """Whether people are called there."""
        return self._kept is None or (await self._kept.get_server(guild)).pings is not False

    async def change_server(self, guild: int, *, pings: bool) -> bool:
        await needed(self._kept).change_server(guild, lambda now: replace(now, pings=pings))
        return await self.server_pings(guild)
