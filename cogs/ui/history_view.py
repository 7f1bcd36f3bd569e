"""A person's earlier runs as they see them: a page of the list, with ways on from it, and suggestions; pure."""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import discord
from discord import app_commands

from cogs.ui import limits
from cogs.ui.buttons import Immortal, button, unkept
from cogs.ui.embeds import BLURPLE, GREEN, GREY, RED, YELLOW
from cogs.ui.text import named, plain, safe, seconds, when
from core.runs.history_page import Entry, Lack, Outcome, Page, Place, Suggestion
from core.runs.news import Standing

# which way · which outcome · which deployment, 0 for all · microseconds since 1970 and run, from where on
TURN: Final = re.compile(r"[01]-[0-9]-(0|[0-9a-f]{32})-[0-9a-f]{1,14}-[0-9a-f]{32}")
OUTCOMES: Final = [app_commands.Choice(name=str(outcome), value=str(outcome)) for outcome in Outcome]
# The place of each outcome stands in buttons: one may be added behind, none may move; 0 is for all.
_OUTCOMES: Final = (Outcome.DONE, Outcome.FAILED, Outcome.CANCELLED, Outcome.UNDER_WAY)
_PROMPT: Final = 200  # characters of a prompt that are shown
_NAME: Final = 80
_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_STANDINGS: Final[dict[Standing, tuple[str, str, discord.Colour]]] = {
    Standing.UNDER_WAY: ("🎨", "Under way", BLURPLE),
    Standing.DONE: ("✅", "Done", GREEN),
    Standing.FAILED: ("❌", "Failed", RED),
    Standing.TIMED_OUT: ("⏱", "Timed out", RED),
    Standing.CANCELLED: ("🚫", "Cancelled", GREY),
    Standing.GONE: ("❔", "Gone", GREY),
    Standing.SILENT: ("⚠", "No news", YELLOW),
}


class Asked(NamedTuple):
    """Which part of the list a button leads to."""

    deployment: str | None
    outcome: Outcome | None
    place: Place


def outcome_by(status: str | None) -> Outcome | None:
    """What the option of the command says."""
    return next((outcome for outcome in Outcome if outcome == status), None)


def asked_in(what: str) -> Asked:
    """What a button leads to, from what has the shape `TURN`."""
    way, outcome, deployment, moment, run_id = what.split("-")
    number = int(outcome)
    return Asked(
        None if deployment == "0" else str(UUID(deployment)),
        _OUTCOMES[number - 1] if 0 < number <= len(_OUTCOMES) else None,
        Place(way == "1", _BEGIN + int(moment, 16) * _MICROSECOND, str(UUID(run_id))),
    )


# what is under way stays in its message
_NOT_SHOWN: Final = {Standing.GONE, Standing.UNDER_WAY}


def history_message(page: Page) -> dict[str, Any]:
    """Arguments of an edit: an embed for the list and one for each run, the pictures, and the ways on."""
    pictures = [
        discord.File(io.BytesIO(entry.picture), _picture_name(entry))
        for entry in page.entries
        if entry.picture is not None
    ]
    embeds = [_head(page), *(_entry_embed(entry) for entry in page.entries)]
    return {"embeds": embeds, "attachments": pictures, "view": _ways(page)}


def past_choices(suggestions: Iterable[Suggestion], now: datetime) -> list[app_commands.Choice[str]]:
    """Runs by their id."""
    return [app_commands.Choice(name=_suggested(item, now), value=item.past.run_id) for item in suggestions][
        : limits.CHOICES
    ]


def _head(page: Page) -> discord.Embed:
    notes = list(_notes(page))
    lines = [_intro(page), *notes]
    return discord.Embed(
        title="Your runs",
        description="\n".join(line for line in lines if line),
        colour=YELLOW if notes else BLURPLE,
    )


def _intro(page: Page) -> str:
    wanted = _wanted(page)
    of = f" for {wanted}" if wanted else ""
    if page.entries:
        return f"Only {wanted}, newest first." if wanted else "Newest first."
    if page.older is not None:
        return f"I looked at {page.looked_at} and found none{of}. **Older** looks further."
    if page.newer is not None:
        return f"There is nothing older{of}."
    if wanted:
        return f"I find none{of}. " + ("`/generate` makes one." if page.outcome is None else "Try another status.")
    return (
        "I remember none. With `/runs deployment:` I look for yours at ComfyUI Deploy itself, "
        "and `/generate` makes a new one."
    )


