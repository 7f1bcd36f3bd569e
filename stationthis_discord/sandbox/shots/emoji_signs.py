"""Emojis that are signs: keys and arrows, marks, balls in a colour."""

from types import MappingProxyType

from stationthis_discord.sandbox.shots.emoji_colours import BLUE, DARK, GREEN, ORANGE, PALE, RED, WHITE, YELLOW
from stationthis_discord.sandbox.shots.vector import Point, Shape, arc, area, disc, ring, slab, stroke


def _key(*signs: Shape) -> tuple[Shape, ...]:
    """White signs on a blue key."""
    return (slab((1, 1, 23, 23), BLUE, 3), *signs)


def _arrow(tip: Point, tail: Point, *barbs: Point) -> tuple[Shape, ...]:
    return _key(stroke(WHITE, 3.2, tail, tip), stroke(WHITE, 3.2, barbs[0], tip, barbs[1]))


def _ball(colour: str) -> tuple[Shape, ...]:
    return (disc(12, 12, 10.5, colour),)


_REPEAT = _key(
    arc((12, 12, 7), (190, 350), 2.4, WHITE),
    arc((12, 12, 7), (10, 170), 2.4, WHITE),
    area(WHITE, (14.2, 11.6), (21.4, 11.6), (19.2, 6)),
    area(WHITE, (9.8, 12.4), (2.6, 12.4), (4.8, 18)),
)

_INFO = _key(disc(12, 6.4, 1.9, WHITE), slab((10.3, 10, 13.7, 19), WHITE, 0.8))

_WARNING = (
    area(YELLOW, (12, 2.4), (22, 21), (2, 21)),
    stroke(YELLOW, 2.6, (12, 2.6), (22, 21), (2, 21), (12, 2.6)),
    stroke(DARK, 2.4, (12, 9), (12, 14.4)),
    disc(12, 18.2, 1.5, DARK),
)

_EXCLAMATION = (
    area(RED, (9.6, 2.4), (14.4, 2.4), (13.5, 15), (10.5, 15)),
    disc(12, 3.2, 2.5, RED),
    disc(12, 14.8, 1.5, RED),
    disc(12, 20.4, 2.6, RED),
)

_QUESTION = (
    arc((12, 8.2, 7), (180, 395), 3.8, PALE),
    disc(6.9, 8.3, 1.9, PALE),
    stroke(PALE, 3.8, (16.2, 11), (12, 14), (12, 15.4)),
    disc(12, 20.6, 2.5, PALE),
)

SIGNS = MappingProxyType(
    {
        "✅": (slab((1, 1, 23, 23), GREEN, 3), stroke(WHITE, 3, (6, 12.4), (10.2, 17), (18, 7))),
        "❌": (stroke(RED, 4.2, (4, 4), (20, 20)), stroke(RED, 4.2, (20, 4), (4, 20))),
        "✖": (stroke(PALE, 4, (4.5, 4.5), (19.5, 19.5)), stroke(PALE, 4, (19.5, 4.5), (4.5, 19.5))),
        "❗": _EXCLAMATION,
        "❔": _QUESTION,
        "⚠": _WARNING,
        "ℹ": _INFO,  # noqa: RUF001 (the sign itself)
        "🚫": (ring(12, 12, 11, 3, RED), stroke(RED, 3, (5.4, 5.4), (18.6, 18.6))),
        "⛔": (disc(12, 12, 11, RED), slab((4.5, 9.6, 19.5, 14.4), WHITE, 1)),
        "🔁": _REPEAT,
        "🔄": _REPEAT,
        "↗": _arrow((17, 7), (6.6, 17.4), (8.6, 7), (17, 15.4)),
        "⬆": _arrow((12, 5), (12, 19), (6, 11), (18, 11)),
        "⬇": _arrow((12, 19), (12, 5), (6, 13), (18, 13)),
        "➡": _arrow((19, 12), (5, 12), (13, 6), (13, 18)),
        "⬅": _arrow((5, 12), (19, 12), (11, 6), (11, 18)),
        "▶": _key(area(WHITE, (8, 5), (19, 12), (8, 19))),
        "◀": _key(area(WHITE, (16, 5), (5, 12), (16, 19))),
        "⏸": _key(slab((6, 5.5, 10.4, 18.5), WHITE, 1), slab((13.6, 5.5, 18, 18.5), WHITE, 1)),
        "🔴": _ball(RED),
        "🟠": _ball(ORANGE),
        "🟡": _ball("#fdcb58"),
        "🟢": _ball("#78b159"),
        "🔵": _ball("#55acee"),
        "🟣": _ball("#aa8ed6"),
        "⚪": _ball("#e6e7e8"),
    }
)
