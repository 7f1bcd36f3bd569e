"""An operator at a desk: everything that may be changed, around a fast sandbox, with all lists in memory."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.catalog import KINDS, Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.values import Source
from core.hosts import Hosts
from core.media import Media
from core.offer import ENVIRONMENTS, Deployment
from core.operators import Operators, Write
from core.workflow_files import WorkflowFiles
from stationthis_discord.sandbox.comfydeploy import Call, ComfyDeploySandbox

BY = 1001
EVERYTHING = frozenset(Write)
NO_HOSTS = Hosts()
DRAWING = {"nodes": [{"id": 1, "type": "SaveImage"}], "links": [], "version": 0.4}
GRAPH = {"1": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}


@dataclass(frozen=True, slots=True)
class Desk:
    sandbox: ComfyDeploySandbox
    catalog: Catalog
    operators: Operators

    @property
    def changes(self) -> list[Call]:
        """The calls that changed something, or could have."""
        return [call for call in self.sandbox.calls if call.method != "GET"]

    @property
    def change(self) -> tuple[str, str, Any]:
        """The only change: method, path and body."""
        (call,) = self.changes
        return call.method, call.path.removeprefix("/api"), call.body

    async def read_everything(self) -> set[str]:
        """Read every list; which of them were asked for."""
        self.sandbox.calls.clear()
        for read in (self.catalog.list_deployments, self.catalog.list_workflows, self.catalog.list_machines):
            await read()
        return {call.path.removeprefix("/api/") for call in self.sandbox.calls}

    async def deployment(self, name: str, environment: str = "production") -> Deployment:
        return await self.catalog.find(self.sandbox.deployment(name, environment).id)


@asynccontextmanager
async def at_desk(
    sandbox: ComfyDeploySandbox,
    api: ComfyDeploy,
    allowed: Collection[Write] = EVERYTHING,
    inputs: Hosts = NO_HOSTS,
    environments: tuple[str, ...] = ENVIRONMENTS,
) -> AsyncIterator[Desk]:
    """A desk with these changes switched on and these environments on offer; files are taken from `inputs`."""
    async with AsyncExitStack() as stack:
        media = await stack.enter_async_context(Media.connect(inputs=inputs, attachments=NO_HOSTS, outputs=NO_HOSTS))
        terms = Terms(environments, 3600.0, 3600.0)
        catalog = await stack.enter_async_context(aclosing(Catalog(api, terms)))
        desk = Desk(sandbox, catalog, Operators(api, catalog, media, frozenset(allowed)))
        assert await desk.read_everything() == set(KINDS)
        sandbox.calls.clear()
        yield desk


def source(folder: Path, name: str, content: object) -> Source:
    """A local file of these bytes, or of this as JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    path = folder / name
    path.write_bytes(raw)
    return Source(name, path, len(raw))


def workflow_files(folder: Path, drawing: object = DRAWING, graph: object = GRAPH) -> WorkflowFiles:
    return WorkflowFiles(source(folder, "flow.json", drawing), source(folder, "flow_api.json", graph), "by hand")
