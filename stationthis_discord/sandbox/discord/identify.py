"""Identifying: what closes the connection instead, and what READY tells.

https://docs.discord.com/developers/events/gateway-events#identify
"""

from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules
from stationthis_discord.sandbox.discord.intents import KNOWN, PRIVILEGED
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.places import Guild
from stationthis_discord.sandbox.discord.routes.login import gateway_url
from stationthis_discord.sandbox.discord.session import Session
from stationthis_discord.sandbox.discord.world import World


def shard_of(data: Object) -> tuple[int, int] | None:
    """The shard of an identify, (0, 1) when it names none; None for nonsense."""
    shard = data.get("shard") or [0, 1]
    if not isinstance(shard, list) or len(shard) != 2 or not all(isinstance(part, int) for part in shard):
        return None
    return (shard[0], shard[1]) if 0 <= shard[0] < shard[1] else None


def objection(data: Object, token: str, rules: GatewayRules) -> tuple[int, str] | None:
    """The close code for an identify that is refused, and why; None for a good one."""
    intents = data.get("intents")
    if data.get("token") != token:
        return 4004, "bad token"
    if not shard_of(data):
        return 4010, f"shard {data.get('shard')}"
    if not isinstance(intents, int) or intents & ~KNOWN:
        return 4013, f"intents {intents}"
    if intents & PRIVILEGED & ~rules.privileged_intents:
        return 4014, f"privileged intents {intents & PRIVILEGED}"
    return None


def ready(world: World, session: Session, homes: list[Guild]) -> Object:
    """READY: https://docs.discord.com/developers/events/gateway-events#ready."""
    return {
        "v": 10,
        "user": {**world.bot.json(), "mfa_enabled": True, "verified": True, "email": None},
        "guilds": [{"id": guild.id, "unavailable": True} for guild in homes],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": gateway_url(world),
        "shard": list(session.shard),
        "application": {"id": world.application_id, "flags": 0},
        "private_channels": [],
        "relationships": [],
        "user_settings": {},
        "geo_ordered_rtc_regions": [],
        "_trace": [],
    }
