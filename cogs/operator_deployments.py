"""`/operator deployment`: make, change and delete what can be run."""

import discord
from discord import app_commands

from cogs.operator_desk import DELETE_DEPLOYMENT, Desk
from cogs.ui import limits
from cogs.ui.changed import GONE, deleted, deployed, done_embed, nothing_embed, updated
from cogs.ui.choices import any_deployment_choices
from cogs.ui.confirm import about_deployment
from cogs.ui.door import suggesting
from cogs.ui.lists import named_choices
from cogs.ui.private import show
from cogs.ui.stale import old_since
from core.comfydeploy.errors import NotFoundOrBroken
from core.errors import NameUnknown
from core.offer import ENVIRONMENTS, PRODUCTION
from core.operators import GPUS, Changes, Target, Write

Name = app_commands.Range[str, 1, 200]


class DeploymentCommands(app_commands.Group):
    def __init__(self, desk: Desk) -> None:
        super().__init__(name="deployment", description="Deployments: what can be run")
        self._desk = desk
        self._catalog = desk.services.catalog
        self._operators = desk.services.operators

    @app_commands.command(description="Deploy a version of a workflow; replaces what that environment had")
    @app_commands.describe(
        workflow="Of what: type to search",
        machine="Where it runs: type to search",
        environment="production if you leave it out",
        version="Its number; the newest if you leave it out",
    )
    @app_commands.choices(environment=[app_commands.Choice(name=name, value=name) for name in ENVIRONMENTS])
    async def create(
        self,
        interaction: discord.Interaction,
        workflow: Name,
        machine: Name,
        environment: str = PRODUCTION,
        version: app_commands.Range[int, 1, 100_000] | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.DEPLOYMENT_CREATE)
        found, place = await self._catalog.find_workflow(workflow), await self._catalog.find_machine(machine)
        await self._operators.create_deployment(Target(found.id, place.id, environment, version), user)
        await show(interaction, done_embed(deployed(found.label, environment, place.label, version)))

    @app_commands.command(description="Change a deployment: what is left out stays as it is")
    @app_commands.describe(
        deployment="Which one: type to search",
        environment="If its workflow is deployed to several, or not on offer here",
        version="The number of the workflow's version",
        machine="Where it runs: type to search",
        gpu="On what kind of GPU",
        concurrency="How many runs at once",
        timeout="Seconds a run may take",
        keep_warm="How many instances wait for runs; they cost all the time",
    )
    @app_commands.choices(
        gpu=[app_commands.Choice(name=name, value=name) for name in GPUS],
        environment=[app_commands.Choice(name=name, value=name) for name in ENVIRONMENTS],
    )
    async def update(  # noqa: PLR0913, PLR0917 -- one parameter for each option of the command
        self,
        interaction: discord.Interaction,
        deployment: Name,
        environment: str | None = None,
        version: app_commands.Range[int, 1, 100_000] | None = None,
        machine: Name | None = None,
        gpu: str | None = None,
        concurrency: app_commands.Range[int, 1, 1000] | None = None,
        timeout: app_commands.Range[int, 1, 86_400] | None = None,  # noqa: ASYNC109 -- an option of the command
        keep_warm: app_commands.Range[int, 0, 100] | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.DEPLOYMENT_UPDATE)
        found = await self._operators.find_deployment(deployment, environment)
        place = await self._catalog.find_machine(machine) if machine else None
        changes = Changes(version, place.id if place else None, gpu, concurrency, timeout, keep_warm)
        await self._operators.update_deployment(found, changes, user)
        asked = {
            "version": version,
            "machine": place.label if place else None,
            "GPU": gpu,
            "runs at once": concurrency,
            "seconds a run": timeout,
            "kept warm": keep_warm,
        }
        await show(interaction, done_embed(updated(found.label, asked)))

    @app_commands.command(description="Delete a share; ComfyUI Deploy deletes no other deployments")
    @app_commands.describe(
        deployment="Which one: type to search",
        environment="If its workflow is deployed to several, or not on offer here",
    )
    @app_commands.choices(environment=[app_commands.Choice(name=name, value=name) for name in ENVIRONMENTS])
    async def delete(self, interaction: discord.Interaction, deployment: Name, environment: str | None = None) -> None:
        await self._desk.admit(interaction, Write.DEPLOYMENT_DELETE)
        found = await self._operators.find_deployment(deployment, environment)
        self._operators.check_deletable(found)
        offer = await self._catalog.list_deployments()
        since = old_since(offer) if found.id in offer.value.listing.by_id else None
        await self._desk.ask(interaction, about_deployment(DELETE_DEPLOYMENT, found, since))

    async def press_delete(self, interaction: discord.Interaction, deployment_id: str) -> None:
        user = await self._desk.admit(interaction, Write.DEPLOYMENT_DELETE)
        with self._desk.once(deployment_id, user):
            try:
                found = await self._operators.find_deployment(deployment_id)
            except (NameUnknown, NotFoundOrBroken):  # the API tells the id of one that is gone as a fault
                await show(interaction, nothing_embed(GONE))
                return
            self._operators.check_deletable(found)
            await self._operators.delete_deployment(found.id, user)
        await show(interaction, done_embed(deleted(found.label)))

    @create.autocomplete("workflow")
    @suggesting
    async def suggest_workflow(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_workflows(typed, limits.CHOICES))

    @create.autocomplete("machine")
    @update.autocomplete("machine")
    @suggesting
    async def suggest_machine(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_machines(typed, limits.CHOICES))

    @update.autocomplete("deployment")
    @delete.autocomplete("deployment")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        workflows = self._catalog.suggest_workflows(typed, limits.CHOICES)
        return any_deployment_choices(self._catalog.suggest(typed, limits.CHOICES), workflows)
