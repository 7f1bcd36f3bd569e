"""Runs and versions as the JSON of the older server, from its public source (2024). Pure."""

from collections.abc import Mapping

from stationthis_discord.sandbox.comfydeploy import times
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.life import FINAL, UNDISPATCHED, State
from stationthis_discord.sandbox.comfydeploy.rows import Run, Version

_WITH_URL = ("images", "files")  # in this order, and only the first that an output has


def run_body(run: Run, state: State, outputs: list[JsonObject]) -> JsonObject:
    """`GET /run`: the row, with addresses of the outputs only once it is a success."""
    status = older_status(run, state)
    return {
        "id": run.id,
        "workflow_version_id": run.version.id,
        "workflow_inputs": run.workflow_inputs,
        "workflow_id": run.workflow.id,
        "machine_id": run.machine.id,
        "origin": run.origin,
        "status": status,
        "ended_at": times.milliseconds(times.after(run.created_at, state.ended)),
        "created_at": times.milliseconds(run.created_at),
        "started_at": None if run.behaviour.outcome in UNDISPATCHED else times.milliseconds(run.created_at),
        "workflow": {"org_id": run.workflow.owner.org_id, "user_id": run.workflow.owner.user_id},
        "outputs": [
            {"data": _data(output["data"], with_urls=status == "success")}
            for output in outputs
            if isinstance(output["data"], dict)  # the timing table is younger
        ],
    }


def version_body(row: Version) -> JsonObject:
    """`GET /workflow-version/{id}`."""
    return {
        "workflow_id": row.workflow.id,
        "id": row.id,
        "workflow": row.drawing,
        "workflow_api": row.graph,
        "version": row.number,
        "snapshot": row.snapshot,
        "created_at": times.milliseconds(row.created_at),
        "updated_at": times.milliseconds(row.created_at),
    }


def older_status(run: Run, state: State) -> str:
    """One of five: there is no queue to see, and every bad end is `failed`."""
    if state.status in FINAL:
        return "success" if state.status == "success" else "failed"
    if state.status != "running":
        return "not-started"
    return "uploading" if run.plan.steps and len(state.done) == len(run.plan.steps) else "running"


def _data(data: Mapping[str, Json], *, with_urls: bool) -> JsonObject:
    addressed = next((kind for kind in _WITH_URL if kind in data), None) if with_urls else None
    return {
        kind: [_item(item, keep_url=kind == addressed) for item in items] if isinstance(items, list) else items
        for kind, items in data.items()
    }


def _item(item: Json, *, keep_url: bool) -> Json:
    if not isinstance(item, dict):
        return item
    shown = {key: item[key] for key in ("filename", "subfolder", "type") if key in item}
    return shown | {"url": item["url"]} if keep_url and "url" in item else shown
