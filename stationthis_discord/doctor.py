"""Is everything set up? Each check gives one line: what was looked at, what was found, and the fix if one is needed."""

import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import discord
from PIL import Image
from rich.console import Console

from core.comfydeploy.wire import key_scope
from core.errors import ApiError, BadReply, FileError, FileHostRefused, KeyRefused, ServerFault, WrongAddress
from core.services import Services, open_services
from stationthis_discord import log
from stationthis_discord.bot import use_discord_at
from stationthis_discord.settings import ApiSettings, Settings, SettingsError, load, unknown_names
from stationthis_discord.terminal import plain

_MOST_SKEW = 60.0  # seconds; run times and look-ups by time are wrong beyond


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `fix` says what to do when it is not well."""

    what: str
    well: bool
    found: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f" Fix: {self.fix}" if self.fix and not self.well else ""
        return f"{'ok  ' if self.well else 'FAIL'}  {self.what}: {self.found}{fix}"


async def examine() -> int:
    """Print a line for each check and return the exit code: 0 if all is well."""
    console = Console(soft_wrap=True)
    well = True
    async for finding in _findings():
        console.print(str(finding), markup=False, highlight=False)
        well = well and finding.well
    return 0 if well else 1


async def _findings() -> AsyncIterator[Finding]:
    settings, bot_settings = None, None
    for finding, loaded in _settings():
        yield finding
        settings = loaded or settings
        bot_settings = loaded if isinstance(loaded, Settings) else bot_settings
    if settings is not None:
        log.configure("console", "error", settings.secrets)
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(settings.plan()))
            for name, check in _CHECKS.items():
                try:
                    yield await check(services, settings)
                except ApiError as error:
                    yield Finding(name, False, plain(error), "see the lines above.")
    if bot_settings is not None:
        yield _folder(bot_settings)
        yield await _discord(bot_settings)


def _settings() -> list[tuple[Finding, ApiSettings | None]]:
    found: list[tuple[Finding, ApiSettings | None]] = []
    for name in unknown_names():
        fix = "check its spelling against .env.example."
        found.append((Finding("settings", False, f"{name} is not a setting.", fix), None))
    try:
        return [*found, (Finding("settings", True, "all usable."), load(Settings))]
    except SettingsError as problem:
        found += [(Finding("settings", False, line), None) for line in problem.lines]
    try:
        return [*found, (Finding("settings", True, "those for ComfyUI Deploy are usable."), load(ApiSettings))]
    except SettingsError:
        return found


async def _key(services: Services, settings: ApiSettings) -> Finding:
    what = f"ComfyUI Deploy at {urlsplit(services.api.root).hostname}"
    scope = key_scope(settings.comfy_deploy_api_key.get_secret_value())
    try:
        workflows = await services.api.list_workflows()
    except KeyRefused:
        return Finding(what, False, "refuses the key.", "make a new key and set COMFY_DEPLOY_API_KEY.")
    except (WrongAddress, BadReply):
        return Finding(what, False, "is not its API.", "set COMFY_DEPLOY_API_URL to the server's address.")
    whose = {"personal": "a personal key", "organisation": "an organisation's key"}.get(scope, "a key of unknown scope")
    return Finding(what, True, f"{whose}, {len(workflows)} workflow(s) in sight.")


async def _lists(services: Services, settings: ApiSettings) -> Finding:
    names = ", ".join(settings.stationthis_environments)
    try:
        for environment in settings.stationthis_environments:
            for is_fluid in (False, True):
                await services.api.page_deployments(environment, is_fluid=is_fluid, offset=0)
    except ServerFault:
        offer = (await services.catalog.list_deployments()).value  # asks each workflow by itself
        fix = f"repair the inputs of {', '.join(offer.unreadable) or 'the newest workflow'} in ComfyUI Deploy."
        return Finding("deployments", False, "one workflow makes the whole list unreadable.", fix)
    offer = (await services.catalog.list_deployments()).value
    if not offer.deployments:
        fix = "deploy a workflow there, set STATIONTHIS_ENVIRONMENTS, or use the key of the account that owns them."
        return Finding("deployments", False, f"none in {names}.", fix)
    return Finding("deployments", True, f"both lists answer, {len(offer.deployments)} on offer in {names}.")


async def _media(services: Services, _: ApiSettings) -> Finding:
    dot = io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    dot.seek(0)
    url = await services.api.upload(dot, "doctor.png", "image/png")
    host = urlsplit(url).netloc
    try:
        async with services.media.output(url, "doctor.png") as local:
            same = local.file.read() == dot.getvalue()
    except FileHostRefused:
        return Finding("media host", False, f"{host} is not allowed.", f"add it: STATIONTHIS_MEDIA_HOSTS={host}.")
    except FileError as error:
        return Finding("media host", False, plain(error), f"check that this machine may reach {host}.")
    return Finding("media host", same, f"a one-pixel picture went to {host} and came back{'' if same else ' changed'}.")


async def _clock(services: Services, _: ApiSettings) -> Finding:
    theirs = await services.api.server_time()
    if theirs is None:
        return Finding("clock", True, "the server does not tell the time; not compared.")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    fix = "set this machine's clock (NTP)."
    return Finding("clock", skew <= _MOST_SKEW, f"{skew:.0f} s from the server's.", fix)


def _folder(settings: Settings) -> Finding:
    url = settings.stationthis_database_url
    if not url.startswith("sqlite"):
        return Finding("database folder", True, "not needed: the database is a server.")
    folder = Path(url.partition(":///")[2]).expanduser().absolute().parent
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    well = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    fix = f"make {nearest} writable, or set STATIONTHIS_DATABASE_URL."
    return Finding("database folder", well, f"{folder} {'can be written' if well else 'cannot be written'}.", fix)


async def _discord(settings: Settings) -> Finding:
    if settings.discord_api_url:
        use_discord_at(settings.discord_api_url)
    fix = "copy DISCORD_TOKEN again from the Bot page of your application."
    try:
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(settings.discord_token.get_secret_value())
            _, _, limit = await client.http.get_bot_gateway()
            return Finding("Discord", True, f"logged in as {client.user}, {limit['remaining']} starts left today.")
    except discord.LoginFailure:
        return Finding("Discord", False, "refuses the token.", fix)
    except (discord.HTTPException, discord.GatewayNotFound, OSError) as error:
        return Finding("Discord", False, f"cannot be reached ({type(error).__name__}).", "check the network.")


_CHECKS: dict[str, Callable[[Services, ApiSettings], Awaitable[Finding]]] = {
    "ComfyUI Deploy": _key,
    "deployments": _lists,
    "media host": _media,
    "clock": _clock,
}
