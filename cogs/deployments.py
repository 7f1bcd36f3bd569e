"""`/deployments`: what can be run, and which inputs it has."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.choices import deployment_choices
from cogs.ui.deployments_view import (
    LISTED,
    MAKES,
    Wanted,
    deployment_buttons,
    deployment_embed,
    deployment_text,
    deployments_buttons,
    deployments_embeds,
    listed,
    wanted_by,
    wanted_in,
)
from cogs.ui.door import suggesting
from cogs.ui.heard import heard
from cogs.ui.private import acknowledge
from cogs.ui.stale import old_since
from cogs.ui.who import Pressed, Served
from core.offer import Deployment
from core.runs.estimates import BRIEFLY


class Deployments(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services = bot.services
        bot.presses.update(page=Pressed(self.turn, LISTED), detail=Pressed(self.detail))

    @app_commands.command(description="What can be run, and which inputs it has")
    @app_commands.describe(
        search="Words of a name or a description",
        makes="Only what makes this kind of result",
        deployment="Show the inputs of this one",
    )
    @app_commands.choices(makes=MAKES)
    async def deployments(
        self,
        interaction: discord.Interaction,
        search: app_commands.Range[str, 1, 100] | None = None,
        makes: str | None = None,
        deployment: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        await acknowledge(interaction)
        if deployment is None:
            await self._show(interaction, wanted_by(search, makes))
            return
        found, embed, view = await self._one(interaction, deployment)
        await heard(interaction.edit_original_response(embed=embed, view=view, attachments=_whole(found)))

    @deployments.autocomplete("deployment")
    @suggesting
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._services.offering.suggest(typed, limits.CHOICES, interaction.guild_id)
        return deployment_choices(found)

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back, Next and Show all: which part of the list they lead to."""
        await acknowledge(interaction)
        await self._show(interaction, wanted_in(what))

    async def detail(self, interaction: discord.Interaction, deployment: str) -> None:
        """The menu: one deployment's id."""
        await acknowledge(interaction)
        found, embed, view = await self._one(interaction, deployment)
        await heard(interaction.followup.send(embed=embed, view=view, files=_whole(found), ephemeral=True))

    async def _show(self, interaction: discord.Interaction, wanted: Wanted) -> None:
        kept = await self._services.offering.list(interaction.guild_id)
        page = listed(kept.value, wanted)
        usual = await self._services.estimates.usual_of(page.items, 0 if kept.stale else BRIEFLY)
        allowed = await self._services.offering.allowed(interaction.guild_id)
        embeds, view = deployments_embeds(kept, wanted, page, usual, allowed), deployments_buttons(wanted, page, usual)
        await heard(interaction.edit_original_response(embeds=embeds, view=view))

    async def _one(
        self, interaction: discord.Interaction, wanted: str
    ) -> tuple[Deployment, discord.Embed, discord.ui.View]:
        kept = await self._services.offering.list(interaction.guild_id)
        found = await self._services.offering.find(wanted, interaction.guild_id)
        usual = await self._services.estimates.usual_of([found], 0 if kept.stale else BRIEFLY)
        embed = deployment_embed(found, usual.get(found.id), old_since(kept))
        return found, embed, deployment_buttons(found, self._services.dashboard)


def _whole(deployment: Deployment) -> list[discord.File]:
    text = deployment_text(deployment)
    return [] if text is None else [discord.File(io.BytesIO(text.encode()), "inputs.md")]
