"""From the end of a run to its files in Discord, and what that takes of loop, memory and network: `ARGS="results"`.

Both sandboxes are in this process, so the end of a run and the message that shows it are read from one clock; what a
sandbox needs to take the files in is part of it. All pictures are noise, which no encoder makes smaller, with the
workflow embedded.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from rich.console import Console

from benchmarks.figures import percentile
from benchmarks.ledger import has_ended
from benchmarks.process import PLENTY, Bot, running_bot, settings_for
from benchmarks.results_case import PATIENCE, Ended, Scene, Watched, watched
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Run, outputs
from stationthis_discord.sandbox.comfydeploy.account import output_key
from stationthis_discord.sandbox.comfydeploy.pictures import FileRecipe, file_bytes
from stationthis_discord.sandbox.comfydeploy.storage import PREFIX
from stationthis_discord.sandbox.discord import DiscordSandbox

COUNTS: Final = (1, 4, 10)  # pictures of one run
MEDIUM: Final = 2_000_000  # bytes of one picture
LARGE: Final = 25_000_000
RUNS: Final = 30  # of each count, one after another
WATCHED: Final = 10  # of each count, where the loop is watched
AT_ONCE: Final = 10  # large ones
TIERS: Final = {0: "made smaller for 10 MiB", 3: "sent as they are"}  # of a server
STALL: Final = 0.02  # seconds, the goal
_PAUSE: Final = 0.6  # seconds at most between one complete message and the next end
_KEPT: Final = {"STATIONTHIS_KEEP_METADATA": "true"}
_BETWEEN: Final = 5.0  # seconds until the kernel has what is free again
_PREVIEWED: Final = "previewed"
_SAVERS: Final = ("png", "jpeg", "webp")  # of one run; they end one after another, so the first is there before the end
_SHOWN: Final = 3  # runs of it
_EACH: Final = 4  # pictures by each of them
_WORKS: Final = 9.0  # seconds


class Phase(NamedTuple):
    """What was done from one moment of the monotonic clock to another."""

    name: str
    since: float
    until: float


async def measure_results(console: Console) -> None:
    for measure in (_delays, _downloads, _stalls, _memory):
        await measure(console)


@asynccontextmanager
async def _place(settings: dict[str, str] | None = None) -> AsyncIterator[tuple[Scene, Bot]]:
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord:
        scene = Scene(api, discord)
        scene.furnish()
        async with running_bot(api, discord, PLENTY | (settings or {})) as bot:
            yield scene, bot
        _check(discord)


def _check(discord: DiscordSandbox) -> None:
    assert not discord.too_many, discord.too_many[:3]
    assert not discord.violations, discord.violations[:3]


# -- how soon --


async def _delays(console: Console) -> None:
    """Two bots take turns, so that what else runs on the machine is the same for both."""
    console.print(f"pictures of 2 MB, {RUNS} runs each, one ends after another; from the end of a run until it is")
    async with _place() as (plain, _), _place(_KEPT) as (kept, _):
        for scene in (plain, kept):
            await _ends(scene, 1, 1)  # what is made on first use
        for images in COUNTS:
            console.print(f"  {images} of them, {images * MEDIUM / 1e6:.0f} MB:")
            for line in _compared(*await _turns(plain, kept, images)):
                console.print(f"    {line}")


async def _turns(plain: Scene, kept: Scene, images: int) -> tuple[list[Ended], list[Ended]]:
    begun = [list((await _begun(scene, RUNS, images)).items()) for scene in (plain, kept)]
    ends: tuple[list[Ended], list[Ended]] = ([], [])
    random = Random(images)  # noqa: S311 -- pauses, not secrets
    for pair in zip(*begun, strict=True):
        for scene, (message_id, run), found in zip((plain, kept), pair, ends, strict=True):
            await asyncio.sleep(random.uniform(0, _PAUSE))  # else all ends keep step with the questions about them
            found.append(await scene.end(message_id, run))
    return ends


async def _begun(scene: Scene, count: int, images: int) -> dict[str, Run]:
    people = [scene.discord.user(f"artist{images}x{number}") for number in range(count)]
    return await scene.begin(people, images, MEDIUM)


async def _ends(scene: Scene, count: int, images: int) -> list[Ended]:
    return [await scene.end(message_id, run) for message_id, run in (await _begun(scene, count, images)).items()]


def _compared(plain: Sequence[Ended], kept: Sequence[Ended]) -> list[str]:
    columns: dict[str, Callable[[Ended], float]] = {
        "read by the bot": lambda end: end.read,
        "shown, complete": lambda end: end.shown,
        "from read to sent (fetched, cleaned)": lambda end: end.sent - end.read,
        "from sent to shown (taken in)": lambda end: end.shown - end.sent,
        "from read to shown": lambda end: end.shown - end.read,
    }
    return [f"{name}: {_told([of(end) for end in plain], [of(end) for end in kept])}" for name, of in columns.items()]


def _told(seconds: Sequence[float], base: Sequence[float]) -> str:
    middle, usual = statistics.median(seconds), statistics.median(base)
    most, worst = percentile(seconds, 0.99), percentile(base, 0.99)
    told = f"p50 {middle:.3f} s, p99 {most:.3f} s; metadata kept: {usual:.3f} and {worst:.3f} s"
    return f"{told}; ratio of the p50s {middle / usual:.2f}"


# -- how often it is fetched --


async def _downloads(console: Console) -> None:
    """Of runs that go their own way, with pictures that are there before the end, and previews."""
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord:
        api.add_deployment(_PREVIEWED, outputs.workflow(*_SAVERS))
        api.behaviour[_PREVIEWED] = Behaviour(seconds=_WORKS, images=_EACH, output_bytes=MEDIUM, previews=True)
        async with running_bot(api, discord, PLENTY):
            artist = discord.user("artist")
            begun = [await artist.run("generate", {"deployment": _PREVIEWED}) for _ in range(_SHOWN)]
            for shown in begun:
                await _all_there(discord, str(shown.message_id))
            console.print(_fetched(api, f"{_SHOWN} runs with previews"))
            api.downloads.clear()
            api.downloaded.clear()
            for run_id in list(api.runs):
                again = await artist.run("show", {"run": run_id})
                await _all_there(discord, str(again.message_id))
            console.print(_fetched(api, "each of them once more by /show"))
        _check(discord)


async def _all_there(discord: DiscordSandbox, message_id: str) -> None:
    """More than ten files are two messages."""
    first = await discord.wait(message_id, lambda shown: any(map(has_ended, shown["embeds"])), PATIENCE)

    def is_further(message: dict[str, Any]) -> bool:
        return (message.get("message_reference") or {}).get("message_id") == message_id and message["attachments"] != []

    further = await discord.wait_new(is_further, PATIENCE)
    found = len(first["attachments"]) + len(further["attachments"])
    assert found == _EACH * len(_SAVERS), f"{found} files"


def _fetched(api: ComfyDeploySandbox, name: str) -> str:
    """Each run's files once delivered; previews for themselves, which nobody gets in the end."""
    paths = {is_early: _paths(api, is_early=is_early) for is_early in (False, True)}
    once = sum(len(file_bytes(recipe)) for recipe in paths[False].values())
    times = sum(api.downloads[path] for path in paths[False])
    brought, previews = (sum(api.downloaded[path] for path in paths[is_early]) for is_early in (False, True))
    each = f"fetched {times / len(paths[False]):.2f} times, {brought / once:.3f} of its bytes for each (goal 1.0)"
    return f"{name}: {len(paths[False])} files delivered, {each}; previews beside them: {previews / 1e6:.1f} MB"


