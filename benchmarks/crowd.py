"""Twenty people who all type /generate at the same moment: how soon they are answered, and what each run costs."""

import asyncio
import statistics
from typing import Final

from rich.console import Console

from benchmarks.figures import delays
from benchmarks.process import running_bot
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, Shown

CROWD: Final = 20
ROUNDS: Final = 4


async def measure_crowd(console: Console) -> None:
    async with ComfyDeploySandbox(pace=0.5) as api, DiscordSandbox() as discord, running_bot(api, discord):
        api.behaviour["text-to-image"] = Behaviour(seconds=8, queue_seconds=3)
        rounds = [await _crowd(discord, number) for number in range(ROUNDS)]
        edits = [len(discord.states(shown.message_id or "")) - 1 for crowd in rounds for shown in crowd]
        calls = [call for call in api.calls if "/run" in call.path]
        acks = delays([[shown.ack_seconds for shown in crowd] for crowd in rounds])
        console.print(f"acknowledged, {CROWD} commands at once, {ROUNDS} rounds: {acks}")
        each = f"{len(calls) / len(api.runs):.1f} API calls, {statistics.mean(edits):.1f} edits"
        console.print(f"for each run of about 5.5 s: {each}")
        console.print(f"429s caused: {len(discord.too_many)}; violations of Discord's rules: {len(discord.violations)}")


async def _crowd(discord: DiscordSandbox, number: int) -> list[Shown]:
    """One round, to the last run's end."""
    people = [discord.user(f"artist{number}x{position}") for position in range(CROWD)]
    options = {"deployment": "text-to-image", "prompt": "a crowd"}
    shown = await asyncio.gather(*(person.run("generate", options) for person in people))
    await asyncio.gather(*(_done(discord, item) for item in shown))
    return list(shown)


async def _done(discord: DiscordSandbox, shown: Shown) -> None:
    assert shown.message_id is not None
    await discord.wait(shown.message_id, lambda message: "**Done**" in str(message["embeds"]), 60)
