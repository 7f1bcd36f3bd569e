"""What a result's message says of its files: how they were made to fit, and what is not attached; pure."""

import re
from collections.abc import Sequence
from typing import Final

from cogs.ui.text import named, size
from core.runs.view import Fetched, LeftOut, RunView

_PATH: Final = r"https://[A-Za-z0-9.:-]+/[A-Za-z0-9._~!$&'*+,;=:@/%-]{1,450}"
_LINKABLE: Final = re.compile(_PATH)
_SIGNED: Final = re.compile(_PATH + r"(\?[A-Za-z0-9._~!$&'*+,;=:@/%-]{1,1600})?")
_LONGEST: Final = 3  # links of a thousand characters each


def changed_words(files: Sequence[Fetched]) -> list[str]:
    """What became of files that were too large as they were: `2 of 3 files as WebP of less quality`."""
    changed = [item.change for item in files if item.change is not None]
    if not changed:
        return []
    which = "" if len(files) == 1 else f"{len(changed)} of {len(files)} files "
    formats = "/".join(dict.fromkeys(change.format for change in changed))
    before = size(max(change.before for change in changed))
    if all(change.lossless for change in changed):
        return [f"{which}as lossless {formats}: the original has {before}"]
    smaller = " and smaller" if any(change.scale < 1 for change in changed) else ""
    return [f"{which}as {formats} of less quality{smaller}: the original has {before}"]


def left_out_lines(view: RunView) -> list[str]:
    """A line for each file that is not attached; those that one message has no room for are counted."""
    beyond = [item for item in view.left_out if item.beyond]
    others = [item for item in view.left_out if not item.beyond]
    way = "Pick its run below" if view.runs else "**Refresh**"
    lines = [_left_out(item, way, may_sign=number < _LONGEST) for number, item in enumerate(others)]
    if beyond:
        lines.append(f"📦 **{len(beyond)} more** files are in ComfyUI Deploy: a result shows no more than these.")
    return lines


def _left_out(item: LeftOut, way: str, *, may_sign: bool) -> str:
    if item.is_unclean:
        return f"📦 {_named(item)} is held back: what its maker embedded in it could not be taken out."
    if item.limit is None and item.size is not None:
        return f"📦 {_link(item, _LINKABLE)} could not be attached."
    if item.limit is None:
        return f"📦 {_link(item, _LINKABLE)} could not be fetched. {way} to try again."
    about = f" ({size(item.size)})" if item.size is not None else ""
    link = _link(item, _SIGNED if may_sign else _LINKABLE)
    # what Discord refused in spite of its own limit has fewer bytes than that
    limit = "" if item.size is not None and item.size <= item.limit else f" (limit {size(item.limit)})"
    line = f"📦 {link}{about} is too large to attach here{limit}."
    if item.expires_at is None:
        return line
    return f"{line} The link works until <t:{int(item.expires_at.timestamp())}:t>. {way} for a new one."


def _link(item: LeftOut, shape: re.Pattern[str]) -> str:
    return f"[{_named(item)}]({item.media.url})" if shape.fullmatch(item.media.url) else _named(item)


def _named(item: LeftOut) -> str:
    return named(item.media.filename, 60)
