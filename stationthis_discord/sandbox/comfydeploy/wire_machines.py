"""Machines as the JSON of each endpoint, key for key as observed on the backend of 2025-11. Pure."""

from stationthis_discord.sandbox.comfydeploy import times
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from stationthis_discord.sandbox.comfydeploy.rows import Machine

_COMFYUI = "158419f3a0017c2ce123484b14b6c527716d6ec8"
_BUILDER = "4"
# The columns of the table that are the same for every machine of the sandbox.
_FIXED: JsonObject = {
    "legacy_mode": False,
    "gpu_workspace": False,
    "run_timeout": 300,
    "memory_request": None,
    "ws_timeout": 2,
    "retrieve_static_assets": False,
    "optimized_runner": False,
    "idle_timeout": 60,
    "status": "ready",
    "memory_limit": None,
    "static_assets_status": "not-started",
    "build_machine_instance_id": None,
    "object_info": None,
    "extra_docker_commands": None,
    "build_log": None,
    "models_to_cache": [],
    "machine_version": None,
    "modal_app_id": None,
    "object_info_str": None,
    "machine_builder_version": _BUILDER,
    "machine_hash": None,
    "enable_gpu_memory_snapshot": False,
    "snapshot": None,
    "target_workflow_id": None,
    "filename_list_cache": None,
    "base_docker_image": None,
    "disable_metadata": True,
    "models": None,
    "dependencies": None,
    "extensions": None,
    "allow_concurrent_inputs": 1,
    "python_version": None,
    "cpu_request": None,
    "ws_gpu": None,
    "import_failed_logs": None,
    "is_workspace": False,
    "concurrency_limit": 2,
    "extra_args": None,
    "cpu_limit": None,
    "disabled": False,
    "pod_id": None,
    "allow_background_volume_commits": False,
    "machine_version_id": None,
    "install_custom_node_with_gpu": False,
    "prestart_command": None,
}
# The keys of each endpoint, in its order.
_ITEM = (
    "id user_id name created_at updated_at type org_id status gpu machine_version machine_builder_version "
    "comfyui_version import_failed_logs machine_version_id is_workspace"
)
_DETAIL = (
    "id user_id name org_id created_at updated_at type machine_version deleted import_failed_logs machine_version_id "
    "status gpu machine_builder_version comfyui_version is_workspace endpoint concurrency_limit run_timeout "
    "idle_timeout docker_command_steps keep_warm allow_concurrent_inputs base_docker_image python_version extra_args "
    "prestart_command install_custom_node_with_gpu optimized_runner disable_metadata cpu_request cpu_limit "
    "memory_request memory_limit models_to_cache enable_gpu_memory_snapshot"
)
_ROW = (
    "id auth_token legacy_mode gpu_workspace run_timeout keep_warm memory_request type ws_timeout "
    "retrieve_static_assets optimized_runner idle_timeout status memory_limit static_assets_status "
    "build_machine_instance_id object_info comfyui_version extra_docker_commands build_log models_to_cache org_id "
    "machine_version modal_app_id object_info_str gpu machine_builder_version machine_hash "
    "enable_gpu_memory_snapshot endpoint snapshot target_workflow_id filename_list_cache docker_command_steps "
    "base_docker_image disable_metadata name created_at models dependencies extensions allow_concurrent_inputs "
    "python_version cpu_request updated_at ws_gpu deleted import_failed_logs is_workspace concurrency_limit "
    "extra_args cpu_limit user_id disabled pod_id allow_background_volume_commits machine_version_id "
    "install_custom_node_with_gpu prestart_command"
)


def machine_item(row: Machine) -> JsonObject:
    """An item of `GET /machines` and `GET /machines/all`."""
    return _picked(row, _ITEM)


def docker_steps(row: Machine) -> JsonObject | None:
    """How the image of a serverless machine is built: nothing but ComfyUI."""
    return {"steps": []} if row.serverless else None


def machine_detail(row: Machine) -> JsonObject:
    """`GET /machine/{id}`."""
    return _picked(row, _DETAIL)


def machine_row(row: Machine) -> JsonObject:
    """The reply of `/machine/custom`: every column, the token in plain text, dates with milliseconds."""
    dates = {"created_at": times.milliseconds(row.created_at), "updated_at": times.milliseconds(row.updated_at)}
    return _picked(row, _ROW) | dates


def _picked(row: Machine, keys: str) -> JsonObject:
    columns = _columns(row)
    return {key: columns[key] for key in keys.split()}


def _columns(row: Machine) -> JsonObject:
    return _FIXED | {
        "id": row.id,
        "user_id": row.owner.user_id,
        "org_id": row.owner.org_id,
        "name": row.name,
        "type": row.type,
        "gpu": row.gpu,
        "endpoint": row.endpoint,
        "auth_token": row.auth_token,
        "keep_warm": row.keep_warm,
        "deleted": row.deleted,
        "docker_command_steps": docker_steps(row),
        "comfyui_version": _COMFYUI if row.serverless else None,
        "created_at": times.bare(row.created_at),
        "updated_at": times.bare(row.updated_at),
    }
