"""The rows of the account: machines, workflows, versions, deployments and runs, as the API's database keeps them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, NodeGeneration
from stationthis_discord.sandbox.comfydeploy.life import Plan, State, Stop, state_at
from stationthis_discord.sandbox.comfydeploy.output import Output
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

SERVERLESS: Final = "comfy-deploy-serverless"
CLASSIC: Final = "classic"
MachineType = Literal["comfy-deploy-serverless", "classic"]
_NAMESPACE = uuid.UUID("5f3c5f0e-57a7-4b0c-9d3e-6a3f2c1d0b9e")


def row_id(*names: object) -> str:
    """The same id for the same names, so that a restarted sandbox still knows what a bot remembers."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(str(name) for name in names)))


@dataclass(slots=True)
class Machine:
    id: str
    name: str
    type: MachineType
    owner: Owner
    created_at: datetime
    gpu: str | None = None
    node_generation: NodeGeneration = "new"
    deleted: bool = False

    @property
    def serverless(self) -> bool:
        return self.type == SERVERLESS


@dataclass(slots=True)
class Workflow:
    id: str
    name: str
    owner: Owner
    machine: Machine
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    deleted: bool = False
    pinned: bool = False


@dataclass(slots=True)
class Version:
    id: str
    workflow: Workflow
    number: int
    graph: Any  # JSON, API format; null when the workflow was never exported
    drawing: Any  # JSON, the editor's format
    machine: Machine
    created_at: datetime
    comment: str | None = None


@dataclass(slots=True)
class Deployment:
    id: str
    version: Version
    machine: Machine
    environment: str
    created_at: datetime
    updated_at: datetime
    modal_image_id: str | None = None  # set: the deployment is "fluid"
    gpu: str | None = None

    @property
    def workflow(self) -> Workflow:
        return self.version.workflow

    @property
    def name(self) -> str:
        return self.workflow.name

    @property
    def owner(self) -> Owner:
        return self.workflow.owner


@dataclass(slots=True)
class Run:
    """One run. `created` is on the monotonic clock; everything about its progress follows from the elapsed time."""

    id: str
    deployment: Deployment
    owner: Owner
    workflow_inputs: Any
    behaviour: Behaviour
    plan: Plan
    outputs: tuple[Output, ...]
    created: float
    created_at: datetime
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
    def generation(self) -> NodeGeneration:
        return self.behaviour.node_generation or self.deployment.machine.node_generation