def _paths(api: ComfyDeploySandbox, *, is_early: bool) -> dict[str, FileRecipe]:
    return {
        PREFIX + output_key(run, made.name): api.account.storage.files[output_key(run, made.name)]
        for run in api.runs.values()
        for output in run.outputs
        for made in output.files
        if output.early == is_early
    }


# -- what else waits meanwhile --


async def _stalls(console: Console) -> None:
    phases = list[Phase]()
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord:
        scene = Scene(api, discord)
        scene.furnish()
        async with watched("idle", {}) as idle, watched("bot", settings_for(api, discord) | PLENTY) as bot:
            await discord.ready(60)
            await _ends(scene, 1, 1)  # what is made on first use
            await _noted(phases, "nothing to do", asyncio.sleep(_BETWEEN))
            for images in COUNTS:
                begun = await _begun(scene, WATCHED, images)
                await _noted(phases, f"{WATCHED} results of {images} x 2 MB", _one_by_one(scene, begun))
            for tier in TIERS:
                begun = await _begun_large(scene, tier, AT_ONCE)
                await _noted(phases, f"{AT_ONCE} of 25 MB at once, {TIERS[tier]}", _at_once(scene, begun))
        _check(discord)
    console.print(f"the bot's event loop, looked at every 5 ms (goal: at most {STALL * 1000:.0f} ms late)")
    for phase in phases:
        console.print(f"  {_stall(phase, bot, idle)}")


