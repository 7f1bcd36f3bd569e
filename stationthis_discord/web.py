"""The side door: metrics and health over HTTP, for operators and their tools; shut unless an address is set.

It asks for no password, so it shows nothing that is worth one.
"""

import asyncio
import errno
import functools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final, cast

import structlog
import yarl
from aiohttp import hdrs, web

from core.metrics import Metrics
from stationthis_discord.setting_kinds import address_of
from stationthis_discord.settings import SettingsError

log = structlog.get_logger(__name__)

Checks = Mapping[str, Callable[[], bool]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY: Final = 2**20  # bytes
_CLOSING: Final = 0.25  # seconds for which answers under way are waited for, at most twice
_CONNECTION: Final[dict[str, Any]] = {
    "access_log": None,
    "auto_decompress": False,  # nobody who is served here packs anything
    "keepalive_timeout": 75.0,  # seconds; Prometheus asks each minute by default
    "lingering_time": 0.5,  # seconds for a body that nobody reads
    "max_line_size": 4096,
    "max_field_size": 4096,
    "max_headers": 64,
}
_REASONS: Final = {
    errno.EADDRINUSE: "the port is taken",
    errno.EACCES: "this user may not listen on that port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EAFNOSUPPORT: "this machine does not speak that kind of address",
    None: "this machine has no such address",  # as asyncio tells it from Python 3.13 on
}


class SideDoorClosed(SettingsError):
    """The address of `STATIONTHIS_HTTP_BIND` cannot be listened on."""

    def __init__(self, reason: str) -> None:
        super().__init__([f"STATIONTHIS_HTTP_BIND is not usable: {reason}."])


@asynccontextmanager
async def open_side_door(
    bind: str, metrics: Metrics, ready: Checks, routes: Iterable[web.AbstractRouteDef] = ()
) -> AsyncIterator[str]:
    """Serve until the block ends; yields the address, with the port that was given where `bind` says 0.

    `ready`: what must be true before people can be served, by a name that `/readyz` may show. `routes` are served, too.

    Raises:
        SideDoorClosed: nothing can listen there.
        ValueError: `bind` is no `host:port`.
    """
    app = web.Application(middlewares=[_in_json], client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(_plainly)
    app.add_routes([*_probes(metrics, ready), *routes])
    runner = web.AppRunner(app, shutdown_timeout=_CLOSING)
    await runner.setup()
    try:
        listening = await _listen(bind, cast("web.Server", runner.server))  # there since the setup
        host, port = listening.sockets[0].getsockname()[:2]
        address = str(yarl.URL.build(scheme="http", host=host, port=port))
        log.info("web.open", address=address)
        try:
            yield address
        finally:
            listening.close()
    finally:
        await runner.cleanup()


async def _listen(bind: str, server: web.Server) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    host, port = address_of(bind)
    try:
        return await loop.create_server(functools.partial(_Connection, server, loop=loop, **_CONNECTION), host, port)
    except (socket.gaierror, UnicodeError):  # the latter: a name that no host can have
        reason = "its host leads nowhere"
    except OSError as error:
        reason = _REASONS.get(error.errno) or f"the system answers with error {error.errno}"
    raise SideDoorClosed(reason)


class _Connection(web.RequestHandler):
    """aiohttp's own answer to what is no HTTP repeats it, names its version, and writes a traceback to the log."""

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 -- aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- may hold foreign text
    ) -> web.StreamResponse:
        log.debug("web.not_understood", status=status, error=type(exc).__name__)
        return _refusal(status, {hdrs.SERVER: ""})  # left out, it would be filled in: no hook sees this reply


def _probes(metrics: Metrics, ready: Checks) -> list[web.RouteDef]:
    async def show_metrics(_: web.Request) -> web.Response:
        body, content_type = metrics.exposition()
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: content_type})

    async def show_health(_: web.Request) -> web.Response:
        return web.json_response({"healthy": True})

    async def show_readiness(_: web.Request) -> web.Response:
        missing = [name for name, is_there in ready.items() if not is_there()]
        if missing:
            return web.json_response({"ready": False, "waiting_for": missing}, status=503)
        return web.json_response({"ready": True})

    return [
        web.get("/metrics", show_metrics),
        web.get("/healthz", show_health),
        web.get("/readyz", show_readiness),
    ]


@web.middleware
async def _in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPError as refused:
        allowed = refused.headers.get(hdrs.ALLOW)
        return _refusal(refused.status, {hdrs.ALLOW: allowed} if allowed else {})
    except Exception:
        resource = request.match_info.route.resource
        log.exception("web.failed", route=resource.canonical if resource else None)
        return _refusal(500)


def _refusal(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": HTTPStatus(status).phrase.lower()}, status=status, headers=headers)


async def _plainly(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall(hdrs.SERVER, None)
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
