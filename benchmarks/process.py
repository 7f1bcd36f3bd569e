"""The bot as operators start it, between both sandboxes, and what the kernel knows of its process."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox

PLENTY: Final = {"STATIONTHIS_RUNS_TOTAL": "1000", "STATIONTHIS_RUNS_PER_USER": "1000"}
_PATIENCE: Final = 60.0  # seconds
_TICK: Final = os.sysconf("SC_CLK_TCK")  # of the kernel's clock, in a second


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process holds: resident memory in MB, threads, open files and sockets."""

    memory: float
    threads: int
    files: int


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is up. `ready_seconds` passed from the start of its process to that."""

    pid: int
    ready_seconds: float
    log: Path

    @property
    def weight(self) -> Weight:
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        status = dict(line.split(":", 1) for line in lines)
        files = sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())
        return Weight(int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), files)

    @property
    def cpu_seconds(self) -> float:
        """Of all its threads, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


def settings_for(api: ComfyDeploySandbox, discord: DiscordSandbox) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.url,
        "COMFY_DEPLOY_API_KEY": api.key,
        "COMFY_DEPLOY_API_URL": api.url,
        "STATIONTHIS_LOG_LEVEL": "error",
    }


@asynccontextmanager
async def running_bot(
    api: ComfyDeploySandbox, discord: DiscordSandbox, settings: dict[str, str] | None = None, shards: int = 1
) -> AsyncIterator[Bot]:
    """The bot's process until the block ends, with so many shards connected. Its log is a file that ends with it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "bot.log"
        began = time.monotonic()
        process = await _spawn(folder, log, settings_for(api, discord) | (settings or PLENTY))
        try:
            await _ready(discord, shards)
            yield Bot(process.pid, time.monotonic() - began, log)
        finally:
            await _end(process)


async def _spawn(folder: str, log: Path, settings: dict[str, str]) -> asyncio.subprocess.Process:
    """No `.env` and none of the operator's own settings reach it."""
    kept = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stationthis_discord", "run", cwd=folder, env=kept | settings, stderr=output
        )


async def _ready(discord: DiscordSandbox, shards: int) -> None:
    await discord.ready(_PATIENCE)

    async with asyncio.timeout(_PATIENCE):
        while sum(entry.what == "identify" for entry in discord.gateway_log) < shards:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):  # it may have died already
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()
