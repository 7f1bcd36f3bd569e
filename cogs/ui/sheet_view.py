"""Several runs in one message: a line for each, the buttons for all of them, and what is asked before; pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.buttons import Immortal, button, unkept
from cogs.ui.embeds import BLURPLE, GREEN, GREY, RED, YELLOW, note_embed
from cogs.ui.problems import adjusted_words
from cogs.ui.result_lines import changed_words, left_out_lines
from cogs.ui.states import usually
from cogs.ui.text import block, clip, code, fitting, named, plain, safe, seconds, when
from cogs.ui.words import words_for
from core.runs.several import CostNeeded, Stopped
from core.runs.view import RunView, Stage

SHEET: Final = re.compile(r"[0-9a-f]{16}")
CANCEL_ALL: Final = "cancelall"
ONE: Final = "one"
AGREE: Final = "agree"

_PROMPT: Final = 300  # characters of the prompt that are shown
_TEXT: Final = 300  # characters of each text result that are shown
_REASON: Final = 120  # characters of why a run failed that are shown
_BAR: Final = 10
_LEAST: Final = 0.01  # dollars; less is not worth a number


def sheet_embed(view: RunView, link: str | None = None) -> discord.Embed:
    """All runs of `view` at one moment; `link` is where the run is shown that they repeat."""
    lines = [_head(view), *_lines(view)]
    prompt = safe(view.prompt or "", _PROMPT)
    if prompt:
        lines.append(f"> {prompt}")
    lines += [adjusted_words(item) for item in view.adjusted]
    lines += left_out_lines(view)
    lines += [block(text, _TEXT) for text in view.texts]
    small_print = "-# " + " · ".join(_small_print(view, link))
    shown = fitting(lines, limits.EMBED_DESCRIPTION - len(small_print) - 1)
    return discord.Embed(
        title=named(view.deployment or "Your runs", limits.EMBED_TITLE // 2),
        description=f"{shown}\n{small_print}",
        colour=_colour(view),
    )


def sheet_buttons(view: RunView) -> discord.ui.View:
    """All can be cancelled together; once they are over, each can be had with the buttons of its own."""
    rows = discord.ui.View(timeout=None)
    sheet, is_over = view.sheet or "", view.stage.is_over
    known = [(number, run) for number, run in enumerate(view.runs, start=1) if run.run_id is not None]
    if not is_over and not view.pausing:
        asked = all(run.cancelling for run in view.runs if not run.stage.is_over)
        rows.add_item(button(CANCEL_ALL, sheet, "Cancel all", "✖", disabled=asked))
    elif is_over and known:
        options = [
            discord.SelectOption(label=f"Run {number}", value=run.run_id or "", description=_in_brief(run))
            for number, run in known
        ]
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"st:{ONE}:{sheet}", placeholder="One of them…", options=options[: limits.SELECT_OPTIONS]
        )
        rows.add_item(Immortal(menu, ONE, sheet))
        rows.add_item(button("delete", known[0][1].run_id or "", "Delete", "🗑"))
    return rows


def cost_message(needed: CostNeeded) -> dict[str, Any]:
    """What several runs are going to cost, before any of them is started."""
    cost = "less than $0.01" if needed.dollars < _LEAST else f"about ${needed.dollars:.2f}"
    text = (
        f"**{needed.count} runs** of **{named(needed.deployment, 100)}** · {usually(needed.usual)} each · {cost} in all"
    )
    view = unkept()
    label = f"Run {needed.count}"
    view.add_item(button(AGREE, needed.draft, label, "▶️", style=discord.ButtonStyle.primary))
    view.add_item(button("drop", needed.draft, "Not now"))
    return {"embed": discord.Embed(description=text, colour=BLURPLE), "view": view}


def stopped_embed(stopped: Stopped) -> discord.Embed:
    """For when some of them could not be stopped."""
    whole = stopped.stopped + stopped.others
    return note_embed(
        f"🚫 **{stopped.others} of {whole}** could not be cancelled: not every machine can, and what is being sent or "
        "looked for cannot be, either. The message shows how they go on."
    )


def _head(view: RunView) -> str:
    stages = [run.stage for run in view.runs]
    done, whole = stages.count(Stage.DONE), len(stages)
    if view.pausing:
        return "🔄 **The bot restarts** · your runs go on, and so will this message."
    if not view.stage.is_over:
        return f"🎨 **{done} of {whole} done** · asked {when(view.asked_at)}"
    if view.stage is Stage.CANCELLED:
        return f"🚫 **Stopped** · {done} of {whole} done"
    sign = "✅" if done == whole else "⚠" if done else "❌"
    return f"{sign} **{done} of {whole} done**"


def _colour(view: RunView) -> discord.Colour:
    stages = {run.stage for run in view.runs}
    if not view.stage.is_over:
        return BLURPLE
    if view.stage is Stage.CANCELLED:
        return GREY
    return GREEN if stages == {Stage.DONE} else YELLOW if Stage.DONE in stages else RED


def _lines(view: RunView) -> Iterator[str]:
    for number, run in enumerate(view.runs, start=1):
        seed = "" if run.seed is None else f" · seed `{run.seed}`"
        yield f"`{number:>2}` {_state(run)}{seed}"


def _state(run: RunView) -> str:
    if run.stage.is_over:
        return _STATES[run.stage](run)
    words = "🚫 cancelling…" if run.cancelling else _STATES[run.stage](run)
    return words if run.silent_since is None else f"{words} · ⚠ no news since {when(run.silent_since)}"


def _in_brief(run: RunView) -> str:
    """For a menu, which reads no markdown."""
    seed = "" if run.seed is None else f"seed {run.seed} · "
    return plain(f"{seed}{run.stage.name.lower().replace('_', ' ')}", limits.SELECT_LABEL)


def _in_line(run: RunView) -> str:
    return "⏳ in line · " + ("next" if run.place == 1 else f"place {run.place}")


def _preparing(run: RunView) -> str:
    if run.upload is None:
        return "⏳ preparing"
    share = run.upload.share
    return "⬆ uploading" + ("" if share is None else f" {share} %")


def _waiting(run: RunView) -> str:
    place = run.run.queue_position if run.run is not None else None
    return "⏳ waiting" + ("" if place is None else " · next" if place == 0 else f" · {place} ahead")


def _running(run: RunView) -> str:
    share = int(run.run.progress * 20) * 5 if run.run is not None else 0
    if not share:
        return "🎨 running"
    full = share * _BAR // 100
    return f"🎨 {'▰' * full}{'▱' * (_BAR - full)} {share} %"


def _done(run: RunView) -> str:
    took = f" in {seconds(run.duration)}" if run.duration is not None else ""
    return f"✅ done{took}" + ("" if run.made or run.texts else " · made no file")


def _failed(run: RunView) -> str:
    first = run.reason.message.strip().splitlines()[:1] if run.reason is not None else []
    return "❌ failed" + (f": {code(first[0], _REASON)}" if first else "")


def _refused(run: RunView) -> str:
    if run.refused is None:
        return "❌ not started"
    return f"❌ not started: {clip(words_for(run.refused).splitlines()[0], 2 * _REASON)}"


_STATES: Final[dict[Stage, Callable[[RunView], str]]] = {
    Stage.IN_LINE: _in_line,
    Stage.LEFT: lambda _: "🚫 left the line, cost nothing",
    Stage.PREPARING: _preparing,
    Stage.REFUSED: _refused,
    Stage.LOOKING: lambda _: "🔎 looking for it",
    Stage.UNKNOWN: lambda _: "❔ not known",
    Stage.GIVEN_UP: lambda _: "❔ may have been started: look in ComfyUI Deploy",
    Stage.WAITING: _waiting,
    Stage.STARTING: lambda _: "🧊 starting a machine",
    Stage.RUNNING: _running,
    Stage.FETCHING: lambda _: "📦 fetching the result",
    Stage.DONE: _done,
    Stage.FAILED: _failed,
    Stage.TIMED_OUT: lambda _: "⏱ timed out",
    Stage.CANCELLED: lambda _: "🚫 cancelled",
    Stage.LOST: lambda _: "❌ lost: ComfyUI Deploy no longer knows it",
    Stage.UNREAD: lambda _: "⚠ no news: pick it below to look again",
    Stage.EXPIRED: lambda _: "⌛ not followed any more",
}


def _small_print(view: RunView, link: str | None) -> list[str]:
    parts = [f"<@{view.requester}>"]
    if view.parent:
        earlier = f"[{view.parent[:8]} ↗]({link})" if link else f"`{view.parent[:8]}`"
        parts.append(f"{'made from' if view.is_made_from else 'again of'} {earlier}")
    return parts + changed_words(view.files)
