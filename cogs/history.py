"""`/runs` and `/show`: a person's earlier runs, and one of them brought back with its buttons."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.choices import deployment_choices
from cogs.ui.door import suggesting
from cogs.ui.heard import heard
from cogs.ui.history_view import OUTCOMES, TURN, asked_in, history_message, outcome_by, past_choices
from cogs.ui.private import acknowledge
from cogs.ui.reply import Answer, Reply
from cogs.ui.who import Pressed, Served, check_awake, check_place, who
from core.forms.wish import Manner
from core.runs.history_page import Page
from core.runs.past import Found
from core.services import Services


class History(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        bot.presses.update(past=Pressed(self.turn, TURN), recall=Pressed(self.recall))

    @app_commands.command(description="Your runs: how they ended, and what they made")
    @app_commands.describe(deployment="Only runs of this one", status="Only runs that stand so")
    @app_commands.choices(status=OUTCOMES)
    async def runs(
        self,
        interaction: discord.Interaction,
        deployment: app_commands.Range[str, 1, 200] | None = None,
        status: str | None = None,
    ) -> None:
        await acknowledge(interaction)
        history, outcome = self._services.history, outcome_by(status)
        await _show(interaction, await history.page(who(interaction), deployment=deployment, outcome=outcome))

    @runs.autocomplete("deployment")
    @suggesting
    async def suggest_deployment(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._services.offering.suggest(typed, limits.CHOICES, interaction.guild_id)
        return deployment_choices(found)

    @app_commands.command(description="Bring one of your runs back, with its files and buttons")
    @app_commands.describe(
        run="Type to search, or the id under the run",
        private="Only you will see it; as it was shown before if you leave it out",
        spoiler="Cover its files until they are clicked; as before if you leave it out",
    )
    async def show(
        self,
        interaction: discord.Interaction,
        run: app_commands.Range[str, 1, 100],
        private: bool | None = None,
        spoiler: bool | None = None,
    ) -> None:
        is_private = await self._services.history.is_private(run, who(interaction), private)
        check_place(interaction, private=is_private)
        answer = await heard(interaction.response.defer(ephemeral=is_private))
        found = await self._services.history.find(run, who(interaction))
        await self._bring(interaction, answer, found, Manner(is_private, found.hidden if spoiler is None else spoiler))

    @show.autocomplete("run")
    @suggesting
    async def suggest_run(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._services.history.suggest(typed, who(interaction), limits.CHOICES)
        return past_choices(found, discord.utils.utcnow())

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Newer and Older: which part of the list they lead to."""
        await acknowledge(interaction)
        deployment, outcome, place = asked_in(what)
        history = self._services.history
        await _show(
            interaction, await history.page(who(interaction), deployment=deployment, outcome=outcome, place=place)
        )

    async def recall(self, interaction: discord.Interaction, run_id: str) -> None:
        """The menu: a run of the list, shown to the same person only."""
        check_awake(interaction)
        answer = await heard(interaction.response.defer(ephemeral=True, thinking=True))
        found = await self._services.history.find(run_id, who(interaction))
        await self._bring(interaction, answer, found, Manner(private=True, hidden=found.hidden))

    async def _bring(
        self, interaction: discord.Interaction, answer: Answer | None, found: Found, manner: Manner
    ) -> None:
        reply = Reply.on_original(interaction, answer, manner=manner)
        await self._services.generation.recall(found.run_id, reply)


async def _show(interaction: discord.Interaction, page: Page) -> None:
    await heard(interaction.edit_original_response(**history_message(page)))
