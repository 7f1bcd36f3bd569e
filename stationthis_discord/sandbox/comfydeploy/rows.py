"""The rows of the account: machines, workflows, versions, deployments, runs and assets, as the database keeps them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, NodeGeneration
from stationthis_discord.sandbox.comfydeploy.life import Plan, State, Stop, state_at
from stationthis_discord.sandbox.comfydeploy.output import Output
from stationthis_discord.sandbox.comfydeploy.pictures import FileRecipe
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

SERVERLESS: Final = "comfy-deploy-serverless"
CLASSIC: Final = "classic"
SHARES: Final = ("public-share", "private-share", "community-share")
_NAMESPACE = uuid.UUID("5f3c5f0e-57a7-4b0c-9d3e-6a3f2c1d0b9e")


def row_id(*names: object) -> str:
    """The same id for the same names, so that a restarted sandbox still knows what a bot remembers."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(str(name) for name in names)))


def new_id() -> str:
    """The id of a row that a caller made."""
    return str(uuid.uuid4())


@dataclass(slots=True)
class Machine:
    id: str
    name: str
    type: str  # one of `MachineType`
    owner: Owner
    created_at: datetime
    updated_at: datetime
    gpu: str | None = None
    node_generation: NodeGeneration = "new"
    deleted: bool = False
    endpoint: str = "not-ready"
    auth_token: str | None = None
    keep_warm: int = 0

    @property
    def serverless(self) -> bool:
        return self.type == SERVERLESS


@dataclass(slots=True)
class Workflow:
    id: str
    name: str
    owner: Owner
    machine: Machine | None  # the one selected in the dashboard
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    deleted: bool = False
    pinned: bool = False
    cover_image: str | None = None
    versions: list["Version"] = field(default_factory=list, repr=False, compare=False)  # oldest first


@dataclass(slots=True)
class Version:
    id: str
    workflow: Workflow
    number: int
    graph: Any  # JSON, API format; null when the workflow was never exported
    drawing: Any  # JSON, the editor's format
    machine: Machine | None
    created_at: datetime
    comment: str | None = None
    comfyui_snapshot: Any = None
    snapshot: Any = None


@dataclass(slots=True)
class Deployment:
    id: str
    workflow: Workflow
    version: Version
    machine: Machine
    environment: str
    owner: Owner  # who made it, whosever workflow it is
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    share_slug: str | None = None
    modal_image_id: str | None = None  # set: the deployment is "fluid"
    modal_app_id: str | None = None
    activated_at: datetime | None = None
    gpu: str | None = None
    concurrency_limit: int = 2
    run_timeout: int = 300
    idle_timeout: int = 0
    keep_warm: int = 0

    @property
    def name(self) -> str:
        return self.workflow.name


@dataclass(slots=True)
class Asset:
    """A file of the dashboard's file browser."""

    id: str
    owner: Owner
    name: str
    path: str
    file_size: int
    url: str
    mime_type: str
    created_at: datetime


@dataclass(slots=True)
class Run:
    """One run. `created` is on the monotonic clock; everything about its progress follows from the elapsed time.

    Version and machine are those it was queued with: the deployment may have changed since, or be null. `opened` are
    the files that the machine fetched for its inputs, by input id.
    """

    id: str
    version: Version
    machine: Machine
    owner: Owner
    workflow_inputs: Any
    behaviour: Behaviour
    plan: Plan
    outputs: tuple[Output, ...]
    created: float
    created_at: datetime
    opened: Mapping[str, tuple[FileRecipe, ...]] = field(default_factory=dict)
    deployment: Deployment | None = None
    webhook: str | None = None
    webhook_intermediate_status: bool = False
    origin: str = "api"
    gpu: str | None = None
    modal_function_call_id: str | None = None
    batch_id: str | None = None
    stop: Stop | None = None

    def state(self, now: float) -> State:
        """What is true at `now` (monotonic seconds)."""
        return state_at(self.plan, now - self.created, self.stop)

    @property
    def workflow(self) -> Workflow:
        return self.version.workflow

    @property
    def generation(self) -> NodeGeneration:
        return self.behaviour.node_generation or self.machine.node_generation
