"""Which inputs a deployment declares, read from its `workflow_api`; pure.

The server's own `input_types` list drops seeds, options and default files, so the graph itself is the source.
Node classes, default fields and ranges: the ComfyUI node package github.com/BennyKok/comfyui-deploy.
"""

import json
import math
import re
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

_FILES: Final = LINKED_FILES | {InputKind.AUDIO}
_PREFIX = "ComfyUIDeployExternal"
_SOCKET_CLASS = "ComfyDeployWebscoketImageInput"  # spelled so by the node package
_INT32 = 2_147_483_647
_LARGEST = 2**64  # no widget of ComfyUI takes more


@dataclass(frozen=True, slots=True)
class _Class:
    """`default_fields` are tried in turn; the range holds where a node declares none, `floor` whatever it declares."""

    kind: InputKind
    default_fields: tuple[str, ...] = ("default_value",)
    minimum: float | None = None
    maximum: float | None = None
    floor: float = -math.inf


_CLASSES: Final = {
    "Text": _Class(InputKind.TEXT),
    "TextAny": _Class(InputKind.TEXT),
    "TextSingleLine": _Class(InputKind.TEXT),
    "Number": _Class(InputKind.NUMBER, minimum=-_INT32, maximum=_INT32),
    # the node reads digits only: a negative number would silently become the default
    "NumberInt": _Class(InputKind.WHOLE, minimum=0, maximum=_INT32, floor=0),
    "NumberSlider": _Class(InputKind.NUMBER, minimum=0, maximum=1),
    "NumberSliderInt": _Class(InputKind.WHOLE, minimum=0, maximum=10),
    "Seed": _Class(InputKind.SEED, minimum=1, maximum=4_294_967_295),
    "Boolean": _Class(InputKind.SWITCH),
    "Enum": _Class(InputKind.CHOICE),
    "Image": _Class(InputKind.IMAGE, ("default_value", "default_value_url")),
    "ImageAlpha": _Class(InputKind.IMAGE, ("default_value", "default_value_url")),
    "ImageBatch": _Class(InputKind.IMAGES, ("images",)),
    "Video": _Class(InputKind.VIDEO, ("default_value", "default_value_url", "default_video")),
    "Vid": _Class(InputKind.VIDEO),
    "Audio": _Class(InputKind.AUDIO, ("audio_file",)),
    "EXR": _Class(InputKind.EXR, ("exr_file",)),
    "File": _Class(InputKind.FILE, ("file_url",)),
    "Lora": _Class(InputKind.MODEL, ("default_lora_name",)),
    "Checkpoint": _Class(InputKind.MODEL),
    "FaceModel": _Class(InputKind.MODEL, ("default_face_model_name",)),
    "Color": _Class(InputKind.COLOUR),
    _SOCKET_CLASS: _Class(InputKind.UNUSABLE),
}
_UNKNOWN_CLASS = _Class(InputKind.TEXT)


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input. `key` is the `input_id` values are sent under; all texts are foreign.

    `linked` when another node gives the default, so that there is one, though nobody can tell what it is.
    """

    key: str
    kind: InputKind
    name: str
    description: str = ""
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[str, ...] = ()
    order: float = math.inf
    linked: bool = False

    @property
    def required(self) -> bool:
        """Whether a run cannot do without: the API never says so, but a missing file has no fallback."""
        return self.kind in _FILES and not self.default and not self.linked


@dataclass(frozen=True, slots=True)
class Roles:
    """The inputs that have an option of their own, found by kind first, then by name."""

    prompt: Input | None = None
    negative: Input | None = None
    image: Input | None = None
    seed: Input | None = None


def graph_nodes(workflow_api: object) -> Iterator[dict[str, Any]]:
    """The nodes of a workflow, given as an object or as its JSON; what cannot be read is skipped, never raised."""
    if isinstance(workflow_api, str):
        try:
            workflow_api = json.loads(workflow_api)
        except (ValueError, RecursionError):
            return
    for node in workflow_api.values() if isinstance(workflow_api, dict) else ():
        if isinstance(node, dict):
            yield node


def parse_inputs(workflow_api: object) -> tuple[Input, ...]:
    """The declared inputs in the dashboard's order. Several nodes may share an id: the first stands for all."""
    found: dict[str, Input] = {}
    for declared in filter(None, map(_declared, graph_nodes(workflow_api))):
        found.setdefault(declared.key, declared)
    return tuple(sorted(found.values(), key=lambda item: item.order))


