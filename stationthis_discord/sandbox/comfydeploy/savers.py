"""What each output node of ComfyUI and its packs saves in the sandbox: pure functions from its inputs to recipes."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from stationthis_discord.sandbox.comfydeploy.formats.tags import NO_TAGS, Tags
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.nodes import Fields, pictures
from stationthis_discord.sandbox.comfydeploy.output import OutputFile
from stationthis_discord.sandbox.comfydeploy.pictures import (
    Bytes,
    Drawn,
    FileRecipe,
    Film,
    FilmFormat,
    Mesh,
    Moving,
    MovingFormat,
    Picture,
    Sound,
    SoundFormat,
    Still,
    StillFormat,
)

Saved = dict[str, Any]  # the fields of an Output beyond its node
_MAX_FRAMES = 48
_STILLS: dict[str, tuple[StillFormat, str]] = {  # of `file_type`: format and extension
    "webp": ("webp", "webp"),
    "jpg": ("jpeg", "jpg"),
    "jpeg": ("jpeg", "jpeg"),
    "exr": ("exr", "exr"),
}
_COMBINED: dict[str, MovingFormat] = {"image/gif": "gif", "image/webp": "webp"}
_SOUND_SUFFIXES: dict[str, SoundFormat] = {".flac": "flac", ".mp3": "mp3", ".opus": "opus", ".wav": "wav"}
_STILL_SUFFIXES: dict[str, StillFormat] = {".png": "png", ".webp": "webp", ".jpg": "jpeg", ".jpeg": "jpeg"}
_FILM_SUFFIXES: dict[str, FilmFormat] = {".mp4": "mp4", ".mov": "mp4", ".webm": "webm"}
_TEXT_SUFFIXES = (".txt", ".csv", ".json", ".md")
_ZIPPED = (".zip", ".cbz", ".npz")
_PATH = re.compile(r"[\w./-]*\.[A-Za-z0-9]{1,12}")
_UNKNOWN = bytes(range(1, 256)) * 40  # begins like nothing


@dataclass(frozen=True, slots=True)
class Making:
    """How files are made in a run.

    tags: what nodes write into them; count: how many pictures an image node saves, null for what the workflow asks;
    about: bytes that each picture and film should have.
    """

    tags: Tags = NO_TAGS
    count: int | None = None
    about: int | None = None

    @property
    def planted(self) -> Tags:
        """For nodes that write no metadata themselves."""
        return Tags(planted=self.tags.planted)


def _save_images(fields: Fields, making: Making) -> Saved:
    made = _counted(pictures(fields.get("images")), making.count)
    kind, suffix = _STILLS.get(str(fields.get("file_type", "png")), ("png", "png"))
    tags = making.tags if kind in ("png", "exr") else making.planted
    recipes = [Still(picture, kind, tags, making.about) for picture in made]
    names = [f"{_prefix(fields)}_{number:05}_.{suffix}" for number in range(1, len(made) + 1)]
    files = tuple(OutputFile(name, recipe) for name, recipe in zip(names, recipes, strict=True))
    return {"files": files, "output_id": fields.get("output_id")}


def _save_exr(fields: Fields, making: Making) -> Saved:
    return _save_images({"output_id": "output_exr"} | dict(fields) | {"file_type": "exr"}, making)


def _combine(fields: Fields, making: Making) -> Saved:
    """`VHS_VideoCombine`; without `save_output` the result is a preview."""
    told = str(fields.get("format", "image/webp"))
    recipe: FileRecipe
    if told.startswith("image/"):
        recipe = _moving(fields, "frame_rate", _COMBINED.get(told, "webp"), making)
    else:
        recipe = _film(fields, "frame_rate", "webm" if told.endswith("webm") else "mp4", making)
    stem = f"{_prefix(fields)}_00001"
    name = f"{stem}.{recipe.format}"
    extra = {"format": told, "frame_rate": recipe.rate, "fullpath": f"/comfyui/output/{name}"}
    place = {} if fields.get("save_output", True) else {"type": "temp"}
    return {"kind": "gifs", "files": (OutputFile(name, recipe, extra | {"workflow": f"{stem}.png"} | place),)}


def _save_animated(kind: MovingFormat) -> Callable[[Fields, Making], Saved]:
    def save(fields: Fields, making: Making) -> Saved:
        recipe = _moving(fields, "fps", kind, making)
        return {"files": (OutputFile(f"{_prefix(fields)}_00001_.{kind}", recipe),), "animated": True}

    return save


def _save_film(kind: FilmFormat) -> Callable[[Fields, Making], Saved]:
    """`SaveVideo` and `SaveWEBM` tell their film among the images."""

    def save(fields: Fields, making: Making) -> Saved:
        frames = dict(fields) | {"images": fields.get("video", fields.get("images"))}
        return {"files": (_filed(fields, kind, _film(frames, "fps", kind, making)),), "animated": True}

    return save


def _save_sound(kind: SoundFormat) -> Callable[[Fields, Making], Saved]:
    def save(fields: Fields, making: Making) -> Saved:
        return {"kind": "audio", "files": (_filed(fields, kind, _sound(fields.get("audio"), kind, making.tags)),)}

    return save


def _preview_sound(fields: Fields, making: Making) -> Saved:
    recipe = _sound(fields.get("audio"), "flac", making.tags)
    return {"kind": "audio", "files": (OutputFile("ComfyUI_temp_00001_.flac", recipe, {"type": "temp"}),)}


def _save_mesh(fields: Fields, making: Making) -> Saved:
    return {"kind": "3d", "files": (_filed(fields, "glb", Mesh("glb", making.tags)),)}


def _view_mesh(_fields: Fields, _making: Making) -> Saved:
    return {"kind": "mesh", "files": (OutputFile("meshsave_00001_.obj", Mesh("obj")),)}


def _save_text(fields: Fields, _making: Making) -> Saved:
    content = Bytes(str(fields.get("text") or "").encode())
    files = (OutputFile(f"{_prefix(fields)}_00001_.txt", content),)
    return {"kind": "text_file", "files": files, "output_id": fields.get("output_id")}


def _show_text(fields: Fields, _making: Making) -> Saved:
    """One text or a list of them."""
    value = fields.get("text", fields.get("source"))
    texts = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value or ""),)
    return {"kind": "text", "texts": texts}


def _save_file(fields: Fields, making: Making) -> Saved:
    """`ComfyDeployOutputFile`: whatever the path says by its extension; a text that is no path goes into an archive."""
    text = str(fields.get("file") or "sandbox")
    suffix = PurePosixPath(text).suffix.lower() if _PATH.fullmatch(text) else ".zip"
    kind, recipe = _by_suffix(suffix, text, making)
    files = (OutputFile(f"{_prefix(fields)}{suffix}", recipe),)
    return {"kind": kind, "files": files, "output_id": fields.get("output_id")}


def _by_suffix(suffix: str, path: str, making: Making) -> tuple[str, FileRecipe]:
    """The key of the output and the file."""
    if suffix in _STILL_SUFFIXES:
        return "images", Still(Drawn(path, 0, 512, 512), _STILL_SUFFIXES[suffix], making.planted, making.about)
    if suffix in _SOUND_SUFFIXES:
        return "audio", _sound(path, _SOUND_SUFFIXES[suffix], making.planted)
    if suffix in _FILM_SUFFIXES:
        film = Film(Drawn(path, 0, 192, 192), 8, 8.0, _FILM_SUFFIXES[suffix], making.planted, making.about)
        return "files", film
    if suffix == ".glb":
        return "files", Mesh("glb", making.planted)
    if suffix in _TEXT_SUFFIXES:
        return "text_file", Bytes(path.encode())
    return "files", Bytes(_archive(path) if suffix in _ZIPPED else _UNKNOWN)


def _archive(text: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), text)
    return buffer.getvalue()


def _skip(_fields: Fields, _making: Making) -> Saved:
    """Previews of this node are not uploaded."""
    return {}


SAVERS: dict[str, Callable[[Fields, Making], Saved]] = {
    "SaveImage": _save_images,
    "ComfyDeployOutputImage": _save_images,
    "ComfyDeployStdOutputImage": _save_images,
    "ComfyDeployOutputEXR": _save_exr,
    "VHS_VideoCombine": _combine,
    "SaveAnimatedWEBP": _save_animated("webp"),
    "SaveAnimatedPNG": _save_animated("png"),
    "SaveVideo": _save_film("mp4"),
    "SaveWEBM": _save_film("webm"),
    "SaveAudio": _save_sound("flac"),
    "SaveAudioMP3": _save_sound("mp3"),
    "SaveAudioOpus": _save_sound("opus"),
    "PreviewAudio": _preview_sound,
    "SaveGLB": _save_mesh,
    "TripoSRViewer": _view_mesh,
    "ComfyDeployOutputText": _save_text,
    "ShowText|pysssss": _show_text,
    "PreviewAny": _show_text,
    "ComfyDeployOutputFile": _save_file,
    "PreviewImage": _skip,
}


def _moving(fields: Fields, rate: str, kind: MovingFormat, making: Making) -> Moving:
    return Moving(*_frames(fields, rate), kind, making.tags, making.about)


def _film(fields: Fields, rate: str, kind: FilmFormat, making: Making) -> Film:
    return Film(*_frames(fields, rate), kind, making.tags, making.about)


def _frames(fields: Fields, rate: str) -> tuple[Drawn, int, float]:
    """What moves, how many pictures it has, and how many of them are shown in a second."""
    made = pictures(fields.get("images"))
    base = made[0] if isinstance(made[0], Drawn) else Drawn("untitled", 0, 384, 384)
    return base, max(2, min(_MAX_FRAMES, len(made))), max(1.0, float(fields.get(rate, 8)))


def _sound(value: Json, kind: SoundFormat, tags: Tags) -> Sound:
    """Other words, another pitch."""
    return Sound(220.0 + sum(str(value).encode()) % 440, 1.0, kind, tags)


def _filed(fields: Fields, suffix: str, recipe: FileRecipe) -> OutputFile:
    """A file of a node that saves into a folder; the API keeps the name only."""
    folder = PurePosixPath(str(fields.get("filename_prefix") or "")).parent
    extra = {} if str(folder) == "." else {"subfolder": str(folder)}
    return OutputFile(f"{_prefix(fields)}_00001_.{suffix}", recipe, extra)


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
