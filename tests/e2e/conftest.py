"""The real bot as a process between both sandboxes; each test gets its own world."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.e2e.nursery import Bot, nursery

PATIENCE = 30.0  # seconds; nothing is waited for this long on a machine that is not overloaded


class World:
    """Both sandboxes and the bot process between them."""

    def __init__(self, api: ComfyDeploySandbox, discord: DiscordSandbox, log: Path) -> None:
        self.api = api
        self.discord = discord
        self.log = log
        self.artist = discord.user("artist")
        self.process: Bot | None = None
        self.settings: dict[str, str] = {"STATIONTHIS_LOG_LEVEL": "debug"}

    async def start(self, *, wait: bool = True) -> None:
        """Start a process of the bot, with an environment of its own and no `.env`."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.log.parent),
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.url,
            "COMFY_DEPLOY_API_KEY": self.api.key,
            "COMFY_DEPLOY_API_URL": self.api.url,
            **self.settings,
        }
        self.log.touch()
        self.process = nursery().start(self.log.parent, environment, self.log)
        if wait:
            await self.discord.ready(PATIENCE)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await self.process.wait()
        self.process = None
        return code

    async def kill(self) -> None:
        """End the process as a crash does: it does nothing more."""
        assert await self.stop(signal.SIGKILL) == -signal.SIGKILL

    def wipe(self) -> None:
        """Forget all that the bot has written down: the next process starts with an empty disk."""
        for path in self.log.parent.rglob("stationthis.db*"):
            path.unlink()

    async def generate(self, deployment: str = "text-to-image", **options: Any) -> str:  # noqa: ANN401 -- any option
        """`/generate` by the artist; the id of its message."""
        image = options.pop("image", None)
        who: Person = options.pop("who", self.artist)
        shown = await who.run("generate", {"deployment": deployment, **options}, {"image": image} if image else None)
        assert shown.message_id is not None
        return shown.message_id

    async def until(self, message_id: str, text: str, within: float = PATIENCE) -> dict[str, Any]:
        """Wait until the message's embed says so."""
        return await self.discord.wait(message_id, lambda message: text in said(message), within)

    async def logged(self, text: str) -> str:
        """Wait until the log says so, and return all of it."""
        async with asyncio.timeout(PATIENCE):
            while text not in (whole := self.log.read_text()):  # noqa: ASYNC110 -- another process writes it
                await asyncio.sleep(0.05)
        return whole

    async def new(self, check: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return await self.discord.wait_new(check, PATIENCE)


def said(message: dict[str, Any]) -> str:
    """All words of a message's embeds and buttons."""
    embeds = [
        "\n".join([embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")])
        for embed in message["embeds"]
    ]
    buttons = [item.get("label", "") for row in message["components"] for item in row["components"]]
    return "\n".join([*embeds, *buttons])


def interaction_tokens(discord: DiscordSandbox) -> set[str]:
    """All tokens of interactions, from the addresses the bot called."""
    found = (re.match(r".*/(?:interactions|webhooks)/\d+/([^/]+)", call.path) for call in discord.calls)
    return {match[1] for match in found if match}


@asynccontextmanager
async def a_world(folder: Path, pace: float = 0.1) -> AsyncIterator[World]:
    async with ComfyDeploySandbox(pace=pace) as api, DiscordSandbox() as discord:
        world = World(api, discord, folder / "bot.log")
        try:
            yield world
        finally:
            if world.process is not None:
                await world.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test here waits for a whole process, and on a busy machine for others' too."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(90))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with the bot up. At the end, neither Discord nor the log may have anything to complain of."""
    async with a_world(tmp_path) as here:
        await here.start()
        yield here
        assert here.discord.violations == []
        assert here.discord.too_many == []
    text = here.log.read_text()
    for secret in (here.discord.token, here.api.key, *interaction_tokens(here.discord), "X-Amz-Signature="):
        assert secret not in text
    assert "Traceback" not in text
