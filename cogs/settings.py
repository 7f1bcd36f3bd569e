"""`/settings` for everybody, and `/server` for those who manage a server: whether the ends of runs call people."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui.private import acknowledge, show
from cogs.ui.settings_view import server_embed, settings_embed
from cogs.ui.who import Served
from core.people.preferences import ManagersOnly, Preferences

Switch = Literal["on", "off"]


class Settings(commands.Cog):
    server = app_commands.Group(
        name="server",
        description="What holds for this whole server",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, bot: Served) -> None:
        store = bot.services.store
        self._preferences = Preferences(store.settings if store else None)

    @app_commands.command(description="What you have set for yourself; say what is to be different")
    @app_commands.describe(pings="Call me when a run of more than 30 seconds ends")
    async def settings(self, interaction: discord.Interaction, pings: Switch | None = None) -> None:
        await acknowledge(interaction)
        user, guild = interaction.user.id, interaction.guild_id
        if pings is None:
            found = await self._preferences.of_person(user, guild)
        else:
            found = await self._preferences.change_person(user, guild, pings=pings == "on")
        await show(interaction, settings_embed(found))

    @server.command(name="show", description="What is set for this server")
    async def show_server(self, interaction: discord.Interaction) -> None:
        await acknowledge(interaction)
        guild = _managed(interaction)
        await show(interaction, server_embed(pings=await self._preferences.server_pings(guild)))

    @server.command(name="pings", description="Whether people are called here when a run of theirs ends")
    @app_commands.describe(to="off: a quiet server, nobody is called here; on: everybody decides for themselves")
    async def set_pings(self, interaction: discord.Interaction, to: Switch) -> None:
        await acknowledge(interaction)
        guild = _managed(interaction)
        await show(interaction, server_embed(pings=await self._preferences.change_server(guild, pings=to == "on")))


def _managed(interaction: discord.Interaction) -> int:
    """The server, if this person manages it: who is offered the command can be set differently there.

    Raises:
        ManagersOnly: they do not, or this is no server.
    """
    held = interaction.permissions
    if interaction.guild_id is None or not (held.manage_guild or held.administrator):
        raise ManagersOnly
    return interaction.guild_id
