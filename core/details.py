"""One workflow or one machine with all that is known of it; what cannot be read now is None, and costs nothing else."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from core.cache import CachedByKey, Counters, Kept
from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, NotFound
from core.comfydeploy.records import Machine, VersionRow, Workflow
from core.deadline import PATIENCE, deadline
from core.errors import NameUnknown, TookTooLong
from core.offer import Deployment, Named

_ALWAYS_ANEW: Final = 0.0  # people look at a single one after a change; who asks at the same time shares the answer

SHARE: Final = 8.0  # seconds for the parts, which are read at once; the rest of a person's wait is for the list

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkflowDetails:
    """`versions` are newest first, `deployments` those on offer, `machine` is the selected one's label.

    `whole` is the workflow read by itself, which has the description; `old_since` when the oldest part was read of
    those that could not be read anew.
    """

    workflow: Named[Workflow]
    whole: Workflow | None = None
    versions: tuple[VersionRow, ...] | None = None
    deployments: tuple[Deployment, ...] | None = None
    machine: str | None = None
    old_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MachineDetails:
    """As `WorkflowDetails`: `whole` has the limits, `deployments` are those on offer that run on it."""

    machine: Named[Machine]
    whole: Machine | None = None
    deployments: tuple[Deployment, ...] | None = None
    old_since: datetime | None = None


class Details:
    """Reads single things, and puts together what the catalog knows of them. To be closed.

    `share` are the seconds after which a part counts as one that cannot be read.
    """

    def __init__(self, api: ComfyDeploy, catalog: Catalog, share: float = SHARE) -> None:
        self._api = api
        self._catalog = catalog
        self._share = share
        self._workflows = CachedByKey(self._read_workflow, _ALWAYS_ANEW)
        self._machines = CachedByKey(self._read_machine, _ALWAYS_ANEW)

    async def of_workflow(self, wanted: str) -> WorkflowDetails:
        """The workflow with this id, label or name.

        Raises:
            NameUnknown, NameAmbiguous: none any more, or several of this name.
            ApiError: the list of workflows cannot be read, and never was.
            TookTooLong: the same, for no answer came in time.
        """
        async with deadline(PATIENCE - self._share):
            found = await self._catalog.find_workflow(wanted)
        whole, versions, offer, machines = await asyncio.gather(
            self._if_known(self._workflows.get(found.id)),
            self._if_known(self._catalog.list_versions(found.id)),
            self._if_known(self._catalog.list_deployments()),
            self._if_known(self._catalog.list_machines()),
        )
        record = _there(whole, found.label) or found.record
        selected = machines.value.by_id.get(record.selected_machine_id or "") if machines else None
        return WorkflowDetails(
            found,
            whole.value if whole else None,
            tuple(versions.value) if versions else None,
            tuple(offer.value.of_workflow.get(found.id, ())) if offer else None,
            selected.label if selected else None,
            _old_since(whole, versions, offer),
        )

    async def of_machine(self, wanted: str) -> MachineDetails:
        """The machine with this id, label or name; raises as `of_workflow`."""
        async with deadline(PATIENCE - self._share):
            found = await self._catalog.find_machine(wanted)
        whole, offer = await asyncio.gather(
            self._if_known(self._machines.get(found.id)), self._if_known(self._catalog.list_deployments())
        )
        return MachineDetails(
            found,
            _there(whole, found.label),
            tuple(offer.value.on_machine.get(found.id, ())) if offer else None,
            _old_since(whole, offer),
        )

    @property
    def counters(self) -> Counters:
        """How the single workflows and machines were used since the start."""
        return self._workflows.counters + self._machines.counters

    async def aclose(self) -> None:
        await self._workflows.aclose()
        await self._machines.aclose()

    async def _if_known(self, kept: Awaitable[Kept[T]]) -> Kept[T] | None:
        try:
            async with deadline(self._share):
                return await kept
        except (ApiError, TookTooLong):
            return None

    async def _read_workflow(self, workflow_id: str) -> Workflow | None:
        try:
            return await self._api.workflows.get(workflow_id)
        except NotFound:  # an answer, and not a failure behind which the last good one may be shown
            return None

    async def _read_machine(self, machine_id: str) -> Machine | None:
        try:
            return await self._api.machines.get(machine_id)
        except NotFound:
            return None


def _there(kept: Kept[T | None] | None, label: str) -> T | None:
    """The record, None when it cannot be read. Raises `NameUnknown` when it was deleted since the list was read."""
    if kept is None:
        return None
    if kept.value is None:
        raise NameUnknown(label)
    return kept.value


def _old_since(*parts: Kept[Any] | None) -> datetime | None:
    return min((part.loaded_at for part in parts if part and part.stale), default=None)
