"""How large files may be in a server, for what is sent by the bot itself: by the server's tier, asked for by REST.

Without the guild cache there is nobody else to ask, and an interaction's own limit may be that of the person.
"""

from typing import Final
from weakref import WeakKeyDictionary

import discord
import structlog

from cogs.ui import limits
from cogs.ui.heard import heard
from cogs.ui.remembered import Remembered
from core.errors import SurfaceSilent

log = structlog.get_logger(__name__)

_MEMORY: Final = 3600.0  # seconds
_MOST: Final = 10_000  # servers

_KNOWN: Final = WeakKeyDictionary[discord.Client, Remembered[int, int]]()


async def file_limit(client: discord.Client, guild: int | None) -> int:
    """Bytes of one file; what every server allows, where nobody says more."""
    if guild is None:
        return limits.UPLOAD
    known = _KNOWN.setdefault(client, Remembered(_MEMORY, _MOST))
    try:
        tier = await known.get(guild, lambda: _tier(client, guild))
    except (discord.DiscordException, SurfaceSilent) as error:
        log.info("server.tier_unknown", guild=guild, error=str(error))
        return limits.UPLOAD
    return limits.UPLOAD_BY_TIER.get(tier, limits.UPLOAD)


async def _tier(client: discord.Client, guild: int) -> int:
    try:
        return int((await heard(client.fetch_guild(guild, with_counts=False))).premium_tier)
    except (discord.Forbidden, discord.NotFound):  # the bot is not there any more: not to be asked again and again
        return 0
