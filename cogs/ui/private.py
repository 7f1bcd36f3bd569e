"""Answers that only one person sees: acknowledged first, then shown in one message."""

from collections.abc import Awaitable

import discord
import structlog

from cogs.ui.heard import heard
from core.errors import CoreError

log = structlog.get_logger(__name__)


async def acknowledge(interaction: discord.Interaction) -> None:
    """Within three seconds: a command gets a private answer, the message of a button stays as it is for now."""
    await heard(interaction.response.defer(ephemeral=True))


async def show(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View | None = None) -> None:
    """The answer to a command, or what the message of a button is from now on; buttons go unless there is a `view`."""
    await heard(interaction.edit_original_response(embed=embed, view=view))


async def show_beside(interaction: discord.Interaction, embed: discord.Embed) -> None:
    """A further message, for a button whose own message stays."""
    await heard(interaction.followup.send(embed=embed, ephemeral=True))


async def beside(answer: Awaitable[object]) -> bool:
    """What may fail, since the matter itself is done; whether it did not."""
    try:
        await heard(answer)
    except (discord.DiscordException, CoreError) as failed:
        log.info("message.not_changed", error=str(failed))
        return False
    return True
