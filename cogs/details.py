"""*Details* under a run: all that the person who presses it may know of it."""

import discord
from discord.ext import commands

from cogs.ui.buttons import RUN
from cogs.ui.details_view import details_message
from cogs.ui.heard import heard
from cogs.ui.who import Pressed, Served, who
from core.services import Services


class Details(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        bot.presses.update(details=Pressed(self.press_details, RUN))

    async def press_details(self, interaction: discord.Interaction, run_id: str) -> None:
        """Only for who presses: what is shown depends on who that is."""
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        facts = await self._services.facts.of(run_id, who(interaction))
        await heard(interaction.edit_original_response(**details_message(facts)))