def find_roles(inputs: Iterable[Input]) -> Roles:
    """Which inputs take the prompt, the negative prompt, the picture and the seed."""
    usable = list(inputs)
    texts = [item for item in usable if item.kind is InputKind.TEXT]
    negatives = [item for item in texts if _says(item, "negative", "neg", "negativeprompt")]
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


def _declared(node: Mapping[str, Any]) -> Input | None:
    suffix = _suffix(node.get("class_type"))
    fields = node.get("inputs")
    if suffix is None or not isinstance(fields, dict):
        return None
    key = fields.get("input_id")
    if not isinstance(key, str) or not key or key == MARK:  # a list means "linked to another node": not settable
        return None
    return _input(key, suffix, fields, node.get("_meta"))


def _suffix(class_type: object) -> str | None:
    if class_type == _SOCKET_CLASS:
        return _SOCKET_CLASS
    if isinstance(class_type, str) and class_type.startswith(_PREFIX):
        return class_type.removeprefix(_PREFIX)
    return None


def _input(key: str, suffix: str, fields: Mapping[str, Any], meta: object) -> Input:
    known = _CLASSES.get(suffix, _UNKNOWN_CLASS)
    low, high = _number(fields.get("min_value")), _number(fields.get("max_value"))
    order = _number(meta.get("cd_input_order")) if isinstance(meta, dict) else None
    return Input(
        key=key,
        kind=known.kind,
        name=_text(fields.get("display_name")).strip() or key,
        description=_text(fields.get("description")),
        default=_default(known, fields),
        minimum=known.minimum if low is None else max(low, known.floor),
        maximum=known.maximum if high is None else high,
        options=_options(fields.get("options")) if known.kind is InputKind.CHOICE else (),
        order=math.inf if order is None else order,
        linked=any(_is_link(fields.get(name)) for name in ("default_value", *known.default_fields)),
    )


def _default(known: _Class, fields: Mapping[str, Any]) -> object:
    empty = {"", "[]"} if known.kind is InputKind.IMAGES else {""}
    values = [fields.get(name) for name in known.default_fields]
    return next((value for value in values if isinstance(value, str | int | float) and value not in empty), None)


def _is_link(value: object) -> bool:
    """Whether another node gives the value: its id and the number of its output, as in `["47", 0]`."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


def _options(raw: object) -> tuple[str, ...]:
    """A JSON list, as the node wants it, or one option a line, as people write it."""
    if isinstance(raw, str):
        try:
            listed = json.loads(raw)
        except (ValueError, RecursionError):
            listed = None
        raw = listed if isinstance(listed, list) else [line.strip() for line in raw.splitlines() if line.strip()]
    options = [str(item) for item in raw if isinstance(item, str | int | float)] if isinstance(raw, list) else []
    return tuple(dict.fromkeys(options))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -_LARGEST <= value <= _LARGEST else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(item: Input) -> Iterator[str]:
    """The words of an input's id and name, taken apart as programs do: `negativePrompt`, `noise_seed`, `prompt2`."""
    for text in (item.key, item.name):
        yield from re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold())


def _says(item: Input, *words: str) -> bool:
    return any(word in words for word in _words(item))


def _first(items: list[Input], *words: str) -> Input | None:
    """The item whose name says the earliest of `words`, else simply the first."""
    for word in words:
        for item in items:
            if _says(item, word):
                return item
    return items[0] if items else None
