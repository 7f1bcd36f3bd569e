"""Emojis as drawings on a grid of 24 by 24, in the colours people know them by."""

from types import MappingProxyType

from stationthis_discord.sandbox.shots.vector import (
    GONE,
    Point,
    Shape,
    arc,
    area,
    disc,
    ring,
    slab,
    stroke,
)

GRID = (24.0, 24.0)

_GREEN, _RED, _BLUE, _YELLOW = "#77b255", "#dd2e44", "#3b88c3", "#ffcc4d"
_ORANGE, _BROWN, _DARK, _GREY = "#f4900c", "#c1694f", "#31373d", "#99aab5"
_PALE, _WHITE, _SKY = "#ccd6dd", "#ffffff", "#bdddf4"


def _key(*signs: Shape) -> tuple[Shape, ...]:
    """White signs on a blue key."""
    return (slab((1, 1, 23, 23), _BLUE, 3), *signs)


def _arrow(tip: Point, tail: Point, *barbs: Point) -> tuple[Shape, ...]:
    return _key(stroke(_WHITE, 3.2, tail, tip), stroke(_WHITE, 3.2, barbs[0], tip, barbs[1]))


def _ball(colour: str) -> tuple[Shape, ...]:
    return (disc(12, 12, 10.5, colour),)


def _page(left: float, right: float) -> tuple[Shape, ...]:
    lines = tuple(slab((left + 3, y, right - 3, y + 1.5), _GREY) for y in (6, 9.5, 13, 16.5))
    return (slab((left, 1.5, right, 22.5), "#e1e8ed", 2), *lines)


_REPEAT = _key(
    arc((12, 12, 7), (190, 350), 2.4, _WHITE),
    arc((12, 12, 7), (10, 170), 2.4, _WHITE),
    area(_WHITE, (14.2, 11.6), (21.4, 11.6), (19.2, 6)),
    area(_WHITE, (9.8, 12.4), (2.6, 12.4), (4.8, 18)),
)

_HOURGLASS = (
    area(_SKY, (5.5, 3), (18.5, 3), (18, 8), (13.2, 12), (18, 16), (18.5, 21), (5.5, 21), (6, 16), (10.8, 12), (6, 8)),
    area("#ffac33", (7.6, 6.5), (16.4, 6.5), (16, 8), (12, 11.6), (8, 8)),
    area("#ffac33", (12, 14.5), (16.6, 18.5), (16.6, 21), (7.4, 21), (7.4, 18.5)),
    slab((11.4, 11, 12.6, 16), "#ffac33"),
    slab((3.5, 1, 20.5, 4), _BROWN, 1.2),
    slab((3.5, 20, 20.5, 23), _BROWN, 1.2),
)

_PALETTE = (
    disc(11, 11.5, 10, "#d99e82"),
    disc(15, 13.5, 8.5, "#d99e82"),
    disc(16.6, 17.2, 2.6, GONE),
    disc(6, 9, 2.2, "#5c913b"),
    disc(11, 5.6, 2.2, "#269ef5"),
    disc(17, 7.4, 2.2, _RED),
    disc(5.6, 14.8, 2.2, _YELLOW),
    disc(10.4, 18, 2.2, "#9266cc"),
)

_ICE = (
    area("#a9dcf6", (12, 1), (22, 6.5), (22, 17.5), (12, 23), (2, 17.5), (2, 6.5)),
    area("#dff3fd", (12, 1), (22, 6.5), (12, 12), (2, 6.5)),
    area("#7cc4ec", (22, 6.5), (22, 17.5), (12, 23), (12, 12)),
    stroke(_WHITE, 1.3, (5, 11.5), (5, 15.5)),
    stroke(_WHITE, 1.3, (9.5, 6.3), (12.5, 4.7)),
)

_DIE = (
    slab((2, 2, 22, 22), "#e1e8ed", 4),
    *(disc(x, y, 2.1, _RED) for x, y in ((7.2, 7.2), (16.8, 7.2), (12, 12), (7.2, 16.8), (16.8, 16.8))),
)

_STOPWATCH = (
    slab((9.5, 0.8, 14.5, 3.2), _GREY, 1),
    slab((11, 2, 13, 6), _GREY),
    stroke(_GREY, 2.2, (19, 5), (20.5, 6.5)),
    disc(12, 13.8, 9.4, _GREY),
    disc(12, 13.8, 7.2, "#f5f8fa"),
    stroke(_RED, 1.5, (12, 13.8), (12, 8.4)),
    disc(12, 13.8, 1.4, _DARK),
)

_STAR = area(
    "#ffac33",
    *((12, 1), (15.2, 8.4), (23.2, 9.1), (17.1, 14.4), (19, 22.2)),
    *((12, 18), (5, 22.2), (6.9, 14.4), (0.8, 9.1), (8.8, 8.4)),
)

_BIN = (
    area(_GREY, (4, 7), (20, 7), (18.2, 23), (5.8, 23)),
    slab((2.5, 4, 21.5, 7), _PALE, 1),
    slab((9, 1.5, 15, 4), _PALE, 1),
    *(stroke("#66757f", 1.4, (x, 10), (12 + (x - 12) * 0.8, 20)) for x in (8, 12, 16)),
)

_PENCIL = (
    area("#ffac33", (14.8, 4), (20, 9.2), (8.4, 20.8), (3.2, 15.6)),
    area("#ea596e", (17.4, 1.4), (22.6, 6.6), (20, 9.2), (14.8, 4)),
    area(_PALE, (16.2, 2.6), (21.4, 7.8), (20, 9.2), (14.8, 4)),
    area("#ffd983", (3.2, 15.6), (8.4, 20.8), (1, 23)),
    area(_DARK, (1.9, 20), (4, 22.1), (1, 23)),
)

