"""Who the bot is, where its gateway is, and what the sandbox answers about users and places.

https://docs.discord.com/developers/resources/application, https://docs.discord.com/developers/events/gateway#get-gateway-bot
"""

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import MEMBER
from stationthis_discord.sandbox.discord.place_json import channel_json, everyone, guild_json
from stationthis_discord.sandbox.discord.route import Ask, Reply, Route
from stationthis_discord.sandbox.discord.world import World

GATEWAY_PATH = "/gateway"


def gateway_url(world: World) -> str:
    return world.origin.replace("http://", "ws://") + GATEWAY_PATH


def application_json(world: World) -> Object:
    """https://docs.discord.com/developers/resources/application#application-object."""
    return {
        "id": world.application_id,
        "name": "StationThis",
        "icon": None,
        "description": "",
        "type": None,
        "bot": world.bot.json(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {str(kind): {} for kind in world.installs},
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": world.owner.json(),
        "team": None,
        "approximate_guild_count": len(world.homes),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }


def _me(ask: Ask) -> Reply:
    private = {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}
    return Reply(200, ask.world.bot.json() | private)


def _application(ask: Ask) -> Reply:
    return Reply(200, application_json(ask.world))


def _gateway(ask: Ask) -> Reply:
    return Reply(200, {"url": gateway_url(ask.world)})


def _gateway_bot(ask: Ask) -> Reply:
    world, total = ask.world, most("gateway.identifies")
    used = len([entry for entry in world.journal.gateway if entry.what == "identify"])
    limit = {"total": total, "remaining": max(total - used, 0), "reset_after": 14_400_000}
    limit["max_concurrency"] = world.gateway.max_concurrency
    return Reply(200, {"url": gateway_url(world), "shards": world.recommended_shards, "session_start_limit": limit})


def _user(ask: Ask) -> Reply:
    user = ask.world.users.get(ask.params["user_id"])
    if not user:
        raise refusals.unknown_user()
    return Reply(200, user.json())


def _open_direct(ask: Ask) -> Reply:
    user = ask.world.users.get(str(ask.body.object().get("recipient_id")))
    if not user or user.bot:
        raise refusals.closed_direct_messages()
    return Reply(200, channel_json(ask.world.direct(user)))


def _my_guilds(ask: Ask) -> Reply:
    """One page: https://docs.discord.com/developers/resources/user#get-current-user-guilds."""
    limit, after = ask.number("limit", most("guilds.page"), most("guilds.page")), ask.number("after", 0)
    homes = sorted((guild for guild in ask.world.homes if int(guild.id) > after), key=lambda guild: int(guild.id))
    guilds: list[Object] = [
        {
            "id": guild.id,
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(int(MEMBER)),
            "features": [],
        }
        for guild in homes[:limit]
    ]
    return Reply(200, guilds)


def _guild(ask: Ask) -> Reply:
    guild = ask.world.guild(ask.params["guild_id"])
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
    return Reply(200, guild_json(guild) | (counts if ask.flag("with_counts") else {}))


def _guild_channels(ask: Ask) -> Reply:
    guild = ask.world.guild(ask.params["guild_id"])
    return Reply(200, [channel_json(channel) for channel in guild.channels.values() if not channel.thread])


def _guild_roles(ask: Ask) -> Reply:
    return Reply(200, [everyone(ask.world.guild(ask.params["guild_id"]))])


def _member(ask: Ask) -> Reply:
    member = ask.world.guild(ask.params["guild_id"]).members.get(ask.params["user_id"])
    if not member:
        raise refusals.unknown_member()
    return Reply(200, member.json())


ROUTES = [
    Route("GET", "/users/@me", _me),
    Route("GET", "/oauth2/applications/@me", _application),
    Route("GET", "/applications/@me", _application),
    Route("GET", "/gateway", _gateway, bot=False),
    Route("GET", "/gateway/bot", _gateway_bot),
    Route("GET", "/users/@me/guilds", _my_guilds),
    Route("POST", "/users/@me/channels", _open_direct),
    Route("GET", "/users/{user_id}", _user),
    Route("GET", "/guilds/{guild_id}", _guild),
    Route("GET", "/guilds/{guild_id}/channels", _guild_channels),
    Route("GET", "/guilds/{guild_id}/roles", _guild_roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", _member),
]
