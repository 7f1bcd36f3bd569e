"""What stands around a message's content: who used which command, who answers when, and who can see it."""

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import Box, Edges, inset, line, panel, sheet
from stationthis_discord.sandbox.shots.drawing import drawing
from stationthis_discord.sandbox.shots.inline import Span, Style
from stationthis_discord.sandbox.shots.paragraph import Type, label, paragraph
from stationthis_discord.sandbox.shots.scene import Json, Scene, part, text
from stationthis_discord.sandbox.shots.times import written
from stationthis_discord.sandbox.shots.vector import arc, area, disc, slab, stroke

AVATAR = 40.0

_NAME = Type(16, 22, palette.BRIGHT, bold=True)
_SMALL = Type(14, 18, palette.MUTED)
_FINE = Type(12, 16, palette.MUTED)

_STOPS = ((17, 6.6), (7, 17.4))
_BENDS = ((9.4, 6.6), (6.8, 9.3), (9.4, 12), (14.6, 12), (17.2, 14.7), (14.6, 17.4))
_STATION = (
    disc(12, 12, 12, palette.BLURPLE),
    stroke(
        palette.WHITE,
        2.4,
        _STOPS[0],
        (9.4, 6.6),
        (6.8, 9.3),
        (9.4, 12),
        (14.6, 12),
        (17.2, 14.7),
        (14.6, 17.4),
        _STOPS[1],
    ),
    *(disc(x, y, 2.9, palette.WHITE) for x, y in _STOPS),
    *(disc(x, y, 1.3, palette.BLURPLE) for x, y in _STOPS),
)
"""An S on a map of lines, from stop to stop."""
_EYE = (
    area(
        None, (1, 12), (5, 7.4), (9, 5.4), (15, 5.4), (19, 7.4), (23, 12), (19, 16.6), (15, 18.6), (9, 18.6), (5, 16.6)
    ),
    disc(12, 12, 4.6, "#00000000"),
    disc(12, 12, 2.6),
)
_SPINE = (arc((4, 4, 4), (180, 270), 1.34), slab((0, 4, 1.34, 9)), slab((4, 0, 21.4, 1.34)))


def name(user: Json) -> str:
    return text(user, "global_name") or text(user, "username") or "Unknown user"


def avatar(user: Json, side: float) -> Box:
    """A station for a bot, a coloured disc with the initial for a person."""
    if user.get("bot") is True:
        return drawing(_STATION, side, palette.WHITE)
    colour = palette.PEOPLE[sum(map(ord, text(user, "id"))) % len(palette.PEOPLE)]
    initial = label(name(user)[:1].upper(), Type(round(side * 0.5), side, palette.WHITE, bold=True))
    placed = [(0, 0, drawing((disc(12, 12, 12),), side, colour)), ((side - initial.width) / 2, 0, initial)]
    return sheet(placed, side, side)


def byline(scene: Scene) -> Box:
    """Name, APP badge and time."""
    author = part(scene.message, "author")
    time = label(written(scene.message.get("timestamp"), scene.reader.now), _FINE)
    room = scene.room - time.width - 52
    badge = _badge() if author.get("bot") is True else None
    return line([label(name(author), _NAME, room), badge, inset(time, Edges(left=2, top=2))], 6)


def _badge() -> Box:
    words = label("APP", Type(10, 15, palette.WHITE, bold=True))
    return sheet([(0, 0, panel(words.width + 10, 15, palette.BLURPLE, 3)), (5, 0, words)], words.width + 10, 15)


def opening(scene: Scene) -> Box | None:
    """The line above: `X used /generate`, or the message that is answered."""
    command = part(scene.message, "interaction_metadata") or part(scene.message, "interaction")
    called = text(command, "name") or text(part(scene.message, "interaction"), "name")
    if called:
        user = part(command, "user")
        spans = [
            Span(name(user), Style(bold=True)),
            Span(" used "),
            Span(f"/{called}", Style(link=True)),
        ]
        return _above(user, spans, scene.room)
    answered = part(scene.message, "referenced_message")
    if not answered:
        return None
    author = part(answered, "author")
    words = " ".join(text(answered, "content").split())[:200] or "Click to see attachment"
    return _above(author, [Span(f"@{name(author)} ", Style(bold=True)), Span(words)], scene.room)


def _above(user: Json, spans: list[Span], room: float) -> Box:
    return line([avatar(user, 16), paragraph(spans, _SMALL, room - 22)], 6, align=0)


def spine() -> Box:
    """The bow from the avatar up to the line above."""
    return drawing(_SPINE, 36, palette.SECONDARY)


def thinking(scene: Scene) -> Box:
    dots = tuple(disc(x, 12, 3, colour) for x, colour in ((4, "#dbdee1"), (12, "#a3a7ad"), (20, "#6d7178")))
    words = label(f"{name(part(scene.message, 'author'))} is thinking…", Type(16, 22, palette.MUTED), scene.room - 30)
    return line([drawing(dots, 22, palette.TEXT), words], 8)


def only_you() -> Box:
    """The line below an ephemeral message."""
    spans = [Span("Only you can see this • "), Span("Dismiss message", Style(link=True))]
    return line([drawing(_EYE, 14, palette.MUTED), paragraph(spans, _FINE, 400)], 4)
