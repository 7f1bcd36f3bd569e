"""🗑 under a result, and *Remove result* in the menu of a message: what is shown goes away, its run stays."""

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui.buttons import RUN
from cogs.ui.changed import GONE, KEPT, nothing_embed
from cogs.ui.heard import heard
from cogs.ui.private import acknowledge, show, show_beside
from cogs.ui.removing import (
    REMOVE,
    SPARE,
    SPOT,
    Found,
    Spot,
    found_in,
    look_up,
    owner_of,
    question_buttons,
    question_embed,
    removed_embed,
    shown_in,
    take_away,
    take_by_token,
)
from cogs.ui.who import Pressed, Served, check_awake, who
from core.errors import ButtonUnknown, NotYourRun
from core.result_errors import NoResultHere
from core.services import Services

_GUILD_ONLY: Final = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
_ADDED_ONLY: Final = app_commands.AppInstallationType(guild=True, user=False)


class Removal(commands.Cog):
    def __init__(self, bot: Served, tree: app_commands.CommandTree[commands.AutoShardedBot]) -> None:
        self._services: Services = bot.services
        tree.add_command(self._menu())
        bot.presses.update(
            {
                "delete": Pressed(self.press_delete, RUN),
                REMOVE: Pressed(self.press_remove, SPOT),
                SPARE: Pressed(self.press_spare, SPOT),
            }
        )

    def _menu(self) -> app_commands.ContextMenu:
        menu = app_commands.ContextMenu(
            name="Remove result", callback=self.remove, allowed_contexts=_GUILD_ONLY, allowed_installs=_ADDED_ONLY
        )
        menu.default_permissions = discord.Permissions(manage_messages=True)
        return menu

    async def press_delete(self, interaction: discord.Interaction, _: str) -> None:
        """Asks first where the bot itself sees the message; elsewhere only this press leads there, so it goes now."""
        message = interaction.message
        found = shown_in(message) if message is not None else None
        if message is None or found is None:
            raise NoResultHere
        if message.flags.ephemeral:
            await acknowledge(interaction)
            await take_by_token(interaction, found)
            return
        check_awake(interaction)
        await acknowledge(interaction)
        is_own = await self._admit(interaction, found)
        if _is_at_home(interaction):
            question, buttons = question_embed(found, is_own=is_own), question_buttons(found.spot)
            await heard(interaction.followup.send(embed=question, view=buttons, ephemeral=True))
        else:
            await take_by_token(interaction, found)
            await show_beside(interaction, removed_embed(found, is_own=is_own, alone=True))

    async def remove(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await acknowledge(interaction)
        found = await found_in(interaction.client, message)
        if found is None:
            raise NoResultHere
        is_own = await self._admit(interaction, found)
        await show(interaction, question_embed(found, is_own=is_own), question_buttons(found.spot))

    async def press_remove(self, interaction: discord.Interaction, what: str) -> None:
        """Nothing is taken from the question but where to look: who may is asked once more."""
        spot = Spot.read(what)
        if spot.channel != interaction.channel_id:
            raise ButtonUnknown(REMOVE)
        check_awake(interaction)
        await acknowledge(interaction)
        found = await look_up(interaction.client, spot)
        if found is None:
            await show(interaction, nothing_embed(GONE))
            return
        is_own = await self._admit(interaction, found)
        await take_away(interaction.client, found, interaction.user.id)
        await show(interaction, removed_embed(found, is_own=is_own))

    async def press_spare(self, interaction: discord.Interaction, _: str) -> None:
        await acknowledge(interaction)
        await show(interaction, nothing_embed(KEPT))

    async def _admit(self, interaction: discord.Interaction, found: Found) -> bool:
        """Whether it is this person's own; in direct messages with the bot all is.

        Raises:
            NotYourRun: neither that, nor may they moderate here.
        """
        actor = who(interaction)
        if actor.may_moderate:
            return False
        if interaction.context.dm_channel:
            return True
        owner = await owner_of(self._services.generation, found)
        if owner != actor.user:
            raise NotYourRun(owner)
        return True


def _is_at_home(interaction: discord.Interaction) -> bool:
    """Whether the bot itself can see the messages of this place, and so delete its own."""
    if interaction.guild_id is None:
        return bool(interaction.context.dm_channel)
    granted = interaction.app_permissions
    return interaction.is_guild_integration() and granted.view_channel and granted.read_message_history
