"""Making, editing and deleting messages: the stored JSON changes, a state is kept, an event is sent."""

import time
from dataclasses import dataclass

from stationthis_discord.sandbox.discord import attachments, mentions, refusals
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.component_kinds import component_json, walk
from stationthis_discord.sandbox.discord.embed_rules import attachments_used, embed_json, shows
from stationthis_discord.sandbox.discord.interaction import Interaction, Kind, Menu
from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.message_rules import check_file_count, check_sizes, refuse_legacy
from stationthis_discord.sandbox.discord.payload import Object, iso
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.stored import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Snapshot,
    StoredMessage,
)
from stationthis_discord.sandbox.discord.world import World

DEFAULT, REPLY, CHAT_COMMAND, MENU_COMMAND = 0, 19, 20, 23
"""Message types: https://docs.discord.com/developers/resources/message#message-object-message-types."""

_SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


@dataclass(frozen=True)
class Slot:
    """Where a new message goes, who writes it, and what it answers."""

    channel: Channel
    author: User
    interaction: Interaction | None = None
    reply_to: StoredMessage | None = None
    loading: bool = False
    followup: bool = False

    @property
    def kind(self) -> int:
        if self.reply_to:
            return REPLY
        if not self.interaction or self.interaction.kind is not Kind.COMMAND:
            return DEFAULT
        return CHAT_COMMAND if self.interaction.menu is Menu.CHAT else MENU_COMMAND

    @property
    def flags(self) -> int:
        """Flags the message has whatever was asked for."""
        silenced = EPHEMERAL if self.interaction and self.interaction.silenced else 0
        return silenced | (LOADING if self.loading else 0)


def create(world: World, slot: Slot, payload: Object, uploads: list[Upload]) -> StoredMessage:
    """Makes a message from checked fields.

    Raises:
        Refusal: 50006 when nothing would be shown, 40005 when files are too large.
    """
    check_sizes(slot.channel, uploads)
    message = StoredMessage(slot.channel, slot.author, _new_fields(world, slot, payload))
    message.reader = slot.interaction.user if slot.interaction and message.ephemeral else None
    message.files = attachments.store_all(world, slot.channel.id, uploads, payload, ephemeral=message.ephemeral)
    _set_body(message, payload)
    if not slot.loading:
        _refuse_empty(message)
    message.fields |= _mentioned(world, message, payload)
    if slot.reply_to:
        mentions.reply_mention(message.fields, payload, slot.reply_to)
    world.add_message(message)
    slot.channel.last_message_id = message.id
    if slot.channel.thread:
        slot.channel.thread.messages += 1
        slot.channel.thread.sent += 1
    _record(world, message, "MESSAGE_CREATE")
    return message


def _new_fields(world: World, slot: Slot, payload: Object) -> Object:
    settable = _SETTABLE | (EPHEMERAL if slot.interaction else 0)
    flags = int(payload.get("flags") or 0) & (EPHEMERAL if slot.loading else settable)
    fields: Object = {
        "id": world.new_id(),
        "type": slot.kind,
        "channel_id": slot.channel.id,
        "author": slot.author.json(),
        "content": "",
        "embeds": [],
        "components": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": bool(payload.get("tts")),
        "flags": flags | slot.flags,
        "timestamp": iso(world.clock()),
        "edited_timestamp": None,
    }
    if payload.get("nonce") is not None:
        fields["nonce"] = payload["nonce"]
    if slot.interaction:
        fields |= _interaction_fields(world, slot.interaction, followup=slot.followup)
    if slot.reply_to:
        fields["message_reference"] = _reference(slot.reply_to)
        referenced = slot.reply_to.json()
        for name in ("referenced_message", "reactions"):  # what is quoted is quoted without them
            referenced.pop(name, None)
        fields["referenced_message"] = referenced
    return fields


def _interaction_fields(world: World, interaction: Interaction, *, followup: bool) -> Object:
    fields: Object = {
        "application_id": world.application_id,
        "webhook_id": world.application_id,
        "interaction_metadata": interaction.metadata(followup=followup),
    }
    if interaction.kind is Kind.COMMAND and not followup:
        user = interaction.user.json()
        fields["interaction"] = {"id": interaction.id, "type": 2, "name": interaction.command, "user": user}
    return fields


