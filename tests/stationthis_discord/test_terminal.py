"""A terminal as the place where a run is shown: what it says at each stage, and what it saves."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media, Reason
from core.errors import DeploymentNotFound, TooManyRuns
from core.runs.view import Fetched, LeftOut, RunView, Stage
from stationthis_discord.terminal import Terminal, plain

RUN = "00000000-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


class Screen:
    """A terminal on a string; `is_real` draws as for a person."""

    def __init__(self, folder: Path = Path("unused"), *, is_real: bool = False) -> None:
        self._file = io.StringIO()
        console = Console(file=self._file, force_terminal=is_real, width=100, color_system=None)
        self.terminal = Terminal(console, folder)

    @property
    def text(self) -> str:
        return self._file.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def _view(status: str | None = None, **more: Any) -> RunView:  # noqa: ANN401 -- any field of a view or its run
    fields = {name: more.pop(name) for name in ("progress", "live_status", "queue_position") if name in more}
    run = Run.model_validate({"id": RUN, "status": status, **fields}) if status else None
    return RunView(deployment="d", requester=0, asked_at=NOW, run_id=RUN if status else None, run=run, **more)


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (_view(), "Preparing"),
        (_view(place=2), "In line: it starts by itself when its turn comes (place 2)"),
        (_view("not-started"), "Waiting"),
        (_view("queued"), "Waiting"),
        (_view("queued", queue_position=0), "Starting a machine"),
        (_view("queued", queue_position=3), "Waiting, 3 ahead in line"),
        (_view("started"), "Starting a machine"),
        (_view("running"), "Running"),
        (_view("running", live_status="Executing KSampler"), "Running: Executing KSampler"),
        (_view("running", live_status="x" * 99), f"Running: {'x' * 60}"),
        (_view("running", live_status=f"{ESCAPE}[b]"), "Running: ]0;owned[2J[b]"),
        (_view("dreaming"), "Running"),
        (_view("success"), "Fetching the result"),
        (_view("running", silent_since=NOW), "Running (no news from ComfyUI Deploy, still trying)"),
    ],
)
async def test_each_state_is_one_line(view: RunView, line: str) -> None:
    screen = Screen()

    await screen.terminal.show(view)

    assert screen.lines == [line]


@pytest.mark.parametrize(
    ("view", "stage", "line"),
    [
        (_view("success", delivered=True), Stage.DONE, "Done"),
        (_view("timeout"), Stage.TIMED_OUT, "Timed out"),
        (_view("cancelled"), Stage.CANCELLED, "Cancelled"),
        (_view("running", gone=True), Stage.LOST, "Lost"),
        (_view("running", expired=True), Stage.EXPIRED, "Asked for more than a day ago: not followed any more"),
        (_view(place=2, left=True), Stage.LEFT, "Left the line: nothing was started"),
    ],
)
async def test_the_end_is_one_line_and_remembered(view: RunView, stage: Stage, line: str) -> None:
    screen = Screen()

    await screen.terminal.finish(view)

    assert (screen.lines, screen.terminal.stage) == ([line], stage)


async def test_the_same_line_is_written_once() -> None:
    screen = Screen()

    for progress in (0.1, 0.2, 0.2):
        await screen.terminal.show(_view("running", progress=progress))
    await screen.terminal.finish(_view("cancelled"))

    assert screen.lines == ["Running", "Cancelled"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, "The machine gave no reason."),
        (Reason("  out of [memory]\n"), "out of [memory]"),
        (Reason(f"{ESCAPE}bad"), "]0;owned[2Jbad"),
    ],
)
async def test_a_failure_says_why(reason: Reason | None, said: str) -> None:
    screen = Screen()

    await screen.terminal.finish(_view("failed", reason=reason))

    assert (screen.lines, screen.terminal.stage) == (["Failed", said], Stage.FAILED)


async def test_a_refusal_says_why() -> None:
    screen = Screen()

    await screen.terminal.finish(_view(refused=TooManyRuns(2, everybody=False)))

    assert (screen.lines[0], screen.terminal.stage) == ("Not started", Stage.REFUSED)
    assert screen.lines[1].startswith("You have 2 runs under way")


def test_nothing_of_a_terminal_is_left_for_another_process() -> None:
    terminal = Screen().terminal

    assert (terminal.address, terminal.lane) == ("", None)


async def test_words_are_printed_without_what_a_terminal_would_obey() -> None:
    screen = Screen()

    await screen.terminal.finish(_view("success", delivered=True, texts=(f"[red]a cat{ESCAPE}\n\tand a dog",)))

    assert "\x1b" not in screen.text
    assert "\x07" not in screen.text
    assert "[red]a cat" in screen.text
    assert "and a dog" in screen.text


async def test_files_are_saved_under_names_that_nothing_has_yet(tmp_path: Path) -> None:
    screen = Screen(tmp_path / "made" / "here")
    files = tuple(Fetched(Media("https://h/x", "x.png"), io.BytesIO(content), "a_1.png", 1) for content in (b"1", b"2"))

    await screen.terminal.finish(_view("success", delivered=True, files=files))

    assert [path.name for path in screen.terminal.saved] == ["a_1.png", "a_1-2.png"]
    assert [path.read_bytes() for path in screen.terminal.saved] == [b"1", b"2"]


async def test_what_could_not_be_fetched_is_named_with_its_link() -> None:
    screen = Screen()
    left = LeftOut(Media("https://h/x.mp4", f"x{ESCAPE}.mp4"))

    await screen.terminal.finish(_view("success", delivered=True, left_out=(left,)))

    assert screen.lines == ["Done", "Could not be fetched: x]0;owned[2J.mp4 (https://h/x.mp4)"]


async def test_files_that_cannot_be_saved_are_no_success(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    screen = Screen(tmp_path / "file")
    item = Fetched(Media("https://h/x", "x.png"), io.BytesIO(b"1"), "a_1.png", 1)

    await screen.terminal.finish(_view("success", delivered=True, files=(item,)))

    assert (screen.terminal.stage, screen.terminal.saved) == (None, [])
    assert "a_1.png cannot be saved" in screen.text


async def test_on_a_real_terminal_the_cursor_comes_back_however_it_ends() -> None:
    screen = Screen(is_real=True)
    await screen.terminal.show(_view("running", progress=0.5))
    hidden = screen.text.rfind("\x1b[?25l")

    screen.terminal.close()

    assert 0 <= hidden < screen.text.rfind("\x1b[?25h")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DeploymentNotFound("a_b*", ["flux (v1)"]), "There is no deployment a_b* on offer. Did you mean flux (v1)?"),
        (TooManyRuns(1, everybody=False), "You have a run under way, which is the limit."),
    ],
)
def test_an_error_is_said_without_markdown(error: DeploymentNotFound | TooManyRuns, sentence: str) -> None:
    assert plain(error).startswith(sentence)
