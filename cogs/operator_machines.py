"""`/operator machine`: the machines that somebody runs themselves; none of their tokens is ever shown."""

import discord
from discord import app_commands

from cogs.operator_desk import DELETE_MACHINE, FORCE_MACHINE, Desk
from cogs.ui import limits
from cogs.ui.changed import GONE, added, deleted, done_embed, nothing_embed, updated
from cogs.ui.confirm import about_machine, about_machine_in_use
from cogs.ui.door import suggesting
from cogs.ui.lists import kind_words, named_choices
from cogs.ui.private import show
from cogs.ui.stale import old_since
from core.comfydeploy.errors import MachineInUse
from core.comfydeploy.machines import CUSTOM_TYPES, CustomMachine
from core.endpoints import machine_endpoint
from core.operators import Write

Name = app_commands.Range[str, 1, 100]
Pick = app_commands.Range[str, 1, 200]
Address = app_commands.Range[str, 1, 500]
Token = app_commands.Range[str, 1, 1000]


class MachineCommands(app_commands.Group):
    def __init__(self, desk: Desk) -> None:
        super().__init__(name="machine", description="Machines of your own")
        self._desk = desk
        self._catalog = desk.services.catalog
        self._operators = desk.services.operators

    @app_commands.command(description="Add a machine of your own by its address")
    @app_commands.describe(
        name="What it is to be called",
        type="What answers at its address",
        endpoint="Its address: https://…",
        token="What it wants to be asked with, if anything; it is never shown again",  # noqa: S106 -- words about it
    )
    @app_commands.choices(type=[app_commands.Choice(name=kind_words(kind), value=kind) for kind in CUSTOM_TYPES])
    async def add(
        self,
        interaction: discord.Interaction,
        name: Name,
        type: str,  # noqa: A002 -- what the option is called
        endpoint: Address,
        token: Token | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.MACHINE_ADD)
        machine = CustomMachine(name, type, machine_endpoint(endpoint), token)
        await self._operators.add_machine(machine, user)
        await show(interaction, done_embed(added(name)))

    @app_commands.command(description="Change a machine of your own: what is left out stays as it is")
    @app_commands.describe(
        machine="Which one: type to search",
        name="What it is to be called",
        endpoint="Its address: https://…",
        token="What it wants to be asked with; it is never shown again",  # noqa: S106 -- words about it
    )
    async def update(
        self,
        interaction: discord.Interaction,
        machine: Pick,
        name: Name | None = None,
        endpoint: Address | None = None,
        token: Token | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.MACHINE_UPDATE)
        found = await self._catalog.find_machine(machine)
        address = machine_endpoint(endpoint) if endpoint else None
        await self._operators.update_machine(found.id, {"name": name, "endpoint": address, "auth_token": token}, user)
        asked = {"name": name, "address": address, "token": "replaced" if token else None}
        await show(interaction, done_embed(updated(found.label, asked)))

    @app_commands.command(description="Delete a machine")
    @app_commands.describe(machine="Which one: type to search")
    async def delete(self, interaction: discord.Interaction, machine: Pick) -> None:
        await self._desk.admit(interaction, Write.MACHINE_DELETE)
        machines, offer = await self._catalog.list_machines(), await self._catalog.list_deployments()
        found = machines.value.choose(machine)
        users, since = offer.value.on_machine.get(found.id, ()), old_since(machines, offer)
        await self._desk.ask(interaction, about_machine(DELETE_MACHINE, found, users, since))

    async def press_delete(self, interaction: discord.Interaction, machine_id: str) -> None:
        await self._delete(interaction, machine_id, force=False)

    async def press_force(self, interaction: discord.Interaction, machine_id: str) -> None:
        """Delete anyway: what uses it was named in the question."""
        await self._delete(interaction, machine_id, force=True)

    async def _delete(self, interaction: discord.Interaction, machine_id: str, *, force: bool) -> None:
        user = await self._desk.admit(interaction, Write.MACHINE_DELETE)
        with self._desk.once(machine_id, user):
            found = (await self._catalog.list_machines()).value.by_id.get(machine_id)
            if found is None:
                await show(interaction, nothing_embed(GONE))
                return
            try:
                await self._operators.delete_machine(found.id, user, force=force)
            except MachineInUse as used:
                await self._desk.ask(interaction, about_machine_in_use(FORCE_MACHINE, found, used.workflows))
                return
        await show(interaction, done_embed(deleted(found.label)))

    @update.autocomplete("machine")
    @delete.autocomplete("machine")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_machines(typed, limits.CHOICES))
