"""Discord's markdown within a line: bold, italic, code, links, mentions and times become styled spans."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from stationthis_discord.sandbox.shots.times import stamp

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Style:
    """What markdown does to letters; a pill is a coloured ground behind them."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    link: bool = False
    pill: Literal["", "code", "mention", "time"] = ""

    def under(self, other: "Style") -> "Style":
        """Both at once."""
        return Style(
            self.bold or other.bold,
            self.italic or other.italic,
            self.underline or other.underline,
            self.strike or other.strike,
            self.link or other.link,
            self.pill or other.pill,
        )


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class Reader:
    """What a text needs from outside: the time it is read at and the names of users by id."""

    now: datetime
    names: Mapping[str, str]


_BODY = r"((?:\\.|[^\\])+?)"
_MARKS = re.compile(
    rf"""
      (?P<escape>\\(?P<escaped>[^A-Za-z0-9\s]))
    | (?P<code>(?P<ticks>`+)(?P<coded>.*?[^`])(?P=ticks)(?!`))
    | (?P<bold>\*\*{_BODY}\*\*(?!\*))
    | (?P<underline>__{_BODY}__(?!_))
    | (?P<italic>\*(?=\S)((?:\\.|[^\\*])+?)\*(?!\*))
    | (?P<lowitalic>(?<!\w)_(?=\S)((?:\\.|[^\\_])+?)_(?!\w))
    | (?P<strike>~~{_BODY}~~)
    | (?P<link>\[(?P<label>(?:\\.|[^\]\\])+)\]\(<?(?:https?|attachment|discord)://[^\s)]+\))
    | (?P<address><?(?P<url>https?://[^\s<>]+[^\s<>.,:;"'\])])>?)
    | (?P<time><t:(?P<unix>-?\d{{1,13}})(?::(?P<how>[tTdDfFR]))?>)
    | (?P<user><@!?(?P<id>\d+)>)
    | (?P<role><@&\d+>)
    | (?P<channel><\#\d+>)
    | (?P<command></(?P<name>[^:<>\n]+):\d+>)
    | (?P<emoji><a?:\w+:\d+>)
    """,
    re.VERBOSE | re.DOTALL,
)

_LAYERS: Mapping[str, Style] = MappingProxyType(
    {
        "bold": Style(bold=True),
        "underline": Style(underline=True),
        "italic": Style(italic=True),
        "lowitalic": Style(italic=True),
        "strike": Style(strike=True),
        "link": Style(link=True),
    }
)


def spans(text: str, reader: Reader, style: Style = Style(), depth: int = 0) -> list[Span]:
    """What a text looks like; what isn't markdown stays as it is written."""
    return list(_merged(_spans(text, reader, style, depth)))


def _spans(text: str, reader: Reader, style: Style, depth: int) -> Iterator[Span]:
    end = 0
    for match in _MARKS.finditer(text):
        yield Span(text[end : match.start()], style)
        yield from _meaning(match, reader, style, depth)
        end = match.end()
    yield Span(text[end:], style)


def _meaning(match: re.Match[str], reader: Reader, style: Style, depth: int) -> list[Span]:
    kind = match.lastgroup or ""
    if kind in _LAYERS:
        inner = match["label"] if kind == "link" else match[match.re.groupindex[kind] + 1]
        layered = style.under(_LAYERS[kind])
        return spans(inner, reader, layered, depth + 1) if depth < _DEEPEST else [Span(inner, layered)]
    return [_leaf(match, reader, style)]


def _leaf(match: re.Match[str], reader: Reader, style: Style) -> Span:
    match match.lastgroup:
        case "escape":
            return Span(match["escaped"], style)
        case "code":
            return Span(match["coded"], replace(style, pill="code"))
        case "address":
            return Span(match["url"], replace(style, link=True))
        case "time":
            return _time(match, reader, style)
        case "emoji":
            return Span("\ufffd", style)
        case _:
            return Span(_mentioned(match, reader), replace(style, pill="mention"))


def _time(match: re.Match[str], reader: Reader, style: Style) -> Span:
    words = stamp(int(match["unix"]), match["how"] or "f", reader.now)
    return Span(match[0], style) if words is None else Span(words, replace(style, pill="time"))


def _mentioned(match: re.Match[str], reader: Reader) -> str:
    if match["user"]:
        return f"@{reader.names.get(match['id'], 'user')}"
    if match["command"]:
        return f"/{match['name']}"
    return "@role" if match["role"] else "#channel"


def _merged(found: Iterator[Span]) -> Iterator[Span]:
    """Neighbours of one style are one span (pills stay apart), and no span is empty."""
    last: Span | None = None
    for span in found:
        if not span.text:
            continue
        if last and last.style == span.style and not span.style.pill:
            last = Span(last.text + span.text, last.style)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last
