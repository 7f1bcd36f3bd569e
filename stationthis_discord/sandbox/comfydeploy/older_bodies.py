"""What the older server takes, as pydantic models, from its public source (2024); stricter than the newer one."""

from typing import Any, Literal

from pydantic import BaseModel, Field, StrictFloat, StrictInt, StrictStr


class Run(BaseModel):
    deployment_id: StrictStr
    inputs: dict[str, StrictStr | StrictInt | StrictFloat] | None = None


class RunQuery(BaseModel):
    run_id: str


class UploadQuery(BaseModel):
    type: Literal["image/png", "image/jpg", "image/jpeg"]
    file_size: float = Field(gt=0)


class Node(BaseModel):
    """Everything else of a node is dropped, its title and the order of its inputs included."""

    inputs: dict[str, Any]
    class_type: StrictStr | None = None


class CustomNode(BaseModel):
    hash: StrictStr
    disabled: bool


class Snapshot(BaseModel):
    comfyui: StrictStr
    git_custom_nodes: dict[str, CustomNode]
    file_custom_nodes: list[Any]


class WorkflowUpload(BaseModel):
    """With `workflow_id` a new version of it, else a new workflow called `workflow_name`."""

    workflow_id: StrictStr | None = None
    workflow_name: StrictStr | None = Field(None, min_length=1)
    workflow: Any = None
    workflow_api: dict[str, Node]
    snapshot: Snapshot
