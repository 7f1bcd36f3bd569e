"""Is everything set up? Each check gives one line: what was looked at, what was found, and the fix if one is needed."""

import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import discord
from PIL import Image
from rich.console import Console

from core.comfydeploy.errors import AccessDenied, ApiError, BadReply, KeyRefused, NoAnswer, Unreachable, WrongAddress
from core.comfydeploy.wire import key_scope
from core.file_errors import FileError, FileHostRefused
from core.services import Services, open_services
from stationthis_discord import log
from stationthis_discord.bot import use_discord_at
from stationthis_discord.settings import ApiSettings, Settings, SettingsError, load, unknown_names

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
        async with open_services(replace(settings.plan(), database_url=None)) as services:
            for check in _CHECKS:
                finding = await check(services, settings)
                yield finding
                if check is _account and not finding.well:
                    break  # the others would only say the same again
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


async def _account(services: Services, settings: ApiSettings) -> Finding:
    what = f"ComfyUI Deploy at {urlsplit(services.api.root).netloc}"
    scope = key_scope(settings.comfy_deploy_api_key.get_secret_value())
    try:
        workflows = await services.api.workflows.list_all()
    except ApiError as error:
        for kind, found, fix in _NO_ACCOUNT:
            if isinstance(error, kind):
                return Finding(what, False, found, fix)
        return _failed(what, error)
    whose = {"personal": "a personal key", "organisation": "an organisation's key"}.get(scope, "a key of unknown scope")
    return Finding(what, True, f"{whose}{await _plan(services)}, {len(workflows)} workflow(s) in sight.")


async def _plan(services: Services) -> str:
    """The account's plan; nothing where the server does not tell."""
    try:
        plan = (await services.api.account.get_plan()).plan
    except ApiError:
        return ""
    return f" on the plan {plan}" if plan else ""


_REPAIR = "repair the workflow's inputs in ComfyUI Deploy: a choice needs a list of options, names must be plain text."


async def _deployments(services: Services, settings: ApiSettings) -> Finding:
    names = ", ".join(settings.stationthis_environments)
    try:
        offer = (await services.catalog.list_deployments()).value
    except ApiError as error:
        if error.status == 500:  # as if no workflow could be described
            return Finding("deployments", False, f"{error.call} answered with 500.", f"if it stays, {_REPAIR}")
        return _failed("deployments", error)
    if offer.unreadable:
        broken = ", ".join(item.name for item in offer.unreadable)
        fix = _REPAIR
        return Finding("deployments", False, f"{len(offer.deployments)} on offer, but not {broken}: unreadable.", fix)
    if not offer.deployments:
        fix = "deploy a workflow there, set STATIONTHIS_ENVIRONMENTS, or use the key of the account that owns them."
        return Finding("deployments", False, f"none in {names}.", fix)
    fluid = sum(item.is_fluid for item in offer.deployments)
    lists = f"{len(offer.deployments) - fluid} in the ordinary list, {fluid} in the fluid one"
    return Finding("deployments", True, f"{len(offer.deployments)} on offer in {names}: {lists}.")


async def _media(services: Services, _: ApiSettings) -> Finding:
    dot = io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    content = dot.getvalue()
    try:
        # posted, it can be read from here even in a private account
        url = await services.api.files.post(io.BytesIO(content), "doctor.png", "image/png")
    except ApiError as error:
        return _failed("media host", error)
    host = urlsplit(url).netloc
    try:
        async with services.media.output(url, "doctor.png") as local:
            same = local.file.read() == content
    except FileHostRefused:
        return Finding("media host", False, f"{host} is not allowed.", f"add it: STATIONTHIS_MEDIA_HOSTS={host}.")
    except FileError:
        return Finding(
            "media host", False, f"{host} does not hand files over.", "check that this machine may reach it."
        )
    found = f"a one-pixel picture went to {host} and came back{'' if same else ' changed'}."
    return Finding("media host", same, found, "look for a proxy between this machine and that host.")


async def _clock(services: Services, _: ApiSettings) -> Finding:
    theirs = await services.api.server_time()
    if theirs is None:
        return Finding("clock", True, "the server does not tell the time; not compared.")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    fix = "set this machine's clock (NTP)."
    return Finding("clock", skew <= _MOST_SKEW, f"{skew:.0f} s from the server's.", fix)


def _folder(settings: Settings) -> Finding:
    url = settings.stationthis_database_url
    folder = Path(url.partition(":///")[2]).expanduser().absolute().parent
    nearest = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
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
    except Exception as error:  # noqa: BLE001 -- whatever it is, the report goes on and says it
        return Finding("Discord", False, f"cannot be reached ({type(error).__name__}).", "check the network.")


def _failed(what: str, error: ApiError) -> Finding:
    answer = f"answered with {error.status}" if error.status else "got no answer"
    return Finding(what, False, f"{error.call} {answer}.", "try again in a minute; if it stays, ask ComfyUI Deploy.")


_NO_ACCOUNT = (
    (KeyRefused, "refuses the key.", "make a new key and set COMFY_DEPLOY_API_KEY."),
    (AccessDenied, "does not let this key see workflows.", "set COMFY_DEPLOY_API_KEY to a key of a person."),
    ((WrongAddress, BadReply), "is not its API.", "set COMFY_DEPLOY_API_URL to the server's address."),
    ((Unreachable, NoAnswer), "cannot be reached.", "check the network and COMFY_DEPLOY_API_URL."),
)
_CHECKS: tuple[Callable[[Services, ApiSettings], Awaitable[Finding]], ...] = (_account, _deployments, _media, _clock)
