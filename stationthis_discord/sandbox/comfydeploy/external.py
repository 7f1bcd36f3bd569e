"""The external input nodes: what the API tells about them and which value a node ends up with (as of 2025-11)."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from stationthis_discord.sandbox.comfydeploy.jsonb import Json

# class -> type the API reports; it does not know Seed, Vid, FaceModel and Color
KINDS = {
    "ComfyUIDeployExternalText": "string",
    "ComfyUIDeployExternalTextAny": "string",
    "ComfyUIDeployExternalTextSingleLine": "string",
    "ComfyUIDeployExternalNumber": "float",
    "ComfyUIDeployExternalNumberInt": "integer",
    "ComfyUIDeployExternalNumberSlider": "float",
    "ComfyUIDeployExternalNumberSliderInt": "integer",
    "ComfyUIDeployExternalBoolean": "boolean",
    "ComfyUIDeployExternalEnum": "string",
    "ComfyUIDeployExternalImage": "string",
    "ComfyUIDeployExternalImageAlpha": "string",
    "ComfyUIDeployExternalImageBatch": "string",
    "ComfyUIDeployExternalVideo": "string",
    "ComfyUIDeployExternalAudio": "string",
    "ComfyUIDeployExternalEXR": "string",
    "ComfyUIDeployExternalFile": "string",
    "ComfyUIDeployExternalLora": "string",
    "ComfyUIDeployExternalCheckpoint": "string",
    "ComfyDeployWebscoketImageInput": "binary",  # sic
}
SEED = "ComfyUIDeployExternalSeed"
IMAGES = ("ComfyUIDeployExternalImage", "ComfyUIDeployExternalImageAlpha")
BATCH = "ComfyUIDeployExternalImageBatch"
OTHER_FILES = tuple(f"ComfyUIDeployExternal{kind}" for kind in ("Video", "Vid", "Audio", "EXR", "File"))
_SLIDERS = {"ComfyUIDeployExternalNumberSlider": 1, "ComfyUIDeployExternalNumberSliderInt": 10}  # and their maximum
_DEFAULTS = ("default_value", "default_value_url", "images", "audio_file", "exr_file", "file_url", "default_lora_name")
_TEXTS = tuple(f"ComfyUIDeployExternal{name}" for name in ("Text", "TextAny", "TextSingleLine"))
_MAX_SEED = 999_999_999_999_999


class InputType(BaseModel):
    """One entry of `Deployment.input_types`; an entry that does not fit makes the whole reply a 500."""

    type: str
    class_type: str
    input_id: str
    default_value: str | int | float | bool | list[Any] | None = None
    min_value: int | float | None = None
    max_value: int | float | None = None
    display_name: str = ""
    description: str = ""
    enum_options: list[str] | None = None
    step: int | float | None = None


def is_external(node_class: str) -> bool:
    return node_class in KINDS or node_class.startswith("ComfyUIDeployExternal")


def input_types(graph: Json) -> list[dict[str, Any]] | None:
    """The API's own, lossy view of a workflow's inputs, in stored order; null without a workflow.

    Raises pydantic's `ValidationError` or `ValueError` for a workflow the real API answers 500 for.
    """
    if graph is None:
        return None
    nodes = [node for node in graph.values() if isinstance(node, dict) and node.get("class_type") in KINDS]
    return [_input_type(node["class_type"], node.get("inputs") or {}).model_dump() for node in nodes]


def node_value(node_class: str, fields: Mapping[str, Json], given: Json) -> Json:
    """What the node hands on when a run sends `given`; null and what does not fit silently become the default."""
    default = next((fields[name] for name in _DEFAULTS if fields.get(name)), fields.get("default_value"))
    if given is None or (given == "" and node_class in KINDS and node_class not in _TEXTS):  # nothing is a text, too
        return default
    if node_class == "ComfyUIDeployExternalNumberInt":
        return int(str(given).strip()) if str(given).strip().isdigit() else default
    if node_class in _SLIDERS:
        number = _number(given)
        low, high = fields.get("min_value", 0), fields.get("max_value", _SLIDERS[node_class])
        return default if number is None or not low <= number <= high else number
    if node_class == "ComfyUIDeployExternalNumber":
        number = _number(given)
        return default if number is None else number
    return given


def seed_value(fields: Mapping[str, Json], given: Json, chance: int) -> int:
    """The seed of a run: what was given or the default, and `chance` when that is outside the node's range."""
    seed = _number(fields.get("default_value", -1) if given is None else given)
    low, high = fields.get("min_value", 1), min(fields.get("max_value", 4294967295), _MAX_SEED)
    if seed is None or not low <= seed <= high:
        return chance
    return int(seed)


def _input_type(node_class: str, fields: dict[str, Any]) -> InputType:
    shown = ("input_id", "default_value", "min_value", "max_value", "display_name", "description")
    entry = {name: fields[name] for name in shown if name in fields}
    if node_class == "ComfyUIDeployExternalEnum" and fields.get("options"):
        options = fields["options"]
        entry["enum_options"] = json.loads(options) if isinstance(options, str) else options
    return InputType(type=KINDS[node_class], class_type=node_class, **entry)


def _number(value: Json) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
