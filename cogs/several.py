"""Several runs at once: the question what they cost, the button that cancels all, the menu that brings one."""

from dataclasses import replace

import discord
from discord.ext import commands

from cogs.forms import Forms
from cogs.ui import form_view
from cogs.ui.buttons import RUN, chosen
from cogs.ui.heard import heard
from cogs.ui.private import show_beside
from cogs.ui.reply import Reply
from cogs.ui.results import asked_for_by, manner_of
from cogs.ui.sheet_view import AGREE, CANCEL_ALL, ONE, SHEET, cost_message, stopped_embed
from cogs.ui.who import Pressed, Served, check_awake, check_place, who
from core.errors import ButtonUnknown
from core.runs.several import CostNeeded
from core.services import Services


class SeveralAtOnce(commands.Cog):
    def __init__(self, bot: Served, forms: Forms) -> None:
        self._services: Services = bot.services
        self._forms = forms
        bot.remedies.update({CostNeeded: self.ask})
        bot.presses.update(
            {
                AGREE: Pressed(self.press_agree, form_view.DRAFT),
                CANCEL_ALL: Pressed(self.press_cancel_all, SHEET),
                ONE: Pressed(self.pick_one, SHEET, is_menu=True),
            }
        )

    async def ask(self, interaction: discord.Interaction, needed: CostNeeded) -> None:
        await self._forms.answer(interaction, cost_message(needed))

    async def press_agree(self, interaction: discord.Interaction, draft: str) -> None:
        self._services.generation.agree(draft, who(interaction))
        await self._forms.run(interaction, draft)

    async def press_cancel_all(self, interaction: discord.Interaction, sheet: str) -> None:
        check_awake(interaction)
        await heard(interaction.response.defer())
        stopped = await self._services.generation.cancel_all(sheet, who(interaction))
        if stopped.others:
            await show_beside(interaction, stopped_embed(stopped))

    async def pick_one(self, interaction: discord.Interaction, _: str) -> None:
        """In a message of its own, with all that can be done with it; for who asked, as public as the others are."""
        run_id = next(iter(chosen(interaction)), "")
        if not RUN.fullmatch(run_id):
            raise ButtonUnknown(ONE)
        manner = manner_of(interaction.message)
        if not asked_for_by(interaction.message, interaction.user.id):
            manner = replace(manner, private=True)
        check_place(interaction, private=manner.private)
        answer = await heard(interaction.response.defer(ephemeral=manner.private, thinking=True))
        await self._services.generation.recall(run_id, Reply.on_original(interaction, answer, manner=manner))
