"""Runs as the JSON of the four endpoints that show them, and which outputs the API hides. Pure."""

from typing import Any

from stationthis_discord.sandbox.comfydeploy import times
from stationthis_discord.sandbox.comfydeploy.errors import CrashError
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.life import State
from stationthis_discord.sandbox.comfydeploy.rows import Run, row_id
from stationthis_discord.sandbox.comfydeploy.wire import version_body, workflow_in_run

_LIFTED = ("images", "files", "gifs", "mesh")  # kinds that are signed and whose output_id is lifted
_MEDIA = ("url", "type", "filename", "is_public", "subfolder", "upload_duration")


def run_detail(run: Run, state: State, outputs: list[JsonObject], place: int | None) -> JsonObject:
    """`GET /run/{id}`: `outputs` as stored; raises `CrashError` when one holds bare strings where media belong."""
    spans = _spans(run, state)
    return {
        "id": run.id,
        "workflow_version_id": run.version.id,
        "workflow_inputs": run.workflow_inputs,
        "workflow_id": run.workflow.id,
        "machine_id": run.machine.id,
        "origin": run.origin,
        "status": state.status,
        **{name: times.microseconds(when) for name, when in _moments(run, state).items()},
        "gpu_event_id": None,
        "gpu": run.gpu,
        "machine_version": None,
        "machine_type": run.machine.type,
        "modal_function_call_id": run.modal_function_call_id,
        "user_id": run.owner.user_id,
        "org_id": run.owner.org_id,
        "live_status": state.live_status,
        "progress": state.progress,
        "is_realtime": False,
        "webhook": run.webhook,
        "webhook_status": None,
        "webhook_intermediate_status": run.webhook_intermediate_status,
        "outputs": [_shown(output) for output in outputs if is_valid(output["data"])],
        "number": 0,
        "duration": spans["duration"],
        "cold_start_duration": spans["cold_start_duration"],
        "cold_start_duration_total": spans["cold_start_duration_total"],
        "run_duration": spans["run_duration"],
        "queue_position": place,
    }


def run_light(run: Run, state: State) -> JsonObject:
    """An item of `GET /v2/workflow/{id}/runs`."""
    moments = {name: times.milliseconds(when) for name, when in _moments(run, state).items()}
    spans = {name: None if value is None else str(value) for name, value in _spans(run, state).items()}
    return {
        "id": run.id,
        "status": state.status,
        **{name: moments[name] for name in ("created_at", "updated_at", "ended_at", "queued_at", "started_at")},
        "workflow_id": run.workflow.id,
        "user_id": run.owner.user_id,
        "org_id": run.owner.org_id,
        "origin": run.origin,
        "gpu": run.gpu,
        "machine_version": None,
        "machine_type": run.machine.type,
        "modal_function_call_id": run.modal_function_call_id,
        "webhook_status": None,
        "webhook_intermediate_status": run.webhook_intermediate_status,
        "batch_id": run.batch_id,
        "workflow_version_id": run.version.id,
        "deployment_id": None if run.deployment is None else run.deployment.id,
        "duration": spans["duration"],
        "comfy_deploy_cold_start": None,
        "cold_start_duration": spans["cold_start_duration"],
        "cold_start_duration_total": spans["cold_start_duration_total"],
        "run_duration": spans["run_duration"],
    }


def run_heavy(run: Run, state: State) -> JsonObject:
    """An item of `GET /workflow/{id}/runs` without inputs and outputs: the light one and everything else of the row."""
    return run_light(run, state) | {
        "model_id": None,
        "gpu_event_id": None,
        "live_status": state.live_status,
        "progress": state.progress,
        "is_realtime": False,
        "webhook": run.webhook,
        "machine_id": run.machine.id,
        "workflow_api": {},
        "workflow": workflow_in_run(run.workflow),
        "version": version_body(run.version),
    }


def run_of_deployment(run: Run, state: State) -> JsonObject:
    """An item of `data` in `GET /deployment/{id}/runs`."""
    moments = _moments(run, state)
    length = times.between(moments["started_at"], moments["ended_at"])
    return {
        "id": run.id,
        "status": state.status,
        **{name: times.bare(moments[name]) for name in ("created_at", "started_at", "ended_at")},
        "workflow_id": run.workflow.id,
        "workflow_version_id": run.version.id,
        "machine_id": run.machine.id,
        "gpu": run.gpu,
        "origin": run.origin,
        "user_id": run.owner.user_id,
        "deployment_id": None if run.deployment is None else run.deployment.id,
        "duration": None if length is None else str(length),
    }


def output_row(run: Run, node_id: str, data: Json, node_meta: JsonObject | None, at: float) -> JsonObject:
    """An output as it is stored and as the heavy list shows it."""
    when = times.milliseconds(times.after(run.created_at, at))
    output_id = row_id(run.id, node_id)
    return {
        "data": data,
        "run_id": run.id,
        "created_at": when,
        "id": output_id,
        "node_meta": node_meta,
        "updated_at": when,
    }


def is_valid(data: Json) -> bool:
    """Whether `GET /run` shows an output with this data; raises `CrashError` for bare strings among media."""
    if not isinstance(data, dict) or not all(isinstance(items, list) for items in data.values()):
        return False
    if any(isinstance(item, str) for kind in _LIFTED for item in data.get(kind, [])):
        raise CrashError
    return all(_is_item(item) for items in data.values() for item in items)


def label_of(data: JsonObject) -> str | None:
    """What the workflow's maker called an output, by the first file that says it."""
    items = (item for kind in _LIFTED for item in data.get(kind, []) if isinstance(item, dict))
    return next((item["output_id"] for item in items if item.get("output_id")), None)


def _is_item(item: Json) -> bool:
    return isinstance(item, (str, bool)) or (isinstance(item, dict) and isinstance(item.get("url"), str))


def _shown(output: JsonObject) -> JsonObject:
    """An output without the keys the reply's model does not know, and with its label lifted to the top."""
    data = {kind: [_media(item) for item in items] for kind, items in output["data"].items()}
    return {
        "id": output["id"],
        "output_id": label_of(output["data"]),
        "run_id": output["run_id"],
        "data": data,
        "node_meta": output["node_meta"],
        "created_at": times.reprinted(output["created_at"]),
        "updated_at": times.reprinted(output["updated_at"]),
        "type": None,
        "node_id": None,
    }


def _media(item: Json) -> Json:
    return {key: item[key] for key in _MEDIA if key in item} if isinstance(item, dict) else item


def _moments(run: Run, state: State) -> dict[str, Any]:
    return {
        "ended_at": times.after(run.created_at, state.ended),
        "created_at": run.created_at,
        "updated_at": times.after(run.created_at, state.updated),
        "queued_at": times.after(run.created_at, state.queued),
        "started_at": times.after(run.created_at, state.started),
    }


def _spans(run: Run, state: State) -> dict[str, float | None]:
    at = _moments(run, state)
    return {
        "duration": times.between(at["created_at"], at["ended_at"]),
        "cold_start_duration": times.between(at["queued_at"], at["started_at"]),
        "cold_start_duration_total": times.between(at["created_at"], at["started_at"]),
        "run_duration": times.between(at["started_at"], at["ended_at"]),
    }
