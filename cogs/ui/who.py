"""Who is asking: an interaction or a reaction turned into an `Actor`; and the bot that answers.

Without the guild cache only a few facts of an interaction are true (permissions, ids, limits); this is the one file
that reads them.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, cast

import discord

from cogs.ui.answering import Answering
from cogs.ui.door import Remedy
from core.errors import CoreError, PermissionsMissing, PlaceClosed
from core.people.actor import Actor
from core.services import Services


@dataclass(frozen=True, slots=True)
class Pressed:
    """What is done when a button or a menu is pressed, or a form is sent.

    `shape` is what its `custom_id` says behind the verb; None for a menu whose choice is passed on instead. With
    `is_menu` only a menu may ask for it; what was picked is in the interaction.
    """

    act: Callable[[discord.Interaction, str], Awaitable[None]]
    shape: re.Pattern[str] | None = None
    is_menu: bool = False


# A run's message outlives the interaction's token and is then reached through its channel, and by reactions to it.
_NEEDED: Final = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
_IN_THREADS: Final = {"send_messages": "send_messages_in_threads"}


class Served(Protocol):
    """The bot, as far as this package knows it.

    `presses` are the verbs of buttons and menus, `submits` those of forms, `remedies` what helps against an error.
    """

    services: Services
    answering: Answering
    presses: dict[str, Pressed]
    submits: dict[str, Pressed]
    remedies: dict[type[CoreError], Remedy]


def who(interaction: discord.Interaction) -> Actor:
    return Actor(
        user=interaction.user.id,
        guild=interaction.guild_id,
        may_moderate=interaction.guild_id is not None and interaction.permissions.manage_messages,
    )


def cause_of(interaction: discord.Interaction) -> str:
    """A name for this one interaction, by which a second hearing of it is known."""
    return f"interaction {interaction.id}"


def who_reacted(payload: discord.RawReactionActionEvent) -> Actor:
    """A reaction says nothing about rights, so it has none but the owner's own."""
    return Actor(user=payload.user_id, guild=payload.guild_id)


def check_awake(interaction: discord.Interaction) -> None:
    """Raises `PlaceClosed` in an archived thread: its messages cannot be edited."""
    if isinstance(interaction.channel, discord.Thread) and interaction.channel.archived:
        raise PlaceClosed(locked=interaction.channel.locked)


def check_place(interaction: discord.Interaction, *, private: bool = False) -> None:
    """Find out before anything is paid for whether the result can be shown here.

    Permissions are asked about only in servers where the bot itself was added: elsewhere, and where only one person is
    to see it (`private`), it answers by the interaction alone.

    Raises:
        PlaceClosed: this is an archived or locked thread.
        PermissionsMissing: with the names of what the bot may not do in this channel.
    """
    check_awake(interaction)
    if isinstance(interaction.channel, discord.Thread) and interaction.channel.locked:
        raise PlaceClosed(locked=True)
    if private or interaction.guild_id is None or not interaction.is_guild_integration():
        return
    threads = _IN_THREADS if isinstance(interaction.channel, discord.Thread) else {}
    granted = interaction.app_permissions
    missing = [words for name, words in _NEEDED.items() if not getattr(granted, threads.get(name, name))]
    if missing:
        raise PermissionsMissing(missing)


def served_by(interaction: discord.Interaction) -> Served:
    return cast("Served", interaction.client)
