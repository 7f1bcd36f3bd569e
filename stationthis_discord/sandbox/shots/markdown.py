"""Discord's markdown across lines: a text becomes paragraphs, quotes, lists, headings, small print and code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text; inline markdown still unread."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Small:
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list; the marker is a bullet or `1.`."""

    text: str
    marker: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: tuple["Block", ...]


Block = Paragraph | Heading | Small | Item | Code | Quote

_FENCE = re.compile(r"```(.+?)```\n?", re.DOTALL)
_LANGUAGE = re.compile(r"[\w+#.-]*\n")
_QUOTE_REST = re.compile(r"^>>> (.*)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"(#{1,3}) +(.+)")
_ITEM = re.compile(r"( *)(?:[-*]|(\d{1,9}\.)) +(.+)")


def blocks(text: str) -> tuple[Block, ...]:
    """All of a text, in order; every text has a meaning."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return tuple(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    end = 0
    for fence in _FENCE.finditer(text):
        yield from _outside_code(text[end : fence.start()].removesuffix("\n"), present=fence.start() > end)
        language = _LANGUAGE.match(fence[1])
        yield Code(fence[1][language.end() if language else 0 :].strip("\n"))
        end = fence.end()
    yield from _outside_code(text[end:], present=end < len(text))


def _outside_code(text: str, *, present: bool) -> Iterator[Block]:
    if not present:
        return
    rest = _QUOTE_REST.search(text)
    if rest is None:
        yield from _lines(text)
        return
    if rest.start():
        yield from _lines(text[: rest.start()].removesuffix("\n"))
    yield Quote(tuple(_lines(rest[1])))


def _lines(text: str, *, quotes: bool = True) -> Iterator[Block]:
    """Neighbouring lines of a paragraph or a quote are one block; quotes don't hold quotes."""
    kinds = groupby(text.split("\n"), key=lambda line: _kind(line, quotes=quotes))
    for kind, lines in kinds:
        if kind == "quote":
            yield Quote(tuple(_lines("\n".join(line[2:] for line in lines), quotes=False)))
        elif kind == "plain":
            yield Paragraph("\n".join(lines))
        else:
            yield from filter(None, map(_one_line, lines))


def _kind(line: str, *, quotes: bool) -> str:
    if quotes and line.startswith("> "):
        return "quote"
    return "single" if _one_line(line) else "plain"


def _one_line(line: str) -> Heading | Small | Item | None:
    if line.startswith("-# "):
        return Small(line[3:])
    if heading := _HEADING.fullmatch(line):
        return Heading(heading[2], len(heading[1]))
    if item := _ITEM.fullmatch(line):
        return Item(item[3], item[2] or "•", min(len(item[1]) // 2, 4))
    return None
