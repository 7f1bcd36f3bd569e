"""What a message with a result tells of itself, and what is offered to those who may not press its buttons; pure."""

from typing import Any

import discord

from cogs.ui.buttons import button, unkept
from cogs.ui.embeds import note_embed
from cogs.ui.words import words_for
from core.forms.wish import Manner
from core.result_errors import NotYourResult


def pictures_in(message: discord.Message | None) -> int:
    """How many pictures are attached."""
    attached = message.attachments if message is not None else []
    return sum((item.content_type or "").startswith("image/") for item in attached)


def manner_of(message: discord.Message | None) -> Manner:
    """How what is made of it has to be shown: as it is itself, and with a link to it where others can follow that.

    An offer of a copy is for one person only, but the result is not: nobody else sees one that is private. What is
    made from a gallery is private, so that the gallery stays one.
    """
    if message is None:
        return Manner()
    private, hidden = message.flags.ephemeral, any(item.is_spoiler() for item in message.attachments)
    return Manner(private != _offers_copy(message), hidden, None if private else message.id)


def manner_here(message: discord.Message | None) -> Manner:
    """How what a message shows is to be shown in it once more."""
    if message is None:
        return Manner()
    return Manner(message.flags.ephemeral, any(item.is_spoiler() for item in message.attachments))


def asked_for_by(message: discord.Message | None, user: int) -> bool:
    """Whether a message of ours answers this person, by Discord's own word."""
    asked = message.interaction_metadata if message is not None else None
    return asked is not None and asked.user.id == user


def copy_message(refused: NotYourResult) -> dict[str, Any]:
    view = unkept()
    view.add_item(button("copy", refused.run_id, "Make your own copy", "🎨", style=discord.ButtonStyle.primary))
    return {"embed": note_embed(f"🔒 {words_for(refused)}"), "view": view}


def _offers_copy(message: discord.Message) -> bool:
    children = (child for row in message.components for child in getattr(row, "children", ()))
    return any((getattr(child, "custom_id", None) or "").startswith("st:copy:") for child in children)
