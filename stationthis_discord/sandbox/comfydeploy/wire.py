"""Rows as the JSON of each endpoint, key for key as observed on the backend of 2025-11. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from stationthis_discord.sandbox.comfydeploy import external, times
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Machine, Version, Workflow


def workflow_item(row: Workflow) -> JsonObject:
    """An item of `GET /workflows`."""
    return {
        "id": row.id,
        "name": row.name,
        "created_at": times.spaced(row.created_at),
        "updated_at": times.spaced(row.updated_at),
        "pinned": row.pinned,
        "cover_image": None,
        "user_name": "Sandbox",
        "user_id": row.owner.user_id,
        "selected_machine_id": row.machine.id,
        "user_icon": None,
    }


def workflow_detail(row: Workflow, versions: Iterable[Version]) -> JsonObject:
    """`GET /workflow/{id}`: outer dates with a space, inner ones without a zone, `[null]` for no versions."""
    inner = [version_body(version) | _dates(version, times.bare) for version in versions]
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "name": row.name,
        "created_at": times.spaced(row.created_at),
        "updated_at": times.spaced(row.updated_at),
        "org_id": row.owner.org_id,
        "selected_machine_id": row.machine.id,
        "pinned": row.pinned,
        "deleted": row.deleted,
        "description": row.description,
        "cover_image": None,
        "versions": inner or [None],
    }


def workflow_in_run(row: Workflow) -> JsonObject:
    """The workflow embedded in the heavy list of runs."""
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "selected_machine_id": row.machine.id,
        "cover_image": None,
        "updated_at": times.milliseconds(row.updated_at),
        "deleted": row.deleted,
        "name": row.name,
        "description": row.description,
        "created_at": times.milliseconds(row.created_at),
        "pinned": row.pinned,
    }


def version_body(row: Version) -> JsonObject:
    """A version with its whole workflow, wherever one is embedded."""
    return {
        "workflow_api": row.graph,
        "id": row.id,
        "comment": row.comment,
        "version": row.number,
        "dependencies": None,
        "created_at": times.milliseconds(row.created_at),
        "machine_version_id": None,
        "comfyui_snapshot": None,
        "workflow": row.drawing,
        "workflow_id": row.workflow.id,
        "user_id": row.workflow.owner.user_id,
        "snapshot": None,
        "updated_at": times.milliseconds(row.created_at),
        "machine_id": row.machine.id,
    }


def deployment_body(row: Deployment, *, with_machine: bool = False) -> JsonObject:
    """A deployment, its version included; `machine` is null except in a workflow's own list.

    Raises `ValueError` when the workflow's inputs do not fit the reply's model: the API then answers 500.
    """
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "workflow_version_id": row.version.id,
        "workflow_id": row.workflow.id,
        "machine_id": row.machine.id,
        "share_slug": f"sandbox_{row.name}" if "share" in row.environment else None,
        "description": row.workflow.description,
        "share_options": None,
        "showcase_media": None,
        "environment": row.environment,
        "created_at": times.microseconds(row.created_at),
        "updated_at": times.microseconds(row.updated_at),
        "workflow": {"id": row.workflow.id, "name": row.name, "cover_url": None},
        "version": version_body(row.version),
        "machine": {"id": row.machine.id, "name": row.machine.name} if with_machine else None,
        "input_types": external.input_types(row.version.graph),
        "output_types": _output_types(row.version.drawing),
        "dub_link": None,
        "gpu": row.gpu,
        "machine_version_id": None,
        "modal_image_id": row.modal_image_id,
        "concurrency_limit": 2,
        "run_timeout": 300,
        "idle_timeout": 60,
        "keep_warm": 0,
        "activated_at": None,
        "modal_app_id": None,
    }


def machine_item(row: Machine, *, has_workflows: bool | None = None) -> JsonObject:
    """An item of `GET /machines`; `has_workflows` only when asked for."""
    item: JsonObject = {
        "id": row.id,
        "user_id": row.owner.user_id,
        "name": row.name,
        "created_at": times.bare(row.created_at),
        "updated_at": times.bare(row.created_at),
        "type": row.type,
        "org_id": row.owner.org_id,
        "status": "ready",
        "gpu": row.gpu,
        "machine_version": None,
        "machine_builder_version": "4",
        "comfyui_version": "158419f3a0017c2ce123484b14b6c527716d6ec8" if row.serverless else None,
        "import_failed_logs": None,
        "machine_version_id": None,
        "is_workspace": False,
    }
    return item if has_workflows is None else item | {"has_workflows": has_workflows}


def machine_detail(row: Machine) -> JsonObject:
    """`GET /machine/{id}`."""
    return machine_item(row) | {
        "deleted": row.deleted,
        "endpoint": "not-ready" if row.serverless else "http://127.0.0.1:8188/",
        "concurrency_limit": 2,
        "run_timeout": 300,
        "idle_timeout": 60,
        "docker_command_steps": {"steps": []} if row.serverless else None,
        "keep_warm": 0,
        "allow_concurrent_inputs": 1,
        "base_docker_image": None,
        "python_version": None,
        "extra_args": None,
        "prestart_command": None,
        "install_custom_node_with_gpu": False,
        "optimized_runner": False,
        "disable_metadata": True,
        "cpu_request": None,
        "cpu_limit": None,
        "memory_request": None,
        "memory_limit": None,
        "models_to_cache": [],
        "enable_gpu_memory_snapshot": False,
    }


def _dates(version: Version, style: Callable[[datetime], str | None]) -> JsonObject:
    return {"created_at": style(version.created_at), "updated_at": style(version.created_at)}


def _output_types(drawing: Json) -> list[JsonObject] | None:
    """The outputs the API recognises: only two old node classes, looked up in the editor's format."""
    if drawing is None:
        return None
    known = ("ComfyDeployStdOutputImage", "ComfyDeployStdOutputAny")
    nodes = [node for node in drawing.get("nodes", []) if node.get("type") in known]
    return [{"class_type": node["type"], "output_id": node["widgets_values"][0]} for node in nodes]
