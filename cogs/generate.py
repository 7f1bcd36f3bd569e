"""`/generate`: run a deployment."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.choices import deployment_choices
from cogs.ui.door import suggesting
from cogs.ui.heard import heard
from cogs.ui.reply import Reply
from cogs.ui.who import Served, cause_of, check_place, who
from core.comfydeploy.values import Given, Source
from core.forms.wish import Manner, Wish
from core.services import Services

Words = app_commands.Range[str, 1, limits.OPTION_TEXT]


class Generate(commands.Cog):
    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services

    @app_commands.command(description="Run a deployment, and watch one message until the result is there")
    @app_commands.describe(
        deployment="What to run: type to search; your last one, or a list to pick from, if you leave it out",
        prompt="What you want to see",
        negative="What you do not want to see",
        image="The picture to start from",
        seed="The same seed with the same inputs makes the same result; random if you leave it out",
        more_inputs="Show a form with all its inputs first",
        inputs='Other inputs in one line: name=value; name="quoted; value"',
        spoiler="Cover the files of the result until they are clicked",
        private="Only you see it",
        count="How many, with different seeds",
    )
    async def generate(  # noqa: PLR0913, PLR0917 -- one parameter for each option of the command
        self,
        interaction: discord.Interaction,
        deployment: app_commands.Range[str, 1, 200] | None = None,
        prompt: Words | None = None,
        negative: Words | None = None,
        image: discord.Attachment | None = None,
        seed: app_commands.Range[int, 0, limits.LARGEST_INTEGER] | None = None,
        more_inputs: bool = False,
        inputs: Words | None = None,
        spoiler: bool = False,
        private: bool = False,
        count: app_commands.Range[int, 1, 10] = 1,
    ) -> None:
        given, manner = Given(prompt, negative, seed, _source(image)), Manner(private, spoiler)
        wish = Wish(
            who(interaction), deployment, given, inputs or "", cause_of(interaction), more_inputs, manner, count
        )
        check_place(interaction, private=private)
        await self._services.generation.check(wish)
        answer = await heard(interaction.response.defer(ephemeral=private))
        await self._services.generation.start(wish, Reply.on_original(interaction, answer, manner=manner))

    @generate.autocomplete("deployment")
    @suggesting
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._services.offering.suggest(typed, limits.CHOICES, interaction.guild_id)
        return deployment_choices(found)


def _source(attachment: discord.Attachment | None) -> Source | None:
    return Source(attachment.filename, attachment.url, attachment.size, attached=True) if attachment else None
