"""The `resolved` part of an interaction: what its ids stand for.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-resolved-data-structure
"""

from typing import Protocol, TypeAlias, runtime_checkable

from stationthis_discord.sandbox.discord import attachments
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.place_json import everyone, partial_channel
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World

File: TypeAlias = tuple[str, bytes]
"""A file a person picks: its name and its bytes."""


class DriverError(Exception):
    """A test asked a person to do something Discord's client would not let them do."""


@runtime_checkable
class HasId(Protocol):
    """Anything with an id: a person, a channel, a server."""

    @property
    def id(self) -> str: ...


def id_of(value: object) -> str:
    """The id of something, or the id that it is."""
    return value.id if isinstance(value, HasId) else str(value)


class Resolver:
    """Collects `resolved` while ids are picked in one place by one person."""

    def __init__(self, world: World, channel: Channel, person: User) -> None:
        self._world = world
        self._channel = channel
        self._person = person
        self.data: Object = {}

    def user(self, key: str) -> bool:
        """Adds the user, and the member where there is one. False when there is no such user."""
        user, guild = self._world.users.get(key), self._channel.guild
        if not user:
            return False
        self._add("users", key, user.json())
        if guild and key in guild.members:
            permissions = str(int(self._channel.permissions_of(user)))
            self._add("members", key, {**guild.members[key].partial(), "permissions": permissions})
        return True

    def role(self, key: str) -> bool:
        guild = self._channel.guild
        if not guild or key != guild.id:
            return False
        self._add("roles", key, everyone(guild))
        return True

    def channel(self, key: str, kinds: list[int] | None = None) -> bool:
        """Adds a channel of the server; `kinds` are the types that may be picked."""
        guild = self._channel.guild
        found = guild.channels.get(key) if guild else None
        if not found or (kinds and int(found.kind) not in kinds):
            return False
        self._add("channels", key, partial_channel(found, found.permissions_of(self._person)))
        return True

    def message(self, message: StoredMessage) -> None:
        self._add("messages", message.id, message.json())

    def file(self, file: File) -> str:
        """Uploads a file as the person's client does before it sends the interaction. Raises DriverError."""
        filename, data = file
        if len(data) > self._channel.file_limit:
            raise DriverError(f"{filename} is larger than the {self._channel.file_limit} bytes allowed here")
        folder = self._world.application_id
        stored = attachments.store(self._world, folder, Upload("", filename, data), {}, ephemeral=True)
        self._add("attachments", stored.id, stored.json())
        return stored.id

    def _add(self, kind: str, key: str, found: Object) -> None:
        self.data.setdefault(kind, {})[key] = found
