"""What each node class does in the sandbox: pure functions from its resolved inputs to a value, or to what it saves."""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, Literal

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.output import OutputFile
from stationthis_discord.sandbox.comfydeploy.pictures import (
    MAX_SIDE,
    Bytes,
    Drawn,
    Enlarged,
    Loaded,
    Moving,
    Picture,
    Restyled,
    Still,
    caption,
    size_of,
)

Fields = Mapping[str, Any]
Metadata = tuple[tuple[str, str], ...]
Saved = dict[str, Any]  # the fields of an Output beyond its node
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
        case Bytes() | Still() | Moving():
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
    "ImageScaleBy": _enlarge,
    "Florence2Run": _describe,
}


def _save_images(fields: Fields, metadata: Metadata, count: int | None) -> Saved:
    made = _counted(pictures(fields.get("images")), count)
    kind = "webp" if str(fields.get("file_type", "png")) == "webp" else "png"
    recipes = [Still(picture, "webp") if kind == "webp" else Still(picture, "png", metadata) for picture in made]
    names = [f"{_prefix(fields)}_{number:05}_.{kind}" for number in range(1, len(made) + 1)]
    files = tuple(OutputFile(name, recipe) for name, recipe in zip(names, recipes, strict=True))
    return {"files": files, "output_id": fields.get("output_id")}


def _save_video(fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    kind: Literal["gif", "webp"] = "gif" if str(fields.get("format", "")).endswith("gif") else "webp"
    name, recipe = f"{_prefix(fields)}_00001.{kind}", _moving(fields, "frame_rate", kind)
    extra = {"format": f"image/{kind}", "frame_rate": recipe.rate, "fullpath": f"/comfyui/output/{name}"}
    return {"kind": "gifs", "files": (OutputFile(name, recipe, extra),)}


def _save_animated(fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    return {"files": (OutputFile(f"{_prefix(fields)}_00001_.webp", _moving(fields, "fps", "webp")),), "animated": True}


def _moving(fields: Fields, rate: str, kind: Literal["gif", "webp"]) -> Moving:
    made = pictures(fields.get("images"))
    base = made[0] if isinstance(made[0], Drawn) else Drawn("untitled", 0, 384, 384)
    return Moving(base, max(2, min(_MAX_BATCH, len(made))), max(1.0, float(fields.get(rate, 8))), kind)


def _save_text(fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    content = Bytes(str(fields.get("text") or "").encode())
    files = (OutputFile(f"{_prefix(fields)}_00001_.txt", content),)
    return {"kind": "text_file", "files": files, "output_id": fields.get("output_id")}


def _show_text(fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    return {"kind": "text", "texts": (str(fields.get("text") or ""),)}


def _save_file(fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), str(fields.get("file") or "sandbox"))
    files = (OutputFile(f"{_prefix(fields)}.zip", Bytes(buffer.getvalue())),)
    return {"kind": "files", "files": files, "output_id": fields.get("output_id")}


def _skip(_fields: Fields, _metadata: Metadata, _count: int | None) -> Saved:
    """Previews are not uploaded."""
    return {}


SAVERS: dict[str, Callable[[Fields, Metadata, int | None], Saved]] = {
    "SaveImage": _save_images,
    "ComfyDeployOutputImage": _save_images,
    "ComfyDeployStdOutputImage": _save_images,
    "VHS_VideoCombine": _save_video,
    "SaveAnimatedWEBP": _save_animated,
    "ComfyDeployOutputText": _save_text,
    "ShowText|pysssss": _show_text,
    "ComfyDeployOutputFile": _save_file,
    "PreviewImage": _skip,
}


def _counted(made: tuple[Picture, ...], count: int | None) -> tuple[Picture, ...]:
    if count is None or not made:
        return made
    first = made[0]
    if isinstance(first, Drawn):
        words = (first.prompt, first.seed, first.width, first.height)
        return tuple(Drawn(*words, index, first.negative, first.detail) for index in range(count))
    return (first,) * count


def _prefix(fields: Fields) -> str:
    return PurePosixPath(str(fields.get("filename_prefix") or "ComfyUI")).name


def _whole(value: Json, default: int) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default
