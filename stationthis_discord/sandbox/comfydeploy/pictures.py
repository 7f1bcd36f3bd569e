"""Recipes of pictures and files: small hashable values, made into bytes only when somebody asks for the file."""

import io
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageOps, ImageStat

from stationthis_discord.sandbox.comfydeploy import art
from stationthis_discord.sandbox.comfydeploy.formats import flac, h264, meshes, mp4, sounds, stills, webm
from stationthis_discord.sandbox.comfydeploy.formats.exr import exr
from stationthis_discord.sandbox.comfydeploy.formats.noise import sized
from stationthis_discord.sandbox.comfydeploy.formats.tags import NO_TAGS, Tags
from stationthis_discord.sandbox.comfydeploy.kept import Kept

MAX_SIDE = 4096
_RESTYLED_SIDE = 1024
_FILM_SIDE = 192  # at most; frames are not packed
_EXR_SIDE = 256
_FRAMES_OF_NOISE = 8

StillFormat = Literal["png", "webp", "jpeg", "exr"]
MovingFormat = Literal["webp", "gif", "png"]
FilmFormat = Literal["mp4", "webm"]
SoundFormat = Literal["flac", "mp3", "opus", "wav"]
MeshFormat = Literal["glb", "obj"]


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
    """An image file; with `about`, noise of about so many bytes in the place of the picture."""

    picture: "Picture"
    format: StillFormat = "png"
    tags: Tags = NO_TAGS
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """An animated image file that loops; `about` as for a still one."""

    picture: Drawn
    frames: int
    rate: float
    format: MovingFormat = "webp"
    tags: Tags = NO_TAGS
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """A film of frames painted small; `about` as for a picture."""

    picture: Drawn
    frames: int
    rate: float
    format: FilmFormat = "mp4"
    tags: Tags = NO_TAGS
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """A tone, or silence where the format needs an encoder."""

    pitch: float
    seconds: float
    format: SoundFormat = "flac"
    tags: Tags = NO_TAGS


@dataclass(frozen=True, slots=True)
class Mesh:
    """A triangle."""

    format: MeshFormat = "glb"
    tags: Tags = NO_TAGS


Picture = Drawn | Loaded | Restyled | Enlarged
FileRecipe = Bytes | Still | Moving | Film | Sound | Mesh
_kept = Kept(64, 192 * 2**20)


def file_bytes(recipe: FileRecipe) -> bytes:
    """The bytes of a file. Up to a second of CPU: call it in a thread. Raises `OSError` for what is no picture."""
    if isinstance(recipe, Bytes):
        return recipe.content
    known = _kept.get(recipe)
    return known if known is not None else _kept.put(recipe, _made(recipe))


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
        case Loaded(Still(inner, about=None, format="png" | "webp" | "jpeg")):
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


def _made(recipe: Still | Moving | Film | Sound | Mesh) -> bytes:
    match recipe:
        case Still(picture, about=None):
            return _still(drawn(picture), recipe)
        case Still(about=int(about)):
            return sized(lambda image: _still(image, recipe), repr(recipe.picture), about)
        case Moving():
            return _moving(recipe)
        case Film():
            return _film(recipe)
        case Sound():
            return _sound(recipe)
        case _:
            return meshes.glb(recipe.tags) if recipe.format == "glb" else meshes.obj()


def _painted(picture: Drawn, phase: float = 0.0) -> Image.Image:
    words = f"{picture.prompt}\0{picture.negative}\0{picture.index}\0{picture.detail}"
    return art.scene(words, picture.seed, (picture.width, picture.height), phase)


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _still(image: Image.Image, recipe: Still) -> bytes:
    match recipe.format:
        case "png":
            return stills.png(image, recipe.tags, 4 if recipe.about is None else 0)
        case "webp":
            return stills.webp([image], 1.0, recipe.tags)
        case "jpeg":
            return stills.jpeg(image, recipe.tags)
        case "exr":
            return exr(ImageOps.contain(image, (_EXR_SIDE, _EXR_SIDE)) if recipe.about is None else image, recipe.tags)


def _moving(recipe: Moving) -> bytes:
    write = {"webp": stills.webp, "gif": stills.gif, "png": stills.apng}[recipe.format]
    if recipe.about is None:
        return write(_frames(recipe.picture, recipe.frames), recipe.rate, recipe.tags)

    def turning(image: Image.Image) -> bytes:
        return write([image, image.transpose(Image.Transpose.ROTATE_90)], recipe.rate, recipe.tags)

    return sized(turning, repr(recipe.picture), recipe.about)


def _frames(picture: Drawn, count: int) -> list[Image.Image]:
    return [art.labelled(_painted(picture, at / count), picture.prompt, picture.seed) for at in range(count)]


def _film(recipe: Film) -> bytes:
    if recipe.about is not None:
        return _film_of_noise(recipe, repr(recipe.picture), recipe.about)
    shrunk = [image.resize(_film_size(image.size)) for image in _frames(recipe.picture, recipe.frames)]
    width, height = shrunk[0].size
    if recipe.format == "webm":
        return webm.webm([webm.vp8(image) for image in shrunk], (width, height), recipe.rate, recipe.tags)
    frames = [h264.picture(image, number) for number, image in enumerate(shrunk)]
    return mp4.mp4(mp4.Film(frames, width, height, recipe.rate, recipe.tags))


def _film_of_noise(recipe: Film, seed: str, about: int) -> bytes:
    """A few frames, each with its share of the bytes."""
    share = about // _FRAMES_OF_NOISE
    if recipe.format == "webm":
        made = sized(lambda image: webm.vp8(image, quality=95), seed, share)
        side = int.from_bytes(made[6:8], "little") & 0x3FFF
        return webm.webm([made] * _FRAMES_OF_NOISE, (side, side), recipe.rate, recipe.tags)
    side = max(1, round((share / h264.SAMPLES) ** 0.5)) * h264.BLOCK
    frames = [h264.noise(seed, side, number) for number in range(_FRAMES_OF_NOISE)]
    return mp4.mp4(mp4.Film(frames, side, side, recipe.rate, recipe.tags))


def _film_size(size: tuple[int, int]) -> tuple[int, int]:
    """A small one of about this shape, in whole macroblocks."""
    factor = min(1.0, _FILM_SIDE / max(size))
    width, height = (max(1, round(side * factor / h264.BLOCK)) * h264.BLOCK for side in size)
    return width, height


def _sound(recipe: Sound) -> bytes:
    match recipe.format:
        case "flac":
            return flac.flac(sounds.tone(recipe.pitch, recipe.seconds), recipe.tags)
        case "wav":
            return sounds.wav(sounds.tone(recipe.pitch, recipe.seconds), recipe.tags)
        case "mp3":
            return sounds.mp3(recipe.seconds, recipe.tags)
        case "opus":
            return sounds.opus(recipe.seconds, recipe.tags)
