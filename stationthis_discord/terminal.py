"""A terminal as the place where a run is shown: one line that changes, then the files in a folder."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cogs.ui.words import words_for
from core.errors import CoreError
from core.forms.wish import IN_PUBLIC, Manner
from core.runs.view import RunView, Stage

_STATES = {
    Stage.IN_LINE: "In line: it starts by itself when its turn comes",
    Stage.LEFT: "Left the line: nothing was started",
    Stage.REFUSED: "Not started",
    Stage.PREPARING: "Preparing",
    Stage.LOOKING: "ComfyUI Deploy did not say whether it started your run; looking for it",
    Stage.UNKNOWN: "Not known whether your run was started: look in ComfyUI Deploy before you try again",
    Stage.GIVEN_UP: "Given up",
    Stage.WAITING: "Waiting",
    Stage.STARTING: "Starting a machine",
    Stage.RUNNING: "Running",
    Stage.FETCHING: "Fetching the result",
    Stage.DONE: "Done",
    Stage.FAILED: "Failed",
    Stage.TIMED_OUT: "Timed out",
    Stage.CANCELLED: "Cancelled",
    Stage.LOST: "Lost",
    Stage.UNREAD: "No news, or a result that cannot be read",
    Stage.EXPIRED: "Asked for more than a day ago: not followed any more",
}


class Terminal:
    """A `Surface`. `saved` are the files written to `folder`; `stage` is how it ended, None if that was not shown."""

    def __init__(self, console: Console, folder: Path) -> None:
        self.saved: list[Path] = []
        self.stage: Stage | None = None
        self._console = console
        self._folder = folder
        self._said = ""
        self._progress = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(), console=console
        )
        self._line = self._progress.add_task("", total=1.0)

    @property
    def address(self) -> str:
        """Nothing: when this process is over, so is the terminal."""
        return ""

    @property
    def manner(self) -> Manner:
        return IN_PUBLIC

    @property
    def lane(self) -> None:
        """A line on a screen may change as often as it likes."""

    async def find_limit(self) -> int:
        """As much as anybody could have on a disk."""
        return 2**40

    async def show(self, view: RunView) -> bool:
        if self._console.is_terminal:
            self._progress.start()
        self._say(view)
        return True

    def close(self) -> None:
        """Leave the line as it is and give the cursor back; also where no end was shown."""
        if self._progress.live.is_started:  # else rich would write an empty line
            self._progress.stop()

    def say(self, sentence: str) -> None:
        """A line beside the one that changes."""
        self._console.print(sentence, markup=False)

    async def finish(self, view: RunView) -> None:
        self._say(view)
        self.close()
        for text in view.texts:
            self._console.print(_printable(text), markup=False)
        for item in view.files:
            try:
                self.saved.append(await asyncio.to_thread(self._save, item.file, item.name))
            except OSError as error:
                self._console.print(f"{item.name} cannot be saved in {self._folder}: {error.strerror}", markup=False)
                return
        for left in view.left_out:
            said = _printable(f"Could not be fetched: {left.media.filename} ({left.media.url})")
            self._console.print(said, markup=False)
        if view.stage is Stage.REFUSED and view.refused is not None:
            self._console.print(plain(view.refused), markup=False)
        elif view.stage is Stage.FAILED:
            reason = view.reason.message.strip() if view.reason else "The machine gave no reason."
            self._console.print(_printable(reason[:2000]), markup=False)
        self.stage = view.stage

    def _say(self, view: RunView) -> None:
        words = _STATES[view.stage]
        if view.run is not None and view.run.is_waiting and view.run.queue_position:
            words += f", {view.run.queue_position} ahead in line"
        elif view.stage is Stage.IN_LINE:
            words += f" (place {view.place})"
        elif view.stage is Stage.RUNNING and view.run is not None and view.run.live_status:
            words += f": {_printable(view.run.live_status[:60])}"
        if view.silent_since is not None:
            words += " (no news from ComfyUI Deploy, still trying)"
        share = 1.0 if view.stage is Stage.DONE else (view.run.progress if view.run else 0.0)
        self._progress.update(self._line, completed=share, description=words)
        if not self._console.is_terminal and words != self._said:
            self._console.print(words, markup=False)
        self._said = words

    def _save(self, file: IO[bytes], name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        target = _free(self._folder / name)
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        return target


def plain(error: CoreError) -> str:
    """The sentence for an error, without Discord's markdown."""
    return re.sub(r"\\(?=[^a-zA-Z0-9\s])|\*\*|`", "", words_for(error))


def _printable(foreign: str) -> str:
    """Without what a terminal would obey."""
    return "".join(letter for letter in foreign if letter.isprintable() or letter in "\n\t")


def _free(wanted: Path) -> Path:
    """A name that nothing has yet: earlier results are never written over."""
    number, target = 1, wanted
    while target.exists():
        number += 1
        target = wanted.with_stem(f"{wanted.stem}-{number}")
    return target
