"""What can be done with a run: `/cancel` and its buttons."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui.buttons import DELIVERY, RUN, TRAIL
from cogs.ui.choices import run_choices
from cogs.ui.door import suggesting
from cogs.ui.embeds import note_embed
from cogs.ui.heard import heard
from cogs.ui.reply import Reply
from cogs.ui.results import manner_here
from cogs.ui.who import Pressed, Served, cause_of, check_awake, check_place, who
from core.services import Services


class Runs(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        bot.presses.update(
            cancel=Pressed(self.press_cancel, RUN),
            leave=Pressed(self.press_leave, DELIVERY),
            refresh=Pressed(self.press_refresh, RUN),
            look=Pressed(self.press_look, TRAIL),
            anew=Pressed(self.press_anew, TRAIL),
            forget=Pressed(self.press_forget, TRAIL),
        )

    @app_commands.command(description="Stop a run, or take it out of the line")
    @app_commands.describe(run="Which one; your newest if you leave it out. Moderators: the id under anybody's run")
    async def cancel(self, interaction: discord.Interaction, run: str | None = None) -> None:
        await heard(interaction.response.defer(ephemeral=True))
        await self._services.generation.cancel_one(run, who(interaction))
        note = note_embed("🚫 Cancelling. Its message shows what comes of it.")
        await heard(interaction.edit_original_response(embed=note))

    @cancel.autocomplete("run")
    @suggesting
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        mine = self._services.deliveries.list_of(interaction.user.id)
        choices = run_choices(item for item in mine if item.is_under_way)
        return [choice for choice in choices if typed.casefold() in choice.name.casefold()]

    async def press_cancel(self, interaction: discord.Interaction, run_id: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        reply = Reply.on_original(interaction, manner=manner_here(interaction.message))
        await self._services.generation.cancel(run_id, who(interaction), reply)

    async def press_leave(self, interaction: discord.Interaction, delivery: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        await self._services.generation.leave(delivery, who(interaction))

    async def press_refresh(self, interaction: discord.Interaction, run_id: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        reply = Reply.on_original(interaction, manner=manner_here(interaction.message))
        await self._services.generation.refresh(run_id, reply)

    async def press_look(self, interaction: discord.Interaction, trail: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        reply = Reply.on_original(interaction, manner=manner_here(interaction.message))
        await self._services.generation.look(trail, who(interaction), reply)

    async def press_anew(self, interaction: discord.Interaction, trail: str) -> None:
        manner = manner_here(interaction.message)
        check_place(interaction, private=manner.private)
        await heard(interaction.response.defer())
        reply = Reply.on_original(interaction, manner=manner)
        await self._services.generation.anew(trail, who(interaction), reply, cause_of(interaction))

    async def press_forget(self, interaction: discord.Interaction, trail: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        reply = Reply.on_original(interaction, manner=manner_here(interaction.message))
        await self._services.generation.give_up(trail, who(interaction), reply)
