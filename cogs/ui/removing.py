"""A result taken away from where it is shown: which messages it has, whose it is, the question before, and the end."""

import re
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

import discord
import structlog

from cogs.ui.buttons import button, run_of, unkept
from cogs.ui.embeds import YELLOW, note_embed
from cogs.ui.heard import heard
from cogs.ui.losses import ARCHIVED
from core.comfydeploy.errors import ApiError
from core.errors import PlaceClosed, RunGone, TookTooLong
from core.runs.generation import Generation

log = structlog.get_logger(__name__)

REMOVE: Final = "remove"
SPARE: Final = "spare"
SPOT: Final = re.compile(r"[0-9a-f]{1,16}-[0-9a-f]{1,16}")
_NEAR: Final = 50  # messages among which the parts of a result are looked for: below it, and from its end on
_SOONER: Final = timedelta(seconds=5)  # than the last edit of a result: a part may have come before it
_UNREAD: Final = (RunGone, TookTooLong, ApiError)


class Spot(NamedTuple):
    """One message and its channel, by their ids; written, it fits into a button."""

    channel: int
    message: int

    @classmethod
    def read(cls, text: str) -> Self:
        """As `write` left it; `text` matches `SPOT`."""
        channel, _, message = text.partition("-")
        return cls(int(channel, 16), int(message, 16))

    def write(self) -> str:
        return f"{self.channel:x}-{self.message:x}"


class Found(NamedTuple):
    """The message of ours that shows a run, with its buttons; `is_kept` where it is the one in a gallery.

    `asked_by` is whose interaction the message answers, by Discord's own word; None where it answers none. `sheet` is
    set where several runs are shown together; `run_id` is None while those are under way. `edited` is when it was last
    changed, as far as it was.
    """

    spot: Spot
    run_id: str | None
    ended: bool
    is_kept: bool
    asked_by: int | None
    sheet: str | None = None
    edited: datetime | None = None


def shown_in(message: discord.Message) -> Found | None:
    """What a message of ours shows; None unless it is a run."""
    shown = run_of(message)
    if shown is None:
        return None
    is_kept = not shown.ended and f"st:copy:{shown.run_id}" in _custom_ids(message)
    return Found(
        spot=Spot(message.channel.id, message.id),
        run_id=shown.run_id,
        ended=shown.ended or is_kept,
        is_kept=is_kept,
        asked_by=asker_of(message),
        sheet=shown.sheet,
        edited=message.edited_at,
    )


def asker_of(message: discord.Message) -> int | None:
    """Whose interaction the message answers, by Discord's own word."""
    asked = message.interaction_metadata
    return asked.user.id if asked is not None else None


def whole_of(message: discord.Message) -> int | None:
    """The first message of the result that a message of ours is a part of: parts reply to it, and have only files."""
    reference = message.reference
    is_part = message.attachments and not message.components and not message.embeds
    return reference.message_id if reference is not None and is_part else None


async def look_up(client: discord.Client, spot: Spot) -> Found | None:
    """What is shown there now, by this message or by the one that it is a part of; None where that is gone.

    Raises:
        HTTPException, SurfaceSilent: Discord does not let the bot see it, or does not answer.
    """
    message = await _read(client, spot)
    return await found_in(client, message) if message is not None else None


async def found_in(client: discord.Client, message: discord.Message) -> Found | None:
    """As `look_up`, for a message that was read already; None for other people's, too."""
    if client.user is None or message.author.id != client.user.id:
        return None
    whole = whole_of(message)
    if whole is None:
        return shown_in(message)
    first = await _read(client, Spot(message.channel.id, whole))
    return shown_in(first) if first is not None and first.author.id == client.user.id else None


async def owner_of(generation: Generation, found: Found) -> int:
    """Who asked for the run; where ComfyUI Deploy does not tell, who Discord says our message answers.

    Nothing that is written in a message counts: foreign text may stand there. Several that are under way name no run,
    and always answer somebody.

    Raises:
        RunNotOurs: nobody here did.
        RunGone, TookTooLong, ApiError: it answers nobody either, as after a reaction.
    """
    if found.run_id is None:
        if found.asked_by is None:
            raise RunGone
        return found.asked_by
    try:
        return await generation.owner_of(found.run_id)
    except _UNREAD as error:
        if found.asked_by is None:
            raise
        log.info("run.owner_by_message", run=found.run_id, message=found.spot.message, error=type(error).__name__)
        return found.asked_by


