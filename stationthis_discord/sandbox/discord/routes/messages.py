"""Messages of a channel: list, read, post, edit, delete.

https://discord.com/developers/docs/resources/message
"""

from stationthis_discord.sandbox.discord import messages, refusals
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route
from stationthis_discord.sandbox.discord.stored import StoredMessage


def visible_channel(ask: Ask, *needed: Permission) -> Channel:
    """The channel of the path.

    Raises:
        Refusal: 10003, 50001 when the bot can't see it, 50013 when it may not do there what it is about to do.
    """
    channel = ask.world.channel(ask.params["channel_id"])
    if not channel.bot_may(Permission.VIEW_CHANNEL):
        raise refusals.missing_access()
    if not all(channel.bot_may(permission) for permission in needed):
        raise refusals.missing_permissions()
    return channel


def _messages(ask: Ask) -> Reply:
    channel = visible_channel(ask)
    limit, before, after = _page(ask)
    readable = channel.bot_may(Permission.READ_MESSAGE_HISTORY)
    found = [
        message
        for message in ask.world.messages.values()
        if readable and message.channel is channel and not message.deleted and not message.ephemeral
        if (not before or int(message.id) < before) and (not after or int(message.id) > after)
    ]
    found.sort(key=lambda message: int(message.id), reverse=not after)
    page = sorted(found[:limit], key=lambda message: int(message.id), reverse=True)
    return Reply(200, [message.json() for message in page])


def _page(ask: Ask) -> tuple[int, int, int]:
    """`limit`, `before` and `after` of the query; the last two 0 when absent. Raises 50035."""
    problems = Problems()
    found = []
    for name, default in (("limit", 50), ("before", 0), ("after", 0)):
        text = ask.query.get(name, str(default))
        if not text.isdecimal() or (name == "limit" and not 1 <= int(text) <= most("page")):
            problems.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not int, or out of range.')
        found.append(int(text) if text.isdecimal() else default)
    problems.raise_any()
    return found[0], found[1], found[2]


def _message(ask: Ask) -> Reply:
    channel = visible_channel(ask, Permission.READ_MESSAGE_HISTORY)
    return Reply(200, ask.world.public_message(channel, ask.params["message_id"]).json())


def _post(ask: Ask) -> Reply:
    payload = ask.body.object()
    channel = visible_channel(ask, Permission.SEND_MESSAGES)
    if channel.recipient and not channel.recipient.accepts_dms:
        raise refusals.closed_direct_messages()
    _check_content_permissions(ask, channel, payload)
    check_message(payload, ask.body.uploads)
    twin = _same_nonce(ask, channel, payload)
    if twin:
        return Reply(200, twin.json())
    slot = messages.Slot(channel, ask.world.bot, reply_to=_reply_target(ask, channel, payload))
    return Reply(200, messages.create(ask.world, slot, payload, ask.body.uploads).json())


def _check_content_permissions(ask: Ask, channel: Channel, payload: Object) -> None:
    needed = [Permission.ATTACH_FILES] if ask.body.uploads else []
    needed += [Permission.EMBED_LINKS] if payload.get("embeds") else []
    if not all(channel.bot_may(permission) for permission in needed):
        raise refusals.missing_permissions()


def _same_nonce(ask: Ask, channel: Channel, payload: Object) -> StoredMessage | None:
    """With `enforce_nonce`, the message that already carries this nonce."""
    nonce = payload.get("nonce")
    if not payload.get("enforce_nonce") or nonce is None:
        return None
    twins = (message for message in ask.world.messages.values() if message.channel is channel)
    return next((twin for twin in twins if str(twin.fields.get("nonce")) == str(nonce)), None)


def _reply_target(ask: Ask, channel: Channel, payload: Object) -> StoredMessage | None:
    reference = payload.get("message_reference")
    if not reference:
        return None
    target = ask.world.messages.get(str(reference.get("message_id")))
    if target and not target.deleted and not target.ephemeral and target.channel is channel:
        return target
    if reference.get("fail_if_not_exists") is False:
        return None
    problems = Problems()
    problems.add(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    problems.raise_any()
    return None


def _own(ask: Ask, channel: Channel) -> StoredMessage:
    message = ask.world.public_message(channel, ask.params["message_id"])
    if message.author is not ask.world.bot:
        raise refusals.foreign_author()
    return message


def _patch(ask: Ask) -> Reply:
    payload = ask.body.object()
    channel = visible_channel(ask)
    message = _own(ask, channel)
    _check_content_permissions(ask, channel, payload)
    check_message(payload, ask.body.uploads, flags=message.flags)
    return Reply(200, messages.edit(ask.world, message, payload, ask.body.uploads).json())


def _delete(ask: Ask) -> Reply:
    channel = visible_channel(ask)
    message = ask.world.public_message(channel, ask.params["message_id"])
    if message.author is not ask.world.bot and not channel.bot_may(Permission.MANAGE_MESSAGES):
        raise refusals.missing_permissions()
    messages.delete(ask.world, message)
    return NO_CONTENT


_ALL = "/channels/{channel_id}/messages"
_ONE = "/channels/{channel_id}/messages/{message_id}"

ROUTES = [
    Route("GET", _ALL, _messages),
    Route("POST", _ALL, _post, "message.create"),
    Route("GET", _ONE, _message),
    Route("PATCH", _ONE, _patch, "message.edit"),
    Route("DELETE", _ONE, _delete, "message.delete"),
]
