"""Which commands a person's client offers where, and by whose installation an interaction runs.

https://docs.discord.com/developers/interactions/application-commands#contexts
"""

from stationthis_discord.sandbox.discord.interaction import Menu
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission, allows
from stationthis_discord.sandbox.discord.places import Channel, Context
from stationthis_discord.sandbox.discord.resolving import DriverError
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World

_SERVER, _USER = 0, 1
_ALL = (Context.GUILD, Context.BOT_DM, Context.PRIVATE_CHANNEL)


def find_command(world: World, user: User, channel: Channel, name: str, menu: Menu) -> Object:
    """The command as this person's client offers it here, the server's own before a global one.

    Raises:
        DriverError: it is not offered.
    """
    if user.bot:
        raise DriverError("bots can't use commands")
    if channel.thread and channel.thread.archived:
        raise DriverError("commands can't be used in an archived thread")
    guild_id = channel.guild_id
    scopes = [world.commands.get(guild_id, {}) if guild_id else {}, world.commands[None]]
    for scope in scopes:
        for command in scope.values():
            if command["name"] == name and command["type"] == menu and _offered(world, user, channel, command):
                return command
    names = [command["name"] for scope in scopes for command in scope.values() if command["type"] == menu]
    raise DriverError(f"{menu.name} command {name!r} is not offered here to {user.username}; there are {sorted(names)}")


def owners_of(world: World, user: User, channel: Channel, command: Object | None = None) -> Object:
    """`authorizing_integration_owners` of an interaction, for a command only by the installations it supports.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-authorizing-integration-owners-object
    """
    types = command["integration_types"] if command else (_SERVER, _USER)
    owners: Object = {}
    if _SERVER in types and _by_server(world, user, channel):
        owners["0"] = channel.guild_id or "0"
    if _USER in types and user.installed:
        owners["1"] = user.id
    return owners


def _by_server(world: World, user: User, channel: Channel) -> bool:
    """Whether an installation to a server counts here; in the bot's DM that of any server the person is in."""
    if channel.guild:
        return channel.guild.installed
    if not channel.recipient:
        return False
    return not user.installed or any(user.id in guild.members for guild in world.homes)


def owners_of_message(message: StoredMessage, world: World, user: User) -> Object:
    """Those of a click: by the installation the message was made by, who ever clicks."""
    metadata = message.fields.get("interaction_metadata")
    if metadata:
        found: Object = metadata["authorizing_integration_owners"]
        return found
    return owners_of(world, user, message.channel)


def _offered(world: World, user: User, channel: Channel, command: Object) -> bool:
    owners = owners_of(world, user, channel, command)
    if not owners or channel.context not in _contexts(command):
        return False
    if not channel.guild:
        return True
    held = channel.permissions_of(user)
    if not allows(held, Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS):
        return False
    needed = command["default_member_permissions"] if "0" in owners else None
    if needed is None or Permission.ADMINISTRATOR in held:
        return True
    return needed != "0" and int(needed) & held == int(needed)


def _contexts(command: Object) -> tuple[int, ...]:
    if "guild_id" in command:
        return (Context.GUILD,)
    contexts = command.get("contexts")
    if contexts is not None:
        return tuple(contexts)
    return _ALL if command.get("dm_permission") is not False else (Context.GUILD,)