def _reference(target: StoredMessage) -> Object:
    reference: Object = {"type": 0, "channel_id": target.channel.id, "message_id": target.id}
    if target.channel.guild_id:
        reference["guild_id"] = target.channel.guild_id
    return reference


def edit(world: World, message: StoredMessage, payload: Object, uploads: list[Upload]) -> StoredMessage:
    """Changes what the checked fields name; the first edit of a loading message fills it.

    Raises:
        Refusal: 50006, 40005, or 50035 for attachments that are not there or too many.
    """
    check_sizes(message.channel, uploads)
    before, had, hidden = dict(message.fields), message.files, message.hidden
    message.files = attachments.merge(world, message.channel.id, had, uploads, payload)
    try:
        check_file_count(len(message.files))
        _set_body(message, payload)
        _refuse_empty(message)
        _refuse_mixed(message)
    except refusals.Refusal:
        message.fields, message.files, message.hidden = before, had, hidden
        raise
    if "content" in payload:
        message.fields |= _mentioned(world, message, payload)
    if message.flags & LOADING:
        message.fields["flags"] &= ~LOADING
    else:
        message.fields["edited_timestamp"] = iso(world.clock())
    _record(world, message, "MESSAGE_UPDATE")
    return message


def _set_body(message: StoredMessage, payload: Object) -> None:
    fields = message.fields
    if "content" in payload:
        fields["content"] = (payload["content"] or "").strip()
    if "embeds" in payload:
        embeds = payload["embeds"] or []
        names = {file.filename: file.url for file in message.files}
        used = attachments_used(embeds)
        fields["embeds"] = [embed_json(embed, names) for embed in embeds]
        message.hidden = {file.id for file in message.files if file.filename in used}
    if "components" in payload:
        media = {file.filename: file.media() for file in message.files}
        fields["components"] = component_json(payload["components"] or [], media)
        for component in walk(fields["components"]):
            component.pop("required", None)  # which a select has in modals only
    if payload.get("flags") is not None:
        editable = SUPPRESS_EMBEDS | COMPONENTS_V2
        fields["flags"] = fields["flags"] & ~SUPPRESS_EMBEDS | payload["flags"] & editable


def _refuse_empty(message: StoredMessage) -> None:
    seen = message.fields["content"] or message.fields["components"] or any(map(shows, message.fields["embeds"]))
    if not (message.files or seen):
        raise refusals.empty_message()


def _refuse_mixed(message: StoredMessage) -> None:
    """What becomes a message of components has to give up its text and embeds."""
    if message.flags & COMPONENTS_V2 and (message.fields["content"] or message.fields["embeds"]):
        refuse_legacy()


def _mentioned(world: World, message: StoredMessage, payload: Object) -> Object:
    default = mentions.IN_INTERACTION if "webhook_id" in message.fields else mentions.IN_CHANNEL
    parsed, lists = mentions.allowed(payload, default)
    return mentions.mention_fields(world, message.channel, message.fields["content"], parsed, lists)


def delete(world: World, message: StoredMessage) -> None:
    """Removes a message; that works even in an archived thread."""
    message.deleted = True
    world.fresh.pop(message.id, None)
    if message.channel.thread:
        message.channel.thread.messages -= 1
    _emit(world, message, "MESSAGE_DELETE", {"id": message.id, "channel_id": message.channel.id})
    message.changes.notify()
    world.changes.notify()


def _record(world: World, message: StoredMessage, event: str) -> None:
    shown = message.json()
    message.states.append(Snapshot(shown, time.monotonic()))
    _emit(world, message, event, shown)
    message.changes.notify()
    world.changes.notify()


def _emit(world: World, message: StoredMessage, event: str, data: Object) -> None:
    """The bot is not told of what only one person sees, nor of what happens where it can't look."""
    if message.ephemeral or not message.channel.bot_may(Permission.VIEW_CHANNEL):
        return
    guild_id = message.channel.guild_id
    data = {**data, "guild_id": guild_id} if guild_id else dict(data)
    world.emit(Event(event, data, guild_id))
