"""What each node class does in the sandbox: pure functions from its resolved inputs to a value."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.pictures import (
    MAX_SIDE,
    Drawn,
    Enlarged,
    FileRecipe,
    Loaded,
    Picture,
    Restyled,
    caption,
    size_of,
)

Fields = Mapping[str, Any]
_MAX_BATCH = 48


class NodeError(Exception):
    """A node raised: the run fails with this type and message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def pictures(value: Json) -> tuple[Picture, ...]:
    """Any value as pictures: text is painted, a file is opened."""
    match value:
        case tuple():
            return value
        case _ if isinstance(value, FileRecipe):
            return (Loaded(value),)
        case Drawn() | Loaded() | Restyled() | Enlarged():
            return (value,)
        case _:
            return (Drawn(str(value or "untitled"), 0),)


def _latent(fields: Fields) -> dict[str, Any]:
    width, height = (_whole(fields.get(side), 768) for side in ("width", "height"))
    if not 16 <= min(width, height) <= max(width, height) <= MAX_SIDE // 2:
        raise NodeError("torch.OutOfMemoryError", f"CUDA out of memory: no room for {width} x {height} pixels.")
    return {"width": width, "height": height, "batch": max(1, min(_MAX_BATCH, _whole(fields.get("batch_size"), 1)))}


def _sample(fields: Fields) -> tuple[Picture, ...]:
    prompt, negative = str(fields.get("positive") or ""), str(fields.get("negative") or "")
    seed, latent = _whole(fields.get("seed"), 0), fields.get("latent_image")
    if not isinstance(latent, dict):
        strength = float(fields.get("denoise", 1.0))
        return tuple(Restyled(picture, prompt, seed, strength) for picture in pictures(latent))
    steps = _whole(fields.get("steps"), 20)
    size = (latent["width"], latent["height"])
    return tuple(Drawn(prompt, seed, *size, index, negative, steps) for index in range(latent["batch"]))


def _enlarge(fields: Fields) -> tuple[Picture, ...]:
    factor = float(str(fields.get("scale_by", 2)).rstrip("x"))
    made = tuple(Enlarged(picture, factor) for picture in pictures(fields.get("image")))
    sides = [side for picture in made for side in checked_size(picture)]
    if max(sides) > MAX_SIDE:
        raise NodeError("torch.OutOfMemoryError", f"CUDA out of memory: the result would be {max(sides)} pixels wide.")
    return made


def _describe(fields: Fields) -> str:
    return caption(pictures(fields.get("image"))[0])


def checked_size(picture: Picture) -> tuple[int, int]:
    """Width and height; raises `NodeError` with Pillow's words for what is no picture."""
    try:
        return size_of(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NodeError("PIL.UnidentifiedImageError", "cannot identify image file") from error


def _join(fields: Fields) -> str:
    parts = [str(fields.get(name) or "") for name in ("string_a", "string_b")]
    return str(fields.get("delimiter", "")).join(part for part in parts if part)


NODES: dict[str, Callable[[Fields], Any]] = {
    "CheckpointLoaderSimple": lambda fields: fields.get("ckpt_name"),
    "CLIPTextEncode": lambda fields: fields.get("text"),
    "StringConcatenate": _join,
    "EmptyLatentImage": _latent,
    "VAEEncode": lambda fields: fields.get("pixels"),
    "KSampler": _sample,
    "VAEDecode": lambda fields: fields.get("samples"),
    "CreateVideo": lambda fields: fields.get("images"),
    "ImageScaleBy": _enlarge,
    "Florence2Run": _describe,
}


def _whole(value: Json, default: int) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default
