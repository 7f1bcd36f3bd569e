"""What each endpoint accepts, as pydantic models: the library of the real API, so that its 422 bodies are real."""

import json
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ValidationError

from stationthis_discord.sandbox.comfydeploy.errors import InvalidRequestError
from stationthis_discord.sandbox.comfydeploy.jsonb import Json

Model = TypeVar("Model", bound=BaseModel)


class Environment(StrEnum):
    """In the order of the database, which sorts a workflow's deployments by it."""

    STAGING = "staging"
    PRODUCTION = "production"
    PUBLIC_SHARE = "public-share"
    PRIVATE_SHARE = "private-share"
    PREVIEW = "preview"
    COMMUNITY_SHARE = "community-share"


class Gpu(StrEnum):
    CPU = "CPU"
    T4 = "T4"
    L4 = "L4"
    A10G = "A10G"
    L40S = "L40S"
    A100 = "A100"
    A100_80GB = "A100-80GB"
    H100 = "H100"
    H200 = "H200"
    B200 = "B200"


class ExecutionMode(StrEnum):
    ASYNC = "async"
    SYNC = "sync"
    SYNC_FIRST_RESULT = "sync_first_result"
    STREAM = "stream"


class QueueBody(BaseModel):
    deployment_id: UUID
    inputs: dict[str, str | int | float | bool | list[Any]] = {}
    webhook: str | None = None
    webhook_intermediate_status: bool | None = False
    gpu: Gpu | None = None
    flags: list[str] | None = None
    execution_mode: ExecutionMode | None = ExecutionMode.ASYNC
    origin: str | None = "api"
    batch_number: int | None = None


class DeploymentsQuery(BaseModel):
    environment: Environment | None = None
    is_fluid: bool = False
    page_size: int | None = None
    offset: int = 0


class ListQuery(BaseModel):
    search: str | None = None
    limit: int = 100
    offset: int = 0


class WorkflowsQuery(ListQuery):
    user_ids: str | None = None
    machine_id: str | None = None


class MachinesQuery(ListQuery):
    is_deleted: bool | None = None
    include_has_workflows: bool = False
    is_workspace: bool = False
    is_self_hosted: bool = False


class VersionsQuery(BaseModel):
    limit: int = 1


class RunQuery(BaseModel):
    queue_position: bool = False


class RunIdQuery(RunQuery):
    run_id: UUID


class HeavyQuery(BaseModel):
    limit: int = 100
    offset: int = 0
    with_outputs: bool = True
    with_inputs: bool = True


class LightQuery(BaseModel):
    status: str | None = None
    deployment_id: UUID | None = None
    rf: int | None = None
    limit: int = 100
    offset: int = 0


class DeploymentRunsQuery(BaseModel):
    limit: int = 60
    offset: int = 0


class RunPath(BaseModel):
    run_id: UUID


class VersionPath(BaseModel):
    version_id: UUID


class MachinePath(BaseModel):
    machine_id: UUID


def from_query(model: type[Model], request: web.Request) -> Model:
    """The query, checked. Raises `InvalidRequestError`."""
    return _checked(model, dict(request.query), "query")


def from_path(model: type[Model], request: web.Request) -> Model:
    """The variables of the path, checked. Raises `InvalidRequestError`."""
    return _checked(model, dict(request.match_info), "path")


async def from_body(model: type[Model], request: web.Request) -> Model:
    """The JSON body, checked. Raises `InvalidRequestError`."""
    raw = await request.read()
    if not raw:
        raise InvalidRequestError([missing("body")])
    try:
        body = json.loads(raw)
    except ValueError as error:
        at, why = getattr(error, "pos", 0), getattr(error, "msg", "not UTF-8")
        wrong = {
            "type": "json_invalid",
            "loc": ["body", at],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": why},
        }
        raise InvalidRequestError([wrong]) from error
    return _checked(model, body, "body")


def missing(*loc: str) -> dict[str, Any]:
    """The 422 entry for something that is not there at all."""
    return {"type": "missing", "loc": list(loc), "msg": "Field required", "input": None}


def _checked(model: type[Model], data: Json, where: str) -> Model:
    try:
        return model.model_validate(data, from_attributes=True)
    except ValidationError as error:
        raise InvalidRequestError([_entry(entry, where) for entry in error.errors(include_url=False)]) from error


def _entry(entry: Json, where: str) -> dict[str, Any]:
    found = {**entry, "loc": [where, *entry["loc"]]}
    if entry["type"] == "missing" and where != "body":
        found["input"] = None
    if "ctx" in entry:
        found["ctx"] = {
            name: value if isinstance(value, int | float) else str(value) for name, value in entry["ctx"].items()
        }
    return found
