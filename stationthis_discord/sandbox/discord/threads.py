"""The life of threads: started, woken up, archived; and the events of it.

https://docs.discord.com/developers/topics/threads
"""

from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.place_json import channel_json
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.world import World


def start(world: World, parent: Channel, name: str, owner: User, thread_id: str | None = None) -> Channel:
    """Opens a public thread; one that is started from a message has the message's id."""
    thread = world.add_thread(parent, name, owner, thread_id)
    tell(world, "THREAD_CREATE", thread)
    return thread


def change(world: World, channel: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
    """Archives, wakes up, locks or unlocks; None leaves it as it is."""
    thread = channel.thread
    if not thread:
        return
    if archived is not None and archived != thread.archived:
        thread.archived, thread.archived_at = archived, world.clock()
    thread.locked = thread.locked if locked is None else locked
    tell(world, "THREAD_UPDATE", channel)


def wake(world: World, channel: Channel) -> None:
    """What posting does to an archived thread."""
    if channel.thread and channel.thread.archived:
        change(world, channel, archived=False)


def tell(world: World, event: str, channel: Channel) -> None:
    """Sends an event about a channel or thread, if the bot can see it."""
    if channel.bot_may(Permission.VIEW_CHANNEL):
        world.emit(Event(event, channel_json(channel), channel.guild_id))
    world.changes.notify()
