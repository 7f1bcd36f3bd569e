"""The shape of a reply: its keys in order, and for each a type, a pattern of text, or alternatives."""

import re

from stationthis_discord.sandbox.comfydeploy.jsonb import Json

Kind = type | re.Pattern[str] | None
Shape = dict[str, Kind | tuple[Kind, ...]]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z")
MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BARE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")
SPACED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
MALFORMED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00Z")
FILE_ID = re.compile(r"(img|vid|audio|zip|file)_\w{16}")

DEPLOYMENT: Shape = {
    "id": UUID,
    "user_id": str,
    "org_id": (str, None),
    "workflow_version_id": UUID,
    "workflow_id": UUID,
    "machine_id": UUID,
    "share_slug": (str, None),
    "description": (str, None),
    "share_options": None,
    "showcase_media": None,
    "environment": str,
    "created_at": MICROSECONDS,
    "updated_at": MICROSECONDS,
    "workflow": None,
    "version": None,
    "machine": None,
    "input_types": None,
    "output_types": None,
    "dub_link": None,
    "gpu": (str, None),
    "machine_version_id": None,
    "modal_image_id": (str, None),
    "concurrency_limit": int,
    "run_timeout": int,
    "idle_timeout": int,
    "keep_warm": int,
    "activated_at": (MICROSECONDS, None),
    "modal_app_id": (str, None),
}
WHOLE_DEPLOYMENT: Shape = DEPLOYMENT | {"workflow": dict, "version": dict, "input_types": list, "output_types": list}
WORKFLOW: Shape = {
    "id": UUID,
    "user_id": str,
    "org_id": (str, None),
    "name": str,
    "selected_machine_id": (UUID, None),
    "created_at": BARE,
    "updated_at": BARE,
    "pinned": bool,
    "deleted": bool,
    "description": (str, None),
    "cover_image": (str, None),
}
VERSION: Shape = {
    "workflow_api": (dict, None),
    "id": UUID,
    "comment": (str, None),
    "version": int,
    "dependencies": None,
    "created_at": MILLISECONDS,
    "machine_version_id": None,
    "comfyui_snapshot": (dict, None),
    "workflow": dict,
    "workflow_id": UUID,
    "user_id": str,
    "snapshot": (dict, None),
    "updated_at": MILLISECONDS,
    "machine_id": (UUID, None),
}
MACHINE: Shape = {
    "id": UUID,
    "user_id": str,
    "name": str,
    "created_at": BARE,
    "updated_at": BARE,
    "type": str,
    "org_id": (str, None),
    "status": str,
    "gpu": (str, None),
    "machine_version": None,
    "machine_builder_version": str,
    "comfyui_version": (str, None),
    "import_failed_logs": None,
    "machine_version_id": None,
    "is_workspace": bool,
}


def misfits(body: Json, shape: Shape) -> list[str]:
    """What is wrong with a reply: keys that are missing, odd or out of order, and values of another kind."""
    if not isinstance(body, dict) or list(body) != list(shape):
        return [f"keys: {list(body)}"]
    return [f"{key}: {body[key]!r}" for key, kinds in shape.items() if not _fits(body[key], kinds)]


def _fits(value: Json, kinds: Kind | tuple[Kind, ...]) -> bool:
    return any(_is(value, kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))


def _is(value: Json, kind: Kind) -> bool:
    if kind is None:
        return value is None
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    return type(value) is kind
