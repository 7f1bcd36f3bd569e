"""People using the bot: commands, clicks, selects, reactions; a test does here what a person does in the client."""

from collections.abc import Mapping

from stationthis_discord.sandbox.discord import messages, reactions
from stationthis_discord.sandbox.discord.components import find_button, find_select
from stationthis_discord.sandbox.discord.envelope import envelope
from stationthis_discord.sandbox.discord.interaction import Ack, Interaction, Kind
from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.options import Attachment, DriverError, Filled, Filling
from stationthis_discord.sandbox.discord.payload import MessageId, Object, interaction_token
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.refusals import Refusal
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World


class Shown:
    """What a person sees after the bot answered an interaction."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self.interaction_id = interaction.id
        self.ack_seconds = interaction.ack_seconds or 0.0
        if interaction.original:
            interaction.original.handed_out = True

    @property
    def ack(self) -> Ack | None:
        """The kind of the first answer."""
        return self._interaction.ack

    @property
    def message_id(self) -> str | None:
        """The message the answer made or, for a component, changes; None for a modal."""
        return self._interaction.original.id if self._interaction.original else None

    @property
    def ephemeral(self) -> bool:
        return bool(self._interaction.original and self._interaction.original.ephemeral)

    @property
    def modal(self) -> Object | None:
        """The form the bot opened, if it did."""
        return self._interaction.answer if self._interaction.ack is Ack.MODAL else None


class Person:
    """Somebody in a channel; `dm()` and `at(channel)` give the same person elsewhere."""

    def __init__(self, world: World, user: User, channel: Channel) -> None:
        self._world = world
        self.user = user
        self.channel = channel

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    @property
    def member(self) -> Member | None:
        """In the server of the channel; None in a DM."""
        return self._member(self.channel)

    def dm(self) -> "Person":
        return Person(self._world, self.user, self._world.direct(self.user))

    def at(self, channel: Channel) -> "Person":
        return Person(self._world, self.user, channel)

    async def run(
        self,
        name: str,
        options: Mapping[str, object] | None = None,
        attachments: Mapping[str, Attachment] | None = None,
        timeout: float = 3,  # noqa: ASYNC109 - the word tests use for it
    ) -> Shown:
        """Runs a slash command and waits for the answer.

        Args:
            name: of the command, with its sub-commands after spaces.
            options: values by option; people, channels and roles as they are or by id.
            attachments: (file name, bytes) by option.
            timeout: seconds to wait for the answer.

        Raises:
            DriverError: the client would not have sent it.
            TimeoutError: no answer in time.
        """
        filled = Filled(name.split(), options or {}, attachments or {})
        return Shown(await self._command(Kind.COMMAND, filled, timeout))

    async def autocomplete(
        self, name: str, focused: str, value: str, options: Mapping[str, object] | None = None
    ) -> list[Object]:
        """Types into an option and returns the choices (`name`, `value`) the bot offers.

        Raises:
            DriverError: the option has no autocomplete.
            TimeoutError: no answer within 3 s.
        """
        filled = Filled(name.split(), {**(options or {}), focused: value}, {}, focused)
        interaction = await self._command(Kind.AUTOCOMPLETE, filled, 3)
        return list(interaction.answer.get("choices") or [])

    async def click(self, message_id: MessageId, button: str) -> Shown:
        """Clicks a button by its label (an emoji before it ignored) or custom_id.

        Raises:
            DriverError: this person sees no such enabled button.
            TimeoutError: no answer within 3 s.
        """
        message = self._visible(message_id)
        return await self._component(message, find_button(message.json(), button), {})

    async def select(self, message_id: MessageId, custom_id_prefix: str, values: list[str]) -> Shown:
        """Picks values in the select whose custom_id starts so; fails as `click` does."""
        message = self._visible(message_id)
        select = find_select(message.json(), custom_id_prefix, values)
        return await self._component(message, select, {"values": values})

    async def react(self, message_id: MessageId, emoji: str) -> None:
        """Adds a reaction. Raises DriverError on an ephemeral or unknown message, and for what is no emoji."""
        message = self._visible(message_id)
        if message.ephemeral:
            raise DriverError("nobody can react to an ephemeral message")
        try:
            parsed = reactions.parse_emoji(emoji)
        except Refusal:
            raise DriverError(f"{emoji!r} is no emoji") from None
        reactions.add(self._world, message, self.user, parsed)

    async def say(self, content: str) -> str:
        """Writes a message of one's own and returns its id."""
        slot = messages.Slot(self.channel, self.user)
        return messages.create(self._world, slot, {"content": content}, []).id

    def _member(self, channel: Channel) -> Member | None:
        return channel.guild.members.get(self.user.id) if channel.guild else None

    def _visible(self, message_id: MessageId) -> StoredMessage:
        message = self._world.messages.get(str(message_id))
        if not message or message.deleted or message.reader not in (None, self.user):
            raise DriverError(f"{self.user.username} sees no message {message_id}")
        return message

    async def _command(self, kind: Kind, filled: Filled, within: float) -> Interaction:
        filling = Filling(self._world, self.channel, filled)
        data = filling.data(self._find(filled.words[0]))
        interaction = self._new(kind, self.channel)
        interaction.command = " ".join(filled.words)
        interaction.focused_type = filling.focused_type
        return await self._send(interaction, data, within)

    async def _component(self, message: StoredMessage, component: Object, more: Object) -> Shown:
        interaction = self._new(Kind.COMPONENT, message.channel)
        interaction.source = message
        about = {"component_type": component["type"], "custom_id": component["custom_id"], "id": component["id"]}
        return Shown(await self._send(interaction, {**about, **more}, 3))

    def _find(self, name: str) -> Object:
        """The command as this person's client offers it here, the server's own before a global one."""
        guild_id = self.channel.guild_id
        scopes = [self._world.commands.get(guild_id, {}), self._world.commands[None]]
        offered = [command for scope in scopes for command in scope.values() if self._offered(command)]
        for command in offered:
            if command["name"] == name and command["type"] == 1:
                return command
        raise DriverError(f"/{name} is not offered here; there are {sorted(command['name'] for command in offered)}")

    def _offered(self, command: Object) -> bool:
        if not self.channel.guild:
            contexts = command.get("contexts")
            return 1 in contexts if contexts is not None else bool(command.get("dm_permission"))
        needed = command["default_member_permissions"]
        mine = self.member.permissions if self.member else Permission(0)
        if needed is None or Permission.ADMINISTRATOR in mine:
            return 0 in (command.get("contexts") or [0])
        return needed != "0" and int(needed) & mine == int(needed)

    def _new(self, kind: Kind, channel: Channel) -> Interaction:
        interaction_id = self._world.new_id()
        token = interaction_token(interaction_id)
        member = self._member(channel)
        return Interaction(interaction_id, token, kind, self.user, member, channel, self._world.clock())

    async def _send(self, interaction: Interaction, data: Object, within: float) -> Interaction:
        world = self._world
        interaction.payload = envelope(world, interaction, data)
        world.interactions[interaction.token] = interaction
        event = Event("INTERACTION_CREATE", interaction.payload, interaction.channel.guild_id)
        if not world.emit(event):
            raise DriverError("no bot is connected to the gateway")
        try:
            await world.changes.until(lambda: interaction.ack, within)
        except TimeoutError:
            told = interaction.command or data.get("custom_id")
            raise TimeoutError(f"the bot did not answer {told!r} within {within} s") from None
        return interaction
