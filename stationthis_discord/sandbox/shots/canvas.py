"""The surface that is drawn on: lengths in CSS pixels, twice as many real ones, soft edges."""

from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

SCALE = 2
"""Real pixels per CSS pixel."""

_SOFTNESS = 4


class Corners(NamedTuple):
    """Which corners of a rectangle are round."""

    top_left: bool = True
    top_right: bool = True
    bottom_right: bool = True
    bottom_left: bool = True


ALL = Corners()
RIGHT = Corners(top_left=False, bottom_left=False)


class Area(NamedTuple):
    """A rectangle in CSS pixels."""

    x: float
    y: float
    width: float
    height: float

    def pixels(self) -> tuple[int, int, int, int]:
        left, top = pixels(self.x), pixels(self.y)
        return left, top, pixels(self.x + self.width) - left, pixels(self.y + self.height) - top


def pixels(length: float) -> int:
    return round(length * SCALE)


class Canvas:
    """A picture in the making."""

    def __init__(self, width: float, height: float, colour: str) -> None:
        self._image = Image.new("RGB", (pixels(width), max(1, pixels(height))), colour)

    def fill(self, area: Area, colour: str, radius: float = 0, corners: Corners = ALL) -> None:
        left, top, width, height = area.pixels()
        mask = rounded(max(1, width), max(1, height), pixels(radius), corners)
        self._image.paste(colour, (left, top), mask)

    def ink(self, mask: Image.Image, x: float, y: float, colour: str) -> None:
        """Let the colour through a mask of real pixels."""
        self._image.paste(colour, (pixels(x), pixels(y)), mask)

    def stamp(self, picture: Image.Image, x: float, y: float) -> None:
        """Put a picture of real pixels here; what is transparent in it stays as it was."""
        mask = picture if picture.mode == "RGBA" else None
        self._image.paste(picture, (pixels(x), pixels(y)), mask)

    def copy(self, area: Area) -> Image.Image:
        left, top, width, height = area.pixels()
        return self._image.crop((left, top, left + max(1, width), top + max(1, height)))

    def restore(self, before: Image.Image, area: Area, mask: Image.Image) -> None:
        """Bring back what was there, where the mask is white."""
        left, top, *_ = area.pixels()
        self._image.paste(before, (left, top), mask)

    def png(self) -> bytes:
        with BytesIO() as out:
            self._image.save(out, "PNG", compress_level=6)
            return out.getvalue()


def rounded(width: int, height: int, radius: int, corners: Corners = ALL) -> Image.Image:
    """A white rectangle with soft round corners, in real pixels."""
    mask = Image.new("L", (width, height), 255)
    radius = min(radius, width // 2, height // 2)
    if radius <= 0:
        return mask
    corner = _corner(radius)
    right, bottom = width - radius, height - radius
    spots = ((0, 0), (right, 0), (right, bottom), (0, bottom))
    for round_here, spot, quarter in zip(corners, spots, _QUARTERS, strict=True):
        if round_here:
            mask.paste(corner if quarter is None else corner.transpose(quarter), spot)
    return mask


def outside(mask: Image.Image) -> Image.Image:
    return ImageChops.invert(mask)


_QUARTERS = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
    Image.Transpose.FLIP_TOP_BOTTOM,
)


@lru_cache(maxsize=64)
def _corner(radius: int) -> Image.Image:
    side = radius * _SOFTNESS
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * side - 1, 2 * side - 1), fill=255)
    return mask.resize((radius, radius), Image.Resampling.BOX)
