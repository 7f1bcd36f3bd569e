"""Deployments as the JSON of each endpoint, key for key as observed on the backend of 2025-11. Pure."""

from stationthis_discord.sandbox.comfydeploy import external, times
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.rows import Deployment
from stationthis_discord.sandbox.comfydeploy.wire import version_body


def deployment_body(row: Deployment, *, with_machine: bool = False) -> JsonObject:
    """A deployment, its version included; `machine` is null except in a workflow's own list.

    Raises `ValueError` when the workflow's inputs do not fit the reply's model: the API then answers 500.
    """
    return deployment_row(row) | {
        "workflow": {"id": row.workflow.id, "name": row.name, "cover_url": row.workflow.cover_image},
        "version": version_body(row.version),
        "machine": {"id": row.machine.id, "name": row.machine.name} if with_machine else None,
        "input_types": external.input_types(row.version.graph),
        "output_types": _output_types(row.version.drawing),
    }


def deployment_row(row: Deployment) -> JsonObject:
    """The reply of a change: nothing embedded."""
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "workflow_version_id": row.version.id,
        "workflow_id": row.workflow.id,
        "machine_id": row.machine.id,
        "share_slug": row.share_slug,
        "description": row.description,
        "share_options": None,
        "showcase_media": None,
        "environment": row.environment,
        "created_at": times.microseconds(row.created_at),
        "updated_at": times.microseconds(row.updated_at),
        "workflow": None,
        "version": None,
        "machine": None,
        "input_types": None,
        "output_types": None,
        "dub_link": None,
        "gpu": row.gpu,
        "machine_version_id": None,
        "modal_image_id": row.modal_image_id,
        "concurrency_limit": row.concurrency_limit,
        "run_timeout": row.run_timeout,
        "idle_timeout": row.idle_timeout,
        "keep_warm": row.keep_warm,
        "activated_at": times.microseconds(row.activated_at),
        "modal_app_id": row.modal_app_id,
    }


def _output_types(drawing: Json) -> list[JsonObject] | None:
    """The outputs the API recognises: only two old node classes, looked up in the editor's format."""
    if drawing is None:
        return None
    known = ("ComfyDeployStdOutputImage", "ComfyDeployStdOutputAny")
    nodes = [node for node in drawing.get("nodes", []) if node.get("type") in known]
    return [{"class_type": node["type"], "output_id": node["widgets_values"][0]} for node in nodes]
