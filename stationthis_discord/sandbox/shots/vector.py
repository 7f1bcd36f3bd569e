"""Little drawings made of shapes, in units of their own grid, painted at any size with soft edges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

_SOFTNESS = 4

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Where shapes are drawn: `unit` is one unit of the grid in pixels, `ink` the colour of the text around."""

    draw: ImageDraw.ImageDraw
    unit: float
    ink: str
    origin: Point = (0, 0)

    def at(self, *points: Point) -> list[Point]:
        dx, dy = self.origin
        return [((x + dx) * self.unit, (y + dy) * self.unit) for x, y in points]

    def colour(self, colour: str | None) -> str:
        return self.ink if colour is None else colour


Shape = Callable[[Pen], None]
"""Shapes without a colour of their own take the ink."""

GONE = "#00000000"
"""The colour that takes away what is below."""


def disc(x: float, y: float, r: float, colour: str | None = None) -> Shape:
    return lambda pen: pen.draw.ellipse(pen.at((x - r, y - r), (x + r, y + r)), fill=pen.colour(colour))


def ring(x: float, y: float, r: float, width: float, colour: str | None = None) -> Shape:
    """A circle of which only the edge is drawn, inwards from r."""
    return arc((x, y, r), (0, 360), width, colour)


def arc(circle: tuple[float, float, float], angles: Point, width: float, colour: str | None = None) -> Shape:
    """Part of a ring: the circle is x, y, r; angles in degrees, clockwise from three o'clock."""
    x, y, r = circle

    def shape(pen: Pen) -> None:
        corners = pen.at((x - r, y - r), (x + r, y + r))
        pen.draw.arc(corners, *angles, fill=pen.colour(colour), width=max(1, round(width * pen.unit)))

    return shape


def slab(area: tuple[float, float, float, float], colour: str | None = None, radius: float = 0) -> Shape:
    """A rectangle from left, top to right, bottom."""
    left, top, right, bottom = area

    def shape(pen: Pen) -> None:
        (x0, y0), (x1, y1) = pen.at((left, top), (right, bottom))
        box = (x0, y0, max(x0, x1 - 1), max(y0, y1 - 1))
        pen.draw.rounded_rectangle(box, radius * pen.unit, fill=pen.colour(colour))

    return shape


def area(colour: str | None, *points: Point) -> Shape:
    """A polygon."""
    return lambda pen: pen.draw.polygon(pen.at(*points), fill=pen.colour(colour))


def stroke(colour: str | None, width: float, *points: Point) -> Shape:
    """A line with round ends and bends."""

    def shape(pen: Pen) -> None:
        pen.draw.line(pen.at(*points), fill=pen.colour(colour), width=max(1, round(width * pen.unit)))
        for x, y in points:
            disc(x, y, width / 2, colour)(pen)

    return shape


def moved(shape: Shape, origin: Point) -> Shape:
    return lambda pen: shape(replace(pen, origin=origin))


def thinned(shape: Shape, strength: float) -> Shape:
    """With only part of the ink, from 0 to 1."""
    return lambda pen: shape(replace(pen, ink=f"{pen.ink}{round(strength * 255):02x}"))


def raster(shapes: Sequence[Shape], grid: Point, size: tuple[int, int], ink: str) -> Image.Image:
    """The drawing as an RGBA picture of `size` pixels; `grid` is its width and height in units."""
    big = Image.new("RGBA", (size[0] * _SOFTNESS, size[1] * _SOFTNESS), GONE)
    pen = Pen(ImageDraw.Draw(big), size[1] * _SOFTNESS / grid[1], ink)
    for shape in shapes:
        shape(pen)
    return big.resize(size, Image.Resampling.BOX)
