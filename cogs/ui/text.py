"""Foreign text made safe to show, and clipped; numbers as people read them. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import discord

from core.comfydeploy.wire import unsigned

_INVISIBLE: Final = {"Cc", "Cf", "Cs"}  # control, format (zero width, direction) and surrogate characters
# fillers and joiners that are drawn as nothing though they count as letters, marks or symbols
_EMPTY: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SELECTOR: Final = "\ufe0f"  # makes the character before it an emoji; alone it is nothing
_MARKDOWN: Final = re.compile(r"[\\*_~|`\[\]<]|^[#>-]|(?<=:)//")
_NUMBERED: Final = re.compile(r"^(\d+)\.")
_LONGEST: Final = 20_000  # characters that are looked at; no place shows that many, and no option holds them
_AND_MORE: Final = 24  # characters kept free for the line that counts the rest


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int) -> str:
    """Foreign text for places that read no markdown: one line, nothing invisible, no signed address, clipped."""
    return clip(" ".join(_visible(text).split()), limit)


def safe(text: str, limit: int) -> str:
    """Foreign text for places that read markdown: as `plain`, and nothing in it is a format, a link or a mention.

    `limit` counts what people see; the result has up to twice as many characters.
    """
    escaped = _NUMBERED.sub(r"\1\\.", _MARKDOWN.sub(r"\\\g<0>", plain(text, limit)))
    return discord.utils.escape_mentions(escaped)


def named(text: str, limit: int) -> str:
    """As `safe`, for names: never empty."""
    return safe(text, limit) or "(no name)"


def code(text: str, limit: int) -> str:
    """Foreign text as inline code; a backtick would end it, so it becomes a quote mark."""
    quoted = plain(text, limit).replace("`", "'")
    return f"`{quoted or ' '}`"


def block(text: str, limit: int) -> str:
    """Foreign text of several lines as a block of code, up to `limit` characters of it."""
    quoted = clip(_visible(text).strip().replace("```", "'''"), limit)
    return f"```\n{quoted or ' '}\n```"


def fitting(lines: Sequence[str], limit: int, most: int | None = None) -> str:
    """As many whole lines as fit into `limit` characters, at most `most`, and how many more there are."""
    kept: list[str] = []
    room = limit - _AND_MORE
    for position, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0 or position == most:
            return "\n".join([*kept, f"…and {len(lines) - position} more."])
        kept.append(line)
    return "\n".join(kept)


def when(moment: datetime) -> str:
    """A moment as every reader's own clock shows it, relative to now; it counts by itself, without an edit."""
    return discord.utils.format_dt(moment, "R")


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 2**20:
        return f"{max(1, round(count / 2**10))} KB"
    return f"{count / 2**20:.1f} MB"


def number(value: float) -> str:
    """A number without a needless `.0`."""
    return str(int(value)) if abs(value) < 10**20 and value == int(value) else f"{value:.10g}"


def seconds(value: float) -> str:
    """A duration, in the unit that fits."""
    if value < 90:
        return f"{max(1, round(value))} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _visible(text: str) -> str:
    kept = "".join(char for char in text.strip()[:_LONGEST] if _is_visible(char))
    return unsigned(kept.lstrip(_SELECTOR))


def _is_visible(char: str) -> bool:
    return char.isspace() or (char not in _EMPTY and unicodedata.category(char) not in _INVISIBLE)
