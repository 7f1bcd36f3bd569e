"""A drawing as a square box, for signs that belong to no text."""

from collections.abc import Sequence

from stationthis_discord.sandbox.shots.box import Box
from stationthis_discord.sandbox.shots.canvas import pixels
from stationthis_discord.sandbox.shots.vector import Shape, raster


def drawing(shapes: Sequence[Shape], side: float, ink: str) -> Box:
    """Shapes on a grid of 24 by 24, `side` CSS pixels wide and high."""
    size = (pixels(side), pixels(side))
    return Box(side, side, lambda canvas, x, y: canvas.stamp(raster(shapes, (24, 24), size, ink), x, y))
