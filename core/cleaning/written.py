"""JSON within a file of another kind: read once, and written back into the same place."""

import json
from typing import Any, Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable

_DEEPEST: Final = 100
_MOST_PARTS: Final = 20_000  # lists and objects: many of them make the garbage collector hold up the whole process


def read(source: Source, start: int, end: int) -> dict[str, Any]:
    """Raises `Uncleanable` if it is no JSON object, too large, or too deep."""
    raw = source.piece(start, end - start)  # a small piece at most: reading it holds up the whole process
    if raw.count(b"{") + raw.count(b"[") > _MOST_PARTS:
        raise Uncleanable
    try:
        found = json.loads(raw.rstrip(b" \0").decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Uncleanable from None
    if not isinstance(found, dict) or _depth(found) > _DEEPEST:
        raise Uncleanable
    return found


def rewritten(start: int, end: int, before: dict[str, Any], after: dict[str, Any]) -> list[Edit]:
    """Nothing if both are the same; else the later one, and spaces. Raises `Uncleanable` if it is longer."""
    if before == after:
        return []
    try:
        text = json.dumps(after, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError:  # no number, or half a character
        raise Uncleanable from None
    return [blank(start, end, text, b" ")]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError  # readers do not agree on which of them counts
    return found


def _depth(value: object) -> int:
    """How many lists and objects are within each other."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
    return depth
