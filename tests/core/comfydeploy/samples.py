"""Replies of the API, written after real ones: every field it sends, in the date form that this endpoint has."""

from typing import Any

Json = dict[str, Any]

DEPLOYMENT = "0a1b2c3d-0000-4000-8000-00000000000a"
WORKFLOW = "0a1b2c3d-0000-4000-8000-00000000000b"
VERSION = "0a1b2c3d-0000-4000-8000-00000000000c"
MACHINE = "0a1b2c3d-0000-4000-8000-00000000000d"
RUN = "0a1b2c3d-0000-4000-8000-00000000000e"
NOBODY = "00000000-0000-4000-8000-000000000000"
TOKEN = "pass-THE-TOKEN-word"

GRAPH: Json = {"9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}, "_meta": {"title": "Save"}}}
DRAWING: Json = {"nodes": [{"id": 9, "type": "SaveImage"}], "links": [], "version": 0.4}


def workflow_item(**changes: object) -> Json:
    """Of `GET /workflows`: dates with a space and no zone, and neither description nor organisation."""
    return {
        "id": WORKFLOW,
        "name": "portraits",
        "created_at": "2026-11-20 06:06:42.717784",
        "updated_at": "2026-11-20 06:06:42.758196",
        "pinned": False,
        "cover_image": None,
        "user_name": "Test User",
        "user_id": "user_test",
        "selected_machine_id": MACHINE,
        "user_icon": "https://img.example/fake.png",
    } | changes


def workflow_detail(**changes: object) -> Json:
    """`GET /workflow/{id}`: for a workflow without versions `versions` is a list of null."""
    more = {"org_id": None, "deleted": False, "description": "Faces", "versions": [None]}
    return workflow_item() | more | changes


def workflow_clone(**changes: object) -> Json:
    """`POST /workflow/{id}/clone`."""
    return {
        "id": WORKFLOW,
        "name": "portraits (Cloned)",
        "org_id": None,
        "user_id": "user_test",
        "created_at": "2026-11-20T06:14:01.827912+00:00",
        "updated_at": "2026-11-20T06:14:01.827915+00:00",
        "pinned": False,
        "deleted": False,
    } | changes


def version(**changes: object) -> Json:
    """One version, by id, by number and in the list of versions, which adds `user_icon`."""
    return {
        "workflow_api": GRAPH,
        "comment": "second",
        "created_at": "2026-11-20T06:06:42.717Z",
        "workflow_id": WORKFLOW,
        "id": VERSION,
        "version": 2,
        "snapshot": None,
        "machine_id": MACHINE,
        "comfyui_snapshot": None,
        "workflow": DRAWING,
        "user_id": "user_test",
        "dependencies": None,
        "machine_version_id": None,
        "updated_at": "2026-11-20T06:06:42.717Z",
    } | changes


def deployment_row(**changes: object) -> Json:
    """What `POST` and `PATCH /deployment` answer."""
    empty = ("share_slug", "description", "share_options", "showcase_media", "workflow", "version", "machine")
    more = ("input_types", "output_types", "dub_link", "gpu", "machine_version_id", "modal_image_id", "activated_at")
    return {
        "id": DEPLOYMENT,
        "user_id": "user_test",
        "org_id": None,
        "workflow_version_id": VERSION,
        "workflow_id": WORKFLOW,
        "machine_id": MACHINE,
        "environment": "production",
        "created_at": "2026-11-20T06:06:42.812000Z",
        "updated_at": "2026-11-20T06:06:42.812000Z",
        "concurrency_limit": 2,
        "run_timeout": 300,
        "idle_timeout": 0,
        "keep_warm": 0,
        "modal_app_id": None,
        **dict.fromkeys(empty + more),
    } | changes


def deployment(**changes: object) -> Json:
    """An item of the lists, with its workflow and version embedded."""
    embedded = {
        "workflow": {"id": WORKFLOW, "name": "portraits", "cover_url": "https://img.example/cover.png"},
        "version": version(),
        "input_types": [],
        "output_types": [{"class_type": "SaveImage", "output_id": None}],
    }
    return deployment_row() | embedded | changes


def machine_item(**changes: object) -> Json:
    """Of `GET /machines`."""
    empty = ("org_id", "machine_version", "comfyui_version", "import_failed_logs", "machine_version_id")
    return {
        "id": MACHINE,
        "user_id": "user_test",
        "name": "classic box",
        "created_at": "2026-11-20T06:06:42.676193",
        "updated_at": "2026-11-20T06:06:42.676193",
        "type": "classic",
        "status": "ready",
        "gpu": None,
        "machine_builder_version": "4",
        "is_workspace": False,
        **dict.fromkeys(empty),
    } | changes


def machine_detail(**changes: object) -> Json:
    """`GET /machine/{id}`."""
    more = {
        "deleted": False,
        "endpoint": "http://box.example/",
        "concurrency_limit": 2,
        "run_timeout": 300,
        "idle_timeout": 60,
        "docker_command_steps": {"steps": []},
        "keep_warm": 0,
        "allow_concurrent_inputs": 1,
        "models_to_cache": [],
        "enable_gpu_memory_snapshot": False,
    }
    return machine_item() | more | changes


def machine_row(**changes: object) -> Json:
    """What making or changing a machine answers: the whole row, the token in plain text."""
    dates = dict.fromkeys(("created_at", "updated_at"), "2026-11-20T06:06:42.676Z")
    more = {"auth_token": TOKEN, "static_assets_status": "not-started", "object_info": None, "disabled": False}
    return machine_detail() | dates | more | changes


def run(**changes: object) -> Json:
    """`GET /run/{id}` of a finished run on a serverless machine."""
    empty = ("gpu_event_id", "machine_version", "org_id", "webhook", "webhook_status", "queue_position")
    return {
        "id": RUN,
        "workflow_version_id": VERSION,
        "workflow_inputs": {"prompt": "a harbour", "steps": 20},
        "workflow_id": WORKFLOW,
        "machine_id": MACHINE,
        "origin": "api",
        "status": "success",
        "ended_at": "2026-11-20T06:09:45.291000Z",
        "created_at": "2026-11-20T06:09:42.520000Z",
        "updated_at": "2026-11-20T06:09:45.291000Z",
        "queued_at": "2026-11-20T06:09:42.537000Z",
        "started_at": "2026-11-20T06:09:42.995000Z",
        "gpu": "A10G",
        "machine_type": "comfy-deploy-serverless",
        "modal_function_call_id": "fc-33B2B24659CA456097442D27",
        "user_id": "user_test",
        "live_status": "Executing SaveImage",
        "progress": 0.9599999785423279,
        "is_realtime": False,
        "webhook_intermediate_status": False,
        "outputs": [output()],
        "number": 0,
        "duration": 2.770632,
        "cold_start_duration": 0.458143,
        "cold_start_duration_total": 0.475273,
        "run_duration": 2.295359,
        **dict.fromkeys(empty),
    } | changes


def output(**changes: object) -> Json:
    """One output of a run."""
    return {
        "id": NOBODY,
        "output_id": "picture",
        "run_id": RUN,
        "data": {"images": [{"url": "https://b.example/a.png", "type": "output", "filename": "a.png"}]},
        "node_meta": {"node_id": "9", "node_class": "SaveImage"},
        "created_at": "2026-11-20T06:09:45.255000Z",
        "updated_at": "2026-11-20T06:09:45.255000Z",
        "type": None,
        "node_id": None,
    } | changes


def light_run(**changes: object) -> Json:
    """A row of the light list; durations are texts there."""
    empty = ("org_id", "machine_version", "modal_function_call_id", "webhook_status", "batch_id", "run_duration")
    return {
        "id": RUN,
        "status": "timeout",
        "created_at": "2026-11-20T06:09:53.702Z",
        "updated_at": "2026-11-20T06:10:05.605Z",
        "ended_at": "2026-11-20T06:10:05.605Z",
        "queued_at": None,
        "started_at": None,
        "workflow_id": WORKFLOW,
        "user_id": "user_test",
        "origin": "api",
        "gpu": None,
        "machine_type": "classic",
        "webhook_intermediate_status": False,
        "workflow_version_id": VERSION,
        "deployment_id": DEPLOYMENT,
        "duration": "11.902466",
        **dict.fromkeys(empty),
    } | changes


def run_of_deployment(**changes: object) -> Json:
    """A row of `GET /deployment/{id}/runs`."""
    return {
        "id": RUN,
        "status": "running",
        "created_at": "2026-11-20T06:09:53.702557",
        "started_at": None,
        "ended_at": None,
        "workflow_id": WORKFLOW,
        "workflow_version_id": VERSION,
        "machine_id": MACHINE,
        "gpu": None,
        "origin": "api",
        "user_id": "user_test",
        "deployment_id": DEPLOYMENT,
        "duration": "12.3",
    } | changes


def uploaded(**changes: object) -> Json:
    """`POST /file/upload`."""
    return {
        "message": "File uploaded successfully",
        "file_id": "img_g2PXhzyHbF5YmDGL",
        "file_name": "cat.png",
        "file_url": "https://b.example/inputs/img_g2PXhzyHbF5YmDGL.png",
    } | changes


def presigned(**changes: object) -> Json:
    """`GET /assets/presigned-url`."""
    return {
        "url": "https://b.example/assets/img_1.png?X-Amz-Expires=3600&X-Amz-Signature=0a",
        "download_url": "https://b.example/assets/img_1.png",
        "file_id": "img_1",
        "db_path": "img_1.png",
        "is_public": False,
    } | changes


def plan(*names: str) -> Json:
    """`GET /platform/plan`, the misspelt word included."""
    return {
        "features": {"machineLimited": False, "machineLimit": 20, "priavteModels": True},
        "plans": {"plans": list(names), "names": list(names), "amount": [100], "canceled_at": None},
    }


def older_run(**changes: object) -> Json:
    """`GET /run?run_id=` of the older server."""
    return {
        "id": RUN,
        "workflow_version_id": VERSION,
        "workflow_inputs": {"prompt": "a harbour"},
        "workflow_id": WORKFLOW,
        "machine_id": MACHINE,
        "origin": "api",
        "status": "uploading",
        "ended_at": None,
        "created_at": "2026-11-20T06:09:42.520Z",
        "started_at": None,
        "workflow": {"org_id": None, "user_id": "user_test"},
        "outputs": [{"data": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}],
    } | changes


def older_version(**changes: object) -> Json:
    """`GET /workflow-version/{id}` of the older server."""
    kept = ("workflow_id", "id", "workflow", "workflow_api", "version", "created_at", "updated_at")
    snapshot = {"comfyui": "", "git_custom_nodes": {}, "file_custom_nodes": []}
    return {name: version()[name] for name in kept} | {"snapshot": snapshot} | changes
