"""The state of the local Discord: who and what exists, found by id."""

from collections.abc import Callable

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.changes import Changes
from stationthis_discord.sandbox.discord.interaction import Interaction
from stationthis_discord.sandbox.discord.journal import Event, Journal
from stationthis_discord.sandbox.discord.payload import Clock, Object, Snowflakes, bot_token
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.permissions import MEMBER
from stationthis_discord.sandbox.discord.places import Channel, Guild
from stationthis_discord.sandbox.discord.stored import StoredFile, StoredMessage


class World:
    """Everything that exists.

    `origin` is the sandbox's own `http://host:port`; `emit` hands an event to the gateway, which returns how many
    sessions it is for.
    """

    def __init__(self, clock: Clock, ack_limit: float, shards: int = 1) -> None:
        self.clock = clock
        self.ack_limit = ack_limit
        self.shards = shards
        self.origin = ""
        self.new_id = Snowflakes(clock)
        self.application_id = self.new_id()
        self.token = bot_token(self.application_id)
        self.bot = User(self.application_id, "stationthis", bot=True)
        self.owner = User(self.new_id(), "operator")
        self.users: dict[str, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, StoredMessage] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str | None, dict[str, Object]] = {None: {}}
        self.files: dict[str, StoredFile] = {}
        self.changes = Changes()
        self.journal = Journal()
        self.emit: Callable[[Event], int] = lambda _: 0

    def add_guild(self, name: str, premium_tier: int = 0, locale: str = "en-US") -> Guild:
        guild = Guild(self.new_id(), name, self.owner, premium_tier, locale)
        guild.members[self.bot.id] = Member(self.bot, self.clock())
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), name, guild, position=len(guild.channels))
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_user(self, name: str, locale: str = "en-US") -> User:
        user = User(self.new_id(), name, locale=locale)
        self.users[user.id] = user
        return user

    def direct(self, user: User) -> Channel:
        """The DM channel of this person with the bot, made on first use."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.new_id(), user.username, recipient=user, app_permissions=MEMBER)
        self.channels[channel.id] = channel
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Raises 10003."""
        if channel_id not in self.channels:
            raise refusals.unknown_channel()
        return self.channels[channel_id]

    def guild(self, guild_id: str) -> Guild:
        """Raises 10004."""
        if guild_id not in self.guilds:
            raise refusals.unknown_guild()
        return self.guilds[guild_id]

    def public_message(self, channel: Channel, message_id: str) -> StoredMessage:
        """A message as the channel's own routes see it. Raises 10008, also for ephemeral ones."""
        message = self.messages.get(message_id)
        if not message or message.deleted or message.ephemeral or message.channel is not channel:
            raise refusals.unknown_message()
        return message
