"""Styled spans broken into lines of a width, by measure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import Box
from stationthis_discord.sandbox.shots.canvas import Area, Canvas
from stationthis_discord.sandbox.shots.glyphs import width, write
from stationthis_discord.sandbox.shots.inline import Span, Style
from stationthis_discord.sandbox.shots.letters import Face

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set; sizes in CSS pixels."""

    size: float
    leading: float
    colour: str = palette.TEXT
    bold: bool = False
    mono: bool = False

    def face(self, style: Style) -> Face:
        code = self.mono or style.pill == "code"
        size = round(self.size * 0.86, 1) if code else self.size
        return Face(size, self.bold or style.bold, style.italic, code)

    def ink(self, style: Style) -> str:
        if style.link:
            return palette.LINK
        return palette.MENTION if style.pill == "mention" else self.colour


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style on one line."""

    text: str
    style: Style
    width: float


Line = list[Run]

_PILL_MARGIN = 3.0
_GROUNDS = {"code": palette.DEEP, "mention": palette.MENTION_PILL, "time": palette.RAISED}


def paragraph(spans: Iterable[Span], kind: Type, room: float) -> Box:
    """Lines no wider than the room; as wide as its longest line."""
    lines = [_joined(line, kind) for line in _lines(spans, kind, room)]
    longest = max(map(_length, lines), default=0)

    def paint(canvas: Canvas, x: float, y: float) -> None:
        for line in lines:
            _paint_line(canvas, (x, y), line, kind)
            y += kind.leading

    return Box(min(longest, max(0, room)), len(lines) * kind.leading, paint)


def label(text: str, kind: Type, room: float = float("inf")) -> Box:
    """Plain text on one line, cut with … where the room ends."""
    text = " ".join(text.split())
    if width(text, kind.face(Style())) > room:
        text = _beginning(text, kind.face(Style()), room) + "…"
    return paragraph([Span(text)], kind, float("inf"))


def _beginning(text: str, face: Face, room: float) -> str:
    used = width("…", face)
    for index, char in enumerate(text):
        used += width(char, face)
        if used > room:
            return text[:index].rstrip()
    return text


def _lines(spans: Iterable[Span], kind: Type, room: float) -> Iterator[Line]:
    line: Line = []
    used = 0.0
    for word in _words(spans, kind):
        if word[0].text == "\n":
            yield line
            line, used = [], 0.0
            continue
        if line and used + _length(word) > room and not word[0].text.isspace():
            yield _trimmed(line)
            line, used = [], 0.0
        *full, rest = _pieces(word, kind, room)
        yield from full
        line.extend(rest)
        used += _length(rest)
    yield line


def _length(line: Line) -> float:
    return sum(run.width for run in line)


def _pieces(word: Line, kind: Type, room: float) -> Iterator[Line]:
    """A word in as many lines as it needs, nearly always one; space may stick out."""
    if _length(word) <= room or word[0].text.isspace():
        yield word
        return
    piece: Line = []
    used = 0.0
    for run in word:
        for char in run.text:
            size = width(char, kind.face(run.style))
            if piece and used + size > room:
                yield piece
                piece, used = [], 0.0
            piece.append(Run(char, run.style, size))
            used += size
    yield piece


def _words(spans: Iterable[Span], kind: Type) -> Iterator[Line]:
    """Runs that stay together: a word may change its style, space and line ends stand alone."""
    word: Line = []
    for span in spans:
        face = kind.face(span.style)
        for part in _PARTS.findall(span.text):
            run = Run(part, span.style, width(part, face))
            if not part.isspace():
                word.append(run)
                continue
            if word:
                yield word
            yield [run]
            word = []
    if word:
        yield word


def _trimmed(line: Line) -> Line:
    return line[:-1] if line[-1].text.isspace() else line


def _joined(line: Line, kind: Type) -> Line:
    """Neighbours of one style become one run, so that their ground is one."""
    joined: Line = []
    for style, runs in groupby(line, key=lambda run: run.style):
        text = "".join(run.text for run in runs)
        joined.append(Run(text, style, width(text, kind.face(style)) + 2 * _margin(style)))
    return joined


def _margin(style: Style) -> float:
    return _PILL_MARGIN if style.pill else 0


def _paint_line(canvas: Canvas, at: tuple[float, float], line: Line, kind: Type) -> None:
    x, y = at
    baseline = y + kind.leading / 2 + kind.size * 0.36
    for run in line:
        colour = kind.ink(run.style)
        if ground := _GROUNDS.get(run.style.pill):
            top = y + max(0, (kind.leading - kind.size * 1.32) / 2)
            canvas.fill(Area(x, top, run.width, min(kind.leading, kind.size * 1.32)), ground, 3)
        write(canvas, (x + _margin(run.style), baseline), run.text, kind.face(run.style), colour)
        if run.style.underline:
            canvas.fill(Area(x, baseline + kind.size * 0.12, run.width, 1), colour)
        if run.style.strike:
            canvas.fill(Area(x, baseline - kind.size * 0.28, run.width, 1), colour)
        x += run.width
