"""The bot's own reactions: https://docs.discord.com/developers/resources/message#create-reaction."""

from stationthis_discord.sandbox.discord import access, reactions
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


_MINE = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"

ROUTES = [Route("PUT", _MINE, _add, "reaction"), Route("DELETE", _MINE, _remove, "reaction")]
