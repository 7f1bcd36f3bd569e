"""Markdown blocks set as text: quotes with their bar, lists with their hang, code on its ground."""

from dataclasses import replace

from stationthis_discord.sandbox.shots import markdown, palette
from stationthis_discord.sandbox.shots.box import Box, Edges, backed, column, inset, line, panel, sheet, wide
from stationthis_discord.sandbox.shots.inline import Reader, Span, spans
from stationthis_discord.sandbox.shots.paragraph import Type, label, paragraph

_HEADINGS = {1: 1.5, 2: 1.25, 3: 1.0}


def prose(text: str, kind: Type, room: float, reader: Reader) -> Box:
    """A text with all of its markdown, no wider than the room."""
    return column([_block(block, kind, room, reader) for block in markdown.blocks(text)])


def sentence(text: str, kind: Type, room: float, reader: Reader) -> Box:
    """A text with only inline markdown: titles and names of fields."""
    return paragraph(spans(text, reader), kind, room)


def _block(block: markdown.Block, kind: Type, room: float, reader: Reader) -> Box:
    match block:
        case markdown.Paragraph(text):
            return sentence(text, kind, room, reader)
        case markdown.Heading(text, level):
            return inset(sentence(text, _heading(kind, level), room, reader), Edges(top=8, bottom=2))
        case markdown.Small(text):
            return sentence(text, _small(kind), room, reader)
        case markdown.Item():
            return _item(block, kind, room, reader)
        case markdown.Code(text):
            return _code(text, kind, room)
        case markdown.Quote(blocks):
            body = column([_block(inner, kind, room - 16, reader) for inner in blocks])
            return line([panel(4, body.height, palette.SECONDARY, 2), body], 12)


def _heading(kind: Type, level: int) -> Type:
    size = round(kind.size * _HEADINGS[level])
    return replace(kind, size=size, leading=round(size * 1.375), colour=palette.BRIGHT, bold=True)


def _small(kind: Type) -> Type:
    size = round(kind.size * 0.82)
    return replace(kind, size=size, leading=size + 6, colour=palette.MUTED)


def _item(item: markdown.Item, kind: Type, room: float, reader: Reader) -> Box:
    indent = (item.level + 1) * kind.size * 1.4
    marker = label("◦" if item.level and item.marker == "•" else item.marker, kind)
    body = sentence(item.text, kind, room - indent, reader)
    placed = [(max(0, indent - marker.width - kind.size * 0.4), 0, marker), (indent, 0, body)]
    return sheet(placed, indent + body.width, body.height)


def _code(text: str, kind: Type, room: float) -> Box:
    face = replace(kind, leading=round(kind.size * 1.25), mono=True)
    body = wide(paragraph([Span(text)], face, room - 18), room - 16)
    return inset(backed(inset(body, Edges(8, 7, 8, 7)), palette.DEEP, 4), Edges(top=4, bottom=4))
