"""Workflows and their versions."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy import operations, wire
from core.comfydeploy.errors import Refused, WrongAddress
from core.comfydeploy.paging import every_item
from core.comfydeploy.records import NewWorkflow, Version, VersionRow, Workflow
from core.comfydeploy.replies import items, parsed
from core.comfydeploy.transport import Call, Transport

PAGE: Final = 500  # workflows a page: they are small
# of the custom nodes, which older servers want with each version, and nobody here knows
_SNAPSHOT: Final[Mapping[str, object]] = {"comfyui": "", "git_custom_nodes": {}, "file_custom_nodes": []}


@dataclass(frozen=True, slots=True)
class Upload:
    """A workflow as ComfyUI saves it: `drawing` for the editor, `graph` in API format, which is what runs."""

    drawing: Mapping[str, Any]
    graph: Mapping[str, Any]
    machine_id: str | None = None
    comment: str | None = None


class Workflows:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def page(self, *, search: str = "", offset: int = 0) -> list[Workflow]:
        """Up to `PAGE` workflows from `offset`, pinned first, then newest change; `search` is a part of the name."""
        return (await self._page(search, offset))[0]

    async def list_all(self) -> list[Workflow]:
        """Every workflow."""
        return await every_item(functools.partial(self._page, ""), PAGE)

    async def get(self, workflow_id: str) -> Workflow:
        call = Call(operations.GET_WORKFLOW, ids={"id": workflow_id}, query={"limit": "1"})
        return parsed(Workflow, call.name, await self._transport.read(call))

    async def list_versions(self, workflow_id: str, *, limit: int = 25, offset: int = 0) -> list[VersionRow]:
        """Its versions, newest first, without their graphs."""
        query = {"limit": str(limit), "offset": str(offset)}
        call = Call(operations.LIST_VERSIONS, ids={"id": workflow_id}, query=query)
        return items(VersionRow, call.name, await self._transport.read(call))[0]

    async def get_version(self, version_id: str) -> Version:
        """One version by its id; older servers have this, too."""
        call = Call(operations.GET_VERSION, ids={"id": version_id})
        return parsed(Version, call.name, await self._transport.read(call))

    async def get_version_by_number(self, workflow_id: str, number: int) -> Version:
        route = operations.GET_VERSION_BY_NUMBER
        call = Call(route, ids={"id": workflow_id}, numbers={"number": number})
        return parsed(Version, call.name, await self._transport.read(call))

    async def create(self, name: str, upload: Upload) -> str:
        """A new workflow with a first version; gives its id. With a machine a preview deployment is made, too.

        Older servers have the same path for another body, and refuse today's before anything is made.
        """
        body: dict[str, Any] = {
            "name": name,
            "workflow_json": json.dumps(upload.drawing),  # text here, objects for a further version
            "workflow_api": json.dumps(upload.graph),
        }
        if upload.machine_id is not None:
            body["machine_id"] = wire.checked_id(upload.machine_id)
        slow = self._transport.timeouts.upload
        call = Call(operations.CREATE_WORKFLOW, json=body, timeout=slow)
        try:
            return parsed(NewWorkflow, call.name, await self._transport.send(call)).workflow_id
        except Refused:
            if not await self._is_older():
                raise
        older = {"workflow_name": name, "workflow": dict(upload.drawing), "workflow_api": dict(upload.graph)}
        call = Call(operations.CREATE_WORKFLOW, json={**older, "snapshot": _SNAPSHOT}, timeout=slow)
        return parsed(NewWorkflow, call.name, await self._transport.send(call)).workflow_id

    async def add_version(self, workflow_id: str, upload: Upload) -> None:
        """A further version of a workflow. Older servers take it under `POST /workflow`."""
        graphs = {"workflow": dict(upload.drawing), "workflow_api": dict(upload.graph)}
        body: dict[str, Any] = dict(graphs)
        if upload.comment:
            body["comment"] = upload.comment
        if upload.machine_id is not None:
            body["machine_id"] = wire.checked_id(upload.machine_id)
        route, slow = operations.ADD_VERSION, self._transport.timeouts.upload
        before = {"workflow_id": wire.checked_id(workflow_id), **graphs, "snapshot": _SNAPSHOT}
        older = Call(route.before, json=before, timeout=slow)
        await self._transport.send(Call(route, ids={"id": workflow_id}, json=body, timeout=slow, older=older))

    async def update(self, workflow_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Rename or describe it; what is None stays."""
        changes = {"name": name, "description": description}
        await self._change(workflow_id, {key: value for key, value in changes.items() if value is not None})

    async def pin(self, workflow_id: str, *, pinned: bool) -> None:
        """A call of its own: with `pinned` in it the API ignores everything else."""
        await self._change(workflow_id, {"pinned": pinned})

    async def delete(self, workflow_id: str) -> None:
        """Hide it for good; its deployments cannot be run any more."""
        slow = self._transport.timeouts.upload
        await self._transport.send(Call(operations.DELETE_WORKFLOW, ids={"id": workflow_id}, timeout=slow))

    async def clone(self, workflow_id: str, name: str | None = None) -> Workflow:
        call = Call(operations.CLONE_WORKFLOW, ids={"id": workflow_id}, json={"name": name} if name else {})
        return parsed(Workflow, call.name, await self._transport.send(call))

    async def _page(self, search: str, offset: int) -> tuple[list[Workflow], list[object]]:
        query = {"limit": str(PAGE), "offset": str(offset)} | ({"search": search} if search else {})
        call = Call(operations.LIST_WORKFLOWS, query=query)
        return items(Workflow, call.name, await self._transport.read(call))

    async def _is_older(self) -> bool:
        """Whether the server has no lists: then it is one of those before they were made."""
        try:
            await self.page()
        except WrongAddress:
            return True
        return False

    async def _change(self, workflow_id: str, changes: Mapping[str, Any]) -> None:
        slow = self._transport.timeouts.upload
        call = Call(operations.UPDATE_WORKFLOW, ids={"id": workflow_id}, json=dict(changes), timeout=slow)
        await self._transport.send(call)
