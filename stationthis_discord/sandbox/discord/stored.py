"""What the sandbox keeps of a message: its JSON, its files, its reactions, and every state it was in."""

from dataclasses import dataclass, field
from typing import NamedTuple

from stationthis_discord.sandbox.discord.changes import Changes
from stationthis_discord.sandbox.discord.payload import Object, born
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.places import Channel

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15
"""Message flags: https://docs.discord.com/developers/resources/message#message-object-message-flags."""

SPOILER_FILE = 1 << 3
"""Attachment flag: https://docs.discord.com/developers/resources/message#attachment-object-attachment-flags."""


class Snapshot(NamedTuple):
    """A message as it was shown from `at` (`time.monotonic`) on."""

    message: Object
    at: float


@dataclass(eq=False)
class StoredFile:
    """An uploaded file; `url` is on the sandbox's own host."""

    id: str
    filename: str
    data: bytes
    content_type: str
    url: str
    description: str | None = None
    title: str | None = None
    size: tuple[int, int] | None = None
    ephemeral: bool = False
    spoiler: bool = False

    @property
    def hides(self) -> bool:
        """Whether people see it only after a click: marked so, or by its name."""
        return self.spoiler or self.filename.startswith("SPOILER_")

    def json(self) -> Object:
        """https://docs.discord.com/developers/resources/message#attachment-object.

        That the flag is also set for files that are spoilers by their name is assumed.
        """
        attachment: Object = {
            "id": self.id,
            "filename": self.filename,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.size:
            attachment["width"], attachment["height"] = self.size
        if self.description:
            attachment["description"] = self.description
        if self.title:
            attachment["title"] = self.title
        if self.ephemeral:
            attachment["ephemeral"] = True
        if self.hides:
            attachment["flags"] = SPOILER_FILE
        return attachment

    def media(self) -> Object:
        """https://docs.discord.com/developers/components/reference#unfurled-media-item."""
        width, height = self.size or (None, None)
        media: Object = {"id": self.id, "url": self.url, "proxy_url": self.url, "width": width, "height": height}
        return {**media, "content_type": self.content_type, "attachment_id": self.id}


@dataclass(eq=False)
class StoredMessage:
    """A message; `fields` is its JSON without `attachments` and `reactions`, which are derived.

    Files an embed shows through `attachment://` are in `hidden` and missing from `attachments`, as on Discord
    (https://github.com/discord/discord-api-docs/issues/1340). `reader` is the only one who sees an ephemeral message.
    What `fields` holds is replaced by an edit, never changed in place: what was shown or sent once stays as it was.
    """

    channel: Channel
    author: User
    fields: Object
    files: list[StoredFile] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    reactions: dict[tuple[str, str | None], list[User]] = field(default_factory=dict)
    states: list[Snapshot] = field(default_factory=list)
    reader: User | None = None
    deleted: bool = False
    changes: Changes = field(default_factory=Changes)

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def born(self) -> float:
        """When it was made, in seconds since the epoch."""
        return born(self.id)

    @property
    def flags(self) -> int:
        return int(self.fields["flags"])

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    def json(self) -> Object:
        """The message as Discord would return it now."""
        message = dict(self.fields)
        message["attachments"] = [file.json() for file in self.files if file.id not in self.hidden]
        if self.reactions:
            message["reactions"] = [self._reaction(emoji, users) for emoji, users in self.reactions.items()]
        return message

    @staticmethod
    def _reaction(emoji: tuple[str, str | None], users: list[User]) -> Object:
        return {
            "emoji": {"name": emoji[0], "id": emoji[1]},
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me_burst": False,
            "me": any(user.own for user in users),
        }
