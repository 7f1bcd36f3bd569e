"""The lines that lead a run's message: where it stands, how long it usually takes, and what to do about its end."""

import io

import pytest

from cogs.ui.states import state_lines, usual_words
from cogs.ui.words import words_for
from core.comfydeploy.errors import OutOfCredits
from core.comfydeploy.outputs import Media, Reason
from core.runs.estimates import Usual
from core.runs.view import Fetched, RunView, Upload
from tests.cogs.ui.screens import ASKED, view

SINCE = f"<t:{int(ASKED.timestamp())}:R>"
END: dict[str, object] = {"ended_at": "2026-11-20T06:00:12.5Z"}
FILES = (Fetched(Media("https://files.example/runs/1/a.png", "a.png"), io.BytesIO(), "a.png", 1),)
TRAIL = "0011223344556677-5f3b1a529f6f4c519a440d6f7b0a1c2d-691e5f00-42"
USUAL = Usual(20, 45)


@pytest.mark.parametrize(
    ("shown", "start"),
    [
        (view(run_id=None), f"⏳ **Preparing** · asked {SINCE}"),
        (view(run_id=None, upload=Upload("a.mp4", 5, 10)), f"⬆ **Uploading** a.mp4 · 50 % · asked {SINCE}"),
        (view(run_id=None, upload=Upload("a.mp4", 99, 100)), f"⬆ **Uploading** a.mp4 · 90 % · asked {SINCE}"),
        (view(run_id=None, upload=Upload("a.mp4", 12, 10)), f"⬆ **Uploading** a.mp4 · 100 % · asked {SINCE}"),
        (view(run_id=None, upload=Upload("a.mp4", 5)), f"⬆ **Uploading** a.mp4 · asked {SINCE}"),
        (view(run_id=None, upload=Upload("*a*.mp4", 0, 10)), f"⬆ **Uploading** \\*a\\*.mp4 · 0 % · asked {SINCE}"),
        (view(run_id=None, upload=Upload("\u200b", 0, 10)), f"⬆ **Uploading** a file · 0 % · asked {SINCE}"),
        (view(run_id=None, place=1), f"⏳ **In line** · next · asked {SINCE}\nThe bot runs only so many at a time."),
        (view(run_id=None, place=12), f"⏳ **In line** · place 12 · asked {SINCE}\n"),
        (view(run_id=None, place=2, left=True), "🚫 **Left the line**\nNothing was started"),
        (view(), f"⏳ **Waiting** · asked {SINCE}"),
        (view("queued"), f"⏳ **Waiting** · asked {SINCE}"),
        (view("not-started", more={"queue_position": 0}), f"⏳ **Waiting** · next · asked {SINCE}"),
        (view("queued", more={"queue_position": 3}), f"⏳ **Waiting** · 3 ahead · asked {SINCE}"),
        (view("queued", more={"queue_position": 0}), f"🧊 **Starting a machine** · asked {SINCE}"),
        (view("started"), f"🧊 **Starting a machine** · asked {SINCE}"),
        (view("running", more={"progress": 0.08}), f"🎨 **Running** · asked {SINCE}\n▱▱▱▱▱▱▱▱▱▱ 5 %"),
        (
            view("running", more={"progress": 0.42, "live_status": "Executing KSampler"}),
            f"🎨 **Running** · asked {SINCE}\n▰▰▰▰▱▱▱▱▱▱ 40 % · KSampler",
        ),
        (
            view("running", more={"live_status": "Executing KSampler"}),
            f"🎨 **Running** · asked {SINCE}\n▱▱▱▱▱▱▱▱▱▱ 0 % · KSampler",
        ),
        (view("uploading", more={"progress": 1.0}), f"🎨 **Running** · asked {SINCE}\n▰▰▰▰▰▰▰▰▰▰ 100 %"),
        (view("a new status"), f"🎨 **Running** · asked {SINCE}"),
        (view("success"), f"📦 **Fetching the result** · asked {SINCE}"),
        (view("failed"), "❌ **Failed**\nThe machine gave no reason."),
        (view("timeout"), "⏱ **Timed out**\n"),
        (view("cancelled"), "🚫 **Cancelled**"),
        (view("cancelled", more={"run_duration": 12.4}), "🚫 **Cancelled** after 12 s on its machine"),
        (view("running", gone=True), "❌ **Lost**\n"),
        (view("running", cancelling=True), "🚫 **Cancelling…**"),
        (view("cancelled", cancelling=True), "🚫 **Cancelled**"),
        (view("success", unread=True), "⚠ **Finished**, but its result cannot be read."),
        (view("running", unread=True), "⚠ **No news**"),
        (view("running", expired=True), f"⌛ **Not followed any more** · asked {SINCE}\nNo run is followed for more"),
        (view(run_id=None, trail=TRAIL, expired=True), f"⌛ **Not followed any more** · asked {SINCE}\nNobody knows"),
        (view(run_id=None, expired=True), f"⌛ **Not followed any more** · asked {SINCE}\nIt was not started."),
        (view("success", more=END, delivered=True, texts=("a",)), "✅ **Done** in 12 s"),
        (view("success", delivered=True, texts=("a",)), "✅ **Done**"),
    ],
)
def test_the_first_line_says_how_it_stands(shown: RunView, start: str) -> None:
    assert state_lines(shown).startswith(start)


