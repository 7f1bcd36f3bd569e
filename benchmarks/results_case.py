"""What the measures of results share: runs that make large pictures, and a process whose event loop is watched.

`python -m benchmarks.results_case bot` is the bot as operators start it, `idle` instead of `bot` a process that does
nothing; both tell at their end how late their event loop was, and when.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from benchmarks.ledger import has_ended
from core.runs.mark import read_mark
from stationthis_discord.app import run_bot
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Run, outputs
from stationthis_discord.sandbox.comfydeploy.account import output_key
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes, file_bytes
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from stationthis_discord.settings import Settings, load

DEPLOYMENT: Final = "pictures"
PATIENCE: Final = 600.0  # seconds for a result; ten large ones are made smaller one after another
_STARTS: Final = 30.0  # seconds
_LASTS: Final = 900.0  # seconds; each run is ended before that
_TICK: Final = 0.005  # seconds between two looks at the clock
_NOTED: Final = 0.001  # seconds; smaller lags are not kept
_SECRET: Final = "sk-planted-where-a-file-can-hold-it"  # noqa: S105 -- opens nothing


class Ended(NamedTuple):
    """Seconds from the end of one run until the bot read it, sent its message, and the message was complete."""

    read: float
    sent: float
    shown: float


class Lag(NamedTuple):
    """How late the loop came back at a moment of the monotonic clock, and how much of that its own thread computed."""

    at: float
    late: float
    own: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Both sandboxes, with a deployment that saves pictures. Furnish it before the bot starts."""

    api: ComfyDeploySandbox
    discord: DiscordSandbox

    def furnish(self) -> None:
        self.api.add_deployment(DEPLOYMENT, outputs.workflow("png"))

    async def begin(self, people: Sequence[Person], images: int, size: int) -> dict[str, Run]:
        """A run of each person that will have made so many pictures of so many bytes; the keys are their messages."""
        self.api.behaviour[DEPLOYMENT] = Behaviour(
            seconds=_LASTS,
            queue_seconds=0,
            cold_seconds=0,
            images=images,
            node_generation="old",  # which embeds the workflow
            output_bytes=size,
            planted=_SECRET,
        )
        messages = await asyncio.gather(*(self._running(person) for person in people))
        runs = {str(read_mark(run.workflow_inputs).user): run for run in self.api.runs.values()}  # the newest of each
        begun = {message: runs[person.id] for message, person in zip(messages, people, strict=True)}
        await self._draw(list(begun.values()))
        return begun

    async def end(self, message_id: str, run: Run) -> Ended:
        """End the run, and wait until its message is complete."""
        self.api.end(run.id)
        assert run.stop is not None, "its plan was over before it was ended"
        ended, count = run.created + run.stop.at, sum(len(output.files) for output in run.outputs)

        def is_complete(message: dict[str, Any]) -> bool:
            return len(message["attachments"]) == count and any(map(has_ended, message["embeds"]))

        await self.discord.wait(message_id, is_complete, PATIENCE)
        shown = next(state.at for state in self.discord.states(message_id) if is_complete(state.message))
        path = f"/api/run/{run.id}"
        read = max(call.at for call in self.api.calls if call.path == path and ended <= call.at <= shown)
        names = {item["filename"] for item in self.discord.message(message_id)["attachments"]}  # with the run's seed
        sent = max(call.at for call in self.discord.calls if names == set(call.files) and ended <= call.at <= shown)
        return Ended(read - ended, sent - ended, shown - ended)

    async def _running(self, person: Person) -> str:
        shown = await person.run("generate", {"deployment": DEPLOYMENT, "prompt": "a lighthouse"})
        assert shown.message_id is not None
        await self.discord.wait(shown.message_id, lambda message: "**Running**" in str(message["embeds"]), _STARTS)
        return shown.message_id

    async def _draw(self, runs: Sequence[Run]) -> None:
        """One picture for all: to draw each when it is fetched would be most of what is measured."""
        picture = Bytes(await asyncio.to_thread(file_bytes, runs[0].outputs[0].files[0].recipe))
        for run in runs:
            for output in run.outputs:
                for made in output.files:
                    self.api.account.storage.put(output_key(run, made.name), picture)


@dataclass(slots=True)
class Watched:
    """A process that is watched; its lags are known once it has ended."""

    lags: list[Lag] = field(default_factory=list)

    def between(self, since: float, until: float) -> list[Lag]:
        return [lag for lag in self.lags if since <= lag.at <= until]


@asynccontextmanager
async def watched(way: str, settings: dict[str, str]) -> AsyncIterator[Watched]:
    """The process until the block ends; `bot` or `idle`."""
    found = Watched()
    with tempfile.TemporaryDirectory() as folder:
        kept = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, way, cwd=folder, env=kept | settings, stdout=asyncio.subprocess.PIPE
        )
        try:
            yield found
        finally:
            with contextlib.suppress(ProcessLookupError):  # it may have died already
                process.terminate()
            told, _ = await process.communicate()
            found.lags = [Lag(*lag) for lag in json.loads(told or b"[]")]


async def _look(lags: list[Lag]) -> None:
    while True:
        due, used = time.monotonic() + _TICK, time.thread_time()
        await asyncio.sleep(_TICK)
        now = time.monotonic()
        if (late := now - due) > _NOTED:
            lags.append(Lag(now, late, min(late, time.thread_time() - used)))


async def _idle() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


async def _watch(serving: Awaitable[None]) -> None:
    lags = list[Lag]()
    looking = asyncio.create_task(_look(lags))
    try:
        await serving
    finally:
        looking.cancel()
        print(json.dumps(lags))  # noqa: T201 -- who started it reads this


def main(way: str) -> None:
    asyncio.run(_watch(run_bot(load(Settings, None)) if way == "bot" else _idle()))


if __name__ == "__main__":
    main(sys.argv[1])