async def take_away(client: discord.Client, found: Found, by: int) -> None:
    """Delete the parts and then the message itself, whose button is there until all is done; what is gone is fine.

    Raises:
        PlaceClosed: the thread is archived.
        HTTPException, SurfaceSilent: Discord refuses, or does not answer.
    """
    channel = client.get_partial_messageable(found.spot.channel)
    me = client.user.id if client.user is not None else 0
    parts = await heard(_parts_of(channel, found, me))
    for message_id in (*parts, found.spot.message):
        await _sure(channel.get_partial_message(message_id).delete())
    _note(found, by, len(parts))


async def take_by_token(interaction: discord.Interaction, found: Found) -> None:
    """Delete the message whose button was pressed, by that press; raises as `take_away`, whose parts stay here."""
    await _sure(interaction.delete_original_response())
    _note(found, interaction.user.id)


def _note(found: Found, by: int, parts: int = 0) -> None:
    about = {"run": found.run_id, "sheet": found.sheet}
    log.info("result.removed", by=by, message=found.spot.message, **about, parts=parts, ended=found.ended)


def question_embed(found: Found, *, is_own: bool) -> discord.Embed:
    """`is_own`: the question is put to who asked for the run."""
    if found.is_kept:
        text = "Delete this from the gallery? The result itself stays where it is, and can be kept again."
    elif not found.ended:
        runs = "Its run goes" if found.sheet is None else "Its runs go"
        text = f"Delete this message? {runs} on, and the end goes to who asked for it, by direct message."
    else:
        text = f"Delete this result here? {_way_back(found, is_own=is_own)}"
    return discord.Embed(description=f"🗑 {text}", colour=YELLOW)


def question_buttons(spot: Spot) -> discord.ui.View:
    view = unkept()
    view.add_item(button(REMOVE, spot.write(), "Delete", style=discord.ButtonStyle.danger))
    view.add_item(button(SPARE, spot.write(), "Keep it"))
    return view


def removed_embed(found: Found, *, is_own: bool, alone: bool = False) -> discord.Embed:
    """`alone`: only this one message could be reached."""
    text = "🗑 Deleted here."
    if found.ended and not found.is_kept:
        text += f" {_way_back(found, is_own=is_own)}"
    if alone:
        text += "\nI am not in this place myself, so further messages with files of this result stay."
    return note_embed(text)


def _way_back(found: Found, *, is_own: bool) -> str:
    """One run is brought back by its id; several are not, but all are in the list."""
    command, verb = (f"`/show run:{found.run_id}`", "bring") if found.sheet is None else ("`/runs`", "find")
    again = "it back" if found.sheet is None else "it again"
    how = f"{command} {verb}s {again}" if is_own else f"who asked for it can {verb} {again} with {command}"
    return f"Its files stay in ComfyUI Deploy, and {how}."


def _custom_ids(message: discord.Message) -> set[str]:
    return {
        str(getattr(child, "custom_id", None)) for row in message.components for child in getattr(row, "children", ())
    }


async def _read(client: discord.Client, spot: Spot) -> discord.Message | None:
    """None when it is gone."""
    try:
        return await heard(client.get_partial_messageable(spot.channel).fetch_message(spot.message))
    except discord.NotFound:
        return None


async def _parts_of(channel: discord.PartialMessageable, found: Found, me: int) -> list[int]:
    """The newest first, so that what is left of a removal that was cut off is what was shown first.

    They come when the run ends: in a busy channel others may have written a lot by then.
    """
    first = found.spot.message
    seen = await _page(channel, first)
    if len(seen) == _NEAR and found.edited is not None:
        seen += await _page(channel, max(seen[-1].id, discord.utils.time_snowflake(found.edited - _SOONER)))
    return sorted((item.id for item in seen if item.author.id == me and whole_of(item) == first), reverse=True)


async def _page(channel: discord.PartialMessageable, after: int) -> list[discord.Message]:
    return [item async for item in channel.history(after=discord.Object(after), limit=_NEAR, oldest_first=True)]


async def _sure(deletion: Awaitable[None]) -> None:
    """What was gone before is as well as deleted."""
    try:
        await heard(deletion)
    except discord.NotFound:
        return
    except discord.HTTPException as error:
        if error.code == ARCHIVED:
            raise PlaceClosed(locked=False) from None
        raise
