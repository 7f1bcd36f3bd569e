"""Workflows and versions as the JSON of each endpoint, key for key as observed on the backend of 2025-11. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from stationthis_discord.sandbox.comfydeploy import times
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from stationthis_discord.sandbox.comfydeploy.rows import Machine, Version, Workflow


def workflow_item(row: Workflow) -> JsonObject:
    """An item of `GET /workflows`."""
    return {
        "id": row.id,
        "name": row.name,
        "created_at": times.spaced(row.created_at),
        "updated_at": times.spaced(row.updated_at),
        "pinned": row.pinned,
        "cover_image": row.cover_image,
        "user_name": "Sandbox",
        "user_id": row.owner.user_id,
        "selected_machine_id": id_of(row.machine),
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
        "selected_machine_id": id_of(row.machine),
        "pinned": row.pinned,
        "deleted": row.deleted,
        "description": row.description,
        "cover_image": row.cover_image,
        "versions": inner or [None],
    }


def workflow_row(row: Workflow, updated_at: str | None = None) -> JsonObject:
    """An item of `GET /workflows/all`, and the reply of a change, which has an `updated_at` of its own."""
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "name": row.name,
        "selected_machine_id": id_of(row.machine),
        "created_at": times.bare(row.created_at),
        "updated_at": updated_at or times.bare(row.updated_at),
        "pinned": row.pinned,
        "deleted": row.deleted,
        "description": row.description,
        "cover_image": row.cover_image,
    }


def workflow_clone(row: Workflow) -> JsonObject:
    """The reply of a clone: only the columns that were set, so that a missing machine has no key."""
    machine = {} if row.machine is None else {"selected_machine_id": row.machine.id}
    return {
        "id": row.id,
        "name": row.name,
        "org_id": row.owner.org_id,
        "user_id": row.owner.user_id,
        "created_at": times.offset(row.created_at),
        "updated_at": times.offset(row.updated_at),
        **machine,
        "pinned": row.pinned,
        "deleted": row.deleted,
    }


def workflow_in_run(row: Workflow) -> JsonObject:
    """The workflow embedded in the heavy list of runs."""
    return {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "selected_machine_id": id_of(row.machine),
        "cover_image": row.cover_image,
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
        "comfyui_snapshot": row.comfyui_snapshot,
        "workflow": row.drawing,
        "workflow_id": row.workflow.id,
        "user_id": row.workflow.owner.user_id,
        "snapshot": row.snapshot,
        "updated_at": times.milliseconds(row.created_at),
        "machine_id": id_of(row.machine),
    }


def version_created(row: Version) -> JsonObject:
    """The reply of `POST /workflow/{id}/version`: other keys, malformed dates."""
    return {
        "id": row.id,
        "created_at": times.malformed(row.created_at),
        "updated_at": times.malformed(row.created_at),
        "workflow_id": row.workflow.id,
        "version": row.number,
        "user_id": row.workflow.owner.user_id,
        "workflow": row.drawing,
        "workflow_api": row.graph,
        "comment": row.comment,
        "machine_version_id": None,
        "machine_id": id_of(row.machine),
        "comfyui_snapshot": row.comfyui_snapshot,
    }


def id_of(machine: Machine | None) -> str | None:
    return None if machine is None else machine.id


def _dates(version: Version, style: Callable[[datetime], str | None]) -> JsonObject:
    return {"created_at": style(version.created_at), "updated_at": style(version.created_at)}
