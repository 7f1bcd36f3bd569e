"""`/settings` for everybody, and `/server` for those who manage a server: calls, and what may be run there.

What `/server` sets for results is in `cogs.server_results`.
"""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui import limits
from cogs.ui.allowing import (
    ALLOW,
    ALLOW_ALL,
    ALLOW_NONE,
    DEFAULT,
    NO_DEFAULT,
    PLACE,
    TURN,
    TURNED,
    Place,
    allowing_embed,
    allowing_menus,
    first_place,
    shown_in,
)
from cogs.ui.buttons import chosen
from cogs.ui.choices import deployment_choices
from cogs.ui.door import suggesting
from cogs.ui.private import acknowledge, show
from cogs.ui.settings_view import server_embed, settings_embed
from cogs.ui.who import Pressed, Served
from core.people.preferences import ManagersOnly, Preferences
from core.services import Services

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
        self._services: Services = bot.services
        self._offering = bot.services.offering
        bot.presses.update(
            {
                ALLOW: Pressed(self.allow, PLACE, is_menu=True),
                ALLOW_ALL: Pressed(self.allow_all, PLACE),
                ALLOW_NONE: Pressed(self.allow_none, PLACE),
                DEFAULT: Pressed(self.set_default, PLACE, is_menu=True),
                TURN: Pressed(self.turn, TURNED),
            }
        )

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
        guild = managed(interaction)
        await self._server(interaction, guild, pings=await self._preferences.server_pings(guild))

    @server.command(name="pings", description="Whether people are called here when a run of theirs ends")
    @app_commands.describe(to="off: a quiet server, nobody is called here; on: everybody decides for themselves")
    async def set_pings(self, interaction: discord.Interaction, to: Switch) -> None:
        await acknowledge(interaction)
        guild = managed(interaction)
        await self._server(interaction, guild, pings=await self._preferences.change_server(guild, pings=to == "on"))

    @server.command(name="deployments", description="What may be run here, and what is run where nobody says what")
    @app_commands.describe(
        default="Have this run where nobody says what", search="Only what is found by these words, to pick from"
    )
    async def show_deployments(
        self,
        interaction: discord.Interaction,
        default: app_commands.Range[str, 1, 200] | None = None,
        search: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        await acknowledge(interaction)
        guild = managed(interaction)
        if default is not None:
            await self._prefer(guild, default)
        await self._panel(interaction, guild, first_place(search))

    @show_deployments.autocomplete("default")
    @suggesting
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return deployment_choices(await self._offering.suggest(typed, limits.CHOICES, interaction.guild_id))

    async def allow(self, interaction: discord.Interaction, what: str) -> None:
        """The first menu: of what it shows, what may be run."""
        await acknowledge(interaction)
        guild = managed(interaction)
        await self._offering.pick(guild, shown_in(interaction), chosen(interaction))
        await self._panel(interaction, guild, Place.read(what))

    async def allow_all(self, interaction: discord.Interaction, what: str) -> None:
        """The button that lifts all limits."""
        await acknowledge(interaction)
        guild = managed(interaction)
        await self._offering.change(guild, ids=None)
        await self._panel(interaction, guild, Place.read(what))

    async def allow_none(self, interaction: discord.Interaction, what: str) -> None:
        """The button that allows nothing, so that a few are picked quickly."""
        await acknowledge(interaction)
        guild = managed(interaction)
        await self._offering.change(guild, ids=())
        await self._panel(interaction, guild, Place.read(what))

    async def set_default(self, interaction: discord.Interaction, what: str) -> None:
        """The second menu: one deployment's id, or none."""
        await acknowledge(interaction)
        guild = managed(interaction)
        for wanted in chosen(interaction):
            await self._prefer(guild, None if wanted == NO_DEFAULT else wanted)
        await self._panel(interaction, guild, Place.read(what))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """To another page of either menu."""
        await acknowledge(interaction)
        await self._panel(interaction, managed(interaction), Place.read(what))

    async def _prefer(self, guild: int, wanted: str | None) -> None:
        default = None if wanted is None else (await self._offering.find(wanted, guild)).id
        await self._offering.change(guild, default=default)

    async def _server(self, interaction: discord.Interaction, guild: int, *, pings: bool) -> None:
        allowed, offer = await self._offering.allowed(guild), await self._offering.peek(None)
        rules = await self._services.house.rules(guild)
        await show(interaction, server_embed(pings=pings, allowed=allowed, rules=rules, offer=offer))

    async def _panel(self, interaction: discord.Interaction, guild: int, place: Place) -> None:
        kept, allowed = await self._offering.list(None), await self._offering.allowed(guild)
        await show(interaction, allowing_embed(kept, allowed, place), allowing_menus(kept.value, allowed, place))


def managed(interaction: discord.Interaction) -> int:
    """The server, if this person manages it: who is offered the command can be set differently there.

    Raises:
        ManagersOnly: they do not, or this is no server.
    """
    held = interaction.permissions
    if interaction.guild_id is None or not (held.manage_guild or held.administrator):
        raise ManagersOnly
    return interaction.guild_id
