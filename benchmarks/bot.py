"""The whole bot between both sandboxes: start, acknowledgements in a crowd, calls and edits for each run.

Absolute figures depend on the machine; the process of the sandboxes shares it. `make bench` runs this.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, Shown

CROWD = 20
ROUNDS = 5
STARTS = 5


@asynccontextmanager
async def running_bot(api: ComfyDeploySandbox, discord: DiscordSandbox) -> AsyncIterator[float]:
    """The bot process; gives the seconds from its start to being ready."""
    settings = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.url,
        "COMFY_DEPLOY_API_KEY": api.key,
        "COMFY_DEPLOY_API_URL": api.url,
        "STATIONTHIS_RUNS_TOTAL": "1000",
        "STATIONTHIS_LOG_LEVEL": "error",
    }
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stationthis_discord", "run", cwd=folder, env=environment
        )
        try:
            await discord.ready(30)
            yield time.monotonic() - began
        finally:
            process.terminate()
            await process.wait()


async def measure_start(console: Console) -> None:
    seconds = []
    for _ in range(STARTS):
        async with ComfyDeploySandbox() as api, DiscordSandbox() as discord, running_bot(api, discord) as took:
            seconds.append(took)
    console.print(f"start to ready: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {STARTS}")


async def measure_crowd(console: Console) -> None:
    async with ComfyDeploySandbox(pace=0.5) as api, DiscordSandbox() as discord, running_bot(api, discord):
        api.behaviour["text-to-image"] = Behaviour(seconds=8, queue_seconds=3)
        acks: list[float] = []
        edits: list[int] = []
        for number in range(ROUNDS):
            shown = await crowd(discord, number)
            acks += [item.ack_seconds for item in shown]
            edits += [await edits_until_done(discord, item) for item in shown]
        calls = [call for call in api.calls if "/run" in call.path]
        runs = len(api.runs)
        ordered = sorted(acks)
        console.print(
            f"acknowledged, {CROWD} commands at once, {ROUNDS} rounds: p50 {statistics.median(acks) * 1000:.1f} ms, "
            f"p99 {ordered[int(len(ordered) * 0.99) - 1] * 1000:.1f} ms, worst {ordered[-1] * 1000:.1f} ms"
        )
        console.print(
            f"for each run of about 5.5 s: {len(calls) / runs:.1f} API calls, {statistics.mean(edits):.1f} edits"
        )
        console.print(f"429s caused: {len(discord.too_many)}; violations of Discord's rules: {len(discord.violations)}")


async def crowd(discord: DiscordSandbox, number: int) -> list[Shown]:
    people = [discord.user(f"artist{number}x{position}") for position in range(CROWD)]
    options = {"deployment": "text-to-image", "prompt": "a crowd"}
    return list(await asyncio.gather(*(person.run("generate", options) for person in people)))


async def edits_until_done(discord: DiscordSandbox, shown: Shown) -> int:
    assert shown.message_id is not None
    await discord.wait(shown.message_id, lambda message: "**Done**" in str(message["embeds"]), 60)
    return len(discord.states(shown.message_id)) - 1


async def main() -> None:
    console = Console(highlight=False, soft_wrap=True)
    await measure_start(console)
    await measure_crowd(console)


if __name__ == "__main__":
    asyncio.run(main())
