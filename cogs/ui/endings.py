"""What the messages that show a run are made of on the way and at its end, and what is left of them if refused."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any, Final, NamedTuple

import discord

from cogs.ui import limits
from cogs.ui.buttons import run_buttons
from cogs.ui.embeds import long_texts, note_embed, run_embed
from cogs.ui.losses import TOO_LARGE
from cogs.ui.places import Arguments
from cogs.ui.previewing import Ahead
from cogs.ui.sheet_view import sheet_buttons, sheet_embed
from cogs.ui.text import named, plain
from core.comfydeploy.wire import expiry_of, unsigned
from core.results.packing import packed
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
_LONGEST_TEXT: Final = 2**20  # bytes of a text that are attached
_MOST_PARTS: Final = 6  # messages of one result; where only a token leads, five may follow the first
_NOBODY: Final = discord.AllowedMentions.none()
_REFRESH: Final = " Press **Refresh** to see how it goes on."


@dataclass(frozen=True, slots=True)
class Frame:
    """What the place adds to a view.

    `lasts` unless the message can soon not be changed any more, `link` to the message of the run that is repeated, and
    whether files are `hidden` behind a spoiler.
    """

    lasts: bool = True
    link: str | None = None
    hidden: bool = False


FRAME: Final = Frame()


def passing(view: RunView, frame: Frame = FRAME, *, last: bool = False, ahead: Ahead | None = None) -> Arguments:
    """A state on the way; `last` when no later one can be shown in this message.

    `ahead` are all pictures that it is to have; None leaves them as they are.
    """
    row = _buttons(view, lasts=frame.lasts)
    shown = _shown(view, row, frame)
    if ahead is not None:
        shown["attachments"] = [
            item if isinstance(item, discord.Attachment) else _attachment(_piece(item, view), frame) for item in ahead
        ]
    if not last:
        return shown
    if view.run_id is not None and not row.children:
        shown["view"] = run_buttons(replace(view, pausing=True))
    return shown | {"content": _LAST_SIGHT + (_REFRESH if view.run_id is not None else "")}


def endings(view: RunView, limit: int, frame: Frame = FRAME) -> "Endings":
    """The end, in as many messages as its files need where one of them may have `limit` bytes."""
    pieces = [*(_piece(item, view) for item in view.files), *_texts(view)]
    parts = packed([piece.size for piece in pieces], limit) or [[]]
    shown = sum(len(part) for part in parts[:_MOST_PARTS])
    beyond = tuple(LeftOut(item.media, beyond=True) for item in view.files[shown:])
    view = replace(view, files=view.files[:shown], left_out=view.left_out + beyond)
    return Endings(view, frame, [[pieces[number] for number in part] for part in parts[:_MOST_PARTS]])


@dataclass(frozen=True, slots=True)
class Endings:
    """The messages of an end: `first` with the state and its buttons, and those with the files it has no room for."""

    view: RunView
    frame: Frame
    parts: list[list["Piece"]]

    def cut(self, number: int) -> "Endings":
        """Without message `number` and those behind it, which cannot be sent: their files are named."""
        shown = sum(len(part) for part in self.parts[:number])
        left_out = tuple(_left_out(item, None) for item in self.view.files[shown:])
        view = replace(self.view, files=self.view.files[:shown], left_out=self.view.left_out + left_out)
        return replace(self, view=view, parts=self.parts[:number])

    def first(self, content: str | None = None, *, calls: bool = False) -> Arguments:
        """The person is called if `calls`, and `content` has them in it."""
        files = [_attachment(piece, self.frame) for piece in self.parts[0]]
        mentions = {"allowed_mentions": _only(self.view.requester)} if calls else {}
        shown = _shown(self.view, _buttons(self.view, lasts=self.frame.lasts), self.frame)
        return shown | {"content": content, "attachments": files} | mentions

    def further(self, number: int) -> Arguments:
        """The files of message `number`, counted from 1 for the first one behind the first."""
        files = [_attachment(piece, self.frame) for piece in self.parts[number]]
        run = f" · run {self.view.run_id[:8]}" if self.view.run_id else ""
        about = f"-# {number + 1} of {len(self.parts)}{run}"
        return {"content": about, "attachments": files, "allowed_mentions": _NOBODY}


class Piece(NamedTuple):
    """One file of a message: bytes, name, size in bytes, and what it is for who cannot see it."""

    file: IO[bytes]
    name: str
    size: int
    words: str | None


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


def is_too_large(error: discord.HTTPException) -> bool:
    """Whether it was the size of the files that Discord refused."""
    return error.code == TOO_LARGE or error.status == 413


def lighter(view: RunView, error: discord.HTTPException, limit: int) -> RunView:
    """What to show instead of what Discord did not take: without files, and then without foreign text."""
    if error.status >= 500:
        return view
    is_size = is_too_large(error)
    if is_size and not view.files:
        return replace(view, texts=())
    less = _without(view, lambda _: True, limit if is_size else None)
    runs = tuple(replace(run, reason=None) for run in less.runs)
    return less if is_size else replace(less, prompt=None, texts=(), runs=runs)


def fit(view: RunView, limit: int) -> RunView:
    """With links in place of files of more than `limit` bytes."""
    return _without(view, lambda item: item.size > limit, limit)


def _shown(view: RunView, row: discord.ui.View, frame: Frame) -> Arguments:
    embed = sheet_embed(view, frame.link) if view.runs else run_embed(view, frame.link)
    return {"content": None, "embed": embed, "view": row, "allowed_mentions": _NOBODY}


def _buttons(view: RunView, *, lasts: bool = True) -> discord.ui.View:
    return sheet_buttons(view) if view.runs else run_buttons(view, lasts=lasts)


def _only(user: int) -> discord.AllowedMentions:
    """This person is called, where the text has them in it, and nobody else."""
    return discord.AllowedMentions(everyone=False, users=[discord.Object(user)], roles=False, replied_user=False)


def _without(view: RunView, is_left_out: Callable[[Fetched], bool], limit: int | None) -> RunView:
    left_out = tuple(_left_out(item, limit) for item in view.files if is_left_out(item))
    files = tuple(item for item in view.files if not is_left_out(item))
    return replace(view, files=files, left_out=view.left_out + left_out)


def _left_out(item: Fetched, limit: int | None) -> LeftOut:
    """Its link leads to the file as it was made, not as it was to be attached."""
    size = item.size if item.change is None else item.change.before
    return LeftOut(item.media, size, limit, expires_at=expiry_of(item.media.url))


def _texts(view: RunView) -> Iterator[Piece]:
    for number, text in enumerate(long_texts(view), start=1):
        whole = unsigned(text).encode(errors="replace")
        if len(whole) > _LONGEST_TEXT:
            whole = whole[:_LONGEST_TEXT] + f"\n… ({len(whole) - _LONGEST_TEXT} more bytes)".encode()
        yield Piece(io.BytesIO(whole), f"text-{number}.txt", len(whole), None)


def _piece(item: Fetched, view: RunView) -> Piece:
    return Piece(item.file, item.name, item.size, plain(view.prompt or view.deployment, limits.ALT_TEXT) or None)


def _attachment(piece: Piece, frame: Frame) -> discord.File:
    piece.file.seek(0)
    file: Any = piece.file  # an IO[bytes] at run time
    return discord.File(file, piece.name, description=piece.words, spoiler=frame.hidden)
