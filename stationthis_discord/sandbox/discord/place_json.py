"""The JSON of servers, channels and threads, as Discord sends it."""

from stationthis_discord.sandbox.discord.payload import Object, iso
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission
from stationthis_discord.sandbox.discord.places import Channel, ChannelKind, Guild, Thread

_NOTHING = dict.fromkeys(
    [
        *("icon", "description", "home_header", "splash", "discovery_splash", "banner"),
        *("application_id", "afk_channel_id", "system_channel_id", "widget_channel_id", "max_presences"),
        *("vanity_url_code", "rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id"),
        "incidents_data",
    ]
)
_ZEROS = dict.fromkeys(
    [
        *("system_channel_flags", "verification_level", "default_message_notifications", "mfa_level"),
        *("explicit_content_filter", "premium_subscription_count", "nsfw_level"),
    ],
    0,
)


def partial_guild(guild: Guild) -> Object:
    """The server as it stands in an interaction."""
    return {"id": guild.id, "locale": guild.locale, "features": []}


def everyone(guild: Guild) -> Object:
    """The role everybody has; its id is the server's: https://docs.discord.com/developers/topics/permissions#role-object."""
    return {
        "id": guild.id,
        "name": "@everyone",
        "permissions": str(int(MEMBER)),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild_json(guild: Guild) -> Object:
    """https://docs.discord.com/developers/resources/guild#guild-object."""
    return {
        **_NOTHING,
        **_ZEROS,
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner.id,
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [everyone(guild)],
        "max_members": 25_000_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": guild.premium_tier,
        "preferred_locale": guild.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def guild_create(guild: Guild, bot_id: str) -> Object:
    """GUILD_CREATE: https://docs.discord.com/developers/events/gateway-events#guild-create."""
    bot = guild.members[bot_id]
    places = list(guild.channels.values())
    empty: list[Object] = []
    return {
        **guild_json(guild),
        "joined_at": iso(bot.joined),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [bot.json()],
        "channels": [channel_json(place) for place in places if not place.thread],
        "threads": [channel_json(place) for place in places if place.thread and not place.thread.archived],
        "voice_states": empty,
        "presences": empty,
        "stage_instances": empty,
        "guild_scheduled_events": empty,
        "soundboard_sounds": empty,
    }


def channel_json(channel: Channel) -> Object:
    """https://docs.discord.com/developers/resources/channel#channel-object."""
    base: Object = {
        "id": channel.id,
        "type": int(channel.kind),
        "last_message_id": channel.last_message_id,
        "flags": 0,
    }
    if channel.thread:
        return base | _thread_json(channel, channel.thread)
    if channel.guild:
        return base | _text_json(channel)
    people = [channel.recipient] if channel.recipient else channel.people
    base["recipients"] = [user.json() for user in people]
    if channel.kind is ChannelKind.GROUP:
        base |= {"name": channel.name, "icon": None, "owner_id": people[0].id}
    return base


def _text_json(channel: Channel) -> Object:
    return {
        "guild_id": channel.guild_id,
        "name": channel.name,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
        "position": channel.position,
        "permission_overwrites": [],
        "nsfw": False,
    }


def _thread_json(channel: Channel, thread: Thread) -> Object:
    """https://docs.discord.com/developers/topics/threads#thread-fields."""
    return {
        "guild_id": channel.guild_id,
        "name": channel.name,
        "parent_id": thread.parent.id,
        "owner_id": thread.owner.id,
        "rate_limit_per_user": 0,
        "message_count": thread.messages,
        "member_count": 1,
        "total_message_sent": thread.sent,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": iso(thread.archived_at or thread.created),
            "auto_archive_duration": 1440,
            "locked": thread.locked,
            "create_timestamp": iso(thread.created),
        },
    }


def partial_channel(channel: Channel, permissions: Permission) -> Object:
    """The channel as it stands in an interaction: with the invoking person's permissions."""
    found = channel_json(channel)
    found.pop("permission_overwrites", None)
    return {**found, "permissions": str(int(permissions))} if channel.guild else found
