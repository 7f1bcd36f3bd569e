"""The whole product on one machine without accounts: both sandboxes, the real bot as a process, and one /generate."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from stationthis_discord.demo_forms import through_forms
from stationthis_discord.demo_results import Results
from stationthis_discord.demo_tour import DemoFailed, Message, Tour, description, draw, is_error, lines_of, picture_of
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Person

PROMPT: Final = "a lighthouse in a storm, oil painting"
_READY: Final = 30.0  # seconds for the bot to come up
_RESULT: Final = 120.0  # seconds for a run
_AHEAD: Final = 2  # imaginary runs in line before ours, so that there is a line to see
_OURS: Final = ("DISCORD_", "COMFY_DEPLOY_", "STATIONTHIS_")


async def give(tour: Tour) -> None:
    """Show one run from command to result; without `once`, stay up until interrupted.

    Raises:
        DemoFailed: anything went wrong.
    """
    task = asyncio.current_task()
    if task is not None:  # else the bot's process would outlive this one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    for folder in filter(None, (tour.out, tour.shots)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DemoFailed(f"{folder} cannot be made: {error.strerror}.") from None
    console = Console(highlight=False)
    console.print("Starting a local ComfyUI Deploy, a local Discord and the bot…")
    async with ComfyDeploySandbox() as api, DiscordSandbox() as discord:
        _set_scene(api, tour)
        async with _bot(api, discord, tour.out / "bot.log") as process:
            await _until_ready(discord, process, tour)
            artist, results = discord.user("artist"), Results(discord, tour, console) if tour.results else None
            if results is not None:
                await _answered(results.furnish())
            message_id = await _show(discord, artist, tour, console)
            _save(discord, message_id, tour, console)
            if results is not None:
                await _answered(results.try_all(artist, message_id))
            if not tour.once:
                console.print("\nStill up until Ctrl-C. From another terminal, more runs on the same sandbox:")
                console.print(_more(api), markup=False, soft_wrap=True)
                await process.wait()
                raise DemoFailed(f"The bot stopped. Its log is {tour.out / 'bot.log'}.")


def _set_scene(api: ComfyDeploySandbox, tour: Tour) -> None:
    names = sorted({item.name for item in api.deployments})
    if tour.deployment not in names:
        raise DemoFailed(f"The sandbox has no deployment {tour.deployment!r}. It has: {', '.join(names)}.")
    api.behaviour[tour.deployment] = Behaviour(ahead=_AHEAD, queue_seconds=4.0, seconds=6.0)


@asynccontextmanager
async def _bot(
    api: ComfyDeploySandbox, discord: DiscordSandbox, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as operators run it, in an empty folder so that no `.env` is read and its database is a new one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment |= {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.url,
        "COMFY_DEPLOY_API_KEY": api.key,
        "COMFY_DEPLOY_API_URL": api.url,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        environment["STATIONTHIS_DATABASE_URL"] = f"sqlite+aiosqlite:///{folder}/stationthis.db"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stationthis_discord", "run", cwd=folder, env=environment, stderr=output
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _until_ready(discord: DiscordSandbox, process: asyncio.subprocess.Process, tour: Tour) -> None:
    ready = asyncio.create_task(discord.ready(_READY))
    died = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({ready, died}, return_when=asyncio.FIRST_COMPLETED)
        if died.done():
            raise DemoFailed(f"The bot stopped while starting. Its log is {tour.out / 'bot.log'}.")
        await ready
    except TimeoutError:
        raise DemoFailed(f"The bot was not ready after {_READY:.0f} s. Its log is {tour.out / 'bot.log'}.") from None
    finally:
        ready.cancel()
        died.cancel()


async def _answered(steps: Awaitable[None]) -> None:
    try:
        await steps
    except (DriverError, TimeoutError) as error:
        raise DemoFailed(f"The bot did not answer as expected: {error}.") from None


async def _show(discord: DiscordSandbox, artist: Person, tour: Tour, console: Console) -> str:
    message_id = await _ask(discord, artist, tour, console)
    seen = 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _RESULT
    while True:
        states = discord.states(message_id)
        for state in states[seen:]:
            _print(state.message, console)
        seen = len(states)
        stage = _stage(states[-1].message)
        if stage == "Done":
            return message_id
        if stage in {"Failed", "Timed out", "Cancelled", "Lost"} or is_error(states[-1].message):
            raise DemoFailed(f"The run did not end well: {_plain(states[-1].message)}")
        if loop.time() > deadline:
            raise DemoFailed(f"No result after {_RESULT:.0f} s. The bot's log is {tour.out / 'bot.log'}.")
        await asyncio.sleep(0.1)


async def _ask(discord: DiscordSandbox, artist: Person, tour: Tour, console: Console) -> str:
    picture = picture_of(tour)
    options: dict[str, object] = {"deployment": tour.deployment}
    if tour.prompt or picture is None:
        options["prompt"] = tour.prompt or PROMPT
    if tour.form:
        options["more_inputs"] = True
    attachments = {} if picture is None else {"image": picture}
    given = " ".join(
        f"{name}:{value}" for name, value in {**options, **{n: f[0] for n, f in attachments.items()}}.items()
    )
    try:
        await _until_listed(artist, tour)
        console.print(f"\n@artist types  /generate {given}\n", markup=False)
        shown = await artist.run("generate", options, attachments)
        return await through_forms(discord, artist, shown, tour, console)
    except (DriverError, TimeoutError) as error:
        raise DemoFailed(f"The command was not answered: {error}.") from None


async def _until_listed(artist: Person, tour: Tour) -> None:
    """Type the name until it is suggested: by then the bot knows the deployments, and forms open at once."""
    async with asyncio.timeout(_READY):
        while not await artist.autocomplete("generate", "deployment", tour.deployment):  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.1)


def _save(discord: DiscordSandbox, message_id: str, tour: Tour, console: Console) -> None:
    for attachment in discord.message(message_id)["attachments"]:
        target = tour.out / attachment["filename"]
        target.write_bytes(discord.file(attachment["url"]))
        console.print(str(target), markup=False, soft_wrap=True)
    if tour.shots is not None:
        for number, (stage, message) in enumerate(_by_stage(discord, message_id), start=1):
            target = tour.shots / f"{number}-{stage.lower().replace(' ', '-')}.png"
            draw(discord, message, target, console)


def _by_stage(discord: DiscordSandbox, message_id: str) -> list[tuple[str, Message]]:
    """The first message of each stage, in order."""
    found: dict[str, Message] = {}
    for state in discord.states(message_id):
        stage = _stage(state.message)
        if stage:
            found.setdefault(stage, state.message)
    return list(found.items())


def _stage(message: Message) -> str:
    """The bold state word that leads the embed of a run."""
    found = re.match(r"[^*\n]*\*\*(.+?)\*\*", description(message))
    return found[1] if found else ""


def _print(message: Message, console: Console) -> None:
    if message["embeds"]:
        console.print(f"[{datetime.now(UTC):%H:%M:%S}] {_plain(message)}", markup=False, soft_wrap=True)


def _plain(message: Message) -> str:
    """An embed's lines in one."""
    return " | ".join(lines_of(message))


def _more(api: ComfyDeploySandbox) -> str:
    return (
        f"  COMFY_DEPLOY_API_URL={api.url} COMFY_DEPLOY_API_KEY={api.key} \\\n"
        f'    {Path(sys.argv[0])} generate text-to-image --prompt "a fox in the snow"'
    )
