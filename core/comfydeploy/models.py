"""The API's objects, read leniently: unknown fields are ignored, unknown statuses kept, gaps filled."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from core.comfydeploy.wire import checked_id, parse_date

Id = Annotated[str, AfterValidator(checked_id)]
Date = Annotated[datetime, BeforeValidator(parse_date)]

T = TypeVar("T")


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


def _share(value: object) -> float:
    """Progress as 0.0-1.0 whatever was sent: null, float32 noise, or nothing a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(round(min(1.0, max(0.0, value)), 4))  # of 0.0 and NaN, max takes the first


Lenient = Annotated[T | None, WrapValidator(_or_none)]
"""What a run or a deployment can do without: when it cannot be read, it counts as not said."""

Share = Annotated[float, BeforeValidator(_share)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Status(StrEnum):
    """The statuses the backend knows; a run may carry others, which count as running."""

    NOT_STARTED = "not-started"
    QUEUED = "queued"
    STARTED = "started"
    RUNNING = "running"
    UPLOADING = "uploading"
    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"


FINAL: Final = frozenset({Status.SUCCESS, Status.FAILED, Status.TIMEOUT, Status.CANCELLED})
WAITING: Final = frozenset({Status.NOT_STARTED, Status.QUEUED})
_RANK: Final[dict[str, int]] = {
    Status.NOT_STARTED: 0,
    Status.QUEUED: 1,
    Status.STARTED: 2,
    Status.RUNNING: 3,
    Status.UPLOADING: 4,
    **dict.fromkeys(FINAL, 5),
}


class Output(Wire):
    """What one output node made; `data` is read by `core.comfydeploy.outputs`."""

    output_id: Lenient[str] = None
    data: Any = None
    created_at: Lenient[Date] = None


def _rows(value: object) -> list[object]:
    return [item for item in value if isinstance(item, dict | Output)] if isinstance(value, list) else []


class Run(Wire):
    """One execution. `progress` reaches 1.0 before the end; `queue_position` counts the older waiting runs."""

    id: Id
    status: str
    workflow_id: Lenient[Id] = None
    workflow_inputs: Any = None
    live_status: Lenient[str] = None
    progress: Share = 0.0
    queue_position: Lenient[NonNegativeInt] = None
    machine_type: Lenient[str] = None
    created_at: Lenient[Date] = None
    ended_at: Lenient[Date] = None
    outputs: Annotated[list[Output], BeforeValidator(_rows)] = Field(default_factory=list)

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def rank(self) -> int:
        """Where the status stands in a run's life, 0-5; a run never goes back."""
        return _RANK.get(self.status, _RANK[Status.RUNNING])


class RunRow(Wire):
    """One row of the light list: no inputs, outputs or progress."""

    id: Id
    status: str
    created_at: Lenient[Date] = None


class Submitted(Wire):
    run_id: Id


class UploadedFile(Wire):
    file_url: str


class Workflow(Wire):
    id: Id
    name: str


class WorkflowLabel(Wire):
    name: str = ""


class Version(Wire):
    version: Lenient[int] = None
    workflow_api: Any = None


class DeploymentRow(Wire):
    """One item of the deployment lists; only what the catalog keeps."""

    id: Id
    environment: str
    workflow_id: Id
    workflow: Lenient[WorkflowLabel] = None
    version: Lenient[Version] = None
    description: Lenient[str] = None
    modal_image_id: Lenient[str] = None  # only fluid deployments have one
