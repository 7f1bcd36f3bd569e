"""What an operator may change at ComfyUI Deploy; each change is a switch of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog

from core.catalog import KINDS, Catalog, What
from core.changes import filled, given, sent, something
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.deployments import NewDeployment
from core.comfydeploy.errors import NotFound
from core.comfydeploy.machines import CustomMachine
from core.deadline import PATIENCE, deadline
from core.errors import CoreError, DeploymentAmbiguous, DeploymentNotFound, NameUnknown
from core.media import Media
from core.offer import Deployment, Offer, deployment_of, labelled
from core.operator_errors import EnvironmentUnclear, SharesOnly, VersionUnknown, WriteOff
from core.workflow_files import WorkflowFiles, read_files

log = structlog.get_logger(__name__)

GPUS: Final = ("CPU", "T4", "L4", "A10G", "L40S", "A100", "A100-80GB", "H100", "H200", "B200")


class Write(StrEnum):
    """The changes, as the setting names them."""

    DEPLOYMENT_CREATE = "deployment.create"
    DEPLOYMENT_UPDATE = "deployment.update"
    DEPLOYMENT_DELETE = "deployment.delete"
    WORKFLOW_UPLOAD = "workflow.upload"
    WORKFLOW_DESCRIBE = "workflow.describe"
    WORKFLOW_DELETE = "workflow.delete"
    MACHINE_ADD = "machine.add"
    MACHINE_UPDATE = "machine.update"
    MACHINE_DELETE = "machine.delete"


_TOUCHES: Final[dict[str, tuple[What, ...]]] = {  # by the first word of a change: the lists that are outdated after it
    "deployment": ("deployments",),
    "workflow": ("workflows", "deployments"),
    "machine": ("machines",),
}
_MACHINE_WORDS: Final = {"auth_token": "token"}  # what an operator knows a field as, if not by its own name


@dataclass(frozen=True, slots=True)
class Target:
    """What a new deployment is made of: workflow and machine by name, label or id; the newest version if left out."""

    workflow: str
    machine: str
    environment: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Of a deployment; None leaves it as it is. `run_timeout` in seconds, `keep_warm` a number of instances."""

    version: int | None = None
    machine: str | None = None
    gpu: str | None = None
    concurrency_limit: int | None = None
    run_timeout: int | None = None
    keep_warm: int | None = None


