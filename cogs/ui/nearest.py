"""What a message still tells of a run that is gone: what it ran, and with which prompt; pure."""

import re
from typing import Final, NamedTuple

import discord

_ESCAPED: Final = re.compile(r"\\([^A-Za-z0-9\s])")


class Nearest(NamedTuple):
    """`labels` are those of what may be meant, `prompt` as much of it as the pictures have as their text."""

    labels: tuple[str, ...]
    prompt: str | None


def nearest(message: discord.Message | None) -> Nearest | None:
    """None for a message that is no result."""
    if message is None or not message.embeds or not message.embeds[0].title:
        return None
    label = _ESCAPED.sub(r"\1", message.embeds[0].title)
    described = (item.description for item in message.attachments)
    return Nearest((label,), next((words for words in described if words), None))
