"""`/operator`: what the bot's owner and team do to ComfyUI Deploy, in the admin server only."""

import discord
from discord import app_commands

from cogs.operator_deployments import DeploymentCommands
from cogs.operator_desk import DELETE_DEPLOYMENT, DELETE_MACHINE, DELETE_WORKFLOW, FORCE_MACHINE, Desk
from cogs.operator_machines import MachineCommands
from cogs.operator_rights import Rights
from cogs.operator_workflows import WorkflowCommands
from cogs.ui.buttons import RUN
from cogs.ui.changed import KEPT, nothing_embed
from cogs.ui.confirm import KEEP
from cogs.ui.private import show
from cogs.ui.standing import refreshed_embed, stats_embed
from cogs.ui.who import Pressed, Served


class Operator(app_commands.Group):
    """The whole group; to be added to the tree for one server. What is pressed in its questions is registered here."""

    def __init__(self, bot: Served, client: discord.Client) -> None:
        super().__init__(
            name="operator",
            description="For the owner and the team of this bot",
            guild_only=True,
            default_permissions=discord.Permissions(administrator=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self._desk = desk = Desk(bot.services, Rights(client.application_info))
        deployments, workflows, machines = DeploymentCommands(desk), WorkflowCommands(desk), MachineCommands(desk)
        for group in (deployments, workflows, machines):
            self.add_command(group)
        bot.presses.update(
            {
                DELETE_DEPLOYMENT: Pressed(deployments.press_delete, RUN),
                DELETE_WORKFLOW: Pressed(workflows.press_delete, RUN),
                DELETE_MACHINE: Pressed(machines.press_delete, RUN),
                FORCE_MACHINE: Pressed(machines.press_force, RUN),
                KEEP: Pressed(self.press_keep, RUN),
            }
        )

    @app_commands.command(description="Read all lists of ComfyUI Deploy anew, now")
    async def refresh(self, interaction: discord.Interaction) -> None:
        await self._desk.admit(interaction)
        found = await self._desk.services.operators.reread()
        offer = self._desk.services.catalog.peek()
        await show(interaction, refreshed_embed(found, len(offer.value.unreadable) if offer else 0))

    @app_commands.command(description="What was counted since the bot started")
    async def stats(self, interaction: discord.Interaction) -> None:
        await self._desk.admit(interaction)
        await show(interaction, stats_embed(self._desk.services.metrics.totals()))

    async def press_keep(self, interaction: discord.Interaction, _: str) -> None:
        await self._desk.admit(interaction)
        await show(interaction, nothing_embed(KEPT))
