"""People using the bot: commands, clicks, forms, reactions; a test does here what a person does in the client."""

from collections.abc import Mapping, Sequence

from stationthis_discord.sandbox.discord import messages, reactions, threads
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.component_kinds import STRING_SELECT
from stationthis_discord.sandbox.discord.components import find_button, find_select
from stationthis_discord.sandbox.discord.form import Form, pick
from stationthis_discord.sandbox.discord.interaction import Ack, Interaction, Kind, Menu
from stationthis_discord.sandbox.discord.offered import find_command, owners_of, owners_of_message
from stationthis_discord.sandbox.discord.options import Filled, Filling
from stationthis_discord.sandbox.discord.payload import MessageId, Object
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.permissions import Permission, allows
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.refusals import Refusal
from stationthis_discord.sandbox.discord.resolving import DriverError, File, Resolver, id_of
from stationthis_discord.sandbox.discord.sending import begin, send
from stationthis_discord.sandbox.discord.shown import Shown
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World


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
        return self.channel.guild.members.get(self.user.id) if self.channel.guild else None

    def dm(self) -> "Person":
        return Person(self._world, self.user, self._world.direct(self.user))

    def at(self, channel: Channel) -> "Person":
        return Person(self._world, self.user, channel)

    def install(self) -> "Person":
        """Adds the app to this person's account, which brings it along everywhere (user install)."""
        self.user.installed = True
        return self

    async def run(
        self,
        name: str,
        options: Mapping[str, object] | None = None,
        attachments: Mapping[str, File] | None = None,
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
        return self._shown(await self._command(Kind.COMMAND, filled, timeout))

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

    async def use_on_message(self, name: str, message_id: MessageId) -> Shown:
        """Uses a command of a message's context menu (Apps); fails as `run` does."""
        message = self._visible(message_id)
        return await self._menu(Menu.MESSAGE, name, message)

    async def use_on_user(self, name: str, person: "Person | User") -> Shown:
        """Uses a command of a person's context menu (Apps); fails as `run` does."""
        return await self._menu(Menu.USER, name, person.user if isinstance(person, Person) else person)

    async def click(self, message_id: MessageId, button: str) -> Shown:
        """Clicks a button by its label (an emoji before it ignored) or custom_id.

        Raises:
            DriverError: this person sees no such enabled button.
            TimeoutError: no answer within 3 s.
        """
        message = self._visible(message_id)
        return await self._component(message, find_button(message.json(), button), {})

    async def select(self, message_id: MessageId, custom_id_prefix: str, values: Sequence[object]) -> Shown:
        """Picks values in the select whose custom_id starts so; fails as `click` does.

        In a select of people, roles or channels the values are those, as they are or by id.
        """
        message = self._visible(message_id)
        select = find_select(message.json(), custom_id_prefix, values)
        if select["type"] == STRING_SELECT:
            return await self._component(message, select, {"values": list(values)})
        resolver = Resolver(self._world, message.channel, self.user)
        picked = [pick(resolver, select, id_of(value)) for value in values]
        more: Object = {"values": picked, "resolved": resolver.data} if picked else {"values": []}
        return await self._component(message, select, more)

    async def submit(
        self,
        shown: Shown | Object,
        values: Mapping[str, object] | None = None,
        timeout: float = 3,  # noqa: ASYNC109 - the word tests use for it
    ) -> Shown:
        """Fills in and sends the modal the bot opened. Not calling this is what closing it does: nothing.

        Args:
            shown: what the command or click showed, or its `modal`.
            values: by custom_id: a text, a truth value, one value or a list of values, files as (name, bytes).
            timeout: seconds to wait for the answer.

        Raises:
            DriverError: there is no open modal, or the client would not send it.
            TimeoutError: no answer in time; the modal stays open.
        """
        trigger = shown.interaction if isinstance(shown, Shown) else self._opener(shown)
        if trigger.ack is not Ack.MODAL or trigger.submitted or trigger.user is not self.user:
            raise DriverError(f"{self.user.username} has no open modal")
        form = Form(trigger.answer, values or {}, Resolver(self._world, trigger.channel, self.user))
        interaction = begin(self._world, Kind.MODAL, self.user, trigger.channel, trigger.owners)
        interaction.trigger, interaction.source = trigger, trigger.source
        await send(self._world, interaction, form.data(), timeout)
        trigger.submitted = True
        return self._shown(interaction)

    async def react(self, message_id: MessageId, emoji: str) -> None:
        """Adds a reaction.

        Raises:
            DriverError: on an ephemeral or unknown message, in an archived thread, for what is no emoji, or without
                the permission to add one that is not there yet.
        """
        message = self._visible(message_id)
        if message.ephemeral:
            raise DriverError("nobody can react to an ephemeral message")
        if message.channel.thread and message.channel.thread.archived:
            raise DriverError("nobody can react in an archived thread")
        try:
            parsed = reactions.parse_emoji(emoji)
        except Refusal:
            raise DriverError(f"{emoji!r} is no emoji") from None
        if parsed not in message.reactions and message.channel.guild:
            self._need(message.channel, Permission.ADD_REACTIONS)
        reactions.add(self._world, message, self.user, parsed)

    async def unreact(self, message_id: MessageId, emoji: str) -> None:
        """Takes back a reaction of one's own. Raises DriverError where there is none."""
        message = self._visible(message_id)
        try:
            parsed = reactions.parse_emoji(emoji)
        except Refusal:
            raise DriverError(f"{emoji!r} is no emoji") from None
        if self.user not in message.reactions.get(parsed, []):
            raise DriverError(f"{self.user.username} has not reacted with {emoji}")
        reactions.remove(self._world, message, self.user, parsed)

    async def say(self, content: str, *files: File) -> str:
        """Writes a message of one's own and returns its id. Raises DriverError without the permission to.

        Args:
            content: its text, may be empty beside files.
            files: (file name, bytes) each.
        """
        if self.channel.guild:
            self._need(self.channel, self.channel.to_send)
        threads.wake(self._world, self.channel)
        slot = messages.Slot(self.channel, self.user)
        uploads = [Upload(str(number), name, data) for number, (name, data) in enumerate(files)]
        return messages.create(self._world, slot, {"content": content}, uploads).id

    async def delete(self, message_id: MessageId) -> None:
        """Deletes a message: one's own, an answer to this person, or any by Manage Messages.

        Raises:
            DriverError: this person may not.
        """
        message = self._visible(message_id)
        asked = message.fields.get("interaction_metadata", {}).get("user", {}).get("id")
        if self.user not in (message.author, message.reader) and asked != self.id:
            self._need(message.channel, Permission.MANAGE_MESSAGES)
        messages.delete(self._world, message)

    def _need(self, channel: Channel, needed: Permission) -> None:
        if not allows(channel.permissions_of(self.user), needed):
            raise DriverError(f"{self.user.username} lacks {needed.name} here")

    def _visible(self, message_id: MessageId) -> StoredMessage:
        message = self._world.messages.get(str(message_id))
        if not message or message.deleted or message.reader not in (None, self.user):
            raise DriverError(f"{self.user.username} sees no message {message_id}")
        if message.channel.guild:
            self._need(message.channel, Permission.VIEW_CHANNEL)
        return message

    def _shown(self, interaction: Interaction) -> Shown:
        return Shown(self._world, interaction)

    def _opener(self, modal: Object) -> Interaction:
        for interaction in reversed(self._world.interactions.values()):
            if interaction.answer is modal:
                return interaction
        raise DriverError("no such modal was opened")

    async def _command(self, kind: Kind, filled: Filled, within: float) -> Interaction:
        command = find_command(self._world, self.user, self.channel, filled.words[0], Menu.CHAT)
        filling = Filling(Resolver(self._world, self.channel, self.user), filled)
        data = filling.data(command)
        owners = owners_of(self._world, self.user, self.channel, command)
        interaction = begin(self._world, kind, self.user, self.channel, owners)
        interaction.command = " ".join(filled.words)
        interaction.focused_type = filling.focused_type
        return await send(self._world, interaction, data, within)

    async def _menu(self, menu: Menu, name: str, target: User | StoredMessage) -> Shown:
        channel = target.channel if isinstance(target, StoredMessage) else self.channel
        command = find_command(self._world, self.user, channel, name, menu)
        resolver = Resolver(self._world, channel, self.user)
        if isinstance(target, StoredMessage):
            resolver.message(target)
        else:
            resolver.user(target.id)
        data: Object = {"id": command["id"], "name": name, "type": int(menu), "target_id": target.id}
        data["resolved"] = resolver.data
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        owners = owners_of(self._world, self.user, channel, command)
        interaction = begin(self._world, Kind.COMMAND, self.user, channel, owners)
        interaction.command, interaction.menu, interaction.target = name, menu, target
        return self._shown(await send(self._world, interaction, data, 3))

    async def _component(self, message: StoredMessage, component: Object, more: Object) -> Shown:
        owners = owners_of_message(message, self._world, self.user)
        interaction = begin(self._world, Kind.COMPONENT, self.user, message.channel, owners)
        interaction.source = message
        about = {"component_type": component["type"], "custom_id": component["custom_id"], "id": component["id"]}
        return self._shown(await send(self._world, interaction, {**about, **more}, 3))
