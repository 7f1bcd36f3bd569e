"""The bot in a thread of this process, with a loop of its own, so that its tasks and objects can be counted."""

import asyncio
import gc
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from benchmarks.process import settings_for
from core.services import Services, open_services
from stationthis_discord import log as logs
from stationthis_discord.bot import StationBot, use_discord_at, use_its_gateway
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.settings import Settings

_OURS: Final = ("core", "cogs", "discord")  # packages the sandboxes do not use


@dataclass(frozen=True, slots=True)
class Census:
    """What is alive: tasks by coroutine, objects by class, and places taken in the limits."""

    tasks: Counter[str]
    objects: Counter[str]
    places: int


@dataclass(slots=True)
class Inside:
    """A bot that is up in its thread. Made by `bot_inside`."""

    settings: Settings
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    services: Services | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def census(self) -> Census:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._census(), self.loop))

    def run(self) -> None:
        """The thread."""
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._serve())

    async def _census(self) -> Census:
        gc.collect()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        objects = Counter(map(_name, map(type, gc.get_objects())))
        del objects[""]
        assert self.services is not None
        return Census(Counter(map(_told, tasks)), objects, self.services.limits.under_way)

    async def _serve(self) -> None:
        """As `stationthis_discord.app` does, but for the signals, which only a main thread can take."""
        use_discord_at(self.settings.discord_api_url or "")
        async with open_services(self.settings.plan()) as self.services, StationBot(self.services) as bot:
            await bot.login(self.settings.discord_token.get_secret_value())
            await use_its_gateway(bot)
            background = [asyncio.create_task(bot.connect()), asyncio.create_task(bot.show_load())]
            await self.stop.wait()
            await bot.close()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)


@asynccontextmanager
async def bot_inside(
    api: ComfyDeploySandbox, discord: DiscordSandbox, settings: dict[str, str]
) -> AsyncIterator[Inside]:
    """The bot, up until the block ends."""
    given = {name.lower(): value for name, value in (settings_for(api, discord) | settings).items()}
    with tempfile.TemporaryDirectory() as folder:  # never the database of a bot that somebody runs here
        given["stationthis_database_url"] = f"sqlite+aiosqlite:///{folder}/stationthis.db"
        read = Settings(_env_file=None, **given)  # type: ignore[call-arg, arg-type]  # pydantic-settings reads them
        logs.configure("console", "error", read.secrets)
        inside = Inside(read)
        thread = threading.Thread(target=inside.run, name="bot")
        thread.start()
        try:
            await discord.ready(30)
            yield inside
        finally:
            inside.loop.call_soon_threadsafe(inside.stop.set)
            await asyncio.to_thread(thread.join, 20)


def _told(task: "asyncio.Task[object]") -> str:
    return getattr(task.get_coro(), "__qualname__", "?")


def _name(kind: type) -> str:
    """Of a class of ours; empty for all others."""
    module = str(getattr(kind, "__module__", ""))
    return f"{module}.{kind.__qualname__}" if module.partition(".")[0] in _OURS else ""
