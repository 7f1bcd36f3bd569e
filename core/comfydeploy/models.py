"""Runs as the API tells them, read leniently: unknown fields are ignored, unknown statuses kept, gaps filled."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    NonNegativeInt,
    PlainValidator,
)
from pydantic_core import CoreSchema, core_schema

from core.comfydeploy.wire import checked_id, parse_date


class _Or:
    """A first choice without code of ours, which takes several times as long; what is not like that goes its way."""

    def __init__(self, usual: CoreSchema) -> None:
        self._usual = usual

    def __get_pydantic_core_schema__(self, source: object, read: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema([self._usual, read(source)], mode="left_to_right")


_ID: Final = core_schema.str_schema(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_DATE: Final = core_schema.str_schema(
    pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
)

Id = Annotated[str, AfterValidator(checked_id), _Or(_ID)]
Date = Annotated[
    datetime, BeforeValidator(parse_date), _Or(core_schema.chain_schema([_DATE, core_schema.datetime_schema()]))
]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

T = TypeVar("T")


class _OrNone:
    """A second choice that takes anything and makes None of it.

    Not a wrapping validator: that would have the JSON of each field made into Python objects first.
    """

    def __get_pydantic_core_schema__(self, source: object, read: GetCoreSchemaHandler) -> CoreSchema:
        ignored = core_schema.no_info_plain_validator_function(_nothing)
        return core_schema.union_schema([read(source), ignored], mode="left_to_right")


def _nothing(_: object) -> None:
    return None


def _share(value: object) -> float:
    """Progress as 0.0-1.0 whatever was sent: null, float32 noise, or nothing a number."""
    if not (type(value) is float or type(value) is int):
        return 0.0
    return float(round(min(1.0, max(0.0, value)), 4))  # of 0.0 and NaN, max takes the first


Lenient = Annotated[T | None, _OrNone()]
"""What a run or a deployment can do without: when it cannot be read, it counts as not said."""

Share = Annotated[float, PlainValidator(_share)]


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


Outputs = list[Output] | Annotated[list[Output], BeforeValidator(_rows)]
"""A second choice only where something is wrong: a validator of ours has the JSON made into Python objects first."""


class Run(Wire):
    """One execution. `progress` reaches 1.0 before the end; `queue_position` counts the older waiting runs.

    `run_duration` is how many seconds it was on the machine; classic machines do not say.
    """

    id: Id
    status: str
    workflow_id: Lenient[Id] = None
    workflow_version_id: Lenient[Id] = None
    workflow_inputs: Any = None
    live_status: Lenient[str] = None
    progress: Share = 0.0
    queue_position: Lenient[NonNegativeInt] = None
    machine_type: Lenient[str] = None
    created_at: Lenient[Date] = None
    ended_at: Lenient[Date] = None
    gpu: Lenient[str] = None
    run_duration: Lenient[Seconds] = None
    outputs: Outputs = Field(default_factory=list, union_mode="left_to_right")

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
    ended_at: Lenient[Date] = None


class Submitted(Wire):
    run_id: Id
