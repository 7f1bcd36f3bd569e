"""The bot as a process: everything is opened outermost first, and closed by whoever opened it."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import discord
import structlog

from cogs.ui.reply import Reply
from core.metrics import report
from core.services import Services, open_services
from core.store.lock import Lease
from core.store.store import Store
from stationthis_discord import log as logs
from stationthis_discord.alone import alone
from stationthis_discord.bot import StationBot, use_discord_at, use_its_gateway
from stationthis_discord.hooks import hook_routes
from stationthis_discord.open_files import allow_more_files
from stationthis_discord.settings import Settings, SettingsError, unknown_names
from stationthis_discord.web import open_side_door

_NO_SUCH_SERVER: Final = (
    "STATIONTHIS_DEV_GUILD_ID or STATIONTHIS_ADMIN_GUILD_ID is not usable: Discord does not let the bot register "
    "commands in that server. Invite the bot there first, or leave it out."
)
_TOKEN_REFUSED: Final = 4004  # the gateway's close code when the token was reset while the bot was running

log = structlog.get_logger(__name__)


class TokenRefused(Exception):
    """Discord does not accept the bot token."""


class LeaseLost(Exception):
    """Another process serves this token by now."""


class NotReachable(Exception):
    """Discord did not answer at the start; the text says what happened, in a few words."""


async def run_bot(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        TokenRefused, NotReachable: at the start, or when Discord ends the connection for good.
        SettingsError: a setting that only Discord can judge.
        StoreFailed: the database cannot be used.
        StoreHeld: another process serves this token.
    """
    logs.configure(settings.stationthis_log_format, settings.stationthis_log_level, settings.secrets)
    allow_more_files()
    for name in unknown_names():
        log.warning("settings.unknown", variable=name, hint="check its spelling against .env.example")
    if settings.discord_api_url:
        use_discord_at(settings.discord_api_url)
    async with (
        open_services(settings.plan()) as services,
        alone(_kept(services), settings.discord_token.get_secret_value()) as lease,
        _bot(services, settings) as bot,
        _side_door(settings, services, bot),
    ):
        await _login(bot, settings)
        gc.collect()
        gc.freeze()  # what a start has made stays: walking it again and again stops the loop for some 30 ms each time
        await _serve(bot, services, lease)


def _kept(services: Services) -> Store:
    if services.store is None:
        raise SettingsError(["STATIONTHIS_DATABASE_URL is missing: runs could not be delivered after a restart."])
    return services.store


@asynccontextmanager
async def _side_door(settings: Settings, services: Services, bot: StationBot) -> AsyncIterator[None]:
    """Open before Discord is asked for anything, so that it can be seen from outside what a start waits for."""
    if settings.stationthis_http_bind is None:
        yield
        return
    ready = {"discord": bot.is_ready, "deployments": lambda: services.catalog.deployments.age is not None}
    if settings.hooks:
        log.info("hooks.on", address=settings.stationthis_public_url)
    routes = hook_routes(settings.hooks, services.generation.hear, services.metrics) if settings.hooks else ()
    async with open_side_door(settings.stationthis_http_bind, services.metrics, ready, routes):
        yield


def _bot(services: Services, settings: Settings) -> StationBot:
    return StationBot(
        services,
        settings.stationthis_dev_guild_id,
        settings.stationthis_admin_guild_id,
        user_install=settings.stationthis_user_install,
    )


async def _login(bot: StationBot, settings: Settings) -> None:
    try:
        await bot.login(settings.discord_token.get_secret_value())
        if settings.discord_api_url:
            await use_its_gateway(bot)
    except discord.LoginFailure:
        raise TokenRefused from None
    except discord.Forbidden:
        raise SettingsError([_NO_SUCH_SERVER]) from None
    except Exception as error:  # discord.py lets the errors of its own HTTP client through
        if not isinstance(error, discord.HTTPException | discord.GatewayNotFound | OSError):
            log.warning("discord.unreachable", exc_info=True)
        raise NotReachable(type(error).__name__) from None


async def _serve(bot: StationBot, services: Services, lease: Lease) -> None:
    stop = asyncio.Event()
    await services.generation.resume(lambda address: Reply.at(bot, address))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    connection = asyncio.create_task(bot.connect(), name="gateway")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    losing = asyncio.create_task(lease.lost.wait(), name="lease")
    presence = asyncio.create_task(bot.show_load(), name="presence")
    reports = asyncio.create_task(report(services.metrics, log), name="reports")
    try:
        await asyncio.wait({connection, stopping, losing}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("bot.stopping", under_way=services.limits.under_way)
        await asyncio.gather(bot.answering.stop(), services.generation.pause())
        if lease.lost.is_set():
            raise LeaseLost
        if not stop.is_set():
            await connection
    except discord.ConnectionClosed as closed:
        raise (TokenRefused if closed.code == _TOKEN_REFUSED else NotReachable)(f"closed with {closed.code}") from None
    finally:
        await bot.close()
        tasks = (connection, stopping, losing, presence, reports)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        log.info("bot.stopped")
