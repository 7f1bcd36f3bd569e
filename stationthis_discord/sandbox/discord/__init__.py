"""A local Discord: REST and gateway on loopback, with Discord's rules enforced, and people to drive the bot."""

from stationthis_discord.sandbox.discord.driver import Person, Shown
from stationthis_discord.sandbox.discord.options import DriverError
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission
from stationthis_discord.sandbox.discord.server import DiscordSandbox

__all__ = ["MEMBER", "DiscordSandbox", "DriverError", "Permission", "Person", "Shown"]
