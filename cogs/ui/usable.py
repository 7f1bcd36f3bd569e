"""The files of a message that an input could take: what is attached, and the pictures of its embeds; pure."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import discord

from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Attached, Source

MOST: Final = 20  # files of one message that can be picked from
_Part = discord.Message | discord.MessageSnapshot
_KINDS: Final = {"image": InputKind.IMAGE, "video": InputKind.VIDEO, "audio": InputKind.AUDIO}


def usable_in(message: discord.Message) -> tuple[Attached, ...]:
    """In the message's own order, each address once. What a file really is, is looked at when it is fetched."""
    parts: tuple[_Part, ...] = (message, *message.message_snapshots)  # the second are what was forwarded
    found = {str(item.file): item for part in parts for item in (*_attached(part), *_shown(part))}
    return tuple(found.values())[:MOST]


def _attached(message: _Part) -> Iterator[Attached]:
    for item in message.attachments:
        yield Attached(_kind_of(item), Source(item.filename, item.url, item.size, attached=True))


def _shown(message: _Part) -> Iterator[Attached]:
    """Pictures that stand in embeds; Discord's own copy of them, since it is there for sure."""
    for embed in message.embeds:
        for picture in (embed.image, embed.thumbnail):
            address = picture.proxy_url or picture.url
            if address and not address.startswith("attachment:"):
                # the other address is whatever somebody wrote into the embed
                source = Source(_name_in(address), address, attached=bool(picture.proxy_url))
                yield Attached(InputKind.IMAGE, source)


def _kind_of(item: discord.Attachment) -> InputKind:
    if PurePosixPath(item.filename.casefold()).suffix == ".exr":
        return InputKind.EXR
    return _KINDS.get((item.content_type or "").partition("/")[0], InputKind.FILE)


def _name_in(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError:  # whose embed it is may have written anything
        return "picture"
    return PurePosixPath(path).name[:100] or "picture"
