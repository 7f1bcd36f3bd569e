"""`/deployments`: what can be run, and which inputs it has."""

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.buttons import PAGE, list_buttons
from cogs.ui.choices import deployment_choices
from cogs.ui.door import suggesting
from cogs.ui.embeds import deployment_embed, deployment_text, deployments_embed
from cogs.ui.heard import heard
from cogs.ui.stale import old_since
from cogs.ui.who import Pressed, Served
from core.catalog import Catalog
from core.offer import Deployment, choose


class Deployments(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._catalog: Catalog = bot.services.catalog
        bot.presses.update(page=Pressed(self.turn, PAGE), detail=Pressed(self.detail))

    @app_commands.command(description="What can be run, and which inputs it has")
    @app_commands.describe(deployment="Show the inputs of this one")
    async def deployments(
        self, interaction: discord.Interaction, deployment: app_commands.Range[str, 1, 200] | None = None
    ) -> None:
        await heard(interaction.response.defer(ephemeral=True))
        if deployment is None:
            page = await self._page(0)
            await heard(interaction.edit_original_response(**page))
        else:
            found, embed = await self._one(deployment)
            await heard(interaction.edit_original_response(embed=embed, attachments=_whole(found)))

    @deployments.autocomplete("deployment")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return deployment_choices(self._catalog.suggest(typed, limits.CHOICES))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next: `<page>-<which button>`."""
        await heard(interaction.response.defer())
        page = await self._page(int(what.partition("-")[0]))
        await heard(interaction.edit_original_response(**page))

    async def detail(self, interaction: discord.Interaction, deployment: str) -> None:
        """The menu: one deployment's id."""
        await heard(interaction.response.defer())
        found, embed = await self._one(deployment)
        await heard(interaction.followup.send(embed=embed, files=_whole(found), ephemeral=True))

    async def _one(self, wanted: str) -> tuple[Deployment, discord.Embed]:
        kept = await self._catalog.list_deployments()
        found = choose(kept.value, wanted)
        return found, deployment_embed(found, old_since(kept))

    async def _page(self, page: int) -> dict[str, Any]:
        kept = await self._catalog.list_deployments()
        return {"embed": deployments_embed(kept, page), "view": list_buttons(kept.value, page)}


def _whole(deployment: Deployment) -> list[discord.File]:
    text = deployment_text(deployment)
    return [] if text is None else [discord.File(io.BytesIO(text.encode()), "inputs.md")]
