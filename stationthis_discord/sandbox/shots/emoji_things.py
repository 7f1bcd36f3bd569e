"""Emojis that are things: tools, papers, pictures, clocks."""

from types import MappingProxyType

from stationthis_discord.sandbox.shots.emoji_colours import (
    AMBER,
    BLUE,
    BROWN,
    DARK,
    GREEN,
    GREY,
    PALE,
    PAPER,
    RED,
    SKY,
    SLATE,
    STEEL,
    WHITE,
    YELLOW,
)
from stationthis_discord.sandbox.shots.vector import GONE, Shape, arc, area, disc, slab, stroke


def _page(left: float, right: float) -> tuple[Shape, ...]:
    lines = tuple(slab((left + 3, y, right - 3, y + 1.5), GREY) for y in (6, 9.5, 13, 16.5))
    return (slab((left, 1.5, right, 22.5), PAPER, 2), *lines)


_HOURGLASS = (
    area(SKY, (5.5, 3), (18.5, 3), (18, 8), (13.2, 12), (18, 16), (18.5, 21), (5.5, 21), (6, 16), (10.8, 12), (6, 8)),
    area(AMBER, (7.6, 6.5), (16.4, 6.5), (16, 8), (12, 11.6), (8, 8)),
    area(AMBER, (12, 14.5), (16.6, 18.5), (16.6, 21), (7.4, 21), (7.4, 18.5)),
    slab((11.4, 11, 12.6, 16), AMBER),
    slab((3.5, 1, 20.5, 4), BROWN, 1.2),
    slab((3.5, 20, 20.5, 23), BROWN, 1.2),
)

_PALETTE = (
    disc(11, 11.5, 10, "#d99e82"),
    disc(15, 13.5, 8.5, "#d99e82"),
    disc(16.6, 17.2, 2.6, GONE),
    disc(6, 9, 2.2, "#5c913b"),
    disc(11, 5.6, 2.2, "#269ef5"),
    disc(17, 7.4, 2.2, RED),
    disc(5.6, 14.8, 2.2, YELLOW),
    disc(10.4, 18, 2.2, "#9266cc"),
)

_ICE = (
    area("#a9dcf6", (12, 1), (22, 6.5), (22, 17.5), (12, 23), (2, 17.5), (2, 6.5)),
    area("#dff3fd", (12, 1), (22, 6.5), (12, 12), (2, 6.5)),
    area("#7cc4ec", (22, 6.5), (22, 17.5), (12, 23), (12, 12)),
    stroke(WHITE, 1.3, (5, 11.5), (5, 15.5)),
    stroke(WHITE, 1.3, (9.5, 6.3), (12.5, 4.7)),
)

_DIE = (
    slab((2, 2, 22, 22), PAPER, 4),
    *(disc(x, y, 2.1, RED) for x, y in ((7.2, 7.2), (16.8, 7.2), (12, 12), (7.2, 16.8), (16.8, 16.8))),
)

_STOPWATCH = (
    slab((9.5, 0.8, 14.5, 3.2), GREY, 1),
    slab((11, 2, 13, 6), GREY),
    stroke(GREY, 2.2, (19, 5), (20.5, 6.5)),
    disc(12, 13.8, 9.4, GREY),
    disc(12, 13.8, 7.2, "#f5f8fa"),
    stroke(RED, 1.5, (12, 13.8), (12, 8.4)),
    disc(12, 13.8, 1.4, DARK),
)

_STAR = area(
    AMBER,
    *((12, 1), (15.2, 8.4), (23.2, 9.1), (17.1, 14.4), (19, 22.2)),
    *((12, 18), (5, 22.2), (6.9, 14.4), (0.8, 9.1), (8.8, 8.4)),
)

_BIN = (
    area(GREY, (4, 7), (20, 7), (18.2, 23), (5.8, 23)),
    slab((2.5, 4, 21.5, 7), PALE, 1),
    slab((9, 1.5, 15, 4), PALE, 1),
    *(stroke(SLATE, 1.4, (x, 10), (12 + (x - 12) * 0.8, 20)) for x in (8, 12, 16)),
)

_PENCIL = (
    area(AMBER, (14.8, 4), (20, 9.2), (8.4, 20.8), (3.2, 15.6)),
    area("#ea596e", (17.4, 1.4), (22.6, 6.6), (20, 9.2), (14.8, 4)),
    area(PALE, (16.2, 2.6), (21.4, 7.8), (20, 9.2), (14.8, 4)),
    area("#ffd983", (3.2, 15.6), (8.4, 20.8), (1, 23)),
    area(DARK, (1.9, 20), (4, 22.1), (1, 23)),
)

