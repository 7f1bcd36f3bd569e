"""The state of the local Discord: who and what exists, found by id."""

import math
from collections.abc import Callable

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.changes import Changes
from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules
from stationthis_discord.sandbox.discord.intents import MESSAGE_CONTENT
from stationthis_discord.sandbox.discord.interaction import Interaction
from stationthis_discord.sandbox.discord.journal import Event, Journal
from stationthis_discord.sandbox.discord.limits import TOKEN_SECONDS
from stationthis_discord.sandbox.discord.payload import Clock, Object, Snowflakes, bot_token
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.places import Channel, Guild, Thread
from stationthis_discord.sandbox.discord.stored import StoredFile, StoredMessage

KEPT_MESSAGES = 100_000
"""Older messages are forgotten, so that a long test under load fits into memory."""


class World:
    """Everything that exists.

    `origin` is the sandbox's own `http://host:port`; `emit` hands an event to the gateway, which returns how many
    sessions it is for. `fresh` are the bot's messages no driver call has returned yet. `installs` are the
    installation contexts the app is set up for: 0 servers, 1 users.
    """

    def __init__(self, clock: Clock, ack_limit: float, shards: int = 1, installs: tuple[int, ...] = (0, 1)) -> None:
        self.clock = clock
        self.ack_limit = ack_limit
        self.shards = shards
        self.installs = installs
        self.gateway = GatewayRules()
        self.origin = ""
        self.new_id = Snowflakes(clock)
        self.application_id = self.new_id()
        self.token = bot_token(self.application_id)
        self.bot = User(self.application_id, "stationthis", bot=True, own=True)
        self.owner = User(self.new_id(), "operator")
        self.users: dict[str, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, StoredMessage] = {}
        self.fresh: dict[str, StoredMessage] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str | None, dict[str, Object]] = {None: {}}
        self.files: dict[str, StoredFile] = {}
        self.changes = Changes()
        self.journal = Journal()
        self.emit: Callable[[Event], int] = lambda _: 0
        self._directs: dict[str, Channel] = {}

    @property
    def reads_content(self) -> bool:
        """Whether the app may read other people's messages."""
        return bool(self.gateway.privileged_intents & MESSAGE_CONTENT)

    @property
    def recommended_shards(self) -> int:
        return max(self.shards, math.ceil(len(self.homes) / self.gateway.guilds_per_shard))

    @property
    def homes(self) -> list[Guild]:
        """The servers the bot is in."""
        return [guild for guild in self.guilds.values() if guild.installed]

    def add_guild(
        self,
        name: str,
        premium_tier: int = 0,
        locale: str = "en-US",
        *,
        installed: bool = True,
        guild_id: str | None = None,
    ) -> Guild:
        guild = Guild(guild_id or self.new_id(), name, self.owner, premium_tier, locale, installed=installed)
        if installed:
            guild.members[self.bot.id] = Member(self.bot, self.clock())
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        return self._place(Channel(self.new_id(), name, guild, position=len(guild.channels)))

    def add_thread(self, parent: Channel, name: str, owner: User, thread_id: str | None = None) -> Channel:
        thread = Thread(parent, owner, self.clock())
        return self._place(Channel(thread_id or self.new_id(), name, parent.guild, thread=thread))

    def add_private(self, people: list[User]) -> Channel:
        """A DM of people without the bot; a group DM of more than two."""
        name = ", ".join(user.username for user in people)
        return self._place(Channel(self.new_id(), name, people=people))

    def _place(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.guild:
            channel.guild.channels[channel.id] = channel
        return channel

    def add_user(self, name: str, locale: str = "en-US", *, bot: bool = False) -> User:
        user = User(self.new_id(), name, bot=bot, locale=locale)
        self.users[user.id] = user
        return user

    def add_interaction(self, interaction: Interaction) -> None:
        """Makes its token known, and forgets those that are too old to open anything."""
        now = self.clock()
        while self.interactions:
            oldest = next(iter(self.interactions.values()))
            if now - oldest.born <= TOKEN_SECONDS:
                break
            del self.interactions[oldest.token]
        self.interactions[interaction.token] = interaction

    def add_message(self, message: StoredMessage) -> None:
        """Keeps a message, and forgets the oldest one when there are too many."""
        self.messages[message.id] = message
        if message.author is self.bot:
            self.fresh[message.id] = message
        if len(self.messages) > KEPT_MESSAGES:
            self._forget(next(iter(self.messages.values())))

    def _forget(self, message: StoredMessage) -> None:
        message.deleted = True
        del self.messages[message.id]
        self.fresh.pop(message.id, None)
        for file in message.files:
            self.files.pop(file.id, None)

    def direct(self, user: User) -> Channel:
        """The DM channel of this person with the bot, made on first use."""
        if user.id not in self._directs:
            self._directs[user.id] = self._place(Channel(self.new_id(), user.username, recipient=user))
        return self._directs[user.id]

    def reachable(self, user: User) -> bool:
        """Whether the bot can write to this person: they share a server or the person has the app, and lets it."""
        return user.accepts_dms and (user.installed or any(user.id in guild.members for guild in self.homes))

    def channel(self, channel_id: str) -> Channel:
        """Raises 10003."""
        if channel_id not in self.channels:
            raise refusals.unknown_channel()
        return self.channels[channel_id]

    def guild(self, guild_id: str) -> Guild:
        """A server the bot is in. Raises 10004."""
        guild = self.guilds.get(guild_id)
        if not guild or not guild.installed:
            raise refusals.unknown_guild()
        return guild

    def public_message(self, channel: Channel, message_id: str) -> StoredMessage:
        """A message as the channel's own routes see it. Raises 10008, also for ephemeral ones."""
        message = self.messages.get(message_id)
        if not message or message.deleted or message.ephemeral or message.channel is not channel:
            raise refusals.unknown_message()
        return message
