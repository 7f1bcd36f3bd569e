"""`/workflows`: what ComfyUI Deploy has, with versions, and what of it can be run."""

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.buttons import PAGE
from cogs.ui.door import suggesting
from cogs.ui.lists import named_choices, workflow_embed, workflow_options, workflows_embed, workflows_page
from cogs.ui.paging import Verbs, page_in, paging
from cogs.ui.private import acknowledge, show, show_beside
from cogs.ui.who import Pressed, Served
from core.catalog import Catalog
from core.details import Details

_VERBS: Final = Verbs("wpage", "wdetail", "Show the versions of…")


class Workflows(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._catalog: Catalog = bot.services.catalog
        self._details = Details(bot.services.api, self._catalog)
        bot.presses.update({_VERBS.page: Pressed(self.turn, PAGE), _VERBS.detail: Pressed(self.detail)})

    async def cog_unload(self) -> None:
        await self._details.aclose()

    @app_commands.command(description="The workflows in ComfyUI Deploy, with their versions")
    @app_commands.describe(workflow="Show this one: type to search")
    async def workflows(
        self, interaction: discord.Interaction, workflow: app_commands.Range[str, 1, 200] | None = None
    ) -> None:
        await acknowledge(interaction)
        if workflow is None:
            await self._show(interaction, 0)
        else:
            await show(interaction, workflow_embed(await self._details.of_workflow(workflow)))

    @workflows.autocomplete("workflow")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_workflows(typed, limits.CHOICES))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next."""
        await acknowledge(interaction)
        await self._show(interaction, page_in(what))

    async def detail(self, interaction: discord.Interaction, workflow_id: str) -> None:
        """The menu: one workflow's id."""
        await acknowledge(interaction)
        await show_beside(interaction, workflow_embed(await self._details.of_workflow(workflow_id)))

    async def _show(self, interaction: discord.Interaction, number: int) -> None:
        kept = await self._catalog.list_workflows()
        page = workflows_page(kept.value, number)
        await show(interaction, workflows_embed(kept, page), paging(page, workflow_options(page), _VERBS))
