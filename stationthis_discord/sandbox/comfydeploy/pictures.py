"""Recipes of pictures and files: small hashable values, made into bytes only when somebody asks for the file."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import Image, ImageOps, ImageStat
from PIL.PngImagePlugin import PngInfo

from stationthis_discord.sandbox.comfydeploy import art

MAX_SIDE = 4096
_RESTYLED_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture painted from words and a seed; the same recipe gives the same bytes."""

    prompt: str
    seed: int
    width: int = 768
    height: int = 768
    index: int = 0
    negative: str = ""
    detail: int = 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """The picture inside a file: an upload, or a result of another run."""

    file: "FileRecipe"


@dataclass(frozen=True, slots=True)
class Restyled:
    """Another picture in the colours of a prompt; strength 0 keeps it, 1 leaves only its shapes."""

    source: "Picture"
    prompt: str
    seed: int
    strength: float


@dataclass(frozen=True, slots=True)
class Enlarged:
    """Another picture, `factor` times as wide and high."""

    source: "Picture"
    factor: float


@dataclass(frozen=True, slots=True)
class Bytes:
    """A file that exists: an upload, or text."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Still:
    """An image file; `metadata` is what ComfyUI writes into a PNG: pairs of keyword and JSON text."""

    picture: "Picture"
    format: Literal["png", "webp"] = "png"
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Moving:
    """An animated file that loops."""

    picture: Drawn
    frames: int
    rate: float
    format: Literal["webp", "gif"] = "webp"


Picture = Drawn | Loaded | Restyled | Enlarged
FileRecipe = Bytes | Still | Moving


@lru_cache(maxsize=64)
def file_bytes(recipe: FileRecipe) -> bytes:
    """The bytes of a file. Up to a second of CPU: call it in a thread. Raises `OSError` for what is no picture."""
    match recipe:
        case Bytes(content):
            return content
        case Still(picture, "png", metadata):
            return _png(drawn(picture), metadata)
        case Still(picture):
            return _encoded(drawn(picture), "WEBP", quality=88)
        case Moving():
            return _moving(recipe)


def drawn(picture: Picture) -> Image.Image:
    """The picture itself. Raises `OSError` for what is no picture."""
    match picture:
        case Drawn():
            return art.labelled(_painted(picture), picture.prompt, picture.seed)
        case Loaded(file):
            with Image.open(io.BytesIO(file_bytes(file))) as image:
                return image.convert("RGB")
        case Restyled(source, prompt, seed, strength):
            fitted = ImageOps.contain(drawn(source), (_RESTYLED_SIDE, _RESTYLED_SIDE))
            return art.labelled(art.restyled(fitted, prompt, strength), prompt, seed)
        case Enlarged(source, factor):
            small = drawn(source)
            return small.resize(_times(small.size, factor), Image.Resampling.LANCZOS)


def size_of(picture: Picture) -> tuple[int, int]:
    """Width and height in pixels, without drawing what is not drawn yet. Raises `OSError` for what is no picture."""
    match picture:
        case Drawn():
            return picture.width, picture.height
        case Loaded(Still(inner)):
            return size_of(inner)
        case Enlarged(source, factor):
            return _times(size_of(source), factor)
        case Restyled(source):
            return size_of(source)
        case Loaded(file):
            with Image.open(io.BytesIO(file_bytes(file))) as image:
                image.load()  # a picture that breaks off has a good header
                return image.size


def caption(picture: Picture) -> str:
    """One sentence about size, light and dominant colour."""
    image = drawn(picture)
    width, height = image.size
    shape = "square" if width == height else "wide" if width > height else "tall"
    light = ImageStat.Stat(image.convert("L")).mean[0]
    tone = "dark" if light < 85 else "bright" if light > 170 else "softly lit"
    return f"a {tone}, {shape} picture of {width} by {height} pixels, mostly {art.colour_name(image)}"


def _painted(picture: Drawn, phase: float = 0.0) -> Image.Image:
    words = f"{picture.prompt}\0{picture.negative}\0{picture.index}\0{picture.detail}"
    return art.scene(words, picture.seed, (picture.width, picture.height), phase)


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _png(image: Image.Image, metadata: tuple[tuple[str, str], ...]) -> bytes:
    info = PngInfo()
    for keyword, text in metadata:
        info.add_text(keyword, text)
    return _encoded(image, "PNG", pnginfo=info, compress_level=4)


def _moving(recipe: Moving) -> bytes:
    picture = recipe.picture
    frames = [
        art.labelled(_painted(picture, number / recipe.frames), picture.prompt, picture.seed)
        for number in range(recipe.frames)
    ]
    options = {"save_all": True, "append_images": frames[1:], "loop": 0, "duration": round(1000 / recipe.rate)}
    return _encoded(frames[0], recipe.format.upper(), **options)


def _encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()
