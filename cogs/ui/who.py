"""Who is asking: an interaction or a reaction turned into an `Actor`; and the bot that answers.

Without the guild cache only a few facts of an interaction are true (permissions, ids, limits); this is the one file
that reads them.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import discord

from core.people.actor import Actor
from core.services import Services

Press = Callable[[discord.Interaction, str], Awaitable[None]]


class Served(Protocol):
    """The bot, as far as this package knows it. `presses` are the buttons' verbs."""

    services: Services
    presses: dict[str, Press]


def who(interaction: discord.Interaction) -> Actor:
    return Actor(
        user=interaction.user.id,
        guild=interaction.guild_id,
        may_moderate=interaction.guild_id is not None and interaction.permissions.manage_messages,
        upload_limit=interaction.filesize_limit,
    )


def who_reacted(payload: discord.RawReactionActionEvent) -> Actor:
    """A reaction says nothing about rights, so it has none but the owner's own."""
    return Actor(user=payload.user_id, guild=payload.guild_id)


def served_by(interaction: discord.Interaction) -> Served:
    return cast("Served", interaction.client)
