"""What runs made in a sandbox, and a `Gathering` that brings it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.models import Run
from core.hosts import Hosts, trusted_host
from core.media import Media, Network
from core.results.gathering import Gathering
from core.results.ladder import Ladder
from core.runs.view import RunView
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults, outputs

MIB: Final = 2**20
ASKED: Final = datetime(2026, 1, 2, tzinfo=UTC)
_NETWORK: Final = Network(aiohttp.ClientTimeout(total=0.5), pauses=(0.0,))


@dataclass(frozen=True)
class Brought:
    """The view with what was brought, and the bytes of its files."""

    view: RunView
    contents: list[bytes]

    @property
    def names(self) -> list[str]:
        """As the run calls its files."""
        return [item.media.filename for item in self.view.files]


@dataclass(frozen=True)
class Depot:
    """A sandbox and a `Gathering` of its runs."""

    sandbox: ComfyDeploySandbox
    gathering: Gathering

    async def made(self, *kinds: str, **behaviour: Any) -> Run:  # noqa: ANN401 -- any behaviour
        """A run that is over and saved these kinds, of each one file unless told otherwise, as the API tells it."""
        name = f"flow {len(self.sandbox.deployments)}"
        row = self.sandbox.add_deployment(name, outputs.workflow(*kinds, size=32))
        self.sandbox.behaviour[name] = Behaviour(**behaviour)
        (run,) = self.sandbox.add_runs(row, [{"prompt": "a fox", "seed": 7}])
        return await self.gathering.api.runs.get(run.id)

    async def brought(self, run: Run, limit: int = 10 * MIB) -> Brought:
        async with AsyncExitStack() as files:
            view = await self.gathering.fetch(view_of(run), run, limit, files)
            return Brought(view, [item.file.read() for item in view.files])

    @property
    def keeping(self) -> "Depot":
        """As it is where the operator leaves embedded metadata in."""
        return replace(self, gathering=replace(self.gathering, ladder=Ladder(keep_metadata=True)))

    def saved(self, run: Run) -> dict[str, str]:
        """ComfyUI's key of each file that is a result, by name, as they were made."""
        rows = self.sandbox.runs[run.id].outputs
        return {file.name: row.kind for row in rows for file in row.files if file.extra.get("type") != "temp"}

    def key(self, run: Run, number: int) -> str:
        """In the storage, of the file of this number, counted from 0."""
        return f"outputs/runs/{run.id}/{list(self.saved(run))[number]}"

    def spoil(self, run: Run, number: int, fault: Fault) -> faults.Rule:
        return self.sandbox.faults.add("GET", f"/files/{self.key(run, number)}", fault)

    def reads(self, run: Run) -> int:
        return sum((call.method, call.path) == ("GET", f"/api/run/{run.id}") for call in self.sandbox.calls)


def view_of(run: Run) -> RunView:
    return RunView(deployment="A Fox!", requester=1, asked_at=ASKED, run_id=run.id, run=run, seed=7, prompt="a fox")


@asynccontextmanager
async def a_depot(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Depot]:
    hosts = Hosts(trusted=frozenset({trusted_host(sandbox.url)}))
    async with Media.connect(inputs=hosts, attachments=hosts, outputs=hosts, network=_NETWORK) as media:
        yield Depot(sandbox, Gathering(api, media, Ladder()))
