"""Servers and channels, and the JSON Discord sends for them."""

from dataclasses import dataclass, field

from stationthis_discord.sandbox.discord.limits import REQUEST, UPLOAD
from stationthis_discord.sandbox.discord.payload import Object, iso
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.permissions import DIRECT, MEMBER, Permission


@dataclass(eq=False)
class Guild:
    """A server: https://discord.com/developers/docs/resources/guild#guild-object.

    `premium_tier` (0 to 3) decides the upload limit.
    """

    id: str
    name: str
    owner: User
    premium_tier: int = 0
    locale: str = "en-US"
    channels: dict[str, "Channel"] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def partial(self) -> Object:
        """The server as it stands in an interaction."""
        return {"id": self.id, "locale": self.locale, "features": []}

    def everyone(self) -> Object:
        """The role everybody has; its id is the server's."""
        return {
            "id": self.id,
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

    def json(self) -> Object:
        nothing = dict.fromkeys(
            [
                *("icon", "description", "home_header", "splash", "discovery_splash", "banner"),
                *("application_id", "afk_channel_id", "system_channel_id", "widget_channel_id", "max_presences"),
                *("vanity_url_code", "rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id"),
                "incidents_data",
            ]
        )
        zeros = dict.fromkeys(
            [
                *("system_channel_flags", "verification_level", "default_message_notifications", "mfa_level"),
                *("explicit_content_filter", "premium_subscription_count", "nsfw_level"),
            ],
            0,
        )
        return {
            **nothing,
            **zeros,
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner.id,
            "features": [],
            "region": "deprecated",
            "afk_timeout": 300,
            "widget_enabled": False,
            "roles": [self.everyone()],
            "max_members": 25_000_000,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "premium_tier": self.premium_tier,
            "preferred_locale": self.locale,
            "premium_progress_bar_enabled": False,
            "nsfw": False,
            "emojis": [],
            "stickers": [],
        }

    def create_event(self, bot: Member) -> Object:
        """GUILD_CREATE: https://discord.com/developers/docs/events/gateway-events#guild-create."""
        empty: list[Object] = []
        return {
            **self.json(),
            "joined_at": iso(bot.joined),
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [bot.json()],
            "channels": [channel.json() for channel in self.channels.values()],
            "voice_states": empty,
            "threads": empty,
            "presences": empty,
            "stage_instances": empty,
            "guild_scheduled_events": empty,
            "soundboard_sounds": empty,
        }


@dataclass(eq=False)
class Channel:
    """A text channel of a server, or a DM (no server, one recipient).

    `app_permissions` are what the bot may do here: take bits away and the requests that need them fail with 50001
    (VIEW_CHANNEL) or 50013 (the others), in a server's channel.
    https://discord.com/developers/docs/resources/channel#channel-object
    """

    id: str
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    position: int = 0
    app_permissions: Permission = MEMBER
    last_message_id: str | None = None

    @property
    def guild_id(self) -> str | None:
        return self.guild.id if self.guild else None

    @property
    def file_limit(self) -> int:
        """Bytes one file may have here."""
        return UPLOAD[self.guild.premium_tier if self.guild else 0].value

    @property
    def request_limit(self) -> int:
        """Bytes all files of one request may have here."""
        return max(REQUEST.value, self.file_limit)

    def bot_may(self, needed: Permission) -> bool:
        return self.guild is None or needed in self.app_permissions

    def shown_permissions(self) -> str:
        """`app_permissions` of an interaction."""
        return str(int(self.app_permissions if self.guild else DIRECT))

    def json(self) -> Object:
        if self.recipient:
            return {
                "id": self.id,
                "type": 1,
                "last_message_id": self.last_message_id,
                "flags": 0,
                "recipients": [self.recipient.json()],
            }
        return {
            "id": self.id,
            "type": 0,
            "last_message_id": self.last_message_id,
            "flags": 0,
            "guild_id": self.guild_id,
            "name": self.name,
            "parent_id": None,
            "rate_limit_per_user": 0,
            "topic": None,
            "position": self.position,
            "permission_overwrites": [],
            "nsfw": False,
        }

    def partial(self, permissions: Permission) -> Object:
        """The channel as it stands in an interaction: with the invoking person's permissions."""
        channel = self.json()
        channel.pop("permission_overwrites", None)
        return {**channel, "permissions": str(int(permissions))} if self.guild else channel
