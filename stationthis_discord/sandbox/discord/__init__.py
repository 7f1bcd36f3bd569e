"""A local Discord: REST and gateway on loopback, with Discord's rules enforced, and people to drive the bot."""

from stationthis_discord.sandbox.discord.driver import Person
from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission
from stationthis_discord.sandbox.discord.places import Channel, Guild
from stationthis_discord.sandbox.discord.resolving import DriverError
from stationthis_discord.sandbox.discord.server import DiscordSandbox
from stationthis_discord.sandbox.discord.shown import Shown

__all__ = [
    "MEMBER",
    "Channel",
    "DiscordSandbox",
    "DriverError",
    "GatewayRules",
    "Guild",
    "Permission",
    "Person",
    "Shown",
]