async def _noted(phases: list[Phase], name: str, doing: Awaitable[object]) -> None:
    began = time.monotonic()
    await doing
    phases.append(Phase(name, began, time.monotonic()))


async def _one_by_one(scene: Scene, begun: dict[str, Run]) -> None:
    for message_id, run in begun.items():
        await scene.end(message_id, run)


async def _at_once(scene: Scene, begun: dict[str, Run]) -> list[Ended]:
    return await asyncio.gather(*(scene.end(message_id, run) for message_id, run in begun.items()))


def _stall(phase: Phase, bot: Watched, idle: Watched) -> str:
    """What a process beside it that does nothing had to wait for is the machine's own."""
    lags = bot.between(phase.since, phase.until)
    late, own, beside = (
        max(samples, default=0.0) * 1000
        for samples in (
            [lag.late for lag in lags],
            [lag.own for lag in lags],
            [lag.late for lag in idle.between(phase.since, phase.until)],
        )
    )
    often = sum(lag.late > STALL for lag in lags)
    told = f"{phase.name}: at most {late:.1f} ms late, {own:.1f} ms of it computing; {often} times over the goal"
    return f"{told} in {phase.until - phase.since:.0f} s; an idle process beside it: {beside:.1f} ms"


# -- what it weighs --


async def _memory(console: Console) -> None:
    console.print("resident memory of the bot; a fresh process each, which has shown one small result")
    for tier, name in TIERS.items():
        for count in (1, AT_ONCE):
            async with _place() as (scene, bot):
                await _ends(scene, 1, 1)
                begun = await _begun_large(scene, tier, count)
                console.print(f"  {count} of 25 MB at once, {name}: {await _weighed(scene, bot, begun)}")


async def _begun_large(scene: Scene, tier: int, count: int) -> dict[str, Run]:
    discord = scene.discord
    channel = discord.add_channel("large", discord.add_guild("Gallery", premium_tier=tier))
    people = [discord.user(f"painter{tier}x{number}", channel=channel) for number in range(count)]
    return await scene.begin(people, 1, LARGE)


async def _weighed(scene: Scene, bot: Bot, begun: dict[str, Run]) -> str:
    before = bot.weight.memory
    _forget_peak(bot)
    ends = await _at_once(scene, begun)
    peak = _peak(bot)
    await asyncio.sleep(_BETWEEN)
    sizes = [item["size"] for message in begun for item in scene.discord.message(message)["attachments"]]
    told = f"{before:.0f} MB before, {peak:.0f} at the peak, {bot.weight.memory:.0f} after"
    sent = f"sent with {min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} MB"
    return f"{told}; {sent}, the last after {max(end.shown for end in ends):.1f} s"


def _forget_peak(bot: Bot) -> None:
    """It begins anew at what is resident now. https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html."""
    Path(f"/proc/{bot.pid}/clear_refs").write_text("5", encoding="ascii")


def _peak(bot: Bot) -> float:
    """In MB, since it was forgotten. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html."""
    lines = Path(f"/proc/{bot.pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024
