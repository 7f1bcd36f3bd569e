"""Answers that only one person sees: acknowledged first, then shown in one message."""

import discord

from cogs.ui.heard import heard


async def acknowledge(interaction: discord.Interaction) -> None:
    """Within three seconds: a command gets a private answer, the message of a button stays as it is for now."""
    await heard(interaction.response.defer(ephemeral=True))


async def show(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View | None = None) -> None:
    """The answer to a command, or what the message of a button is from now on; buttons go unless there is a `view`."""
    await heard(interaction.edit_original_response(embed=embed, view=view))


async def show_beside(interaction: discord.Interaction, embed: discord.Embed) -> None:
    """A further message, for a button whose own message stays."""
    await heard(interaction.followup.send(embed=embed, ephemeral=True))
