"""What the bot shows beside its name: how many runs are under way, told when it changes and not too often."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.people.limits import RunLimits
from stationthis_discord.bot import StationBot, load_words
from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.cogs.conftest import Start
from tests.waiting import until

PACE = 0.2  # seconds; the bot's own is 15
ANNA = 1


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


@pytest.mark.parametrize(
    ("running", "waiting", "words"),
    [(0, 0, "/generate"), (3, 0, "🎨 3 running"), (3, 5, "🎨 3 running · 5 waiting"), (0, 1, "🎨 1 waiting")],
)
def test_it_says_how_much_there_is_to_do(running: int, waiting: int, words: str) -> None:
    assert load_words(running, waiting) == words


async def test_it_counts_the_runs_under_way(discord_sandbox: DiscordSandbox, start: Start) -> None:
    limits = RunLimits(9, 9)
    async with showing(await start(limits=limits)):
        await until(lambda: texts(discord_sandbox) == ["/generate"])
        tickets = [limits.hold(ANNA) for _ in range(2)]
        await until(lambda: len(texts(discord_sandbox)) == 2)
        for ticket in tickets:
            limits.leave(ticket)
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
            limits.hold(ANNA)
            await asyncio.sleep(PACE / 20)

    assert limits.under_way > 2 * len(discord_sandbox.presences)


async def test_a_new_session_is_told_again(discord_sandbox: DiscordSandbox, start: Start) -> None:
    async with showing(await start()):
        await until(lambda: texts(discord_sandbox))
        await discord_sandbox.drop(resumable=False)
        await until(lambda: len(texts(discord_sandbox)) == 2)

    assert len({presence.session_id for presence in discord_sandbox.presences}) == 2