_PARCEL = (
    area("#d99e82", (12, 6.5), (23, 6.5), (22, 23), (2, 23), (1, 6.5)),
    area(BROWN, (4.5, 1.5), (19.5, 1.5), (23, 6.8), (1, 6.8)),
    area("#ffe8b6", (9.5, 1.5), (14.5, 1.5), (15.2, 6.8), (8.8, 6.8)),
    slab((8.8, 6.5, 15.2, 11.5), "#ffe8b6"),
)

_PICTURE = (
    slab((1, 3, 23, 21), AMBER, 1.5),
    slab((3.4, 5.4, 20.6, 18.6), "#88c9f9"),
    disc(8, 9.2, 2, "#ffe8b6"),
    area("#5c913b", (3.4, 18.6), (3.4, 16), (9, 11.8), (12.4, 14.8), (16, 10.4), (20.6, 15.4), (20.6, 18.6)),
)

_CLAPPER = (
    slab((2, 8, 22, 22.5), "#3f4a54", 1.5),
    slab((2, 8, 22, 12), SLATE),
    area(PAPER, (1.6, 4.6), (20.8, 0.6), (21.8, 4.2), (2.4, 8.2)),
    *(
        area(DARK, (x, y), (x + 3.2, y - 0.7), (x + 1.8, y + 3.5), (x - 1.4, y + 4.2))
        for x, y in ((5, 3.9), (11, 2.6), (17, 1.4))
    ),
    slab((5, 15, 19, 16.4), PALE),
    slab((5, 18.4, 14, 19.8), PALE),
)

_SPEAKER = (
    area(GREY, (1.5, 8.5), (6, 8.5), (12.5, 3), (12.5, 21), (6, 15.5), (1.5, 15.5)),
    slab((1.5, 8.5, 6, 15.5), SLATE),
    arc((12, 12, 5.6), (-50, 50), 1.8, BLUE),
    arc((12, 12, 9), (-50, 50), 1.8, BLUE),
)

_MEMO = (
    *_page(2, 17.5),
    area(AMBER, (19.5, 8), (22.6, 10), (15.4, 21), (12.2, 19)),
    area("#ea596e", (20.6, 6.2), (23.6, 8.2), (22.4, 10.2), (19.4, 8.2)),
    area("#662113", (12.2, 19), (15.4, 21), (11.8, 22.8)),
)

_PUZZLE = (
    slab((2, 7, 17, 22), GREEN, 1),
    disc(9.5, 5.2, 3.4, GREEN),
    disc(18.8, 14.5, 3.4, GREEN),
    disc(4, 14.5, 2.7, GONE),
    disc(9.5, 20.2, 2.7, GONE),
)

_SUNRISE = (
    slab((1, 1, 23, 23), "#ffcc80", 2),
    slab((1, 1, 23, 8), "#f5a86a", 2),
    disc(12, 13, 6.6, "#ffe8b6"),
    disc(12, 13, 5, AMBER),
    area("#226699", (1, 23), (1, 15), (6.5, 10), (15, 23)),
    area(BLUE, (23, 23), (23, 12), (17.5, 9), (7, 23)),
    area(WHITE, (14.6, 12.9), (17.5, 9), (21, 10.9), (18.4, 13.4), (16.6, 12.2)),
)

_FILM = (
    slab((1, 3, 23, 21), SLATE, 1),
    slab((5.4, 4.6, 18.6, 11.2), "#88c9f9"),
    slab((5.4, 12.8, 18.6, 19.4), "#88c9f9"),
    area(GREEN, (5.4, 11.2), (9.6, 7.2), (12.4, 9.6), (15, 7.6), (18.6, 11.2)),
    area(GREEN, (5.4, 19.4), (9.6, 15.4), (12.4, 17.8), (15, 15.8), (18.6, 19.4)),
    *(slab((x, y, x + 1.8, y + 2), PALE, 0.3) for x in (2.4, 19.8) for y in (4.8, 8.9, 13.1, 17.2)),
)

_NOTE = (
    disc(7.6, 18.6, 4, "#5dadec"),
    slab((9.4, 2, 11.8, 18.6), "#5dadec"),
    area("#5dadec", (9.4, 1.4), (12, 1.4), (14.6, 4.8), (19.4, 8), (18.4, 14), (16.2, 10.2), (11.6, 8.4)),
)