_PARCEL = (
    area("#d99e82", (12, 6.5), (23, 6.5), (22, 23), (2, 23), (1, 6.5)),
    area(_BROWN, (4.5, 1.5), (19.5, 1.5), (23, 6.8), (1, 6.8)),
    area("#ffe8b6", (9.5, 1.5), (14.5, 1.5), (15.2, 6.8), (8.8, 6.8)),
    slab((8.8, 6.5, 15.2, 11.5), "#ffe8b6"),
)

_PICTURE = (
    slab((1, 3, 23, 21), "#ffac33", 1.5),
    slab((3.4, 5.4, 20.6, 18.6), "#88c9f9"),
    disc(8, 9.2, 2, "#ffe8b6"),
    area("#5c913b", (3.4, 18.6), (3.4, 16), (9, 11.8), (12.4, 14.8), (16, 10.4), (20.6, 15.4), (20.6, 18.6)),
)

_CLAPPER = (
    slab((2, 8, 22, 22.5), "#3f4a54", 1.5),
    slab((2, 8, 22, 12), "#66757f"),
    area("#e1e8ed", (1.6, 4.6), (20.8, 0.6), (21.8, 4.2), (2.4, 8.2)),
    *(
        area(_DARK, (x, y), (x + 3.2, y - 0.7), (x + 1.8, y + 3.5), (x - 1.4, y + 4.2))
        for x, y in ((5, 3.9), (11, 2.6), (17, 1.4))
    ),
    slab((5, 15, 19, 16.4), _PALE),
    slab((5, 18.4, 14, 19.8), _PALE),
)

_SPEAKER = (
    area(_GREY, (1.5, 8.5), (6, 8.5), (12.5, 3), (12.5, 21), (6, 15.5), (1.5, 15.5)),
    slab((1.5, 8.5, 6, 15.5), "#66757f"),
    arc((12, 12, 5.6), (-50, 50), 1.8, _BLUE),
    arc((12, 12, 9), (-50, 50), 1.8, _BLUE),
)

_MEMO = (
    *_page(2, 17.5),
    area("#ffac33", (19.5, 8), (22.6, 10), (15.4, 21), (12.2, 19)),
    area("#ea596e", (20.6, 6.2), (23.6, 8.2), (22.4, 10.2), (19.4, 8.2)),
    area("#662113", (12.2, 19), (15.4, 21), (11.8, 22.8)),
)

_PUZZLE = (
    slab((2, 7, 17, 22), "#77b255", 1),
    disc(9.5, 5.2, 3.4, "#77b255"),
    disc(18.8, 14.5, 3.4, "#77b255"),
    disc(4, 14.5, 2.7, GONE),
    disc(9.5, 20.2, 2.7, GONE),
)

_INFO = _key(disc(12, 6.4, 1.9, _WHITE), slab((10.3, 10, 13.7, 19), _WHITE, 0.8))

_WARNING = (
    area(_YELLOW, (12, 2.4), (22, 21), (2, 21)),
    stroke(_YELLOW, 2.6, (12, 2.6), (22, 21), (2, 21), (12, 2.6)),
    stroke(_DARK, 2.4, (12, 9), (12, 14.4)),
    disc(12, 18.2, 1.5, _DARK),
)

EMOJI = MappingProxyType(
    {
        "✅": (slab((1, 1, 23, 23), _GREEN, 3), stroke(_WHITE, 3, (6, 12.4), (10.2, 17), (18, 7))),
        "❌": (stroke(_RED, 4.2, (4, 4), (20, 20)), stroke(_RED, 4.2, (20, 4), (4, 20))),
        "✖": (stroke(_PALE, 4, (4.5, 4.5), (19.5, 19.5)), stroke(_PALE, 4, (19.5, 4.5), (4.5, 19.5))),
        "⏳": _HOURGLASS,
        "⌛": _HOURGLASS,
        "🎨": _PALETTE,
        "🧊": _ICE,
        "🎲": _DIE,
        "🔁": _REPEAT,
        "🔄": _REPEAT,
        "⏱": _STOPWATCH,
        "🚫": (ring(12, 12, 11, 3, _RED), stroke(_RED, 3, (5.4, 5.4), (18.6, 18.6))),
        "⚠": _WARNING,
        "ℹ": _INFO,  # noqa: RUF001 (the sign itself)
        "⭐": (_STAR,),
        "🗑": _BIN,
        "↗": _arrow((17, 7), (6.6, 17.4), (8.6, 7), (17, 15.4)),
        "⬆": _arrow((12, 5), (12, 19), (6, 11), (18, 11)),
        "⬇": _arrow((12, 19), (12, 5), (6, 13), (18, 13)),
        "➡": _arrow((19, 12), (5, 12), (13, 6), (13, 18)),
        "⬅": _arrow((5, 12), (19, 12), (11, 6), (11, 18)),
        "▶": _key(area(_WHITE, (8, 5), (19, 12), (8, 19))),
        "◀": _key(area(_WHITE, (16, 5), (5, 12), (16, 19))),
        "✏": _PENCIL,
        "📦": _PARCEL,
        "🖼": _PICTURE,
        "🎬": _CLAPPER,
        "🔊": _SPEAKER,
        "📝": _MEMO,
        "📄": _page(4, 20),
        "🧩": _PUZZLE,
        "🔴": _ball(_RED),
        "🟠": _ball(_ORANGE),
        "🟡": _ball("#fdcb58"),
        "🟢": _ball("#78b159"),
        "🔵": _ball("#55acee"),
        "🟣": _ball("#aa8ed6"),
        "⚪": _ball("#e6e7e8"),
    }
)
"""The drawing of each emoji, without variation selectors."""
