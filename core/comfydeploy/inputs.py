"""Which inputs a deployment declares, read from its `workflow_api`; pure.

The server's own `input_types` list drops seeds, options and default files, so the graph itself is the source.
Node classes, default fields and ranges: the ComfyUI node package github.com/BennyKok/comfyui-deploy.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class InputKind(StrEnum):
    """What a person has to give; several node classes share one."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    SEED = "seed"
    SWITCH = "yes or no"
    CHOICE = "choice"
    IMAGE = "image"
    IMAGES = "images"
    VIDEO = "video"
    AUDIO = "audio"
    EXR = "EXR image"
    FILE = "file"
    MODEL = "model name"
    COLOUR = "colour"
    UNUSABLE = "live image (cannot be set from here)"


LINKED_FILES: Final = frozenset({InputKind.IMAGE, InputKind.IMAGES, InputKind.VIDEO, InputKind.EXR, InputKind.FILE})
MARK: Final = "_stationthis"  # the hidden input that says whose run it is; see core.runs.mark

_PREFIX = "ComfyUIDeployExternal"
_INT32 = 2_147_483_647


@dataclass(frozen=True, slots=True)
class _Class:
    kind: InputKind
    default_field: str = "default_value"
    minimum: float | None = None
    maximum: float | None = None


_CLASSES: Final = {
    "Text": _Class(InputKind.TEXT),
    "TextAny": _Class(InputKind.TEXT),
    "TextSingleLine": _Class(InputKind.TEXT),
    "Number": _Class(InputKind.NUMBER, minimum=-_INT32, maximum=_INT32),
    # the node reads digits only: a negative number would silently become the default
    "NumberInt": _Class(InputKind.WHOLE, minimum=0, maximum=_INT32),
    "NumberSlider": _Class(InputKind.NUMBER, minimum=0, maximum=1),
    "NumberSliderInt": _Class(InputKind.WHOLE, minimum=0, maximum=10),
    "Seed": _Class(InputKind.SEED, minimum=1, maximum=4_294_967_295),
    "Boolean": _Class(InputKind.SWITCH),
    "Enum": _Class(InputKind.CHOICE),
    "Image": _Class(InputKind.IMAGE),
    "ImageAlpha": _Class(InputKind.IMAGE),
    "ImageBatch": _Class(InputKind.IMAGES, "images"),
    "Video": _Class(InputKind.VIDEO),
    "Vid": _Class(InputKind.VIDEO),
    "Audio": _Class(InputKind.AUDIO, "audio_file"),
    "EXR": _Class(InputKind.EXR, "exr_file"),
    "File": _Class(InputKind.FILE, "file_url"),
    "Lora": _Class(InputKind.MODEL, "default_lora_name"),
    "Checkpoint": _Class(InputKind.MODEL),
    "FaceModel": _Class(InputKind.MODEL, "default_face_model_name"),
    "Color": _Class(InputKind.COLOUR),
}
_SOCKET_CLASS = "ComfyDeployWebscoketImageInput"  # spelled so by the node package
_DEFAULT_URL = {"Image", "ImageAlpha", "Video"}


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input. `key` is the `input_id` values are sent under; all texts are foreign."""

    key: str
    kind: InputKind
    name: str
    description: str = ""
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[str, ...] = ()
    order: float = math.inf

    @property
    def required(self) -> bool:
        """Whether a run cannot do without: the API never says so, but a missing file has no fallback."""
        return self.kind in LINKED_FILES and not self.default


@dataclass(frozen=True, slots=True)
class Roles:
    """The inputs that have an option of their own, found by kind first, then by name."""

    prompt: Input | None = None
    negative: Input | None = None
    image: Input | None = None
    seed: Input | None = None


def parse_inputs(workflow_api: object) -> tuple[Input, ...]:
    """The declared inputs in the dashboard's order; nodes that cannot be read are skipped, never raised."""
    if isinstance(workflow_api, str):
        try:
            workflow_api = json.loads(workflow_api)
        except (ValueError, RecursionError):
            return ()
    found: dict[str, Input] = {}
    for node in workflow_api.values() if isinstance(workflow_api, dict) else ():
        declared = _declared(node)
        if declared is not None:
            found.setdefault(declared.key, declared)
    return tuple(sorted(found.values(), key=lambda item: item.order))