class Operators:
    """Changes for `by`, a person's id that goes into the log. `allowed` are the changes that are switched on."""

    def __init__(self, api: ComfyDeploy, catalog: Catalog, media: Media, allowed: frozenset[Write]) -> None:
        self._api = api
        self._catalog = catalog
        self._media = media
        self._allowed = allowed

    def check(self, write: Write) -> None:
        """Raises `WriteOff` when this change is switched off."""
        if write not in self._allowed:
            raise WriteOff(write)

    async def find_deployment(self, wanted: str, environment: str | None = None) -> Deployment:
        """Of all environments, whether on offer or not: by id, label or name, or by its workflow's.

        Raises:
            NameUnknown, NameAmbiguous: nothing is called so, or several are.
            EnvironmentUnclear: its workflow is not in this environment, or it is in several and none was named.
            ApiError: ComfyUI Deploy cannot be asked; `NotFoundOrBroken` also for an id that is none.
        """
        try:
            found = await self._catalog.find(wanted)
        except (DeploymentNotFound, DeploymentAmbiguous) as unclear:
            if environment is None and isinstance(unclear, DeploymentAmbiguous):
                raise
            return await self._find_elsewhere(wanted, environment)
        return await self._sibling(found, environment)

    async def create_deployment(self, target: Target, by: int) -> str:
        """Deploy a version, or replace the deployment of the same workflow and environment; gives its id.

        Raises:
            VersionUnknown: the workflow has no such version, or none at all.
            ChangeUnclear, ChangeRefused: as ComfyUI Deploy answered, or did not. So do all changes.
            CoreError: workflow or machine are unknown, this is switched off, or the API cannot be asked.
        """
        with self._change(Write.DEPLOYMENT_CREATE, target.workflow, by):
            async with deadline(PATIENCE):
                workflow = await self._catalog.find_workflow(target.workflow)
                machine = await self._catalog.find_machine(target.machine)
                version_id = await self._version_id(workflow.id, target.version)
            new = NewDeployment(workflow.id, version_id, machine.id, target.environment)
            with sent(Write.DEPLOYMENT_CREATE):
                return (await self._api.deployments.save(new)).id

    async def update_deployment(self, deployment: Deployment, changes: Changes, by: int) -> None:
        """Change what is not None.

        Raises:
            NothingToChange: nothing was asked for.
            CoreError: as `create_deployment`.
        """
        with self._change(Write.DEPLOYMENT_UPDATE, deployment.id, by):
            wanted: dict[str, Any] = given(
                gpu=changes.gpu,
                concurrency_limit=changes.concurrency_limit,
                run_timeout=changes.run_timeout,
                keep_warm=changes.keep_warm,
            )
            async with deadline(PATIENCE):
                if changes.version is not None:
                    wanted["workflow_version_id"] = await self._version_id(deployment.workflow_id, changes.version)
                if changes.machine is not None:
                    wanted["machine_id"] = (await self._catalog.find_machine(changes.machine)).id
            with sent(Write.DEPLOYMENT_UPDATE):
                await self._api.deployments.update(deployment.id, something(wanted))

    def check_deletable(self, deployment: Deployment) -> None:
        """Raises `SharesOnly`: the API deletes no other deployments; or `WriteOff`."""
        self.check(Write.DEPLOYMENT_DELETE)
        if not deployment.environment.endswith("-share"):
            raise SharesOnly(deployment.environment)

    async def delete_deployment(self, deployment_id: str, by: int) -> None:
        with self._change(Write.DEPLOYMENT_DELETE, deployment_id, by), sent(Write.DEPLOYMENT_DELETE):
            await self._api.deployments.delete(deployment_id)

    async def upload_workflow(self, name: str, files: WorkflowFiles, by: int) -> None:
        """A new workflow called `name`.

        Raises:
            WorkflowFileInvalid: a file is no JSON of its kind.
            UploadRefused: a file cannot be fetched or is too large.
            ChangeInvalid: the name is blank.
        """
        with self._change(Write.WORKFLOW_UPLOAD, name, by):
            called, upload = filled("workflow", name), await read_files(self._media, files)
            with sent(Write.WORKFLOW_UPLOAD):
                await self._api.workflows.create(called, upload)

    async def add_version(self, workflow_id: str, files: WorkflowFiles, by: int) -> None:
        """A further version of a workflow. Raises as `upload_workflow`."""
        with self._change(Write.WORKFLOW_UPLOAD, workflow_id, by):
            upload = await read_files(self._media, files)
            with sent(Write.WORKFLOW_UPLOAD):
                await self._api.workflows.add_version(workflow_id, upload)

    async def describe_workflow(self, workflow_id: str, name: str | None, description: str | None, by: int) -> None:
        """Rename it or describe it; a blank description takes it away.

        Raises:
            NothingToChange: neither is given.
            ChangeInvalid: the name is blank.
        """
        with self._change(Write.WORKFLOW_DESCRIBE, workflow_id, by), sent(Write.WORKFLOW_DESCRIBE):
            called = name if name is None else filled("name", name)
            told = description if description is None else description.strip()
            something(given(name=called, description=told))
            await self._api.workflows.update(workflow_id, name=called, description=told)

    async def delete_workflow(self, workflow_id: str, by: int) -> None:
        with self._change(Write.WORKFLOW_DELETE, workflow_id, by), sent(Write.WORKFLOW_DELETE):
            await self._api.workflows.delete(workflow_id)

    async def add_machine(self, machine: CustomMachine, by: int) -> None:
        """Raises `ChangeInvalid`: its name or its token is blank."""
        with self._change(Write.MACHINE_ADD, machine.name, by), sent(Write.MACHINE_ADD):
            token = machine.auth_token and filled("token", machine.auth_token)
            await self._api.machines.add(replace(machine, name=filled("name", machine.name), auth_token=token))

    async def update_machine(self, machine_id: str, changes: Mapping[str, str | None], by: int) -> None:
        """Change `name`, `endpoint` or `auth_token`, those that are not None.

        Raises:
            NothingToChange: none is given.
            ChangeInvalid: one is blank.
        """
        with self._change(Write.MACHINE_UPDATE, machine_id, by), sent(Write.MACHINE_UPDATE):
            wanted = something(given(**changes))
            body = {field: filled(_MACHINE_WORDS.get(field, field), value) for field, value in wanted.items()}
            await self._api.machines.update(machine_id, body)

    async def delete_machine(self, machine_id: str, by: int, *, force: bool = False) -> None:
        """Raises `MachineInUse` or `MachineKeptWarm`, but with `force` not the first."""
        with self._change(Write.MACHINE_DELETE, machine_id, by), sent(Write.MACHINE_DELETE):
            await self._api.machines.delete(machine_id, force=force)

    def refresh(self) -> None:
        """Have every list read anew by whoever asks next."""
        self._catalog.invalidate()

    async def reread(self, patience: float = PATIENCE) -> dict[What, int | CoreError]:
        """Read every list anew, now: how many each has, or why it cannot be read within `patience` seconds."""
        self.refresh()
        counts = await asyncio.gather(*(self._count(kind, patience) for kind in KINDS))
        return dict(zip(KINDS, counts, strict=True))

    async def _count(self, kind: What, patience: float) -> int | CoreError:
        try:
            async with deadline(patience):
                found = (await self._catalog.cache(kind).get(bypass=True)).value
        except CoreError as error:  # it costs nothing of the other lists
            return error
        return len(found.deployments if isinstance(found, Offer) else found.items)

    @contextmanager
    def _change(self, write: Write, what: str, by: int) -> Iterator[None]:
        """A change that is switched on, logged; the lists it touches are outdated even if its answer was lost."""
        self.check(write)
        try:
            yield
            log.info("operator.changed", write=str(write), what=what, user=by)
        finally:
            self._catalog.invalidate(*_TOUCHES[write.partition(".")[0]])

    async def _find_elsewhere(self, wanted: str, environment: str | None) -> Deployment:
        """What is not on offer: by the workflow's id, label or name, else by its own id."""
        try:
            workflow = await self._catalog.find_workflow(wanted)
        except NameUnknown:
            deployment_id = id_in(wanted)
            if deployment_id is None:
                raise
            found = labelled([deployment_of(await self._api.deployments.get(deployment_id))])[0]
            return await self._sibling(found, environment)
        return await self._find_in(workflow.id, workflow.label, environment)

    async def _sibling(self, found: Deployment, environment: str | None) -> Deployment:
        """This one, or that of the same workflow in the environment that was asked for."""
        if environment in {None, found.environment}:
            return found
        return await self._find_in(found.workflow_id, found.name, environment)

    async def _find_in(self, workflow_id: str, called: str, environment: str | None) -> Deployment:
        """The one of this workflow and environment, or its only one."""
        rows = (await self._api.deployments.of_workflow(workflow_id)).rows
        items = labelled(deployment_of(row) for row in rows)
        found = [item for item in items if environment in {None, item.environment}]
        if len(found) != 1:  # of each environment the API keeps one
            raise EnvironmentUnclear(called, environment, [item.environment for item in items])
        return found[0]

    async def _version_id(self, workflow_id: str, number: int | None) -> str:
        if number is not None:
            try:
                return (await self._api.workflows.get_version_by_number(workflow_id, number)).id
            except NotFound:
                raise VersionUnknown(number) from None
        newest = await self._api.workflows.list_versions(workflow_id, limit=1)
        if not newest:
            raise VersionUnknown
        return newest[0].id


def id_in(text: str) -> str | None:
    """The id that this is, as ComfyUI Deploy writes ids; None for anything else. Pure."""
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return None
