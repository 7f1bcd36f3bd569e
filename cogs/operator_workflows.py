"""`/operator workflow`: upload, describe and delete workflows."""

from dataclasses import dataclass
from typing import Final

import discord
from discord import app_commands

from cogs.operator_desk import DELETE_WORKFLOW, Desk, source_of
from cogs.ui import limits
from cogs.ui.changed import GONE, deleted, done_embed, nothing_embed, updated, uploaded
from cogs.ui.confirm import about_workflow
from cogs.ui.door import suggesting
from cogs.ui.lists import named_choices, upload_choices
from cogs.ui.private import show
from cogs.ui.stale import old_since
from core.errors import NameUnknown
from core.operators import Write, id_in
from core.workflow_files import WorkflowFiles

Name = app_commands.Range[str, 1, 100]
Pick = app_commands.Range[str, 1, 200]
_LONGEST: Final = 2000  # characters of a comment or a description


@dataclass(frozen=True, slots=True)
class _Known:
    """A workflow that exists."""

    id: str
    label: str


class WorkflowCommands(app_commands.Group):
    def __init__(self, desk: Desk) -> None:
        super().__init__(name="workflow", description="Workflows and their versions")
        self._desk = desk
        self._catalog = desk.services.catalog
        self._operators = desk.services.operators

    @app_commands.command(description="Upload a new workflow, or a further version of one")
    @app_commands.describe(
        workflow="One that exists gets a further version; any other name becomes a new workflow",
        drawing="The workflow as the editor saves it (JSON)",
        api="The same in API format (JSON)",
        comment="What is different in a further version",
    )
    async def upload(
        self,
        interaction: discord.Interaction,
        workflow: Name,
        drawing: discord.Attachment,
        api: discord.Attachment,
        comment: app_commands.Range[str, 1, _LONGEST] | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.WORKFLOW_UPLOAD)
        files = WorkflowFiles(source_of(drawing), source_of(api), comment)
        found = await self._known(workflow)
        if found is None:
            await self._operators.upload_workflow(workflow, files, user)
        else:
            await self._operators.add_version(found.id, files, user)
        name = workflow if found is None else found.label
        await show(interaction, done_embed(uploaded(name, is_new=found is None)))

    @app_commands.command(description="Rename or describe a workflow")
    @app_commands.describe(
        workflow="Which one: type to search", name="What it is to be called", description="What it is good for"
    )
    async def describe(
        self,
        interaction: discord.Interaction,
        workflow: Pick,
        name: Name | None = None,
        description: app_commands.Range[str, 1, _LONGEST] | None = None,
    ) -> None:
        user = await self._desk.admit(interaction, Write.WORKFLOW_DESCRIBE)
        found = await self._catalog.find_workflow(workflow)
        await self._operators.describe_workflow(found.id, name, description, user)
        told = description if description is None else description.strip() or "taken away"
        await show(interaction, done_embed(updated(found.label, {"name": name, "description": told})))

    @app_commands.command(description="Delete a workflow with all its versions and deployments")
    @app_commands.describe(workflow="Which one: type to search")
    async def delete(self, interaction: discord.Interaction, workflow: Pick) -> None:
        await self._desk.admit(interaction, Write.WORKFLOW_DELETE)
        workflows, offer = await self._catalog.list_workflows(), await self._catalog.list_deployments()
        found = workflows.value.choose(workflow)
        gone, since = offer.value.of_workflow.get(found.id, ()), old_since(workflows, offer)
        await self._desk.ask(interaction, about_workflow(DELETE_WORKFLOW, found, gone, since))

    async def press_delete(self, interaction: discord.Interaction, workflow_id: str) -> None:
        user = await self._desk.admit(interaction, Write.WORKFLOW_DELETE)
        with self._desk.once(workflow_id, user):
            found = (await self._catalog.list_workflows()).value.by_id.get(workflow_id)
            if found is None:
                await show(interaction, nothing_embed(GONE))
                return
            await self._operators.delete_workflow(found.id, user)
        await show(interaction, done_embed(deleted(found.label)))

    @upload.autocomplete("workflow")
    @suggesting
    async def suggest_upload(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return upload_choices(typed, self._catalog.suggest_workflows(typed, limits.CHOICES))

    @describe.autocomplete("workflow")
    @delete.autocomplete("workflow")
    @suggesting
    async def suggest(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return named_choices(self._catalog.suggest_workflows(typed, limits.CHOICES))

    async def _known(self, wanted: str) -> _Known | None:
        """The workflow that this means, None for a new name; by a list read now, for a second of a name helps nobody.

        Where there is no list, as on older servers, an id is taken for what it says.

        Raises:
            NameUnknown: it is the id of one that is gone, and no name.
        """
        listing = (await self._catalog.workflows.get(bypass=True)).value
        try:
            found = listing.choose(wanted)
        except NameUnknown:
            workflow_id = id_in(wanted)
            if workflow_id is None:
                return None
            if listing.items:
                raise
            return _Known(workflow_id, workflow_id)
        return _Known(found.id, found.label)
