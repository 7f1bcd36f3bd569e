"""Deployments, workflows, machines, files and the account as the API tells them; only what is used is read."""

from typing import Any

from pydantic import AliasChoices, Field

from core.comfydeploy.models import Date, Id, Lenient, Wire


class WorkflowLabel(Wire):
    name: str = ""
    cover_url: Lenient[str] = None


class VersionGraph(Wire):
    """A version with the graph that runs, as embedded in deployments."""

    version: Lenient[int] = None
    workflow_api: Any = None


class DeploymentRow(Wire):
    """One item of the deployment lists, without its drawing."""

    id: Id
    environment: str
    workflow_id: Id
    workflow_version_id: Lenient[Id] = None
    machine_id: Lenient[Id] = None
    workflow: Lenient[WorkflowLabel] = None
    version: Lenient[VersionGraph] = None
    description: Lenient[str] = None
    gpu: Lenient[str] = None
    modal_image_id: Lenient[str] = None  # only fluid deployments have one
    updated_at: Lenient[Date] = None


class SavedDeployment(Wire):
    """What a create or an update answers: workflow and version are always left out."""

    id: Id
    environment: str
    workflow_id: Id
    machine_id: Lenient[Id] = None


class Version(Wire):
    """One version of a workflow; `workflow_api` is the graph that runs, None when it was only drawn."""

    id: Id
    version: int
    workflow_id: Lenient[Id] = None
    workflow_api: Any = None
    comment: Lenient[str] = None
    created_at: Lenient[Date] = None


class VersionRow(Wire):
    """One item of a list of versions, without the graph."""

    id: Id
    version: int
    comment: Lenient[str] = None
    created_at: Lenient[Date] = None


class Workflow(Wire):
    """A workflow of a list or by itself. A list says neither `description` nor `deleted`."""

    id: Id
    name: str
    pinned: Lenient[bool] = None
    description: Lenient[str] = None
    selected_machine_id: Lenient[Id] = None
    updated_at: Lenient[Date] = None


class NewWorkflow(Wire):
    workflow_id: Id


class Machine(Wire):
    """A machine of a list or by itself. The auth token that some replies hold is not read."""

    id: Id
    name: str
    type: str
    status: str
    gpu: Lenient[str] = None
    deleted: Lenient[bool] = None
    endpoint: Lenient[str] = None
    concurrency_limit: Lenient[int] = None
    run_timeout: Lenient[int] = None
    keep_warm: Lenient[int] = None
    updated_at: Lenient[Date] = None


class UploadedFile(Wire):
    file_url: str


class UploadPlace(Wire):
    """Where to PUT a file, and where it can be read afterwards. Older servers call `url` `upload_url`."""

    url: str = Field(validation_alias=AliasChoices("url", "upload_url"))
    download_url: str
    is_public: bool = True  # older servers have public files only


class Plans(Wire):
    plans: Lenient[list[str]] = None


class Plan(Wire):
    """The account's plan; the shape is that of the backend's source, where the first of `plans` is what counts."""

    plans: Lenient[Plans] = None

    @property
    def plan(self) -> str | None:
        """Such as `business_monthly`; None when there is none, or it is not told."""
        named = self.plans.plans if self.plans else None
        return named[0] if named else None
