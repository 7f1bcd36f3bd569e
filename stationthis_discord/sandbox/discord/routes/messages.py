"""Messages of a channel: list, read, post, edit, delete.

https://docs.discord.com/developers/resources/message
"""

from stationthis_discord.sandbox.discord import access, messages, refusals, threads
from stationthis_discord.sandbox.discord.limits import NONCE_SECONDS, OLD_MESSAGE_SECONDS, most
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.redaction import redacted
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route
from stationthis_discord.sandbox.discord.stored import StoredMessage

_PLACES = ("around", "before", "after")


def _reach(ask: Ask, *needed: Permission) -> Channel:
    return access.reach(ask.world, ask.params["channel_id"], *needed)


def _told(ask: Ask, message: StoredMessage) -> Object:
    """The message as the bot may read it."""
    found, world = message.json(), ask.world
    return found if world.reads_content else redacted(found, world.bot.id, private=message.channel.guild is None)


def _messages(ask: Ask) -> Reply:
    channel = _reach(ask)
    limit = ask.number("limit", 50, most("page"))
    places = {name: ask.number(name, 0) for name in _PLACES}
    _refuse_several(places)
    readable = channel.bot_may(Permission.READ_MESSAGE_HISTORY)
    found = [
        message
        for message in ask.world.messages.values()
        if readable and message.channel is channel and not message.deleted and not message.ephemeral
    ]
    found.sort(key=_number)
    return Reply(200, [_told(ask, message) for message in reversed(_page(found, limit, places))])


def _number(message: StoredMessage) -> int:
    return int(message.id)


def _page(found: list[StoredMessage], limit: int, places: dict[str, int]) -> list[StoredMessage]:
    """The part of a channel's messages that is asked for, the oldest first."""
    if places["after"]:
        return [message for message in found if _number(message) > places["after"]][:limit]
    if places["around"]:
        older = [message for message in found if _number(message) < places["around"]]
        first = max(0, len(older) - limit // 2)
        return found[first : first + limit]
    if places["before"]:
        found = [message for message in found if _number(message) < places["before"]]
    return found[-limit:]


def _refuse_several(places: dict[str, int]) -> None:
    """They exclude each other by the documentation; how Discord answers to several is not told there."""
    problems = Problems()
    for name in [name for name, place in places.items() if place][1:]:
        problems.add((name,), "BASE_TYPE_CHOICES", f"Only one of {_PLACES} may be passed.")
    problems.raise_any()


def _message(ask: Ask) -> Reply:
    channel = _reach(ask, Permission.READ_MESSAGE_HISTORY)
    return Reply(200, _told(ask, ask.world.public_message(channel, ask.params["message_id"])))


def _post(ask: Ask) -> Reply:
    payload = ask.body.object()
    channel = _reach(ask)
    access.require(channel, channel.to_send)
    access.require_writable(channel)
    if channel.recipient and not ask.world.reachable(channel.recipient):
        raise refusals.closed_direct_messages()
    access.require_for_content(channel, payload, ask.body.uploads)
    check_message(payload, ask.body.uploads)
    twin = _same_nonce(ask, channel, payload)
    if twin:
        return Reply(200, twin.json())
    slot = messages.Slot(channel, ask.world.bot, reply_to=_reply_target(ask, channel, payload))
    threads.wake(ask.world, channel)
    return Reply(200, messages.create(ask.world, slot, payload, ask.body.uploads).json())


def _same_nonce(ask: Ask, channel: Channel, payload: Object) -> StoredMessage | None:
    """With `enforce_nonce`, the bot's message of the last minutes that already carries this nonce.

    Raises:
        Refusal: 10008 when it was deleted since: https://github.com/discord/discord-api-docs/pull/6647.
    """
    nonce, world = payload.get("nonce"), ask.world
    if not payload.get("enforce_nonce") or nonce is None:
        return None
    since = world.clock() - NONCE_SECONDS
    mine = (
        message for message in world.messages.values() if message.channel is channel and message.author is world.bot
    )
    twins = (message for message in mine if str(message.fields.get("nonce")) == str(nonce) and message.born > since)
    twin = next(twins, None)
    if twin and twin.deleted:
        raise refusals.unknown_message()
    return twin


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
    channel = _reach(ask)
    message = _own(ask, channel)
    access.require_awake(channel)
    access.require_writable(channel)
    access.require_for_content(channel, payload, ask.body.uploads)
    check_message(payload, ask.body.uploads, flags=message.flags)
    if ask.world.clock() - message.born > OLD_MESSAGE_SECONDS:
        ask.rates.check_old_edit(channel.id, ask.world.clock())
    return Reply(200, messages.edit(ask.world, message, payload, ask.body.uploads).json())


def _delete(ask: Ask) -> Reply:
    channel = _reach(ask)
    message = ask.world.public_message(channel, ask.params["message_id"])
    if message.author is not ask.world.bot:
        access.require_moderation(channel)
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
