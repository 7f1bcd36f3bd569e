"""What a message that shows a run is made of on the way and at its end, and what is left of it where it is refused."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import discord

from cogs.ui import limits
from cogs.ui.buttons import run_buttons
from cogs.ui.embeds import long_texts, note_embed, run_embed
from cogs.ui.losses import TOO_LARGE
from cogs.ui.places import Arguments
from cogs.ui.text import named, plain
from core.runs.view import Fetched, LeftOut, RunView, Stage

_NAME: Final = 80  # characters of a deployment's name
_OUTCOMES: Final = {
    Stage.DONE: "is ready",
    Stage.CANCELLED: "was stopped",
    Stage.LEFT: "was stopped",
    Stage.GIVEN_UP: "was stopped",
    Stage.UNREAD: "is over",
    Stage.EXPIRED: "is over",
}
_LAST_SIGHT: Final = "⌛ This message stays as it is from now on. The result comes to you as a direct message."
_NOBODY: Final = discord.AllowedMentions.none()
_REFRESH: Final = " Press **Refresh** to see how it goes on."


def passing(view: RunView, *, last: bool = False, lasts: bool = True) -> Arguments:
    """A state on the way; `last` when no later one can be shown in this message, which `lasts` unless that may come."""
    row = run_buttons(view, lasts=lasts)
    if not last:
        return _shown(view, row)
    if view.run_id is not None and not row.children:
        row = run_buttons(replace(view, pausing=True))
    return _shown(view, row) | {"content": _LAST_SIGHT + (_REFRESH if view.run_id is not None else "")}


def ending(view: RunView, content: str | None = None, *, calls: bool = False) -> Arguments:
    """The end with its files; the person is called if `calls`, and `content` has them in it."""
    files = [*(_attachment(item, view.prompt) for item in view.files), *_texts(view)]
    mentions = {"allowed_mentions": _only(view.requester)} if calls else {}
    return _shown(view, run_buttons(view)) | {"content": content, "attachments": files} | mentions


def call(view: RunView) -> Arguments:
    """A message that calls the person to the end of their run, and nobody else."""
    return {"content": summons(view), "allowed_mentions": _only(view.requester)}


def summons(view: RunView) -> str:
    """The person and how it went, in a line: `<@1> your **fox** is ready`."""
    return f"<@{view.requester}> your **{named(view.deployment, _NAME)}** {_OUTCOMES.get(view.stage, 'did not work')}"


def pointer(view: RunView, where: str) -> Arguments:
    """For a message whose end stands in a newer one; `where` is the address of that."""
    note = note_embed(f"**Over:** see [below]({where}) how **{named(view.deployment, _NAME)}** ended.")
    return {"content": None, "embed": note, "view": None, "allowed_mentions": _NOBODY}


def lighter(view: RunView, error: discord.HTTPException, limit: int) -> RunView:
    """What to show instead of what Discord did not take: without files, and then without foreign text."""
    if error.status >= 500:
        return view
    is_size = error.code == TOO_LARGE or error.status == 413
    less = _without(view, lambda _: True, limit if is_size else None)
    return less if is_size else replace(less, prompt=None, texts=())


def fit(view: RunView, limit: int) -> RunView:
    """With links in place of files of more than `limit` bytes."""
    return _without(view, lambda item: item.size > limit, limit)


def _shown(view: RunView, row: discord.ui.View) -> Arguments:
    return {"content": None, "embed": run_embed(view), "view": row, "allowed_mentions": _NOBODY}


def _only(user: int) -> discord.AllowedMentions:
    """This person is called, where the text has them in it, and nobody else."""
    return discord.AllowedMentions(everyone=False, users=[discord.Object(user)], roles=False, replied_user=False)


def _without(view: RunView, is_left_out: Callable[[Fetched], bool], limit: int | None) -> RunView:
    left_out = tuple(LeftOut(item.media, item.size, limit) for item in view.files if is_left_out(item))
    files = tuple(item for item in view.files if not is_left_out(item))
    return replace(view, files=files, left_out=view.left_out + left_out)


def _texts(view: RunView) -> list[discord.File]:
    room = limits.FILES - len(view.files)
    texts = enumerate(long_texts(view)[:room], start=1)
    return [discord.File(io.BytesIO(text.encode()), f"text-{number}.txt") for number, text in texts]


def _attachment(item: Fetched, prompt: str | None) -> discord.File:
    item.file.seek(0)
    words = plain(prompt or "", limits.ALT_TEXT) or None
    return discord.File(item.file, item.name, description=words)  # type: ignore[arg-type]  # an IO[bytes] at run time
