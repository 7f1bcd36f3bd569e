"""What the bot may read of other people's messages: https://docs.discord.com/developers/events/gateway#message-content-intent."""

from stationthis_discord.sandbox.discord.payload import Object

_EMPTY: Object = {"content": "", "embeds": [], "attachments": [], "components": []}


def redacted(message: Object, bot_id: str, *, private: bool) -> Object:
    """A message without its content, for an app without the intent MESSAGE_CONTENT.

    Args:
        message: its JSON.
        bot_id: whose own messages, and mentions of whom, are always readable.
        private: whether it is in a DM with the bot, where everything is.
    """
    mine = message.get("author", {}).get("id") == bot_id
    if private or mine or any(user["id"] == bot_id for user in message.get("mentions", [])):
        return message
    return {**message, **_EMPTY}
