"""The queries and path variables each endpoint takes, as pydantic models."""

from uuid import UUID

from pydantic import BaseModel

from stationthis_discord.sandbox.comfydeploy.enums import Environment


class DeploymentsQuery(BaseModel):
    environment: Environment | None = None
    is_fluid: bool = False
    page_size: int | None = None
    offset: int = 0


class ListQuery(BaseModel):
    search: str | None = None
    limit: int = 100
    offset: int = 0


class AllQuery(BaseModel):
    """Of the two lists without pages; `search` is a part of a name or a whole UUID."""

    search: str | None = None
    limit: int | None = None


class WorkflowsQuery(ListQuery):
    user_ids: str | None = None
    machine_id: str | None = None


class MachinesQuery(ListQuery):
    is_deleted: bool | None = None
    include_has_workflows: bool = False
    is_docker: bool = False
    is_workspace: bool = False
    is_self_hosted: bool = False
    include_docker_command_steps: bool = False


class DeletionQuery(BaseModel):
    force: bool = False


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


class PresignedQuery(BaseModel):
    file_name: str
    parent_path: str = "/"
    size: int | None = None
    type: str


class AssetUploadQuery(BaseModel):
    parent_path: str = "/"


class RunPath(BaseModel):
    run_id: UUID


class VersionPath(BaseModel):
    version: UUID


class VersionNumberPath(BaseModel):
    version: int


class MachinePath(BaseModel):
    machine_id: UUID
