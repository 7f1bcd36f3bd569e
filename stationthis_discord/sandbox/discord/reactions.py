"""Reactions: adding and removing them, and the events they make.

https://docs.discord.com/developers/events/gateway-events#message-reaction-add
"""

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.emoji import is_emoji
from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World

Emoji = tuple[str, str | None]


def parse_emoji(text: str) -> Emoji:
    """A Unicode emoji, or `name:id` of a server's own. Raises 10014 for anything else."""
    name, _, emoji_id = text.partition(":")
    if emoji_id.isdigit():
        return name, emoji_id
    if not is_emoji(text):
        raise refusals.unknown_emoji()
    return text, None


def add(world: World, message: StoredMessage, user: User, emoji: Emoji) -> None:
    """Adds one person's reaction; a second one with the same emoji changes nothing."""
    users = message.reactions.setdefault(emoji, [])
    if user in users:
        return
    users.append(user)
    details: Object = {"message_author_id": message.author.id, "burst": False, "type": 0}
    guild = message.channel.guild
    if guild and user.id in guild.members:
        details["member"] = guild.members[user.id].json()
    _emit(world, "MESSAGE_REACTION_ADD", message, user, emoji, details)


def remove(world: World, message: StoredMessage, user: User, emoji: Emoji) -> None:
    users = message.reactions.get(emoji, [])
    if user not in users:
        return
    users.remove(user)
    if not users:
        del message.reactions[emoji]
    _emit(world, "MESSAGE_REACTION_REMOVE", message, user, emoji, {"burst": False, "type": 0})


def clear(world: World, message: StoredMessage, emoji: Emoji | None = None) -> None:
    """Removes everybody's reactions, or those with one emoji."""
    if emoji is None:
        message.reactions.clear()
        _tell(world, "MESSAGE_REACTION_REMOVE_ALL", message, {})
    elif message.reactions.pop(emoji, None):
        _tell(world, "MESSAGE_REACTION_REMOVE_EMOJI", message, {"emoji": _emoji(emoji)})


def _emoji(emoji: Emoji) -> Object:
    return {"name": emoji[0], "id": emoji[1]}


def _emit(world: World, name: str, message: StoredMessage, user: User, emoji: Emoji, details: Object) -> None:
    _tell(world, name, message, {"user_id": user.id, "emoji": _emoji(emoji), **details})


def _tell(world: World, name: str, message: StoredMessage, details: Object) -> None:
    data: Object = {"channel_id": message.channel.id, "message_id": message.id, **details}
    guild_id = message.channel.guild_id
    if guild_id:
        data["guild_id"] = guild_id
    if message.channel.bot_may(Permission.VIEW_CHANNEL):
        world.emit(Event(name, data, guild_id))
    message.changes.notify()
    world.changes.notify()
