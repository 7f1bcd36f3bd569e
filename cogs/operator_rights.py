"""Who operates the bot: the owner of the Discord application, or those of its team who may change it."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

import discord

from core.operator_errors import OperatorsOnly

KEPT: Final = 3600.0  # seconds
_ROLES: Final = {discord.TeamMemberRole.admin, discord.TeamMemberRole.developer}


class Rights:
    """Asks Discord, and remembers the answer for an hour. `clock` in seconds."""

    def __init__(
        self, ask: Callable[[], Awaitable[discord.AppInfo]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._operators = frozenset[int]()
        self._asked_at: float | None = None

    async def check(self, user: int) -> None:
        """Refuse who is no operator.

        Raises:
            OperatorsOnly: this person is none.
            DiscordException: Discord does not say who is.
        """
        if self._asked_at is None or self._clock() - self._asked_at >= KEPT:
            self._operators = operators_of(await self._ask())
            self._asked_at = self._clock()
        if user not in self._operators:
            raise OperatorsOnly


def operators_of(application: discord.AppInfo) -> frozenset[int]:
    """Ids of who may change the application; of a team its owner and accepted admins and developers. Pure.

    https://docs.discord.com/developers/topics/teams: who only reads may not; the owner's role is not told.
    """
    team = application.team
    if team is None:
        return frozenset({application.owner.id})
    accepted = (one for one in team.members if one.membership_state is discord.TeamMembershipState.accepted)
    return frozenset(one.id for one in accepted if one.id == team.owner_id or one.role in _ROLES)
