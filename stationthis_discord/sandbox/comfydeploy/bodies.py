"""The bodies each writing endpoint takes, as pydantic models; the names of the run requests appear in 422 replies."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from stationthis_discord.sandbox.comfydeploy.enums import ExecutionMode, Gpu, MachineType


class RunRequest(BaseModel):
    """What every kind of run takes."""

    inputs: dict[str, str | int | float | bool | list[Any]] = {}
    webhook: str | None = None
    webhook_intermediate_status: bool | None = False
    gpu: Gpu | None = None
    flags: list[str] | None = None
    execution_mode: ExecutionMode | None = ExecutionMode.ASYNC
    origin: str | None = "api"
    batch_number: int | None = None
    batch_input_params: dict[str, list[Any]] | None = None


class WorkflowRunVersionRequest(RunRequest):
    workflow_version_id: UUID
    machine_id: UUID | None = None


class WorkflowRunRequest(RunRequest):
    workflow_id: UUID
    workflow_api_json: dict[str, Any]
    workflow: Any = None
    machine_id: str | None = None


class DeploymentRunRequest(RunRequest):
    deployment_id: UUID


class ModelRunRequest(RunRequest):
    model_id: str


AnyRun = WorkflowRunVersionRequest | WorkflowRunRequest | DeploymentRunRequest | ModelRunRequest
ANY_RUN: TypeAdapter[AnyRun] = TypeAdapter(AnyRun)


class DeploymentCreate(BaseModel):
    workflow_version_id: str
    workflow_id: str
    machine_id: str | None = None
    machine_version_id: str | None = None
    environment: str
    description: str | None = None  # ignored: the workflow's own wins
    deployment_id: str | None = None


class DeploymentUpdate(BaseModel):
    workflow_version_id: str | None = None
    machine_id: str | None = None
    machine_version_id: str | None = None
    concurrency_limit: int | None = None
    gpu: Gpu | None = None
    run_timeout: int | None = None
    idle_timeout: int | None = None
    keep_warm: int | None = None


class WorkflowCreate(BaseModel):
    """`workflow_json` and `workflow_api` are JSON in strings."""

    name: str
    workflow_json: str
    workflow_api: str | None = None
    machine_id: str | None = None
    machine_version_id: str | None = None
    comfyui_snapshot: dict[str, Any] | None = None


class WorkflowUpdate(BaseModel):
    name: str | None = None
    selected_machine_id: UUID | None = None
    pinned: bool | None = None
    deleted: bool | None = None
    description: str | None = None
    cover_image: str | None = None


class WorkflowClone(BaseModel):
    name: str | None = None


class VersionCreate(BaseModel):
    workflow: dict[str, Any]
    workflow_api: dict[str, Any]
    comment: str | None = None
    machine_id: str | None = None
    machine_version_id: str | None = None
    comfyui_snapshot: dict[str, Any] | None = None


class MachineCreate(BaseModel):
    """`auth_token` may be null but must be there."""

    name: str
    type: MachineType
    endpoint: str
    auth_token: str | None


class MachineUpdate(BaseModel):
    name: str | None = None
    type: MachineType | None = None
    endpoint: str | None = None
    auth_token: str | None = None


class AssetRegister(BaseModel):
    file_id: str
    file_name: str
    file_size: int
    db_path: str
    url: str
    mime_type: str


class AddFile(BaseModel):
    """`POST /file`: a model for the volume, by its address; no upload."""

    url: str
    filename: str | None
    folder_path: str
