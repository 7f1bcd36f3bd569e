"""`/machines`: what runs are executed on, and how it stands."""

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.buttons import PAGE
from cogs.ui.door import suggesting
from cogs.ui.lists import machine_embed, machine_options, machines_embed, machines_page, named_choices
from cogs.ui.paging import Verbs, page_in, paging
from cogs.ui.private import acknowledge, show, show_beside
from cogs.ui.who import Pressed, Served
from core.catalog import Catalog
from core.details import Details

_VERBS: Final = Verbs("mpage", "mdetail", "Show the limits of…")


class Machines(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._catalog: Catalog = bot.services.catalog
        self._details = Details(bot.services.api, self._catalog)
        bot.presses.update({_VERBS.page: Pressed(self.turn, PAGE), _VERBS.detail: Pressed(self.detail)})

    async def cog_unload(self) -> None:
        await self._details.aclose()

    @app_commands.command(description="The machines in ComfyUI Deploy, and how they stand")
    @app_commands.describe(machine="Show this one: type to search")
    async def machines(
        self, interaction: discord.Interaction, machine: app_commands.Range[str, 1, 200] | None = None
    ) -> None:
        await acknowledge(interaction)
        if machine is None:
            await self._show(interaction, 0)
        else:
            await show(interaction, machine_embed(await self._details.of_machine(machine)))

    @machines.autocomplete("machine")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_machines(typed, limits.CHOICES))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next."""
        await acknowledge(interaction)
        await self._show(interaction, page_in(what))

    async def detail(self, interaction: discord.Interaction, machine_id: str) -> None:
        """The menu: one machine's id."""
        await acknowledge(interaction)
        await show_beside(interaction, machine_embed(await self._details.of_machine(machine_id)))

    async def _show(self, interaction: discord.Interaction, number: int) -> None:
        kept = await self._catalog.list_machines()
        page = machines_page(kept.value, number)
        await show(interaction, machines_embed(kept, page), paging(page, machine_options(page), _VERBS))
