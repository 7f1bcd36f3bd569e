"""The node classes that take inputs: what each asks for, its fields, and what it reads; one table.

Classes, default fields and ranges: the ComfyUI node package github.com/BennyKok/comfyui-deploy.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    LORA = "LoRA"
    CHECKPOINT = "checkpoint"
    FACE = "face model"
    COLOUR = "colour"
    UNUSABLE = "live image, which cannot be set from here"


MODELS: Final = frozenset({InputKind.LORA, InputKind.CHECKPOINT, InputKind.FACE})
NUMBERS: Final = frozenset({InputKind.NUMBER, InputKind.WHOLE, InputKind.SEED})
PICTURES: Final = frozenset({InputKind.IMAGE, InputKind.IMAGES})

FILES: Final = PICTURES | {InputKind.VIDEO, InputKind.AUDIO, InputKind.EXR, InputKind.FILE}
_PREFIX = "ComfyUIDeployExternal"
_SOCKET_CLASS = "ComfyDeployWebscoketImageInput"  # spelled so by the node package
_INT32 = 2_147_483_647
_LARGEST_SEED = 999_999_999_999_999


@dataclass(frozen=True, slots=True)
class NodeClass:
    """`default_fields` are tried in turn. `minimum` and `maximum` hold where a node declares none.

    `least` and `most` hold whatever it declares: beyond them the node reads something else than what was sent. With
    `is_hard` what it declares is such a range, too. `is_line`: a text without line breaks.
    """

    kind: InputKind
    default_fields: tuple[str, ...] = ("default_value",)
    minimum: float | None = None
    maximum: float | None = None
    least: float | None = None
    most: float | None = None
    step: float | None = None
    is_line: bool = False
    is_hard: bool = False


_CLASSES: Final = {
    "Text": NodeClass(InputKind.TEXT),
    "TextAny": NodeClass(InputKind.TEXT, is_line=True),
    "TextSingleLine": NodeClass(InputKind.TEXT, is_line=True),
    "Number": NodeClass(InputKind.NUMBER, least=-_INT32, most=_INT32, step=0.01),
    # the node reads digits only: a negative number would silently become the default
    "NumberInt": NodeClass(InputKind.WHOLE, least=0, most=_INT32),
    "NumberSlider": NodeClass(InputKind.NUMBER, minimum=0, maximum=1, step=0.01),
    "NumberSliderInt": NodeClass(InputKind.WHOLE, minimum=0, maximum=10),
    # outside of its range it draws a seed of its own, so that nobody would get the one they asked for
    "Seed": NodeClass(InputKind.SEED, minimum=1, maximum=4_294_967_295, least=1, most=_LARGEST_SEED, is_hard=True),
    "Boolean": NodeClass(InputKind.SWITCH),
    "Enum": NodeClass(InputKind.CHOICE),
    "Image": NodeClass(InputKind.IMAGE, ("default_value", "default_value_url")),
    "ImageAlpha": NodeClass(InputKind.IMAGE, ("default_value", "default_value_url")),
    "ImageBatch": NodeClass(InputKind.IMAGES, ("images",)),
    "Video": NodeClass(InputKind.VIDEO, ("default_value", "default_value_url", "default_video")),
    "Vid": NodeClass(InputKind.VIDEO),
    "Audio": NodeClass(InputKind.AUDIO, ("audio_file",)),
    "EXR": NodeClass(InputKind.EXR, ("exr_file",)),
    "File": NodeClass(InputKind.FILE, ("file_url",)),
    "Lora": NodeClass(InputKind.LORA, ("default_lora_name",)),
    "Checkpoint": NodeClass(InputKind.CHECKPOINT),
    "FaceModel": NodeClass(InputKind.FACE, ("default_face_model_name",)),
    "Color": NodeClass(InputKind.COLOUR),
    _SOCKET_CLASS: NodeClass(InputKind.UNUSABLE),
}
_UNKNOWN_CLASS = NodeClass(InputKind.TEXT, is_line=True)


def class_of(class_type: object) -> NodeClass | None:
    """What is known of a node's class; one of a newer package takes a text; None for what asks for nothing."""
    if class_type == _SOCKET_CLASS:
        return _CLASSES[_SOCKET_CLASS]
    if isinstance(class_type, str) and class_type.startswith(_PREFIX):
        return _CLASSES.get(class_type.removeprefix(_PREFIX), _UNKNOWN_CLASS)
    return None
