"""The local Discord as one object: starts and stops the server, and is what tests and the demo talk to."""

import copy
import time
from collections.abc import Callable
from typing import Self, TypeVar

from aiohttp import web

from stationthis_discord.sandbox.discord import files, messages, removal, routes, threads, watch
from stationthis_discord.sandbox.discord.driver import Person
from stationthis_discord.sandbox.discord.faults import Faults
from stationthis_discord.sandbox.discord.gateway import INVALID, RECONNECT, Gateway
from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules
from stationthis_discord.sandbox.discord.journal import Call, Event, GatewayEntry, Presence, TooMany
from stationthis_discord.sandbox.discord.limits import ACK_SECONDS
from stationthis_discord.sandbox.discord.payload import Clock, MessageId, Object
from stationthis_discord.sandbox.discord.people import Member
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission
from stationthis_discord.sandbox.discord.pipeline import BASE, Pipeline
from stationthis_discord.sandbox.discord.place_json import channel_json, guild_create
from stationthis_discord.sandbox.discord.places import Channel, Guild
from stationthis_discord.sandbox.discord.ratelimits import RateLimits
from stationthis_discord.sandbox.discord.routes.login import GATEWAY_PATH
from stationthis_discord.sandbox.discord.stored import Snapshot
from stationthis_discord.sandbox.discord.world import World

Found = TypeVar("Found")

_BODY_LIMIT = 512 * 1024 * 1024