@pytest.mark.parametrize("status", ["running", "uploading", "a new status"])
def test_no_bar_is_drawn_while_nobody_said_how_far_it_is(status: str) -> None:
    assert state_lines(view(status)) == f"🎨 **Running** · asked {SINCE}"


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (view(run_id=None, place=2, pausing=True), "you keep your place in line"),
        (view(run_id=None, trail=TRAIL, pausing=True), "goes on looking for your run"),
        (view(run_id=None, pausing=True), "goes on with your run"),
        (view("running", pausing=True), "your run goes on"),
    ],
)
def test_a_restart_is_told_by_what_becomes_of_the_wish(shown: RunView, words: str) -> None:
    assert state_lines(shown).startswith("🔄 **The bot restarts**")
    assert words in state_lines(shown)


def test_an_end_is_shown_even_while_the_bot_restarts() -> None:
    assert state_lines(view("cancelled", pausing=True)) == "🚫 **Cancelled**"


@pytest.mark.parametrize(("status", "is_said"), [("running", True), ("queued", True), ("failed", False)])
def test_silence_of_the_api_is_said_while_it_matters(status: str, is_said: bool) -> None:
    assert ("gives no news of it since" in state_lines(view(status, silent_since=ASKED))) == is_said


@pytest.mark.parametrize(
    ("half", "most", "words"),
    [
        (20, 45, "Usually 20 s, rarely over 45 s."),
        (7.4, 8.2, "Usually 7 s, rarely over 9 s."),
        (0.2, 0.4, "Usually 1 s."),
        (22, 25, "Usually 20 s, rarely over 25 s."),
        (38, 40, "Usually 40 s."),
        (86, 91, "Usually 85 s, rarely over 2 min."),
        (100, 400, "Usually 2 min, rarely over 7 min."),
        (4000, 9000, "Usually 1 h 7 min, rarely over 2 h 30 min."),
    ],
)
def test_how_long_it_usually_takes_is_said_roughly_and_rather_too_long(half: float, most: float, words: str) -> None:
    assert usual_words(Usual(half, most)) == words


@pytest.mark.parametrize(
    ("shown", "is_said"),
    [
        (view("queued", usual=USUAL, more={"queue_position": 3}), True),
        (view("started", usual=USUAL), True),
        (view("running", usual=USUAL), True),
        (view("running", usual=USUAL, cancelling=True), False),
        (view(run_id=None, place=3, usual=USUAL), False),
        (view("success", usual=USUAL), False),
        (view("success", usual=USUAL, delivered=True), False),
        (view("failed", usual=USUAL), False),
    ],
)
def test_how_long_it_takes_is_said_only_while_somebody_waits_for_its_machine(shown: RunView, is_said: bool) -> None:
    assert state_lines(shown).endswith("\nUsually 20 s, rarely over 45 s.") == is_said


def test_a_refusal_says_why() -> None:
    error = OutOfCredits("POST /run/deployment/queue", 403)

    assert state_lines(view(run_id=None, refused=error)) == f"❌ **Not started**\n{words_for(error)}"


@pytest.mark.parametrize(
    ("shown", "rest"),
    [
        (view("success", delivered=True), "\nIt ended well, but made no file."),
        (view("success", delivered=True, files=FILES), ""),
        (
            view("success", delivered=True, cancelling=True, files=FILES),
            "\nIt finished before I could cancel: here it is.",
        ),
        (
            view("success", delivered=True, cancelling=True),
            "\nIt finished before I could cancel.\nIt ended well, but made no file.",
        ),
    ],
)
def test_what_came_of_it_is_said_where_no_file_says_it(shown: RunView, rest: str) -> None:
    assert state_lines(shown) == f"✅ **Done**{rest}"


@pytest.mark.parametrize(
    ("reason", "about", "step", "where"),
    [
        (
            Reason("Allocation on device \nThis error means", "KSampler", "torch.OutOfMemoryError"),
            " · out of memory",
            "Try a smaller size",
            "`KSampler`: `Allocation on device`",
        ),
        (
            Reason("Value not in list: ckpt_name: 'a.ckpt' not in []", "Loader"),
            " · a model is missing",
            "Pick another model if you can",
            "`Loader`: `Value not in list: ckpt_name: 'a.ckpt' not in []`",
        ),
        (
            Reason("Prompt outputs failed validation"),
            " · something does not fit",
            "Try other ones.",
            "`Prompt outputs failed validation`",
        ),
        (
            Reason("", "LoadUrl", "TimeoutError"),
            " · it waited too long",
            "again in a few minutes",
            "`LoadUrl`: `no message`",
        ),
        (
            Reason("mat1 and `mat2`\nshapes", "KSampler"),
            "",
            "Try again, or with other values.",
            "`KSampler`: `mat1 and 'mat2'`",
        ),
        (Reason(" \n "), "", "Try again, or with other values.", "`no message`"),
    ],
)
def test_a_failed_run_shows_what_to_do_and_in_small_print_where_and_why(
    reason: Reason, about: str, step: str, where: str
) -> None:
    first, advice, small = state_lines(view("failed", reason=reason)).splitlines()

    assert first == f"❌ **Failed**{about}"
    assert step in advice
    assert small == f"-# {where}"
