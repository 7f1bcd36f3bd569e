"""How a run stands, in the lines that lead its message: one or two for each stage; pure."""

import math
from collections.abc import Callable
from typing import Final

from cogs.ui.text import code, safe, seconds, when
from cogs.ui.words import OPERATORS, words_for
from core.comfydeploy.models import Status
from core.runs.estimates import Usual
from core.runs.reasons import Cause, cause_of
from core.runs.view import RunView, Stage

_BAR: Final = 10
_GUESSED: Final = {Stage.WAITING, Stage.STARTING, Stage.RUNNING}


def state_lines(view: RunView) -> str:
    """Where the run stands and what the person can do about it."""
    if view.pausing and not view.stage.is_over:
        return _pausing(view)
    if view.cancelling and not view.stage.is_over:
        return "🚫 **Cancelling…**"
    lines = [_STATES[view.stage](view)]
    if view.usual is not None and view.stage in _GUESSED:
        lines.append(usual_words(view.usual))
    if view.silent_since is not None and not view.stage.is_over:
        lines.append(f"⚠ ComfyUI Deploy gives no news of it since {when(view.silent_since)}. Still trying.")
    return "\n".join(lines)


def usual_words(usual: Usual) -> str:
    """How long runs take, as roughly as it is known: the half to the nearest, the most rounded up."""
    half, most = seconds(_roughly(usual.half, round)), seconds(_roughly(usual.most, math.ceil))
    return f"Usually {half}." if half == most else f"Usually {half}, rarely over {most}."


def usually(usual: Usual) -> str:
    """The same in two words or three, for a list."""
    return f"usually {seconds(_roughly(usual.half, round))}"


def _roughly(value: float, to_whole: Callable[[float], int]) -> float:
    step = 1 if value < 20 else 5 if value < 90 else 60
    return to_whole(value / step) * step


def _pausing(view: RunView) -> str:
    if view.stage is Stage.IN_LINE:
        return "🔄 **The bot restarts** · you keep your place in line."
    if view.trail is not None:
        return "🔄 **The bot restarts** · then it goes on looking for your run."
    if view.run_id is None:
        return "🔄 **The bot restarts** · then it goes on with your run."
    return "🔄 **The bot restarts** · your run goes on, and so will this message."


def _in_line(view: RunView) -> str:
    where = "next" if view.place == 1 else f"place {view.place}"
    return (
        f"⏳ **In line** · {where} · asked {when(view.asked_at)}\n"
        "The bot runs only so many at a time. Yours starts by itself when its turn comes."
    )


def _preparing(view: RunView) -> str:
    if view.upload is None:
        return f"⏳ **Preparing** · asked {when(view.asked_at)}"
    name, share = safe(view.upload.name, 60) or "a file", view.upload.share
    return f"⬆ **Uploading** {name}{'' if share is None else f' · {share} %'} · asked {when(view.asked_at)}"


def _waiting(view: RunView) -> str:
    if view.run is None and view.silent_since is not None:  # a new process has not heard of it yet
        return f"⚠ **No news** · asked {when(view.asked_at)}"
    place = view.run.queue_position if view.run else None
    where = "" if place is None else (" · next" if place == 0 else f" · {place} ahead")
    return f"⏳ **Waiting**{where} · asked {when(view.asked_at)}"


def _running(view: RunView) -> str:
    line = f"🎨 **Running** · asked {when(view.asked_at)}"
    run = view.run
    share = int(run.progress * 20) * 5 if run else 0
    node = safe(run.live_status.removeprefix("Executing "), 60) if run and run.live_status else ""
    if not share and not node:  # nobody said how far it is
        return line
    full = share * _BAR // 100
    about = f" · {node}" if node else ""
    return f"{line}\n{'▰' * full}{'▱' * (_BAR - full)} {share} %{about}"


def _done(view: RunView) -> str:
    took = f" in {seconds(view.duration)}" if view.duration is not None else ""
    lines = [f"✅ **Done**{took}"]
    empty = not (view.files or view.texts or view.left_out)
    if view.cancelling:
        lines.append("It finished before I could cancel" + ("." if empty else ": here it is."))
    if empty:
        lines.append("It ended well, but made no file.")
    return "\n".join(lines)