def find_roles(inputs: Iterable[Input]) -> Roles:
    """Which inputs take the prompt, the negative prompt, the picture and the seed."""
    usable = list(inputs)
    texts = [item for item in usable if item.kind is InputKind.TEXT]
    negatives = [item for item in texts if _says(item, "negative", "neg")]
    positives = [item for item in texts if item not in negatives]
    pictures = [item for item in usable if item.kind in {InputKind.IMAGE, InputKind.IMAGES}]
    seeds = [item for item in usable if item.kind is InputKind.SEED]
    named_seed = (item for item in usable if item.kind is InputKind.WHOLE and _says(item, "seed"))
    return Roles(
        prompt=_first(positives, "prompt", "positive", "text"),
        negative=negatives[0] if negatives else None,
        image=_first(pictures, "image"),
        seed=seeds[0] if seeds else next(named_seed, None),
    )


def _declared(node: object) -> Input | None:
    if not isinstance(node, dict):
        return None
    suffix = _suffix(node.get("class_type"))
    fields = node.get("inputs")
    if suffix is None or not isinstance(fields, dict):
        return None
    key = fields.get("input_id")
    if not isinstance(key, str) or not key or key == MARK:  # a list means "linked to another node": not settable
        return None
    return _input(key, suffix, fields, node.get("_meta"))


def _input(key: str, suffix: str, fields: Mapping[str, Any], meta: object) -> Input:
    known = _CLASSES.get(suffix)
    kind = known.kind if known else InputKind.TEXT
    if suffix == _SOCKET_CLASS:
        kind = InputKind.UNUSABLE
    low, high = _number(fields.get("min_value")), _number(fields.get("max_value"))
    order = _number(meta.get("cd_input_order")) if isinstance(meta, dict) else None
    return Input(
        key=key,
        kind=kind,
        name=_text(fields.get("display_name")) or key,
        description=_text(fields.get("description")),
        default=_default(known, suffix, fields),
        minimum=low if low is not None or known is None else known.minimum,
        maximum=high if high is not None or known is None else known.maximum,
        options=_options(fields.get("options")) if kind is InputKind.CHOICE else (),
        order=math.inf if order is None else order,
    )


def _suffix(class_type: object) -> str | None:
    if class_type == _SOCKET_CLASS:
        return _SOCKET_CLASS
    if isinstance(class_type, str) and class_type.startswith(_PREFIX):
        return class_type.removeprefix(_PREFIX)
    return None


def _default(known: _Class | None, suffix: str, fields: Mapping[str, Any]) -> object:
    value = fields.get(known.default_field if known else "default_value")
    if isinstance(value, list | dict):  # ["47", 0] is a link to another node
        value = None
    if known is not None and known.kind is InputKind.IMAGES and value == "[]":
        value = None
    if suffix in _DEFAULT_URL and not value:
        value = _text(fields.get("default_value_url")) or None
    return value


def _options(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            raw = [line.strip() for line in str(raw).splitlines() if line.strip()]
    return tuple(dict.fromkeys(str(item) for item in raw)) if isinstance(raw, list) else ()


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(item: Input) -> Iterator[str]:
    for text in (item.key, item.name):
        yield from text.casefold().replace("_", " ").replace("-", " ").split()


def _says(item: Input, *words: str) -> bool:
    return any(word in words for word in _words(item))


def _first(items: list[Input], *words: str) -> Input | None:
    """The item whose name says the earliest of `words`, else simply the first."""
    for word in words:
        for item in items:
            if _says(item, word):
                return item
    return items[0] if items else None
