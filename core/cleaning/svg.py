"""What an SVG carries beside its drawing: comments, `metadata`, and what is said to programs."""

import re
from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.source import Source, Uncleanable
from core.cleaning.text import Text

_NAME: Final = rb"(?:[\w.-]{1,60}:)?metadata(?=[\s/>])"
_SAID: Final = rb"!--|\?[\w:.-]{0,60}"
# in XML a `<` is always the beginning of one of these
_BEFORE_ROOT: Final = re.compile(rb"<(?:" + _SAID + rb"|!|[^\s/>!?]{0,120})")
_AFTER_ROOT: Final = re.compile(rb"<(?:" + _SAID + rb"|!\[CDATA\[|!|" + _NAME + rb")|(?i:data:image/)")
_IN_METADATA: Final = re.compile(rb"<(?:" + _SAID + rb"|!\[CDATA\[|/?" + _NAME + rb")")
_ENDS: Final = {b"<!--": re.compile(rb"-->"), b"<![CDATA[": re.compile(rb"\]\]>"), b"<?": re.compile(rb"\?>")}
_END_OF_TYPE: Final = re.compile(rb"[\[>]")
_IN_TAG: Final = re.compile(rb"[\"']|/?>")
_QUOTES: Final = {quote: re.compile(quote) for quote in (b'"', b"'")}
_FOR_LOOKS: Final = frozenset({b"<?xml", b"<?xml-stylesheet"})
_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"'](?!(?i:utf-8|us-ascii|iso-8859-\d+|windows-125\d)[\"'])")


def svg(source: Source) -> list[Edit]:
    """Nothing for XML of another kind.

    Raises:
        Uncleanable: as all of these; also for an SVG with pictures or entities in it.
    """
    text, edits, place, pattern = Text(source), list[Edit](), 0, _BEFORE_ROOT
    while found := text.find(pattern, place):
        start, token = found
        if pattern is _BEFORE_ROOT and token[1:2] not in {b"!", b"?"}:
            if token[1:].rpartition(b":")[2] != b"svg":
                return []
            place, pattern = start + len(token), _AFTER_ROOT
            continue
        place = _after(text, start, token)
        if token == b"<?xml" and _ENCODING.search(source.piece(start, place - start)):
            raise Uncleanable
        if token == b"<!--" or token.endswith(b"metadata") or (token[:2] == b"<?" and token not in _FOR_LOOKS):
            edits.append(Edit(start, place))
    return edits


def _after(text: Text, start: int, token: bytes) -> int:
    """The place after what begins so."""
    end = _ENDS.get(token[:2] if token.startswith(b"<?") else token)
    if end is not None:
        return text.after(end, start + len(token))[0]
    if token == b"<!":
        place, last = text.after(_END_OF_TYPE, start)
        if last == b">":
            return place
    if token.endswith(b"metadata"):
        return _after_metadata(text, start)
    raise Uncleanable


def _after_metadata(text: Text, place: int) -> int:
    depth = 0
    while True:
        after, token = text.after(_IN_METADATA, place)
        if not token.endswith(b"metadata") or token[:1] != b"<" or token[1:2] in {b"!", b"?"}:
            place = _after(text, after - len(token), token)
            continue
        place, is_empty = _after_tag(text, after)
        if not is_empty:
            depth += -1 if token[1:2] == b"/" else 1
        if depth <= 0:
            return place


def _after_tag(text: Text, place: int) -> tuple[int, bool]:
    """The place after it, and whether nothing is within it."""
    while True:
        place, found = text.after(_IN_TAG, place)
        if found not in _QUOTES:
            return place, found == b"/>"
        place, _ = text.after(_QUOTES[found], place)
