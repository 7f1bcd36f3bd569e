"""Channels and threads: read, change, delete, start a thread.

https://docs.discord.com/developers/resources/channel
"""

from stationthis_discord.sandbox.discord import access, refusals, removal, threads
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.place_json import channel_json
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route


def _reach(ask: Ask, *needed: Permission) -> Channel:
    return access.reach(ask.world, ask.params["channel_id"], *needed)


def _get(ask: Ask) -> Reply:
    return Reply(200, channel_json(_reach(ask)))


def _typing(ask: Ask) -> Reply:
    channel = _reach(ask)
    access.require(channel, channel.to_send)
    return NO_CONTENT


def _change(ask: Ask) -> Reply:
    """Only what is said of threads: https://docs.discord.com/developers/topics/threads#editing-deleting-threads."""
    channel, body = _reach(ask), ask.body.object()
    thread = channel.thread
    if not thread:
        access.require(channel, Permission.MANAGE_CHANNELS)
        raise refusals.wrong_channel_type()
    waking = set(body) == {"archived"} and not body["archived"] and not thread.locked
    if "locked" in body or not (waking or thread.owner is ask.world.bot):
        access.require(channel, Permission.MANAGE_THREADS)
    channel.name = _name(body) if "name" in body else channel.name
    threads.change(ask.world, channel, archived=body.get("archived"), locked=body.get("locked"))
    return Reply(200, channel_json(channel))


def _delete(ask: Ask) -> Reply:
    """Of a DM, this only closes it."""
    channel = _reach(ask)
    if channel.guild:
        access.require(channel, Permission.MANAGE_THREADS if channel.thread else Permission.MANAGE_CHANNELS)
        removal.delete_channel(ask.world, channel)
    return Reply(200, channel_json(channel))


def _name(body: Object) -> str:
    problems = Problems()
    name = problems.text(("name",), body.get("name"), "thread.name", least=1)
    problems.raise_any()
    return name


def _start_from_message(ask: Ask) -> Reply:
    channel = _reach(ask, Permission.CREATE_PUBLIC_THREADS)
    message = ask.world.public_message(channel, ask.params["message_id"])
    if message.id in ask.world.channels:
        raise refusals.thread_exists()
    return _start(ask, channel, message.id)


def _start_alone(ask: Ask) -> Reply:
    """Private threads (the default type) are not part of the sandbox."""
    return _start(ask, _reach(ask, Permission.CREATE_PUBLIC_THREADS), None)


def _start(ask: Ask, channel: Channel, thread_id: str | None) -> Reply:
    if channel.thread or not channel.guild:
        raise refusals.wrong_channel_type()
    thread = threads.start(ask.world, channel, _name(ask.body.object()), ask.world.bot, thread_id)
    return Reply(201, channel_json(thread))


def _active(ask: Ask) -> Reply:
    guild = ask.world.guild(ask.params["guild_id"])
    found = [place for place in guild.channels.values() if place.thread and not place.thread.archived]
    return Reply(200, {"threads": [channel_json(place) for place in found], "members": []})


def _join(ask: Ask) -> Reply:
    access.require_awake(_reach(ask))
    return NO_CONTENT


_ONE = "/channels/{channel_id}"

ROUTES = [
    Route("GET", _ONE, _get),
    Route("PATCH", _ONE, _change),
    Route("DELETE", _ONE, _delete),
    Route("POST", _ONE + "/typing", _typing),
    Route("POST", _ONE + "/threads", _start_alone),
    Route("POST", _ONE + "/messages/{message_id}/threads", _start_from_message),
    Route("PUT", _ONE + "/thread-members/@me", _join),
    Route("GET", "/guilds/{guild_id}/threads/active", _active),
]
