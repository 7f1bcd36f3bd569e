"""The texts that were written into a form, whatever has become of it; pure."""

from collections.abc import Iterator
from typing import Any

_TEXT_INPUT = 4  # https://docs.discord.com/developers/components/reference#component-object-component-types


def typed_in(data: object) -> tuple[str, ...]:
    """Of an interaction's data, in the order of the fields; without those that are empty."""
    return tuple(text for text in _texts(data if isinstance(data, dict) else {}) if text.strip())


def _texts(sent: dict[str, Any]) -> Iterator[str]:
    for row in sent.get("components") or ():
        field = row.get("component") or {}
        if field.get("type") == _TEXT_INPUT:
            yield str(field.get("value") or "")
