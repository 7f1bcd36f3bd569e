"""Signs in the colour of the text, for characters the embedded font lacks: dashes, bars, arrows, accents."""

from types import MappingProxyType
from typing import NamedTuple

from stationthis_discord.sandbox.shots.vector import GONE, Point, Shape, area, disc, ring, slab, stroke, thinned

BASELINE = 18.0
"""Signs stand on a grid of 24 units per em; this is where the letters stand."""


class Sign(NamedTuple):
    """`advance` in units of the grid: how far the next character moves."""

    advance: float
    shapes: tuple[Shape, ...]


def _dash(advance: float) -> Sign:
    return Sign(advance, (slab((0.8, 11.2, advance - 0.8, 12.9)),))


def _arrow(tip: Point, tail: Point, *barbs: Point) -> Sign:
    return Sign(21, (stroke(None, 1.9, tail, tip), stroke(None, 1.9, barbs[0], tip, barbs[1])))


def _lozenge(*holes: Shape) -> Sign:
    outer = area(None, (5.4, 5.6), (19.4, 5.6), (15, 17.4), (1, 17.4))
    return Sign(19, (outer, *holes))


def _block(strength: float) -> Sign:
    return Sign(14.4, (thinned(slab((0, 0, 24, 24)), strength),))


def _cross(size: float) -> tuple[Shape, ...]:
    low, high = 12.4 - size, 12.4 + size
    left, right = 7 - size, 7 + size
    return stroke(None, 1.7, (left, low), (right, high)), stroke(None, 1.7, (left, high), (right, low))


_HOLLOW = area(GONE, (6.7, 7.3), (17, 7.3), (13.7, 15.7), (3.4, 15.7))

SIGNS = MappingProxyType(
    {
        "–": _dash(13),  # noqa: RUF001 (the en dash itself)
        "—": _dash(22),
        "−": _dash(15),  # noqa: RUF001 (the minus sign itself)
        "•": Sign(10, (disc(5, 12, 2.7),)),
        "◦": Sign(10, (ring(5, 12, 2.7, 1.2),)),
        "×": Sign(14, _cross(4)),  # noqa: RUF001 (the multiplication sign itself)
        "✓": Sign(19, (stroke(None, 2.2, (3, 12.5), (7.2, 17), (15.5, 6)),)),
        "→": _arrow((19, 12), (2.5, 12), (13.5, 6.5), (13.5, 17.5)),
        "←": _arrow((2.5, 12), (19, 12), (8, 6.5), (8, 17.5)),
        "↑": _arrow((10.5, 4), (10.5, 19.5), (5, 9.5), (16, 9.5)),
        "↓": _arrow((10.5, 19.5), (10.5, 4), (5, 14), (16, 14)),
        "↳": Sign(20, (stroke(None, 1.9, (4, 4), (4, 13), (16, 13)), stroke(None, 1.9, (12, 9), (16, 13), (12, 17)))),
        "▰": _lozenge(),
        "▱": _lozenge(_HOLLOW),
        "█": _block(1),
        "▓": _block(0.7),
        "▒": _block(0.45),
        "░": _block(0.22),
        "■": Sign(16, (slab((1.5, 4.5, 14.5, 17.5)),)),
        "□": Sign(16, (slab((1.5, 4.5, 14.5, 17.5)), slab((3.3, 6.3, 12.7, 15.7), GONE))),
        "●": Sign(16, (disc(8, 11.5, 6.3),)),
        "○": Sign(16, (ring(8, 11.5, 6.3, 1.6),)),
    }
)

BOX = Sign(16, (slab((1.2, 2.5, 14.8, 18), None, 3.5), slab((2.8, 4.1, 13.2, 16.4), GONE, 2)))
"""Stands for any other character."""

MARKS_ABOVE = MappingProxyType(
    {
        "\u0300": (stroke(None, 1.6, (-2.2, -2), (1.2, 0)),),  # grave
        "\u0301": (stroke(None, 1.6, (2.2, -2), (-1.2, 0)),),  # acute
        "\u0302": (stroke(None, 1.5, (-3, 0), (0, -2.4), (3, 0)),),  # circumflex
        "\u0303": (stroke(None, 1.5, (-3.2, 0), (-1.4, -1.5), (1.4, -0.3), (3.2, -1.8)),),  # tilde
        "\u0304": (stroke(None, 1.5, (-2.8, -0.8), (2.8, -0.8)),),  # macron
        "\u0306": (stroke(None, 1.5, (-2.8, -2), (-1.4, -0.4), (1.4, -0.4), (2.8, -2)),),  # breve
        "\u0307": (disc(0, -1, 1.3),),  # dot above
        "\u0308": (disc(-2.6, -1, 1.3), disc(2.6, -1, 1.3)),  # diaeresis
        "\u030a": (ring(0, -1.4, 2.6, 1.3),),  # ring
        "\u030b": (stroke(None, 1.4, (-0.8, -2.2), (-2.6, 0)), stroke(None, 1.4, (3, -2.2), (1.2, 0))),
        "\u030c": (stroke(None, 1.5, (-3, -2.4), (0, 0), (3, -2.4)),),  # caron
    }
)
"""Marks around the middle of the letter's top."""

MARKS_BELOW = MappingProxyType(
    {
        "\u0323": (disc(0, 3.2, 1.3),),  # dot below
        "\u0327": (stroke(None, 1.5, (0, 0.4), (1, 2.2), (-1.4, 3.6)),),  # cedilla
        "\u0328": (stroke(None, 1.5, (2, 0), (0.6, 2.4), (2.6, 3.6)),),  # ogonek
    }
)
"""Marks around the middle of the letter on the baseline."""
