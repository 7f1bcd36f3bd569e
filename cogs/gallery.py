"""⭐ under a result: it is put into the gallery of the server."""

import discord
from discord.ext import commands

from cogs.ui.buttons import RUN
from cogs.ui.gallery import ServerWall
from cogs.ui.gallery_view import already_kept_embed, kept_embed
from cogs.ui.heard import heard
from cogs.ui.private import show
from cogs.ui.who import Pressed, Served, who
from core.result_errors import AlreadyKept
from core.services import Services


class Gallery(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        bot.presses.update(keep=Pressed(self.press_keep, RUN))
        bot.remedies.update({AlreadyKept: self.show_kept})

    async def press_keep(self, interaction: discord.Interaction, run_id: str) -> None:
        """The answer is for who presses; all others see the gallery."""
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        link = await self._services.keeping.keep(run_id, who(interaction), ServerWall.of(interaction))
        await show(interaction, kept_embed(link))

    async def show_kept(self, interaction: discord.Interaction, refused: AlreadyKept) -> None:
        """Where it is, which is what who keeps it wants to know."""
        await show(interaction, already_kept_embed(refused))
