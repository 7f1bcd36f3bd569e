"""What the bot shows beside its name: how many runs are under way, told when it changes and not too often."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.people.actor import Actor
from core.people.limits import RunLimits
from stationthis_discord.bot import StationBot
from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.cogs.conftest import Start
from tests.waiting import until

PACE = 0.2  # seconds; the bot's own is 15
ANNA = Actor(user=1)


@asynccontextmanager
async def showing(bot: StationBot) -> AsyncIterator[None]:
    task = asyncio.create_task(bot.show_load(PACE))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def texts(sandbox: DiscordSandbox) -> list[str]:
    return [presence.text for presence in sandbox.presences]


async def test_it_counts_the_runs_under_way(discord_sandbox: DiscordSandbox, start: Start) -> None:
    limits = RunLimits(9, 9)
    async with showing(await start(limits=limits)):
        await until(lambda: texts(discord_sandbox) == ["/generate"])
        places = [limits.take(ANNA) for _ in range(2)]
        await until(lambda: len(texts(discord_sandbox)) == 2)
        for place in places:
            limits.give_back(place)
        await until(lambda: len(texts(discord_sandbox)) == 3)

    assert texts(discord_sandbox) == ["/generate", "🎨 2 running", "/generate"]


async def test_what_did_not_change_is_not_told_again(discord_sandbox: DiscordSandbox, start: Start) -> None:
    async with showing(await start()):
        await until(lambda: texts(discord_sandbox))
        await asyncio.sleep(3 * PACE)

    assert texts(discord_sandbox) == ["/generate"]


async def test_what_changes_all_the_time_is_told_at_its_pace(discord_sandbox: DiscordSandbox, start: Start) -> None:
    limits = RunLimits(1000, 1000)
    async with showing(await start(limits=limits)):
        while len(discord_sandbox.presences) < 3:
            limits.take(ANNA)
            await asyncio.sleep(PACE / 20)

    assert limits.under_way > 2 * len(discord_sandbox.presences)


async def test_a_new_session_is_told_again(discord_sandbox: DiscordSandbox, start: Start) -> None:
    async with showing(await start()):
        await until(lambda: texts(discord_sandbox))
        await discord_sandbox.drop(resumable=False)
        await until(lambda: len(texts(discord_sandbox)) == 2)

    assert len({presence.session_id for presence in discord_sandbox.presences}) == 2
