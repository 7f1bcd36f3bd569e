"""The most interactions a second that pass through sandbox and bot, and which of the two spends the time."""

import statistics
import time
from typing import Final

from rich.console import Console

from benchmarks.load import Act, Load, busy
from benchmarks.process import Bot, running_bot
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, Person

PEOPLE: Final = 32  # who act at once
ROUNDS: Final = 3
SECONDS: Final = 3.0  # of each round


async def measure_throughput(console: Console) -> None:
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord, running_bot(api, discord) as bot:
        visitor = discord.user("visitor")
        kinds: dict[str, Act] = {
            "acknowledged (/help)": lambda: _answered(visitor),
            "acknowledged and edited (/deployments)": lambda: _edited(discord, visitor),
        }
        fastest = 0.0
        for name, act in kinds.items():
            await busy(act, PEOPLE, 0.5)  # warm
            rounds = [await _round(bot, act) for _ in range(ROUNDS)]
            rate = statistics.median(load.rate for load, _, _ in rounds)
            fastest = fastest or rate
            console.print(_told(name, rounds) + f"; {rate / fastest:.2f} times the first")


async def _round(bot: Bot, act: Act) -> tuple[Load, float, float]:
    """What came of it, and the CPU seconds of bot and sandbox."""
    bot_before, ours_before = bot.cpu_seconds, time.process_time()
    load = await busy(act, PEOPLE, SECONDS)
    return load, bot.cpu_seconds - bot_before, time.process_time() - ours_before


async def _answered(visitor: Person) -> float:
    return (await visitor.run("help")).ack_seconds


async def _edited(discord: DiscordSandbox, visitor: Person) -> float:
    shown = await visitor.run("deployments")
    assert shown.message_id is not None
    await discord.wait(shown.message_id, lambda message: bool(message["embeds"]), 3)
    return shown.ack_seconds


def _told(name: str, rounds: list[tuple[Load, float, float]]) -> str:
    rate = statistics.median(load.rate for load, _, _ in rounds)
    bot = statistics.median(bot / len(load.acks) for load, bot, _ in rounds)
    ours = statistics.median(ours / len(load.acks) for load, _, ours in rounds)
    return (
        f"{name}, {PEOPLE} at once: {rate:.0f} a second; each costs the bot {bot * 1e6:.0f} us of CPU and the sandbox "
        f"{ours * 1e6:.0f} us, {ours / (bot + ours):.0%} of both"
    )