def _failed(view: RunView) -> str:
    if view.reason is None:
        return "❌ **Failed**\nThe machine gave no reason. Try again, or with other values."
    about, advice = _CAUSES[cause_of(view.reason)]
    first = view.reason.message.strip().splitlines()[0] if view.reason.message.strip() else "no message"
    node = f"{code(view.reason.node, 60)}: " if view.reason.node else ""
    return f"❌ **Failed**{about}\n{advice}\n-# {node}{code(first, 300)}"


_CAUSES: Final = {
    Cause.OUT_OF_MEMORY: (
        " · out of memory",
        "That was too much for its machine. Try a smaller size, a shorter video, or fewer at once.",
    ),
    Cause.MISSING_MODEL: (
        " · a model is missing",
        f"Its machine does not have it. Pick another model if you can, else trying again will not help. {OPERATORS}",
    ),
    Cause.INVALID: (
        " · something does not fit",
        (
            "The workflow did not take one of its values. Try other ones. "
            "If that does not help, please tell the people who run this bot."
        ),
    ),
    Cause.TIME_OUT: (
        " · it waited too long",
        "Something that it needs did not answer in time. Try again in a few minutes.",
    ),
    Cause.OTHER: ("", "Try again, or with other values."),
}


def _cancelled(view: RunView) -> str:
    ran = view.run.run_duration if view.run else None
    return "🚫 **Cancelled**" + (f" after {seconds(ran)} on its machine" if ran else "")


def _unread(view: RunView) -> str:
    if view.run and view.run.status == Status.SUCCESS:
        return "⚠ **Finished**, but its result cannot be read. Press **Refresh** to try again."
    return "⚠ **No news**: ComfyUI Deploy does not tell how it stands. Press **Refresh** to look again."


def _expired(view: RunView) -> str:
    line = "⌛ **Not followed any more** · asked " + when(view.asked_at)
    if view.run_id is not None:
        return f"{line}\nNo run is followed for more than a day. Press **Refresh** to see how it ended."
    if view.trail is not None:
        return f"{line}\nNobody knows whether it was started. Press **Look again** to see."
    return f"{line}\nIt was not started. Please ask for it anew."


_STATES: Final[dict[Stage, Callable[[RunView], str]]] = {
    Stage.IN_LINE: _in_line,
    Stage.LEFT: lambda _: "🚫 **Left the line**\nNothing was started, so it cost nothing.",
    Stage.PREPARING: _preparing,
    Stage.REFUSED: lambda view: "❌ **Not started**" + (f"\n{words_for(view.refused)}" if view.refused else ""),
    Stage.LOOKING: lambda view: (
        f"🔎 **Looking for your run** · asked {when(view.asked_at)}\n"
        "ComfyUI Deploy did not say whether it was started. This takes up to three minutes."
    ),
    Stage.UNKNOWN: lambda _: (
        "❔ **Not known**\nComfyUI Deploy did not say whether your run was started, and it cannot be found. "
        "**Look again** in a minute. **Submit again** may cost twice if it was."
    ),
    Stage.GIVEN_UP: lambda _: "🚫 **Given up**\nIf the run was started after all, it is in ComfyUI Deploy.",
    Stage.WAITING: _waiting,
    Stage.STARTING: lambda view: f"🧊 **Starting a machine** · asked {when(view.asked_at)}",
    Stage.RUNNING: _running,
    Stage.FETCHING: lambda view: f"📦 **Fetching the result** · asked {when(view.asked_at)}",
    Stage.DONE: _done,
    Stage.FAILED: _failed,
    Stage.TIMED_OUT: lambda _: (
        "⏱ **Timed out**\nThe deployment's time limit stopped this run. Try again, or less at once."
    ),
    Stage.CANCELLED: _cancelled,
    Stage.LOST: lambda _: "❌ **Lost**\nComfyUI Deploy no longer knows this run. Please start it anew.",
    Stage.UNREAD: _unread,
    Stage.EXPIRED: _expired,
}
