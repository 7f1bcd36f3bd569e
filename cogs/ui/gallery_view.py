"""What a result in a server's gallery looks like, and what is answered to who keeps one; pure."""

from dataclasses import replace
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.buttons import button
from cogs.ui.embeds import YELLOW, note_embed
from cogs.ui.endings import Frame, endings
from cogs.ui.text import named, safe
from cogs.ui.words import words_for
from core.result_errors import AlreadyKept
from core.results.keeping import Exhibit

OPENING: Final = "⭐ Results that people keep with ⭐ come here."
_PROMPT: Final = 1000  # characters of the prompt that are shown


def exhibit_message(exhibit: Exhibit, limit: int, frame: Frame) -> dict[str, Any]:
    """One message with as many files as it takes; `frame` has the link to where the result was kept from."""
    view = replace(exhibit.view, texts=())
    whole = endings(view, limit, frame).first()
    files = whole["attachments"]
    about = [f"by <@{view.requester}>"]
    if exhibit.kept_by != view.requester:
        about.append(f"kept by <@{exhibit.kept_by}>")
    if view.seed is not None:
        about.append(f"seed `{view.seed}`")
    if len(files) < len(view.made):
        about.append(f"{len(files)} of {len(view.made)} files")
    if frame.link:
        about.append(f"[the original ↗]({frame.link})")
    prompt = safe(view.prompt or "", _PROMPT)
    lines = [f"> {prompt}"] if prompt else []
    embed = discord.Embed(
        title=named(view.deployment, limits.EMBED_TITLE // 2),
        description="\n".join([*lines, f"-# {' · '.join(about)}"]),
        colour=YELLOW,
    ).set_footer(text=f"run {(view.run_id or '')[:8]}")
    return whole | {"embed": embed, "view": _buttons(view.run_id or "")}


def kept_embed(link: str) -> discord.Embed:
    return note_embed(f"⭐ It is in [the gallery]({link}).")


def already_kept_embed(refused: AlreadyKept) -> discord.Embed:
    """The sentence, and the way there if there is one."""
    where = f" [There it is ↗]({refused.link})" if refused.link else ""
    return note_embed(f"⭐ {words_for(refused)}{where}")


def _buttons(run_id: str) -> discord.ui.View:
    """None of those that make something of a result: by these a message in a gallery is told from a result."""
    view = discord.ui.View(timeout=None)
    view.add_item(button("copy", run_id, "Run this", "🎨", style=discord.ButtonStyle.primary))
    view.add_item(button("details", run_id, "Details", "ℹ️"))  # noqa: RUF001 -- the sign itself
    view.add_item(button("delete", run_id, "Delete", "🗑"))
    return view
