"""How soon after a run's end its final message stands in Discord, files and all: `make bench ARGS="finals"`.

Fifty people each have a run in one channel, and within twenty seconds all of these end. Both sandboxes are in this
process, so the end of a run and the message that shows it are read from one clock. The last form is for information:
once the tokens are over, all edits share the channel's limit of about one a second. It goes on beside the others.
"""

import asyncio
import io
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from PIL import Image
from rich.console import Console

from benchmarks.figures import percentile
from benchmarks.ledger import ended_runs, has_ended
from benchmarks.process import PLENTY, running_bot
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Run
from stationthis_discord.sandbox.comfydeploy.account import output_key
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from stationthis_discord.sandbox.discord import DiscordSandbox, Person

RUNS: Final = 50
SPREAD: Final = 20.0  # seconds in which all of them end
GOAL: Final = 1.0  # seconds from the end to the final message, p99
LASTS: Final = Behaviour(seconds=40, queue_seconds=0, cold_seconds=0, images=1)  # each is ended before that
_SEED: Final = 50
_PATIENCE: Final = 55.0  # seconds after the last end


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which ends are heard of and shown; one that is not `held` to the goal is for information."""

    name: str
    settings: dict[str, str] = field(default_factory=dict)
    keeps_tokens: bool = True
    held: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """Seconds from the end of one run until the bot read it, asked for its file, and its message was complete."""

    read: float
    fetched: float
    shown: float


async def measure_finals(console: Console) -> None:
    channel_only = Form("asked for, after the tokens are over", keeps_tokens=False, held=False)
    async with asyncio.TaskGroup() as group:
        group.create_task(_measure(console, channel_only))  # it mostly waits, so it takes no time from the others
        for form in (Form("asked for"), Form("told by webhooks", _hooks())):
            await _measure(console, form)


async def _measure(console: Console, form: Form) -> None:
    async with (
        ComfyDeploySandbox() as api,
        DiscordSandbox() as discord,
        running_bot(api, discord, PLENTY | form.settings) as bot,
    ):
        cpu, began = bot.cpu_seconds, time.monotonic()
        ends = await _ends(api, discord, keeps_tokens=form.keeps_tokens)
        busy = (bot.cpu_seconds - cpu) / (time.monotonic() - began)
        edits = sum(call.method == "PATCH" for call in discord.calls)
        lists = sum(call.path.endswith("/runs") for call in api.calls)
        console.print(f"{RUNS} runs in one channel, {form.name}; from the end of a run until it is")
        for line in _told(ends, held=form.held):
            console.print(f"  {line}")
        console.print(f"  {edits} edits, {lists} lists, {busy:.0%} of a core for the bot")
        troubles = f"429s caused: {len(discord.too_many)}; violations of Discord's rules: {len(discord.violations)}"
        console.print(f"  {troubles}")


async def _ends(api: ComfyDeploySandbox, discord: DiscordSandbox, *, keeps_tokens: bool) -> list[End]:
    """What came of each run whose end was shown in time."""
    api.behaviour["text-to-image"] = LASTS
    people = [discord.user(f"artist{number}") for number in range(RUNS)]
    messages = await asyncio.gather(*(_running(discord, person) for person in people))
    _give_pictures(api)
    if not keeps_tokens:
        discord.expire_tokens()
    random = Random(_SEED)  # noqa: S311 -- times, not secrets
    moments = sorted(random.uniform(0, SPREAD) for _ in messages)
    began = time.monotonic()
    for moment, run_id in zip(moments, list(api.runs), strict=True):
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        api.end(run_id)
    ends = await asyncio.gather(*(_end(api, discord, message) for message in messages))
    return [end for end in ends if end is not None]


async def _running(discord: DiscordSandbox, person: Person) -> str:
    """The message of a new run, once it is shown as running."""
    shown = await person.run("generate", {"deployment": "text-to-image", "prompt": "a lighthouse"})
    assert shown.message_id is not None
    await discord.wait(shown.message_id, lambda message: "**Running**" in str(message["embeds"]), 30)
    return shown.message_id


def _give_pictures(api: ComfyDeploySandbox) -> None:
    """To all runs the same, made already: to draw each when it is fetched would be most of what is measured."""
    file = io.BytesIO()
    Image.effect_noise((640, 640), 64).save(file, "PNG")  # about as large as the sandbox's own
    picture = Bytes(file.getvalue())
    for run in api.runs.values():
        for output in run.outputs:
            for made in output.files:
                api.account.storage.put(output_key(run, made.name), picture)


async def _end(api: ComfyDeploySandbox, discord: DiscordSandbox, message_id: str) -> End | None:
    try:
        message = await discord.wait(message_id, _is_complete, _PATIENCE)
    except TimeoutError:
        return None
    shown = next(state.at for state in discord.states(message_id) if _is_complete(state.message))
    (short,) = ended_runs(message)
    run = next(run for run in api.runs.values() if run.id.startswith(short))
    ended = _ended_at(run)
    read, fetched = (_last_call(api, run.id, about, ended) for about in ("/api/run/", "/outputs/"))
    return End(read - ended, fetched - ended, shown - ended)


def _is_complete(message: dict[str, Any]) -> bool:
    return bool(message["attachments"]) and any(map(has_ended, message["embeds"]))


def _ended_at(run: Run) -> float:
    """On the monotonic clock."""
    assert run.stop is not None, "its plan was over before it was ended"
    return run.created + run.stop.at


def _last_call(api: ComfyDeploySandbox, run_id: str, about: str, since: float) -> float:
    return max(call.at for call in api.calls if run_id in call.path and about in call.path and call.at >= since)


def _hooks() -> dict[str, str]:
    """What turns webhooks on, at a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    return {
        "STATIONTHIS_HTTP_BIND": place,
        "STATIONTHIS_PUBLIC_URL": f"http://{place}",
        "STATIONTHIS_WEBHOOK_SECRET": "known to this benchmark and nobody else",
    }


def _told(ends: Sequence[End], *, held: bool) -> list[str]:
    columns = {
        "read": [end.read for end in ends],
        "file asked for": [end.fetched for end in ends],
        "shown, complete": [end.shown for end in ends],
    }
    lines = [_figures(name, seconds) for name, seconds in columns.items() if seconds]
    if late := RUNS - len(ends):
        lines.append(f"{late} of {RUNS} were not shown within {_PATIENCE:.0f} s of the last end, and are not counted")
    if held:
        is_missed = late or percentile(columns["shown, complete"], 0.99) > GOAL
        lines.append(f"goal: p99 at most {GOAL:.1f} s: {'missed !' if is_missed else 'met'}")
    return lines


def _figures(name: str, seconds: Sequence[float]) -> str:
    middle, most = statistics.median(seconds), percentile(seconds, 0.99)
    return f"{name}: p50 {middle:.2f} s, p99 {most:.2f} s, max {max(seconds):.2f} s"
