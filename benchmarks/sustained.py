"""Commands that keep coming while 200 runs are being shown: how soon each is acknowledged."""

import asyncio
from typing import Final

from rich.console import Console

from benchmarks.figures import delays
from benchmarks.load import Load, steady
from benchmarks.process import running_bot
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, Person

SHOWN: Final = 200
RATES: Final = (20, 100, 1_000)  # interactions a second
ROUNDS: Final = 3
SECONDS: Final = 3.0  # of each round
_AT_ONCE: Final = 20


async def measure_sustained(console: Console) -> None:
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord, running_bot(api, discord) as bot:
        await _show_runs(api, discord)
        visitor = discord.user("visitor")
        loads: dict[int, list[Load]] = {rate: [] for rate in RATES}
        edits = -_edits(discord)
        for _ in range(ROUNDS):
            for rate in RATES:
                loads[rate].append(await steady(lambda: _help(visitor), rate, SECONDS))
        edits += _edits(discord)
        for rate in RATES:
            console.print(_told(rate, loads[rate]))
        seconds = sum(load.seconds for rounds in loads.values() for load in rounds)
        console.print(f"meanwhile {edits / seconds:.0f} edits a second of the {SHOWN} runs; {bot.weight.memory:.1f} MB")
        console.print(f"429s caused: {len(discord.too_many)}; violations of Discord's rules: {len(discord.violations)}")


async def _show_runs(api: ComfyDeploySandbox, discord: DiscordSandbox) -> None:
    """Starts runs that go on for longer than this takes, and waits until each is shown as running."""
    api.behaviour["text-to-image"] = Behaviour(seconds=120, queue_seconds=0, cold_seconds=0)
    for number in range(SHOWN // _AT_ONCE):
        people = [discord.user(f"artist{number}x{position}") for position in range(_AT_ONCE)]
        await asyncio.gather(*(_show_run(discord, person) for person in people))


async def _show_run(discord: DiscordSandbox, person: Person) -> None:
    shown = await person.run("generate", {"deployment": "text-to-image", "prompt": "a long one"})
    assert shown.message_id is not None
    await discord.wait(shown.message_id, lambda message: "**Running**" in str(message["embeds"]), 30)


async def _help(visitor: Person) -> float:
    return (await visitor.run("help")).ack_seconds


def _edits(discord: DiscordSandbox) -> int:
    return sum(call.method == "PATCH" for call in discord.calls)


def _told(rate: int, rounds: list[Load]) -> str:
    sent = sum(len(load.acks) + load.unanswered for load in rounds)
    lost = sum(load.unanswered for load in rounds)
    answered = sum(load.rate for load in rounds) / len(rounds)
    return (
        f"acknowledged, {rate:,} commands a second beside {SHOWN} shown runs, {ROUNDS} rounds of {SECONDS:.0f} s: "
        f"{delays([load.acks for load in rounds])}; {answered:.0f} answered a second, {lost} of {sent} not in time"
    )
