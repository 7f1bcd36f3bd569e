"""`/deployments`: what can be run, and which inputs it has."""

import io
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.buttons import list_buttons
from cogs.ui.choices import deployment_choices
from cogs.ui.embeds import deployment_embed, deployment_text, deployments_embed
from cogs.ui.who import Served
from core.catalog import Catalog, Deployment

if TYPE_CHECKING:
    from discord.types.interactions import SelectMessageComponentInteractionData


class Deployments(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._catalog: Catalog = bot.services.catalog
        bot.presses.update(page=self.turn, detail=self.detail)

    @app_commands.command(description="What can be run, and which inputs it has")
    @app_commands.describe(deployment="Show the inputs of this one")
    async def deployments(
        self, interaction: discord.Interaction, deployment: app_commands.Range[str, 1, 200] | None = None
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        if deployment is None:
            await interaction.edit_original_response(**await self._page(0))
        else:
            found = await self._catalog.find(deployment)
            await interaction.edit_original_response(embed=deployment_embed(found), attachments=_whole(found))

    @deployments.autocomplete("deployment")
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return deployment_choices(self._catalog.suggest(typed, limits.CHOICES))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next: `<page>-<which button>`."""
        await interaction.response.defer()
        await interaction.edit_original_response(**await self._page(int(what.partition("-")[0])))

    async def detail(self, interaction: discord.Interaction, _: str) -> None:
        """The menu: one deployment's id."""
        await interaction.response.defer()
        data = cast("SelectMessageComponentInteractionData", interaction.data)
        found = await self._catalog.find(data["values"][0])
        await interaction.followup.send(embed=deployment_embed(found), files=_whole(found), ephemeral=True)

    async def _page(self, page: int) -> dict[str, Any]:
        kept = await self._catalog.list_deployments()
        return {"embed": deployments_embed(kept, page), "view": list_buttons(kept.value, page)}


def _whole(deployment: Deployment) -> list[discord.File]:
    text = deployment_text(deployment)
    return [] if text is None else [discord.File(io.BytesIO(text.encode()), "inputs.md")]