_PIN = (
    stroke(STEEL, 1.6, (10, 14), (2.4, 21.6)),
    area(RED, (9.5, 6.4), (14.4, 4.6), (19.4, 9.6), (17.6, 14.5)),
    stroke("#be1931", 3.4, (6.4, 9), (15, 17.6)),
    stroke("#be1931", 3.8, (15.8, 3), (21, 8.2)),
)

_GLASS = (
    stroke("#8a4b38", 4.6, (3.6, 20.4), (8, 16)),
    stroke(STEEL, 2.4, (8, 16), (10, 14)),
    disc(14.6, 9.4, 8.4, STEEL),
    disc(14.6, 9.4, 6.4, SKY),
    arc((14.6, 9.4, 4.8), (190, 265), 1.3, WHITE),
)

_BELL = (
    disc(12, 3.4, 2.4, AMBER),
    disc(12, 20.4, 3, "#ffd983"),
    disc(12, 9.4, 6.8, AMBER),
    area(AMBER, (5.2, 9.4), (18.8, 9.4), (19.4, 15), (22, 19), (2, 19), (4.6, 15)),
    slab((1.6, 17.4, 22.4, 20), AMBER, 1.2),
)

_WRENCH = (
    stroke(STEEL, 5, (4.4, 19.6), (15, 9)),
    disc(16.8, 7.2, 6, STEEL),
    stroke(GONE, 4.4, (17.4, 6.6), (23, 1)),
    disc(4.6, 19.4, 1.2, PAPER),
)

_HAMMER = (
    stroke(BROWN, 3.4, (4.2, 20), (15, 8.6)),
    area(SLATE, (7.6, 4.6), (11.6, 1), (21.6, 9.6), (18, 13.6)),
    area(STEEL, (17.4, 10.6), (20.4, 7.4), (23.4, 10), (20.2, 13.4)),
)

_DIVIDERS = (
    slab((3, 3, 11, 8), "#5c913b", 1),
    slab((2, 5, 22, 14), GREEN, 1),
    slab((12, 6.4, 20, 11), "#be1931", 1),
    slab((2, 8.4, 22, 17), "#ea596e", 1),
    slab((3, 10.4, 11, 15), "#226699", 1),
    slab((1, 12.4, 23, 22.4), "#5dadec", 1.4),
    slab((8.4, 15.4, 15.6, 18.4), WHITE, 0.6),
)


def _person(x: float, y: float, colour: str) -> tuple[Shape, ...]:
    """Head and shoulders."""
    return disc(x, y, 4.2, colour), slab((x - 6.6, y + 5.4, x + 6.6, y + 14), colour, 5)


def _padlock(shackle: float) -> tuple[Shape, ...]:
    """With its shackle in the middle, or swung aside."""
    bow = (arc((shackle, 8, 6.4), (180, 360), 3, GREY), slab((shackle - 6.4, 8, shackle - 3.4, 11), GREY))
    closed = slab((shackle + 3.4, 8, shackle + 6.4, 11), GREY)
    return (*bow, closed, slab((3, 10.4, 21, 23), AMBER, 2), disc(12, 15.6, 2.2, DARK), slab((11, 16, 13, 20), DARK, 1))


THINGS = MappingProxyType(
    {
        "⏳": _HOURGLASS,
        "⌛": _HOURGLASS,
        "⏱": _STOPWATCH,
        "🎨": _PALETTE,
        "🧊": _ICE,
        "🎲": _DIE,
        "⭐": (_STAR,),
        "🗑": _BIN,
        "✏": _PENCIL,
        "📦": _PARCEL,
        "🖼": _PICTURE,
        "🌄": _SUNRISE,
        "🎬": _CLAPPER,
        "🎞": _FILM,
        "🔊": _SPEAKER,
        "🎵": _NOTE,
        "📝": _MEMO,
        "📄": _page(4, 20),
        "🗂": _DIVIDERS,
        "📌": _PIN,
        "🔎": _GLASS,
        "🔔": _BELL,
        "🔕": (*_BELL, stroke(RED, 2.6, (2.6, 2.6), (21.4, 21.4))),
        "👤": _person(12, 8, "#226699"),
        "👥": (*_person(15.6, 6.4, "#55acee"), *_person(8.6, 9, "#226699")),
        "🔒": _padlock(12),
        "🔓": _padlock(17),
        "🔧": _WRENCH,
        "🔨": _HAMMER,
        "🧩": _PUZZLE,
    }
)
