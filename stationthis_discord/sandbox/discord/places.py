"""Servers, channels, threads and DMs: what is where, and what the app and people may do there.

https://docs.discord.com/developers/resources/channel, https://docs.discord.com/developers/topics/threads
"""

from dataclasses import dataclass, field
from enum import IntEnum

from stationthis_discord.sandbox.discord.limits import REQUEST, UPLOAD
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.permissions import DIRECT, MEMBER, PRIVATE, Permission, allows


class ChannelKind(IntEnum):
    """https://docs.discord.com/developers/resources/channel#channel-object-channel-types."""

    TEXT = 0
    DIRECT = 1
    GROUP = 3
    THREAD = 11


class Context(IntEnum):
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-context-types."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(eq=False)
class Guild:
    """A server: https://docs.discord.com/developers/resources/guild#guild-object.

    `premium_tier` (0 to 3) decides the upload limit; `installed` is whether the app, and with it the bot, is in it.
    """

    id: str
    name: str
    owner: User
    premium_tier: int = 0
    locale: str = "en-US"
    channels: dict[str, "Channel"] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    installed: bool = True


@dataclass(eq=False)
class Thread:
    """What a channel has only when it is a thread.

    Archived: only deleting works, posting wakes it up; locked: only who may manage threads writes.
    https://docs.discord.com/developers/topics/threads#active-archived-threads
    """

    parent: "Channel"
    owner: User
    created: float
    archived: bool = False
    locked: bool = False
    archived_at: float = 0.0
    messages: int = 0
    sent: int = 0


@dataclass(eq=False)
class Channel:
    """A text channel or thread of a server, the DM of a person with the bot, or a DM of people without it.

    `app_permissions` are what the bot may do here: take bits away and the requests that need them fail with 50001
    (VIEW_CHANNEL) or 50013 (the others). `overwrites` are people's permissions here, by their id, where they differ
    from what they may in the server. Threads have those of their parent. `recipient` is the bot's partner in a DM,
    `people` are those of a DM the bot is not in.
    """

    id: str
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    position: int = 0
    app_permissions: Permission = MEMBER
    last_message_id: str | None = None
    people: list[User] = field(default_factory=list)
    thread: Thread | None = None
    overwrites: dict[str, Permission] = field(default_factory=dict)
    deleted: bool = False

    @property
    def guild_id(self) -> str | None:
        return self.guild.id if self.guild else None

    @property
    def kind(self) -> ChannelKind:
        if self.thread:
            return ChannelKind.THREAD
        if self.guild:
            return ChannelKind.TEXT
        return ChannelKind.GROUP if len(self.people) > 2 else ChannelKind.DIRECT

    @property
    def context(self) -> Context:
        """Where an interaction from here comes from."""
        if self.guild:
            return Context.GUILD
        return Context.BOT_DM if self.recipient else Context.PRIVATE_CHANNEL

    @property
    def home(self) -> "Channel":
        """The channel whose permissions hold here: a thread's parent, else this one."""
        return self.thread.parent if self.thread else self

    @property
    def file_limit(self) -> int:
        """Bytes one file may have here."""
        return UPLOAD[self.guild.premium_tier if self.guild else 0].value

    @property
    def request_limit(self) -> int:
        """Bytes all files of one request may have here."""
        return max(REQUEST.value, self.file_limit)

    @property
    def to_send(self) -> Permission:
        """What writing here needs: https://docs.discord.com/developers/topics/threads#permissions."""
        return Permission.SEND_MESSAGES_IN_THREADS if self.thread else Permission.SEND_MESSAGES

    @property
    def has_bot(self) -> bool:
        """Whether the bot is here at all."""
        return self.guild.installed if self.guild else self.recipient is not None

    def bot_may(self, needed: Permission) -> bool:
        if not self.has_bot:
            return False
        return self.guild is None or allows(self.home.app_permissions, needed)

    def permissions_of(self, user: User) -> Permission:
        """What a person may do here; nothing when not a member of the server."""
        if self.guild is None:
            return DIRECT if self.recipient else PRIVATE
        member = self.guild.members.get(user.id)
        held = member.permissions if member else Permission(0)
        return self.home.overwrites.get(user.id, held)

    def permit(self, user: User, permissions: Permission) -> None:
        """Says what a person may do here, whatever holds in the rest of the server."""
        self.home.overwrites[user.id] = permissions

    def app_permissions_for(self, user: User) -> Permission:
        """`app_permissions` of an interaction of this person.

        Where only the person's installation counts, the app may at most what the person may; which bits Discord
        tells then is not documented, the sandbox tells those it documents for DMs.
        https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
        """
        if self.guild is None:
            return DIRECT if self.recipient else PRIVATE
        return self.home.app_permissions if self.guild.installed else self.permissions_of(user) & DIRECT
