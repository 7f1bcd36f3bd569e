"""Letters as Pillow's embedded font has them (one weight, upright), made bold, slanted or equally wide."""

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageFont

from stationthis_discord.sandbox.shots.canvas import SCALE, pixels

_CELL = 0.6
_LEAN = 0.21
_BOLDNESS = 0.014
_X_HEIGHT = 0.53
_CAP_HEIGHT = 0.71
_SERIFS = MappingProxyType(
    {
        "i": ((-0.21, 0.02, _X_HEIGHT), (-0.24, 0.24, 0.07)),
        "l": ((-0.21, 0.02, _CAP_HEIGHT + 0.02), (-0.24, 0.24, 0.07)),
        "I": ((-0.22, 0.22, _CAP_HEIGHT), (-0.22, 0.22, 0.07)),
        "j": ((-0.2, 0.05, _X_HEIGHT),),
        "1": ((-0.24, 0.24, 0.07),),
        "r": ((-0.24, 0.12, 0.07), (-0.24, -0.1, _X_HEIGHT)),
    }
)
"""Bars that give thin letters of code their width: from x to x around the middle of the cell, top; per em."""


@dataclass(frozen=True, slots=True)
class Face:
    """How letters look; `size` in CSS pixels."""

    size: float
    bold: bool = False
    italic: bool = False
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Mask:
    """Letters in white; the start of their baseline is `left`, `top` real pixels inside."""

    image: Image.Image
    left: int
    top: int


def advance(letters: str, face: Face) -> float:
    """In CSS pixels."""
    if face.mono:
        return cell(face.size) * len(letters)
    extra = 0.02 * face.size if face.bold else 0
    return font(face.size).getlength(letters) / SCALE + extra


def cell(size: float) -> float:
    """The advance of every character in code, in CSS pixels."""
    return pixels(_CELL * size) / SCALE


@lru_cache(maxsize=2048)
def mask(letters: str, face: Face) -> Mask:
    """A stretch of letters; of a mono face, one letter in its cell."""
    em = face.size * SCALE
    pad, baseline = round(em * 0.4), round(em * 1.4)
    length = round(cell(face.size) * SCALE if face.mono else font(face.size).getlength(letters))
    image = Image.new("L", (length + 2 * pad, baseline + pad), 0)
    if face.mono:
        image.paste(_in_cell(letters, face, length, baseline + pad), (pad, 0))
    else:
        _draw(image, (pad, baseline), letters, face)
    if face.italic:
        lean = (1, _LEAN, -_LEAN * (baseline - _X_HEIGHT / 2 * em), 0, 1, 0)
        image = image.transform(image.size, Image.Transform.AFFINE, lean, Image.Resampling.BICUBIC)
    return Mask(image, pad, baseline)


def _draw(image: Image.Image, at: tuple[float, float], letters: str, face: Face) -> None:
    weight = _BOLDNESS if face.bold else _BOLDNESS / 3 if face.mono else 0
    stroke = weight * face.size * SCALE
    ImageDraw.Draw(image).text(at, letters, 255, font(face.size), anchor="ls", stroke_width=stroke)


def _in_cell(letter: str, face: Face, width: int, height: int) -> Image.Image:
    """In the middle of the cell: wide letters squeezed, thin ones with serifs."""
    em = face.size * SCALE
    baseline = round(em * 1.4)
    left, _, right, _ = font(face.size).getbbox(letter, anchor="ls")
    ink = max(1, round(right - left))
    image = Image.new("L", (max(width, ink), height), 0)
    _draw(image, ((image.width - ink) / 2 - left, baseline), letter, face)
    for start, end, top in _SERIFS.get(letter, ()):
        middle, y = image.width / 2, baseline - top * em
        area = (middle + start * em, y, middle + end * em, y + 0.05 * em)
        ImageDraw.Draw(image).rectangle(area, fill=255)
    return image if image.width == width else image.resize((width, height), Image.Resampling.LANCZOS)


@lru_cache(maxsize=32)
def font(size: float) -> ImageFont.FreeTypeFont:
    """The embedded font at a size in CSS pixels."""
    found = ImageFont.load_default(size * SCALE)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return found


@lru_cache(maxsize=4096)
def known(text: str) -> bool:
    """Whether the font has all of these characters."""
    return bool(text) and all(char >= " " and _picture(char) != _picture("\uffff") for char in text)


def _picture(char: str) -> tuple[tuple[int, int], bytes]:
    picture, offset = font(24).getmask2(char)
    return offset, bytes(picture)
