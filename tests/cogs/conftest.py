"""The bot inside the test's own process, with parts of `core` that can be replaced, on a Discord of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import discord
import pytest
import yarl
from discord.http import Route

from core.people.limits import Admission, RunLimits
from core.services import Services
from stationthis_discord.bot import StationBot
from stationthis_discord.sandbox.discord import DiscordSandbox, Person

Start: TypeAlias = Callable[..., Awaitable[StationBot]]
RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"


class EmptyCatalog:
    """Nothing is on offer."""

    def warm(self) -> None: ...

    def peek(self) -> None:
        return None


def services(**parts: object) -> Services:
    """As far as a test needs them."""
    usual = {"admission": Admission(()), "catalog": EmptyCatalog(), "limits": RunLimits(2, 20)}
    missing = dict.fromkeys(("api", "media", "deliveries", "generation", "offering", "store"))
    return cast("Services", SimpleNamespace(**(missing | usual | parts)))


class QuickBot(StationBot):
    """Without discord.py's pause of 5 s before it identifies, by its own hook."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass


@pytest.fixture
async def discord_sandbox() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as sandbox:
        yield sandbox
        assert sandbox.violations == []


@pytest.fixture
async def start(discord_sandbox: DiscordSandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Starts a bot with these parts of `core`, and closes it at the end."""
    monkeypatch.setattr(Route, "BASE", discord_sandbox.url)
    gateway = yarl.URL(discord_sandbox.url.replace("http", "ws").replace("/api/v10", "/gateway"))
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    running: list[tuple[StationBot, asyncio.Task[None]]] = []

    async def run(**parts: object) -> StationBot:
        bot = QuickBot(services(**parts))
        running.append((bot, asyncio.create_task(bot.start(discord_sandbox.token))))
        await discord_sandbox.ready(5)
        await asyncio.wait_for(bot.wait_until_ready(), 5)
        return bot

    yield run
    for bot, task in running:
        await bot.close()
        await task


@pytest.fixture
def artist(discord_sandbox: DiscordSandbox) -> Person:
    return discord_sandbox.user("artist")


async def result_of(bot: StationBot, sandbox: DiscordSandbox) -> str:
    """A message of the bot with the buttons of a finished run; its id."""
    button = {"type": 2, "style": 2, "label": "Again", "custom_id": f"st:again:{RUN}"}
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=int(sandbox.channel.id))
    body = {"content": "a result", "components": [{"type": 1, "components": [button]}]}
    message: dict[str, Any] = await bot.http.request(route, json=body)
    await sandbox.wait_new(lambda item: item["id"] == message["id"])
    return str(message["id"])