def _wanted(page: Page) -> str:
    parts = [] if page.target is None else [f"**{_label(page.target.label, page.target.id)}**"]
    parts += [] if page.outcome is None else [f"**{page.outcome}**"]
    return " · ".join(parts)


def _notes(page: Page) -> Iterator[str]:
    if Lack.RECORDS in page.lacks:
        more = " With `/runs deployment:` I look for all of one deployment." if page.target is None else ""
        yield f"⚠ I cannot read my own records now, so older ones may be missing.{more}"
    if Lack.ACCOUNT in page.lacks and page.target is not None:
        gone = page.target.workflow_id is None
        why = "this deployment is not on offer any more" if gone else "ComfyUI Deploy does not tell them now"
        yield f"⚠ Some may be missing: {why}."
    if Lack.STATES in page.lacks:
        hidden = " They are left out here." if page.outcome is not None else ""
        yield f"⚠ ComfyUI Deploy does not tell now how some of them stand.{hidden} Try again in a minute."


def _entry_embed(entry: Entry) -> discord.Embed:
    news, past = entry.news, entry.past
    sign, words, colour = _STANDINGS[news.standing]
    took = f" in {seconds(news.took)}" if news.standing is Standing.DONE and news.took is not None else ""
    lines = [f"{sign} **{words}**{took} · asked {when(past.asked_at)}"]
    prompt = safe(news.prompt or "", _PROMPT)
    if prompt:
        lines.append(f"> {prompt}")
    small = [f"run `{past.run_id[:8]}`"]
    small += [f"seed `{str(news.seed)[:40]}`"] if news.seed is not None else []
    lines.append("-# " + " · ".join(small))
    if news.standing is Standing.GONE:
        lines.append("-# ComfyUI Deploy no longer knows it.")
    embed = discord.Embed(title=_label(entry.deployment, past.deployment), description="\n".join(lines), colour=colour)
    if entry.picture is not None:
        embed.set_thumbnail(url=f"attachment://{_picture_name(entry)}")
    return embed


def _ways(page: Page) -> discord.ui.View:
    view = unkept()
    options = [_option(entry) for entry in page.entries if entry.news.standing not in _NOT_SHOWN]
    if options:
        menu = discord.ui.Select[discord.ui.View](custom_id="st:recall:0", placeholder="Show…", options=options)
        view.add_item(Immortal(menu, "recall", "0"))
    if page.newer is not None or page.older is not None:
        view.add_item(_way(page, page.newer, "Newer", "⬅"))
        view.add_item(_way(page, page.older, "Older", "➡"))
    return view


def _way(page: Page, place: Place | None, label: str, emoji: str) -> Immortal:
    """A button that leads nowhere needs an id of its own, too."""
    if place is None:
        other = page.newer or page.older
        place = other._replace(is_newer=not other.is_newer) if other is not None else Place(False, _BEGIN, "0" * 32)
        return button("past", _what(page, place), label, emoji, disabled=True)
    return button("past", _what(page, place), label, emoji)


def _what(page: Page, place: Place) -> str:
    deployment = "0" if page.target is None else page.target.id.replace("-", "")
    outcome = 0 if page.outcome is None else _OUTCOMES.index(page.outcome) + 1
    moment = (place.asked_at - _BEGIN) // _MICROSECOND
    return f"{int(place.is_newer)}-{outcome}-{deployment}-{moment:x}-{place.run_id.replace('-', '')}"


def _option(entry: Entry) -> discord.SelectOption:
    sign, words, _ = _STANDINGS[entry.news.standing]
    label = f"{plain(entry.deployment or '', _NAME) or entry.past.deployment[:8]} · {entry.past.run_id[:8]}"
    about = plain(f"{words} · {entry.news.prompt or ''}", 100).rstrip(" ·")
    return discord.SelectOption(label=label, value=entry.past.run_id, description=about, emoji=sign)


def _suggested(item: Suggestion, now: datetime) -> str:
    age = max(timedelta(0), now - item.past.asked_at)
    parts = [plain(item.deployment or "", _NAME - 30) or item.past.deployment[:8], item.past.run_id[:8]]
    parts.append("under way" if item.past.is_open else _age(age))
    return " · ".join(parts)


def _age(age: timedelta) -> str:
    """How long ago, as roughly as people say it: there is no room for a moment that counts by itself."""
    for span, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        count = age // span
        if count:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def _label(label: str | None, deployment_id: str) -> str:
    return f"Deployment {deployment_id[:8]}" if label is None else named(label, _NAME)


def _picture_name(entry: Entry) -> str:
    return f"{entry.past.run_id[:8]}.webp"
