"""Foreign text made safe to show, and clipped; numbers as people read them. Pure."""

from datetime import datetime

import discord

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00])


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def safe(text: str, limit: int) -> str:
    """Foreign text on one line: no markdown, no mention, no invisible or direction-changing characters, clipped."""
    flat = " ".join(text.translate(_INVISIBLE).split())
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(clip(flat, limit)))
    return clip(escaped, 2 * limit).removesuffix("\\")


def code(text: str, limit: int) -> str:
    """Foreign text as inline code; a backtick would end it, so it becomes a quote mark."""
    flat = " ".join(text.translate(_INVISIBLE).split()).replace("`", "'")
    return f"`{clip(flat, limit) or ' '}`"


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
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def seconds(value: float) -> str:
    """A duration, in the unit that fits."""
    if value < 90:
        return f"{max(1, round(value))} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
