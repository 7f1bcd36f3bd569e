"""`/status`: how the bot and ComfyUI Deploy stand, from what is known already."""

from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui.private import acknowledge, show
from cogs.ui.standing import ListAge, Standing, status_embed
from cogs.ui.who import Served
from core.catalog import KINDS, What
from core.services import Services


class Status(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        self._ready_since: datetime | None = None

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Also after a connection that could not be resumed."""
        self._ready_since = datetime.now(UTC)

    @app_commands.command(description="How the bot and ComfyUI Deploy stand")
    async def status(self, interaction: discord.Interaction) -> None:
        await acknowledge(interaction)
        await show(interaction, status_embed(self._standing(interaction.user.id)))

    def _standing(self, user: int) -> Standing:
        services, health = self._services, self._services.api.health
        return Standing(
            reachable_since=health.reachable_since,
            away_since=health.away_since,
            lists=tuple(self._age_of(kind) for kind in KINDS),
            under_way=services.limits.under_way,
            total=services.limits.total,
            mine=services.limits.under_way_of(user),
            my_limit=services.limits.per_user,
            ready_since=self._ready_since,
        )

    def _age_of(self, kind: What) -> ListAge:
        cache = self._services.catalog.cache(kind)
        # to peek at a list that was never read would begin to read it
        kept = None if cache.age is None else cache.peek()
        return ListAge(kind, kept.loaded_at, kept.stale) if kept else ListAge(kind)
