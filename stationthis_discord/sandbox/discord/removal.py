"""What goes away: channels, threads and the bot's place in a server; and the events of it.

https://docs.discord.com/developers/events/gateway-events#channels
"""

from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.place_json import channel_json
from stationthis_discord.sandbox.discord.places import Channel, Guild
from stationthis_discord.sandbox.discord.world import World


def delete_channel(world: World, channel: Channel) -> None:
    """Removes a channel with its threads and messages; every route to it answers 10003 from now on."""
    inside = [place for place in world.channels.values() if place.thread and place.thread.parent is channel]
    for place in [*inside, channel]:
        _delete(world, place)
    world.changes.notify()


def _delete(world: World, channel: Channel) -> None:
    seen = channel.bot_may(Permission.VIEW_CHANNEL)
    channel.deleted = True
    world.channels.pop(channel.id, None)
    if channel.guild:
        channel.guild.channels.pop(channel.id, None)
    for message in [message for message in world.messages.values() if message.channel is channel]:
        message.deleted = True
        world.fresh.pop(message.id, None)
    if seen:
        world.emit(_deletion(channel))


def _deletion(channel: Channel) -> Event:
    found = channel_json(channel)
    if not channel.thread:
        return Event("CHANNEL_DELETE", found, channel.guild_id)
    short = {name: found[name] for name in ("id", "guild_id", "parent_id", "type")}
    return Event("THREAD_DELETE", short, channel.guild_id)


def kick(world: World, guild: Guild) -> None:
    """The bot is removed from a server: its channels answer 50001, tokens of interactions go on.

    https://docs.discord.com/developers/events/gateway-events#guild-delete
    """
    guild.installed = False
    guild.members.pop(world.bot.id, None)
    world.emit(Event("GUILD_DELETE", {"id": guild.id}, guild.id))
    world.changes.notify()
