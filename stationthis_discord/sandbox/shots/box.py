"""A box knows its size before it is painted; boxes are made of boxes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from stationthis_discord.sandbox.shots.canvas import ALL, Area, Canvas, Corners, outside, rounded


@dataclass(frozen=True, slots=True)
class Box:
    """Something with a size (CSS pixels) that can be painted with its top left corner at x, y."""

    width: float
    height: float
    paint: Callable[[Canvas, float, float], None]


class Edges(NamedTuple):
    """Empty space around a box."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


Placed = tuple[float, float, Box]


def sheet(placed: Sequence[Placed], width: float, height: float) -> Box:
    """Boxes at fixed places."""

    def paint(canvas: Canvas, x: float, y: float) -> None:
        for dx, dy, box in placed:
            box.paint(canvas, x + dx, y + dy)

    return Box(width, height, paint)


def column(boxes: Iterable[Box | None], gap: float = 0) -> Box:
    """One below the other; what is absent takes no room."""
    placed: list[Placed] = []
    y = 0.0
    for box in boxes:
        if box is not None:
            y += gap if placed else 0
            placed.append((0, y, box))
            y += box.height
    return sheet(placed, max((box.width for *_, box in placed), default=0), y)


def line(boxes: Iterable[Box | None], gap: float = 0, *, align: float = 0.5) -> Box:
    """One beside the other; `align` 0 is the top, 0.5 the middle, 1 the bottom."""
    present = [box for box in boxes if box is not None]
    height = max((box.height for box in present), default=0)
    placed: list[Placed] = []
    x = 0.0
    for box in present:
        placed.append((x, (height - box.height) * align, box))
        x += box.width + gap
    return sheet(placed, max(0, x - gap), height)


def flow(boxes: Iterable[Box], width: float, gap: float) -> Box:
    """Beside each other while there is room, then on the next line."""
    lines: list[list[Box]] = [[]]
    room = width
    for box in boxes:
        if lines[-1] and box.width > room:
            lines.append([])
            room = width
        lines[-1].append(box)
        room -= box.width + gap
    return column([line(boxes, gap) for boxes in lines], gap)


def inset(box: Box, edges: Edges) -> Box:
    width, height = edges.left + box.width + edges.right, edges.top + box.height + edges.bottom
    return sheet([(edges.left, edges.top, box)], width, height)


def wide(box: Box, width: float) -> Box:
    return Box(width, box.height, box.paint)


def panel(width: float, height: float, colour: str, radius: float = 0, corners: Corners = ALL) -> Box:
    return Box(width, height, lambda canvas, x, y: canvas.fill(Area(x, y, width, height), colour, radius, corners))


def backed(box: Box, colour: str, radius: float = 0) -> Box:
    return sheet([(0, 0, panel(box.width, box.height, colour, radius)), (0, 0, box)], box.width, box.height)


def faded(box: Box) -> Box:
    """At half strength."""
    return _masked(box, lambda width, height: Image.new("L", (width, height), 128))


def clipped(box: Box, radius: float) -> Box:
    """With round corners, whatever is in it."""
    return _masked(box, lambda width, height: outside(rounded(width, height, round(radius * 2))))


def _masked(box: Box, hidden: Callable[[int, int], Image.Image]) -> Box:
    def paint(canvas: Canvas, x: float, y: float) -> None:
        area = Area(x, y, box.width, box.height)
        before = canvas.copy(area)
        box.paint(canvas, x, y)
        canvas.restore(before, area, hidden(*before.size))

    return Box(box.width, box.height, paint)