class DiscordSandbox:
    """A Discord on loopback that an unmodified discord.py logs in to, with Discord's rules enforced.

    Everything lives in memory and ends with the `async with`. Tests read `violations` (what a well-behaved bot never
    does), `too_many` (429s), `calls`, `events` and `gateway_log`; they order `faults` and change `rate_limits`.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Clock = time.time,
        ack_limit: float = ACK_SECONDS,
        shards: int = 1,
        privileged_intents: int = 0,
        installs: tuple[int, ...] = (0, 1),
    ) -> None:
        """Makes a Discord with one server (`guild`) and one text channel (`channel`).

        Args:
            port: on 127.0.0.1; 0 takes a free one.
            clock: seconds since the epoch, for ids, timestamps and the 15 minutes of a token.
            ack_limit: seconds an interaction waits for its answer.
            shards: how many `GET /gateway/bot` recommends at least.
            privileged_intents: those the bot may ask for; all others close the gateway with 4014.
            installs: the installation contexts of the app: 0 servers, 1 users.
        """
        self._port = port
        self._world = World(clock, ack_limit, shards, installs)
        self._world.gateway.privileged_intents = privileged_intents
        self._gateway = Gateway(self._world)
        self._runner: web.AppRunner | None = None
        self.faults = Faults()
        self.rate_limits = RateLimits(self._world.journal)
        self._pipeline = Pipeline(self._world, self.faults, self.rate_limits)
        self.guild: Guild = self._world.add_guild("Studio")
        self.channel: Channel = self._world.add_channel(self.guild, "general")

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_BODY_LIMIT)
        app.router.add_get(GATEWAY_PATH, self._gateway.accept)
        app.router.add_get(GATEWAY_PATH + "/", self._gateway.accept)
        files.install(app, self._world, self.faults)
        self._pipeline.install(app, routes.ALL)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._world.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._gateway.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The base of the REST API, for `discord.http.Route.BASE`."""
        return self._world.origin + BASE

    @property
    def token(self) -> str:
        return self._world.token

    @property
    def application_id(self) -> str:
        return self._world.application_id

    @property
    def bot_user_id(self) -> str:
        return self._world.bot.id

    @property
    def calls(self) -> list[Call]:
        return self._world.journal.calls

    @property
    def events(self) -> list[Event]:
        return self._world.journal.events

    @property
    def violations(self) -> list[str]:
        return self._world.journal.violations

    @property
    def too_many(self) -> list[TooMany]:
        return self._world.journal.too_many

    @property
    def gateway_log(self) -> list[GatewayEntry]:
        return self._world.journal.gateway

    @property
    def presences(self) -> list[Presence]:
        """What the bot has shown beside its name, in order: (`time.monotonic`, text, gateway session)."""
        return self._world.journal.presences

    @property
    def invalid_requests(self) -> int:
        """Requests of the last ten minutes answered with 401, 403 or 429."""
        return self._pipeline.invalid.count

    @property
    def gateway(self) -> GatewayRules:
        """The clocks and numbers of the gateway, to be changed before a bot connects."""
        return self._world.gateway

    @property
    def commands(self) -> list[Object]:
        """The registered commands, of all scopes."""
        return [command for scope in self._world.commands.values() for command in scope.values()]

    def add_guild(self, name: str, premium_tier: int = 0, locale: str = "en-US", *, installed: bool = True) -> Guild:
        """The bot joins another server, GUILD_CREATE going to who has the intent; or not, with `installed` off."""
        guild = self._world.add_guild(name, premium_tier, locale, installed=installed)
        if installed:
            self._tell_of(guild)
        return guild

    def add_guilds(self, count: int) -> list[Guild]:
        """Many servers at once, spread evenly over shards, without channels: a channel is made by `add_channel`."""
        found = [self._world.add_guild("Many", guild_id=guild_id) for guild_id in self._world.new_id.spread(count)]
        for guild in found:
            self._tell_of(guild)
        return found

    def _tell_of(self, guild: Guild) -> None:
        self._gateway.emit_lazily("GUILD_CREATE", guild.id, lambda: guild_create(guild, self.bot_user_id))

    def add_channel(self, name: str, guild: Guild | None = None) -> Channel:
        channel = self._world.add_channel(guild or self.guild, name)
        if channel.has_bot:
            self._world.emit(Event("CHANNEL_CREATE", channel_json(channel), channel.guild_id))
        return channel

    def add_thread(self, name: str, parent: Channel | None = None) -> Channel:
        """A public thread, started by the server's owner, in a channel (the default one unless given)."""
        parent = parent or self.channel
        return threads.start(self._world, parent, name, self._world.owner)

    def change_thread(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """A moderator archives, wakes up, locks or unlocks a thread."""
        threads.change(self._world, thread, archived=archived, locked=locked)

    def add_private(self, *people: Person) -> Channel:
        """A DM of two people, a group DM of more, without the bot: only their own installation brings it along."""
        return self._world.add_private([person.user for person in people])

    def delete_message(self, message_id: MessageId) -> None:
        """A moderator deletes a message. Raises LookupError."""
        messages.delete(self._world, watch.find(self._world, message_id))

    def delete_channel(self, channel: Channel) -> None:
        """A moderator deletes a channel or thread, and with it all messages in it."""
        removal.delete_channel(self._world, channel)

    def kick(self, guild: Guild | None = None) -> None:
        """A moderator removes the bot from a server (the default one unless given)."""
        removal.kick(self._world, guild or self.guild)

    def user(
        self,
        name: str,
        permissions: Permission = MEMBER,
        *,
        manage_messages: bool = False,
        channel: Channel | None = None,
        locale: str = "en-US",
        bot: bool = False,
    ) -> Person:
        """A new person, or another bot, member of the server of the channel (the default one unless given)."""
        channel = channel or self.channel
        user = self._world.add_user(name, locale, bot=bot)
        if manage_messages:
            permissions |= Permission.MANAGE_MESSAGES
        if channel.guild:
            channel.guild.members[user.id] = Member(user, self._world.clock(), permissions)
        return Person(self._world, user, channel)

    async def ready(self, timeout: float = 10) -> None:  # noqa: ASYNC109 - the word tests use for it
        """Waits until a bot is connected and has registered commands. Raises TimeoutError that says what is missing."""
        await watch.wait_ready(self._world, self._gateway, timeout)

    def message(self, message_id: MessageId) -> Object:
        """The message as Discord would return it now, ephemeral or not. Raises LookupError."""
        return copy.deepcopy(watch.find(self._world, message_id).json())

    def states(self, message_id: MessageId) -> list[Snapshot]:
        """Every state of the message, in order: (message, `time.monotonic` it was shown from)."""
        return list(watch.find(self._world, message_id).states)

    async def wait(
        self,
        message_id: MessageId,
        check: Callable[[Object], bool],
        timeout: float = 10,  # noqa: ASYNC109 - the word tests use for it
    ) -> Object:
        """The first state from now on, the present one included, that passes. TimeoutError names the last state."""
        return await watch.wait_state(self._world, message_id, check, timeout)

    async def wait_new(self, check: Callable[[Object], bool], timeout: float = 10) -> Object:  # noqa: ASYNC109 - as above
        """A message of the bot that passes and that neither a person's action nor this has returned before."""
        return await watch.wait_new(self._world, check, timeout)

    async def until(self, look: Callable[[], Found | None], timeout: float = 10) -> Found:  # noqa: ASYNC109 - as above
        """Waits until `look` returns something; it is asked again after every call and event."""
        return await self._world.changes.until(look, timeout)

    def file(self, url: str) -> bytes:
        """The bytes of an uploaded file by its address. Raises LookupError."""
        return files.find_file(self._world, url)

    def expire_tokens(self) -> None:
        """Every interaction token so far is from now on refused with 50027, as one over 15 minutes old."""
        for interaction in self._world.interactions.values():
            interaction.expired = True

    async def drop(self, resumable: bool = True) -> None:
        """Cuts the gateway; the bot can resume, or else is told INVALID_SESSION and identifies anew."""
        self._gateway.drop(4000, resumable=resumable)

    async def close_gateway(self, code: int) -> None:
        """Closes the gateway with a code of Discord's; the sessions are gone."""
        self._gateway.drop(code, resumable=False)

    async def ask_to_reconnect(self) -> None:
        """Sends opcode 7: the bot has to come back and resume."""
        self._gateway.tell(RECONNECT, None)

    async def invalidate_session(self, *, resumable: bool) -> None:
        """Sends opcode 9 to the connected bot."""
        self._gateway.tell(INVALID, resumable)
