"""`/server buttons`, `upscaler` and `gallery`: what holds for results in a whole server."""

from typing import Final, Literal

import discord
from discord import app_commands
from discord.ext import commands

from cogs.settings import managed
from cogs.ui import limits
from cogs.ui.choices import deployment_choices
from cogs.ui.door import suggesting
from cogs.ui.gallery import ServerWall
from cogs.ui.private import acknowledge, show
from cogs.ui.settings_view import rules_embed
from cogs.ui.who import Served
from core.people.house import Rules, takes_picture
from core.services import Services

NONE: Final = "none"
_WIDER: Final = 4  # times as many deployments are looked for as are shown: not all of them take a picture


class PostChannel(app_commands.Transformer):
    """A channel in which messages are posted one below the other; threads and forums are not on offer."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, _: discord.Interaction, value: app_commands.AppCommandChannel, /
    ) -> app_commands.AppCommandChannel:
        """As it is: without the guild cache there is no more to it."""
        return value


Who = Literal["everyone", "owner"]
Off = Literal["off"]
Name = app_commands.Range[str, 1, 200]
TextChannel = app_commands.Transform[app_commands.AppCommandChannel, PostChannel]


class ServerResults(commands.Cog):
    """Its commands are added to `server`, the group that `cogs.settings` has the others of."""

    def __init__(self, bot: Served, server: app_commands.Group) -> None:
        self._services: Services = bot.services
        self._offering = bot.services.offering
        for callback, name, about in (
            (self.set_buttons, "buttons", "Who may press the buttons of a result"),
            (self.set_upscaler, "upscaler", "What makes a picture larger: results get the button Upscale"),
            (self.set_gallery, "gallery", "Where the results go that people keep: they get the button Keep"),
        ):
            server.add_command(app_commands.Command(name=name, description=about, callback=callback))

    @app_commands.describe(who="everyone; or owner: only who asked for it, others can make their own copy")
    async def set_buttons(self, interaction: discord.Interaction, who: Who) -> None:
        await acknowledge(interaction)
        rules = await self._services.house.change(managed(interaction), owners_only=who == "owner")
        await self._show(interaction, rules)

    @suggesting
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._offering.suggest(typed, limits.CHOICES * _WIDER, interaction.guild_id)
        choices = deployment_choices([item for item in found if takes_picture(item)][: limits.CHOICES - 1])
        return [*choices, app_commands.Choice(name="none: results have no Upscale", value=NONE)]

    @app_commands.describe(deployment="One that takes a picture: type to search; none switches it off")
    @app_commands.autocomplete(deployment=suggest)
    async def set_upscaler(self, interaction: discord.Interaction, deployment: Name) -> None:
        await acknowledge(interaction)
        guild = managed(interaction)
        found = None if deployment == NONE else await self._offering.find(deployment, guild)
        await self._show(interaction, await self._services.house.name_upscaler(guild, found))

    @app_commands.describe(
        channel="Where the results go; the bot says so there at once", turn="off: no gallery. What is in it stays there"
    )
    async def set_gallery(
        self, interaction: discord.Interaction, channel: TextChannel | None = None, turn: Off | None = None
    ) -> None:
        """Nothing is set that does not work: whether the bot may post there is known when it did."""
        await acknowledge(interaction)
        guild = managed(interaction)
        rules = await self._services.house.rules(guild)
        if turn is not None:
            rules = await self._services.house.change(guild, gallery=None)
        elif channel is not None:
            await ServerWall(interaction.client, guild).open(channel.id)
            rules = await self._services.house.change(guild, gallery=channel.id)
        await self._show(interaction, rules)

    async def _show(self, interaction: discord.Interaction, rules: Rules) -> None:
        await show(interaction, rules_embed(rules, await self._offering.peek(interaction.guild_id)))
