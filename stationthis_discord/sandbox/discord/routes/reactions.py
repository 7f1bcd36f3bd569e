"""The bot's own reactions: https://discord.com/developers/docs/resources/message#create-reaction."""

from stationthis_discord.sandbox.discord import reactions
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route
from stationthis_discord.sandbox.discord.routes.messages import visible_channel


def _add(ask: Ask) -> Reply:
    channel = visible_channel(ask, Permission.READ_MESSAGE_HISTORY, Permission.ADD_REACTIONS)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    reactions.add(ask.world, message, ask.world.bot, emoji)
    return NO_CONTENT


def _remove(ask: Ask) -> Reply:
    channel = visible_channel(ask)
    emoji = reactions.parse_emoji(ask.params["emoji"])
    message = ask.world.public_message(channel, ask.params["message_id"])
    reactions.remove(ask.world, message, ask.world.bot, emoji)
    return NO_CONTENT


_MINE = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"

ROUTES = [Route("PUT", _MINE, _add, "reaction"), Route("DELETE", _MINE, _remove, "reaction")]
