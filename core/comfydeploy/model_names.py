"""Names of models that stand in workflows, so that people can search for them, as the API has no list of them; pure.

Only fields that hold a file's name are read, and only what looks like one: no address, nothing that may be a secret.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.comfydeploy.inputs import Input, graph_nodes
from core.comfydeploy.kinds import MODELS, InputKind, class_of

MOST: Final = 2_000  # names of one kind

_NAME: Final = re.compile(
    r"[^\x00-\x1f\x7f\"*:<>?|]{1,200}\.(safetensors|sft|ckpt|pt2?|pth|bin|gguf|pkl)", re.IGNORECASE
)
_FIELDS: Final = {
    InputKind.LORA: re.compile(r"lora(_name)?(_?[0-9]{1,3})?"),
    InputKind.CHECKPOINT: re.compile(r"([a-z]+_)?ckpt_name(_?[0-9]{1,3})?"),
    InputKind.FACE: re.compile(r"face_model(_name)?"),
}

Names = Mapping[InputKind, tuple[str, ...]]


def names_in(workflow_api: object) -> Iterator[tuple[InputKind, str]]:
    """The LoRAs, checkpoints and face models of a workflow, as often as they stand there."""
    for node in graph_nodes(workflow_api):
        fields = node.get("inputs")
        if not isinstance(fields, dict):
            continue
        known = class_of(node.get("class_type"))
        if known is not None and known.kind in MODELS:
            yield from _named(known.kind, [fields.get(field) for field in known.default_fields])
        for field, value in fields.items():
            kind = _kind_of(field)
            if kind is not None:
                yield from _named(kind, [value])


class ModelNames:
    """Collects names from one workflow after the other, at most `MOST` of a kind."""

    def __init__(self) -> None:
        self._found: dict[InputKind, set[str]] = {kind: set() for kind in sorted(MODELS)}

    def add(self, workflow_api: object) -> None:
        for kind, name in names_in(workflow_api):
            if len(self._found[kind]) < MOST:
                self._found[kind].add(name)

    def listed(self) -> Names:
        """By kind, sorted as people sort."""
        return {
            kind: tuple(sorted(names, key=lambda name: (name.casefold(), name))) for kind, names in self._found.items()
        }


def with_names(inputs: tuple[Input, ...], names: Names) -> tuple[Input, ...]:
    """The inputs, those for models with all names of their kind as options; the very same if there are none."""
    if not any(item.kind in MODELS for item in inputs):
        return inputs
    return tuple(replace(item, options=names[item.kind]) if item.kind in MODELS else item for item in inputs)


@lru_cache(maxsize=2048)  # workflows have few fields, again and again
def _kind_of(field: str) -> InputKind | None:
    return next((kind for kind, pattern in _FIELDS.items() if pattern.fullmatch(field)), None)


def _named(kind: InputKind, values: list[object]) -> Iterator[tuple[InputKind, str]]:
    """Some nodes keep a name with its strength, as in `{"on": true, "lora": "ink.safetensors", "strength": 1}`."""
    for value in values:
        name = value.get("lora") if isinstance(value, dict) else value
        if isinstance(name, str) and _NAME.fullmatch(name) and name.isprintable():
            yield kind, name
