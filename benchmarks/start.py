"""How long the bot takes to be ready, and what it then weighs, with more and more servers."""

import asyncio
import math
import statistics
from typing import Final

from rich.console import Console

from benchmarks.process import running_bot
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox

STARTS: Final = 5
SERVERS: Final = ((0, 3), (1_000, 3), (10_000, 1))  # how many, and in how many rounds
_SETTLING: Final = 1.0  # seconds


async def measure_start(console: Console) -> None:
    seconds = []
    for _ in range(STARTS):
        async with ComfyDeploySandbox() as api, DiscordSandbox() as discord, running_bot(api, discord) as bot:
            seconds.append(bot.ready_seconds)
    console.print(f"start to ready: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {STARTS}")


async def measure_servers(console: Console) -> None:
    alone = 0.0
    for servers, rounds in SERVERS:
        found = [await _with_servers(servers) for _ in range(rounds)]
        ready, memory = (statistics.median(column) for column in zip(*found, strict=True))
        alone = alone or memory
        each = f", {(memory - alone) * 1024 / servers:.1f} KB a server" if servers else ""
        console.print(
            f"with {servers:,} servers ({_shards(servers)} shards, {rounds} rounds): ready in {ready:.2f} s, "
            f"{memory:.1f} MB, {memory / alone:.2f} times that of none{each}"
        )


async def _with_servers(servers: int) -> tuple[float, float]:
    async with ComfyDeploySandbox() as api, DiscordSandbox(shards=_shards(servers)) as discord:
        discord.add_guilds(max(0, servers - 1))  # it has one of its own
        async with running_bot(api, discord, shards=_shards(servers)) as bot:
            await asyncio.sleep(_SETTLING)
            return bot.ready_seconds, bot.weight.memory


def _shards(servers: int) -> int:
    """Some to spare: a shard may have 2,500. Between two of them discord.py pauses for 5 s, as Discord asks for."""
    return max(1, math.ceil(servers / 2_000))
