"""An embed: a panel with a stripe, and in it author, title, description, fields, picture and footer."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import Box, Edges, clipped, column, inset, line, panel, sheet, wide
from stationthis_discord.sandbox.shots.canvas import RIGHT
from stationthis_discord.sandbox.shots.inline import Span
from stationthis_discord.sandbox.shots.paragraph import Type, label, paragraph
from stationthis_discord.sandbox.shots.pictures import covered, fitted
from stationthis_discord.sandbox.shots.prose import prose, sentence
from stationthis_discord.sandbox.shots.scene import Json, Scene, items, part, text, whole
from stationthis_discord.sandbox.shots.times import written

_WIDEST = 520.0
_STRIPE = 4.0
_EDGES = Edges(12, 10, 16, 16)
_THUMBNAIL = 80.0

_BODY = Type(14, 19)
_STRONG = Type(14, 19, palette.BRIGHT, bold=True)
_FOOTER = Type(12, 16, palette.TEXT)


def embedded(embed: Json, scene: Scene) -> Box:
    """One embed, as wide as what is in it."""
    room = min(scene.room, _WIDEST) - _STRIPE - _EDGES.left - _EDGES.right
    thumbnail = _thumbnail(embed, scene)
    beside = room - (thumbnail.width + 16 if thumbnail else 0)
    words = column([*_head(embed, scene, beside), *_fields(embed, scene, beside)], 8)
    top = words
    if thumbnail:
        top = line([wide(words, beside), inset(thumbnail, Edges(top=4))], 16, align=0)
    image = _image(embed, scene, room)
    body = column([top if top.height else None, image, _footer(embed, scene, room)], 8)
    return _framed(inset(body, _EDGES), _colour(embed))


def _framed(body: Box, stripe: str) -> Box:
    edge = panel(body.width + _STRIPE, body.height, stripe, 4)
    ground = panel(body.width, body.height, palette.PANEL, 4, RIGHT)
    placed = [(0, 0, edge), (_STRIPE, 0, ground), (_STRIPE, 0, body)]
    return sheet(placed, body.width + _STRIPE, body.height)


def _colour(embed: Json) -> str:
    value = whole(embed, "color")
    return f"#{value:06x}" if 0 < value <= 0xFFFFFF else palette.DEEP


def _head(embed: Json, scene: Scene, room: float) -> Iterator[Box]:
    author = part(embed, "author")
    if name := text(author, "name"):
        icon = _icon(author, scene, 24)
        yield line([icon, label(name, _STRONG, room - 32)], 8)
    if title := text(embed, "title"):
        colour = palette.LINK if text(embed, "url") else palette.BRIGHT
        yield sentence(title, Type(16, 22, colour, bold=True), room, scene.reader)
    if description := text(embed, "description"):
        yield prose(description, _BODY, room, scene.reader)


def _icon(source: Json, scene: Scene, side: float) -> Box | None:
    picture = scene.picture({"url": text(source, "icon_url"), "proxy_url": text(source, "proxy_icon_url")})
    return clipped(covered(picture, side, side), side / 2) if picture else None


def _fields(embed: Json, scene: Scene, room: float) -> Iterator[Box]:
    grouped = groupby(items(embed, "fields"), key=lambda field: field.get("inline") is True)
    for inline, neighbours in grouped:
        fields = list(neighbours)
        size = 3 if inline else 1
        for start in range(0, len(fields), size):
            yield _field_row(fields[start : start + size], scene, room)


def _field_row(fields: Sequence[Json], scene: Scene, room: float) -> Box:
    width = (room - 8 * (len(fields) - 1)) / len(fields)
    cells = [_field(field, scene, width) for field in fields]
    return line([*(wide(cell, width) for cell in cells[:-1]), cells[-1]], 8, align=0)


def _field(field: Json, scene: Scene, width: float) -> Box:
    name = sentence(text(field, "name"), _STRONG, width, scene.reader)
    return column([name, prose(text(field, "value"), _BODY, width, scene.reader)], 2)


def _thumbnail(embed: Json, scene: Scene) -> Box | None:
    picture = scene.picture(part(embed, "thumbnail"))
    return clipped(fitted(picture, _THUMBNAIL, _THUMBNAIL), 4) if picture else None


def _image(embed: Json, scene: Scene, room: float) -> Box | None:
    picture = scene.picture(part(embed, "image"))
    return inset(clipped(fitted(picture, min(room, 400), 300), 4), Edges(top=8)) if picture else None


def _footer(embed: Json, scene: Scene, room: float) -> Box | None:
    footer = part(embed, "footer")
    time = written(embed.get("timestamp"), scene.reader.now)
    words = " • ".join(filter(None, (text(footer, "text"), time)))
    if not words:
        return None
    return line([_icon(footer, scene, 20), paragraph([Span(words)], _FOOTER, room - 28)], 8)
