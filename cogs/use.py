"""*Use as input…* in the menu of any message: its pictures and other files go into a deployment."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from cogs.forms import Forms
from cogs.picking import Picking
from cogs.ui.buttons import chosen
from cogs.ui.form_view import DRAFT
from cogs.ui.heard import heard
from cogs.ui.picker import Place
from cogs.ui.private import acknowledge
from cogs.ui.usable import usable_in
from cogs.ui.using import one_of, which_message
from cogs.ui.who import Pressed, Served, check_place, who
from core.comfydeploy.values import Given
from core.forms.form import NothingUsable
from core.services import Services


class Use(commands.Cog):
    def __init__(self, bot: Served, forms: Forms, tree: app_commands.CommandTree[commands.AutoShardedBot]) -> None:
        self._services: Services = bot.services
        self._forms = forms
        self._picking = Picking(bot.services)
        tree.add_command(app_commands.ContextMenu(name="Use as input…", callback=self.use))
        bot.presses.update(which=Pressed(self.pick, DRAFT, is_menu=True))

    async def use(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Of several files one is asked for, before the deployment is."""
        check_place(interaction)
        await acknowledge(interaction)
        found = usable_in(message)
        if not found:
            raise NothingUsable
        draft = self._services.forms.begin(who(interaction), Given(attached=found), is_wanted=True)
        if len(found) > 1:
            await heard(interaction.edit_original_response(**which_message(draft.id, found)))
        else:
            await self._picking.show(interaction, Place(draft.id, 0))

    async def pick(self, interaction: discord.Interaction, draft: str) -> None:
        """One of several files; what it is for is asked next, unless it is known."""
        actor = who(interaction)
        begun = self._services.forms.begun(draft, actor)
        picked = one_of(begun.given.attached, chosen(interaction))
        self._services.forms.give(draft, actor, replace(begun.given, attached=picked))
        if begun.aim is not None:
            await self._forms.pick(interaction, draft, begun.aim)
            return
        await heard(interaction.response.defer())
        await self._picking.show(interaction, Place(draft, 0))
