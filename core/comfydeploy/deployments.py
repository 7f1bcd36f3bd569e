"""Deployments: what can be run, and the operator's changes to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy import operations, wire
from core.comfydeploy.errors import NotFound
from core.comfydeploy.models import RunRow, Wire
from core.comfydeploy.records import DeploymentRow, SavedDeployment
from core.comfydeploy.replies import items, parsed, read_items
from core.comfydeploy.transport import Call, Transport

PAGE: Final = 25  # deployments a page: each embeds its whole workflow, and parsing blocks the event loop


@dataclass(frozen=True, slots=True)
class Page:
    """Some deployments, the raw items that could not be read, and how many items the server sent."""

    rows: list[DeploymentRow]
    unreadable: list[object]

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.unreadable)


@dataclass(frozen=True, slots=True)
class NewDeployment:
    """A version on a machine in an environment; one of that workflow and environment is replaced, and keeps its id."""

    workflow_id: str
    version_id: str
    machine_id: str
    environment: str


class _Runs(Wire):
    data: list[Any]


class Deployments:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def page(self, environment: str | None = None, *, is_fluid: bool = False, offset: int = 0) -> Page:
        """Up to `PAGE` deployments from `offset`, newest change first; a shorter page is the last.

        Fluid deployments are in a list of their own. `environment` None means all.
        """
        query = {"is_fluid": str(is_fluid).lower(), "page_size": str(PAGE), "offset": str(offset)}
        if environment is not None:
            query["environment"] = environment
        call = Call(operations.LIST_DEPLOYMENTS, query=query)
        return Page(*items(DeploymentRow, call.name, await self._transport.read(call)))

    async def of_workflow(self, workflow_id: str) -> Page:
        """All of one workflow, in every environment; an empty page when it has none."""
        call = Call(operations.LIST_WORKFLOW_DEPLOYMENTS, ids={"id": workflow_id})
        try:
            return Page(*items(DeploymentRow, call.name, await self._transport.read(call)))
        except NotFound:
            return Page([], [])

    async def get(self, deployment_id: str) -> DeploymentRow:
        """One deployment. Raises `NotFoundOrBroken`: the API answers both alike."""
        call = Call(operations.GET_DEPLOYMENT, ids={"id": deployment_id})
        return parsed(DeploymentRow, call.name, await self._transport.read(call))

    async def save(self, new: NewDeployment) -> SavedDeployment:
        """Make it, or replace the one of the same workflow and environment."""
        body = {
            "workflow_id": wire.checked_id(new.workflow_id),
            "workflow_version_id": wire.checked_id(new.version_id),
            "machine_id": wire.checked_id(new.machine_id),
            "environment": new.environment,
        }
        call = Call(operations.SAVE_DEPLOYMENT, json=body, timeout=self._transport.timeouts.upload)
        return parsed(SavedDeployment, call.name, await self._transport.send(call))

    async def update(self, deployment_id: str, changes: Mapping[str, Any]) -> SavedDeployment:
        """Change one or more of its fields; what is left out stays.

        They are `workflow_version_id`, `machine_id`, `gpu`, `concurrency_limit`, `run_timeout` and `idle_timeout` (in
        seconds) and `keep_warm` (a number of instances).
        """
        slow = self._transport.timeouts.upload
        call = Call(operations.UPDATE_DEPLOYMENT, ids={"id": deployment_id}, json=dict(changes), timeout=slow)
        return parsed(SavedDeployment, call.name, await self._transport.send(call))

    async def delete(self, deployment_id: str) -> None:
        """Delete a share. Others the API does not delete: it answers `NotFoundOrBroken`."""
        slow = self._transport.timeouts.upload
        await self._transport.send(Call(operations.DELETE_DEPLOYMENT, ids={"id": deployment_id}, timeout=slow))

    async def deactivate(self, deployment_id: str) -> None:
        """Stop its machine. For one without a machine of its own the API answers 500 although it is done."""
        await self._transport.send(Call(operations.DEACTIVATE_DEPLOYMENT, ids={"id": deployment_id}))

    async def list_runs(self, deployment_id: str, limit: int = 60) -> list[RunRow]:
        """Its newest runs, without inputs and outputs."""
        call = Call(operations.LIST_DEPLOYMENT_RUNS, ids={"id": deployment_id}, query={"limit": str(limit)})
        found = parsed(_Runs, call.name, await self._transport.read(call)).data
        return read_items(RunRow, found)[0]
