"""Foreign pictures: opened if they can be, fitted or cropped to where they are shown."""

from io import BytesIO

from PIL import Image, ImageOps

from stationthis_discord.sandbox.shots.box import Box
from stationthis_discord.sandbox.shots.canvas import pixels

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def opened(data: bytes | None) -> Image.Image | None:
    """The (first) picture in these bytes, or None."""
    if not data:
        return None
    try:
        with BytesIO(data) as file, Image.open(file, formats=_FORMATS) as picture:
            return picture.convert("RGBA")
    except _UNREADABLE:
        return None


def fitted(picture: Image.Image, width: float, height: float) -> Box:
    """All of the picture, at most this large, never larger than it is."""
    factor = min(width / picture.width, height / picture.height, 1)
    return covered(picture, max(1, picture.width * factor), max(1, picture.height * factor))


def covered(picture: Image.Image, width: float, height: float) -> Box:
    """The middle of the picture, filling the box."""
    size = (max(1, pixels(width)), max(1, pixels(height)))

    def small() -> Image.Image:
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)

    return Box(width, height, lambda canvas, x, y: canvas.stamp(small(), x, y))
