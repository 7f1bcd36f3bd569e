"""Reactions, the bot's own and those of others: https://docs.discord.com/developers/resources/message#create-reaction."""

from stationthis_discord.sandbox.discord import access, reactions, refusals
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route


def _reach(ask: Ask, *needed: Permission) -> Channel:
    channel = access.reach(ask.world, ask.params["channel_id"], *needed)
    access.require_awake(channel)
    return channel


def _add(ask: Ask) -> Reply:
    """Adding an emoji somebody has reacted with already needs no permission to add reactions."""
    channel = _reach(ask, Permission.READ_MESSAGE_HISTORY)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    if emoji not in message.reactions:
        access.require(channel, Permission.ADD_REACTIONS)
    reactions.add(ask.world, message, ask.world.bot, emoji)
    return NO_CONTENT


def _remove(ask: Ask) -> Reply:
    channel = _reach(ask)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    reactions.remove(ask.world, message, ask.world.bot, emoji)
    return NO_CONTENT


def _remove_of(ask: Ask) -> Reply:
    """Somebody else's reaction."""
    channel = _reach(ask)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    user = ask.world.users.get(ask.params["user_id"])
    if user is not ask.world.bot:
        access.require_moderation(channel)
    if not user:
        raise refusals.unknown_user()
    reactions.remove(ask.world, message, user, emoji)
    return NO_CONTENT


def _clear(ask: Ask) -> Reply:
    """Everybody's reactions; where the path has an emoji, only those with it."""
    channel = _reach(ask)
    emoji = reactions.parse_emoji(ask.params["emoji"]) if "emoji" in ask.params else None
    message = ask.world.public_message(channel, ask.params["message_id"])
    access.require_moderation(channel)
    reactions.clear(ask.world, message, emoji)
    return NO_CONTENT


def _list(ask: Ask) -> Reply:
    """Who reacted with an emoji, by id."""
    channel = _reach(ask, Permission.READ_MESSAGE_HISTORY)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    limit, after = ask.number("limit", 25, most("page")), ask.number("after", 0)
    users = sorted((user for user in message.reactions.get(emoji, []) if int(user.id) > after), key=_number)
    return Reply(200, [user.json() for user in users[:limit]])


def _number(user: User) -> int:
    return int(user.id)


_ALL = "/channels/{channel_id}/messages/{message_id}/reactions"
_EMOJI = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}"

ROUTES = [
    Route("PUT", _EMOJI + "/@me", _add, "reaction"),
    Route("DELETE", _EMOJI + "/@me", _remove, "reaction"),
    Route("DELETE", _EMOJI + "/{user_id}", _remove_of, "reaction"),
    Route("DELETE", _EMOJI, _clear, "reaction"),
    Route("DELETE", _ALL, _clear, "reaction"),
    Route("GET", _EMOJI, _list),
]
