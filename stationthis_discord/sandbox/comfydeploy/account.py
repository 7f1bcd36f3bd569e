"""The account: every row there is, who sees which, and how a run begins and ends."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any, Protocol, TypeVar

from stationthis_discord.sandbox.comfydeploy import life, times, worker
from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, stored
from stationthis_discord.sandbox.comfydeploy.nodes import NodeError
from stationthis_discord.sandbox.comfydeploy.pictures import FileRecipe
from stationthis_discord.sandbox.comfydeploy.rows import Asset, Deployment, Machine, Run, Version, Workflow
from stationthis_discord.sandbox.comfydeploy.storage import BROKEN, Storage
from stationthis_discord.sandbox.comfydeploy.table import Table
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

SHARED = ("public-share", "community-share")  # anybody may run these
DAY = 86400.0


class Owned(Protocol):
    @property
    def owner(self) -> Owner: ...


Row = TypeVar("Row", bound=Owned)


@dataclass(frozen=True, slots=True)
class Direct:
    """A version on a machine, run without a deployment."""

    version: Version
    machine: Machine


@dataclass(frozen=True, slots=True)
class Order:
    """What a queue call asks for."""

    target: Deployment | Direct
    owner: Owner
    inputs: Mapping[str, Any]
    webhook: str | None = None
    webhook_intermediate_status: bool = False
    gpu: str | None = None
    origin: str = "api"


def _untold(_: Run) -> None:
    """Nobody follows the runs."""


@dataclass(slots=True)
class Account:
    """All state of a sandbox but its sockets and faults; `pace` multiplies every duration of a run.

    `changed` is told of each run that began, was ended from outside or made older: the clock tells everything else.
    """

    pace: float = 1.0
    faithful: bool = True
    storage: Storage = field(default_factory=Storage)
    behaviour: dict[str, Behaviour] = field(default_factory=dict)
    machines: Table[Machine] = field(default_factory=Table)
    workflows: Table[Workflow] = field(default_factory=Table)
    versions: Table[Version] = field(default_factory=Table)
    deployments: Table[Deployment] = field(default_factory=Table)
    assets: Table[Asset] = field(default_factory=Table)
    runs: dict[str, Run] = field(default_factory=dict)
    changed: Callable[[Run], None] = _untold

    def seen_by(self, owner: Owner, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if owner.owns(row.owner)]

    def live_deployments(self, owner: Owner) -> list[Deployment]:
        """Deployments this owner sees, latest update first; those of deleted workflows are gone."""
        rows = [row for row in self.seen_by(owner, self.deployments) if not row.workflow.deleted]
        return sorted(rows, key=lambda row: row.updated_at, reverse=True)

    def runs_of(self, workflow_id: str, owner: Owner) -> list[Run]:
        """A workflow's runs, newest first."""
        rows = self.seen_by(owner, self.runs.values())
        return [run for run in reversed(rows) if run.workflow.id == workflow_id]

    def add_version(self, version: Version) -> Version:
        version.workflow.versions.append(version)
        return self.versions.add(version)

    async def start(self, order: Order) -> Run:
        """Create the run of an order; from here on its state follows from the clock."""
        version, run_id = order.target.version, str(uuid.uuid4())
        behaviour = self.behaviour.get(version.workflow.name, Behaviour())
        generation = behaviour.node_generation or order.target.machine.node_generation
        graph = version.graph or {}
        chance = uuid.UUID(run_id).int % 2**32
        job = worker.Job(graph, order.inputs, self.load, chance, generation == "old", behaviour)
        work = await asyncio.to_thread(worker.execute, job)
        if work.failure is not None and behaviour.outcome == "success":
            behaviour = replace(behaviour, outcome="failed", error=work.failure)
        run = self._row(run_id, order, behaviour, work)
        self._keep_files(run)
        self.runs[run.id] = run
        self.changed(run)
        return run

    def _keep_files(self, run: Run) -> None:
        files = [file for output in run.outputs for file in output.files]
        keys = [self.storage.put(output_key(run, file.name), file.recipe) for file in files]
        self.storage.broken.update(zip(keys[: run.behaviour.broken_files], cycle(BROKEN), strict=False))

    def add_past(self, runs: Iterable[Run]) -> None:
        """Add runs that were created in the past; the order of all runs stays that of their creation."""
        for run in runs:
            self._keep_files(run)
            self.runs[run.id] = run
        ordered = sorted(self.runs.values(), key=lambda run: run.created)
        self.runs.clear()
        self.runs.update((run.id, run) for run in ordered)

    def state(self, run: Run) -> life.State:
        return run.state(time.monotonic())

    def end(self, run: Run, status: str, *, stamped: bool = True) -> None:
        """End a run now from outside; a run that is over stays as it is."""
        if not self.state(run).final:
            run.stop = life.Stop(status, time.monotonic() - run.created, stamped)
            self.changed(run)

    def age(self, run: Run, seconds: float) -> None:
        """Make a run look older, as if it had been created `seconds` earlier."""
        run.created -= seconds
        run.created_at = run.created_at - times.span(seconds)
        self.changed(run)

    def ahead_of(self, run: Run) -> int | None:
        """How many imaginary and real older runs wait on the same machine; null when this one does not wait."""
        state = self.state(run)
        if state.status not in life.WAITING:
            return None
        older = (other for other in self.runs.values() if other.created < run.created)
        same = (other for other in older if other.machine is run.machine)
        return state.ahead + sum(self._waits(other) for other in same)

    def _waits(self, run: Run) -> bool:
        return self.state(run).status in life.WAITING and time.monotonic() - run.created < DAY

    def _row(self, run_id: str, order: Order, behaviour: Behaviour, work: worker.Work) -> Run:
        version, machine = order.target.version, order.target.machine
        on_machine = [run for run in self.runs.values() if run.machine is machine]
        warm = any(run.version is version for run in on_machine)
        graph = version.graph or {}
        nodes = [(node_id, worker.class_of(graph, node_id)) for node_id in worker.order(graph)]
        deployment = order.target if isinstance(order.target, Deployment) else None
        own_gpu = None if deployment is None else deployment.gpu
        return Run(
            id=run_id,
            version=version,
            machine=machine,
            owner=order.owner,
            workflow_inputs=stored(dict(order.inputs)),
            behaviour=behaviour,
            plan=life.plan_for(nodes, behaviour, life.Machinery(machine.serverless, not on_machine, warm, self.pace)),
            outputs=tuple(work.outputs),
            opened=work.opened,
            created=time.monotonic(),
            created_at=times.now(),
            deployment=deployment,
            webhook=order.webhook,
            webhook_intermediate_status=order.webhook_intermediate_status,
            origin=order.origin,
            gpu=(own_gpu or order.gpu or machine.gpu) if machine.serverless else None,
            modal_function_call_id=f"fc-{secrets.token_hex(12).upper()}" if machine.serverless else None,
        )

    def load(self, value: Json) -> FileRecipe:
        """The file behind an input; only what was uploaded or made here is opened."""
        if not isinstance(value, str) or not value:
            raise NodeError("ValueError", "Invalid url: no file was given.")
        key = self.storage.key_of(value)
        if key is None:
            raise NodeError("ValueError", "Invalid url: the sandbox opens only files it keeps itself.")
        return self.storage.files[key]


def output_key(run: Run, name: str) -> str:
    """The key of an output; without the node, so that equal names in one run replace each other."""
    return f"outputs/runs/{run.id}/{name}"
