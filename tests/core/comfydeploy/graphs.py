"""Workflows as the API gives them, in a few words."""

from typing import Any

Node = dict[str, Any]

CLASSES = (
    *("Text", "TextAny", "TextSingleLine", "Enum", "Boolean", "Color"),
    *("Number", "NumberInt", "NumberSlider", "NumberSliderInt", "Seed"),
    *("Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "Audio", "EXR", "File"),
    *("Lora", "Checkpoint", "FaceModel"),
)
"""What comes after `ComfyUIDeployExternal` in the classes that HTTP can set."""


def external(kind: str, input_id: object = "x", order: object = None, **fields: object) -> Node:
    """A node of class `ComfyUIDeployExternal<kind>`."""
    meta: Node = {"title": kind} if order is None else {"title": kind, "cd_input_order": order}
    return {"class_type": f"ComfyUIDeployExternal{kind}", "inputs": {"input_id": input_id} | fields, "_meta": meta}


def graph(*nodes: object) -> Node:
    """The nodes under ids that count up from 1."""
    return {str(position): node for position, node in enumerate(nodes, start=1)}
