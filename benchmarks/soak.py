"""Steady traffic with trouble in it for many minutes; afterwards nothing may be lost, and nothing may be left over.

`make soak ARGS="--minutes 10"`. First the bot as a process, whose memory is watched from outside; then, for a shorter
time, in this process, where its tasks and objects can be counted. Ends with 1 and a sentence for each thing amiss.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from rich.console import Console

from benchmarks.inside import Census, Inside, bot_inside
from benchmarks.ledger import Ledger
from benchmarks.people import Guest, furnish
from benchmarks.process import Bot, Weight, running_bot
from benchmarks.trouble import Trouble
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox

PEOPLE: Final = 20
CHANNELS: Final = 5  # as reactions are answered through the channel, whose rate limit all share
SETTLING: Final = 75.0  # seconds: sentences after reactions stay for 30, kept-alive connections for 15
LOOKING: Final = 240.0  # seconds; an unclear submit is looked for for 162
MORE_MEMORY: Final = (
    12.0  # MB: the allocator keeps pages that a peak has touched; a leak of 10 KB a run shows in 10 min
)
MORE_FILES: Final = 4  # kept-alive connections and temporary files on their way out
MORE_THREADS: Final = 6  # the default pool for file names and files fills up to its size and stays
LIMITS: Final = {"STATIONTHIS_RUNS_TOTAL": "100", "STATIONTHIS_LOG_FORMAT": "json"}


class Soak:
    """One pass: both sandboxes, the people, the trouble, and what was amiss."""

    def __init__(self, api: ComfyDeploySandbox, discord: DiscordSandbox, console: Console) -> None:
        self.discord = discord
        self.console = console
        self.tally = Counter[str]()
        self.ledger = Ledger(api, discord)
        self.trouble = Trouble(api, discord)
        furnish(api)
        channels = [discord.add_channel(f"room-{number}") for number in range(CHANNELS)]
        people = [discord.user(f"guest-{number}", channel=channels[number % CHANNELS]) for number in range(PEOPLE)]
        self.guests = [Guest(discord, person, self.tally, self.trouble.excuses) for person in people]

    async def warm_up(self) -> None:
        """Everything once by everybody, so that what is made on first use and kept is there; then to rest."""
        await asyncio.gather(*(guest.each() for guest in self.guests))
        await self.rest()

    async def traffic(self, minutes: float, told: Callable[[], str]) -> None:
        """People and trouble for so long, with a line each minute; then until everybody has seen their last end."""
        over = asyncio.Event()
        trouble = asyncio.create_task(self.trouble.go_on())
        living = asyncio.gather(*(guest.live(over) for guest in self.guests))
        await self._watch(minutes, told)
        over.set()
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        await living
        await self.rest()

    async def rest(self) -> None:
        """Until no run is under way, or nothing more can be hoped for."""
        await _until(lambda: not self.ledger.under_way(), 60)

    async def _watch(self, minutes: float, told: Callable[[], str]) -> None:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < minutes * 60:
            await asyncio.sleep(min(60.0, minutes * 60 - passed))
            self.console.print(f"{(time.monotonic() - began) / 60:4.1f} min: {self._counted()}, {told()}")

    def _counted(self) -> str:
        ended, started = self.ledger.ended(), self.ledger.started
        return (
            f"{started} runs started, {ended} ended, {started - ended} open, "
            f"{len(self.discord.too_many)} 429s, {len(self.discord.violations)} violations"
        )

    def amiss(self) -> list[str]:
        """A sentence for each broken promise."""
        found = []
        if lost := self.ledger.under_way():
            found.append(f"{len(lost)} runs were made whose end nobody was shown: {', '.join(lost[:5])}.")
        if self.discord.violations:
            found.append(f"Rules of Discord were broken: {self.discord.violations[:3]}.")
        if self.discord.too_many:
            found.append(f"{len(self.discord.too_many)} requests got a 429: {self.discord.too_many[:3]}.")
        if complaints := [text for guest in self.guests for text in guest.complaints]:
            found.append(f"{len(complaints)} times somebody waited in vain with the gateway up: {complaints[0]}")
        return found


async def from_outside(minutes: float, console: Console) -> list[str]:
    """The bot as a process."""
    async with (
        ComfyDeploySandbox(pace=0.6) as api,
        DiscordSandbox() as discord,
        running_bot(api, discord, LIMITS) as bot,
    ):
        soak = Soak(api, discord, console)
        await soak.warm_up()
        await asyncio.sleep(20)
        base = bot.weight
        console.print(f"base, warm and idle: {_weighed(base)}")
        await soak.traffic(minutes, lambda: _weighed(bot.weight))
        await _until(lambda: not _grown(base, bot.weight), SETTLING)
        console.print(f"idle again: {_weighed(bot.weight)}; {_done(soak)}")
        return [*soak.amiss(), *_grown(base, bot.weight), *_logged(bot)]


async def from_inside(minutes: float, console: Console) -> list[str]:
    """The bot in this process."""
    async with (
        ComfyDeploySandbox(pace=0.6) as api,
        DiscordSandbox() as discord,
        bot_inside(api, discord, LIMITS) as inside,
    ):
        soak = Soak(api, discord, console)
        await soak.warm_up()
        await asyncio.sleep(35)
        base = await inside.census()
        console.print(f"base: {base.tasks.total()} tasks, {base.objects.total()} objects of core, cogs and discord.py")
        await soak.traffic(minutes, lambda: "counted inside")
        left = await _at_rest(inside)
        console.print(f"idle again: {left.tasks.total()} tasks, {left.objects.total()} objects; {_done(soak)}")
        console.print(f"more of: {(left.objects - base.objects).most_common(8)}")
        return [*soak.amiss(), *_left_over(base, left)]


async def _at_rest(inside: Inside) -> Census:
    """What is alive when no run has a place any more: one whose submit had no answer is looked for for minutes."""
    until = time.monotonic() + LOOKING
    await asyncio.sleep(35)
    while (left := await inside.census()).places and time.monotonic() < until:  # noqa: ASYNC110 -- nothing tells
        await asyncio.sleep(5)
    await asyncio.sleep(5)
    return await inside.census() if left.places == 0 else left


def _grown(base: Weight, now: Weight) -> list[str]:
    parts = [
        ("MB of memory", now.memory - base.memory, MORE_MEMORY),
        ("threads", now.threads - base.threads, MORE_THREADS),
        ("open files", now.files - base.files, MORE_FILES),
    ]
    return [
        f"{more:.1f} {what} more than at the base, {most} are allowed." for what, more, most in parts if more > most
    ]


def _left_over(base: Census, left: Census) -> list[str]:
    found = []
    if more := left.tasks - base.tasks:
        found.append(f"Tasks are left over, and none may be: {dict(more)}.")
    if left.places:
        found.append(f"{left.places} places of the limits were never given back.")
    return found


def _logged(bot: Bot) -> list[str]:
    lines = bot.log.read_text(encoding="utf-8").splitlines()
    return [f"The bot logged {len(lines)} errors, the first: {lines[0][:600]}"] if lines else []


def _weighed(weight: Weight) -> str:
    return f"{weight.memory:.1f} MB, {weight.threads} threads, {weight.files} files"


def _done(soak: Soak) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in soak.tally.most_common())
    return f"{soak.trouble.drops} drops, {soak.trouble.outages} outages; {counts}"


async def _until(check: Callable[[], bool], within: float) -> None:
    until = time.monotonic() + within
    while not check() and time.monotonic() < until:  # noqa: ASYNC110 -- the kernel tells nobody when memory is freed
        await asyncio.sleep(0.5)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of the first pass (default: 10)")
    minutes: float = parser.parse_args().minutes
    console = Console(highlight=False, soft_wrap=True)
    found = await from_outside(minutes, console)
    console.print("now in this process, for its tasks and objects")
    found += await from_inside(min(2.0, max(0.5, minutes / 5)), console)
    for sentence in found:
        console.print(f"AMISS: {sentence}", markup=False)
    console.print("not clean, see above" if found else "all is back to base, and nothing was lost")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
