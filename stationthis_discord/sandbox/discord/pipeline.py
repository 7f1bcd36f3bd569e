"""The way of every request: read, fault, authenticate, count, answer, record."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus

from aiohttp import web

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.body import Body, read_body
from stationthis_discord.sandbox.discord.faults import Effect, Faults
from stationthis_discord.sandbox.discord.journal import Call
from stationthis_discord.sandbox.discord.ratelimits import RateLimits
from stationthis_discord.sandbox.discord.refusals import Refusal
from stationthis_discord.sandbox.discord.route import Ask, Reply, Route
from stationthis_discord.sandbox.discord.world import World

BASE = "/api/v10"

logger = logging.getLogger(__name__)


class Pipeline:
    """Answers the routes of the API on the state of the world."""

    def __init__(self, world: World, faults: Faults, rate_limits: RateLimits) -> None:
        self._world = world
        self._faults = faults
        self._rate_limits = rate_limits

    def install(self, app: web.Application, routes: Iterable[Route]) -> None:
        """Adds the routes, and the answer for every path there is no route for."""
        for route in routes:
            app.router.add_route(route.method, BASE + route.template, self._handler(route))
        app.router.add_route("*", "/{anything:.*}", self._handler(None))

    def _handler(self, route: Route | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(route, request)

        return handle

    async def _handle(self, route: Route | None, request: web.Request) -> web.StreamResponse:
        at = time.monotonic()
        path = request.path.removeprefix(BASE)
        body, broken = await _read(request)
        effect = self._faults.take(request.method, path)
        await asyncio.sleep(effect.get("latency", 0.0))
        if effect.get("cut") == "before":
            return _cut(request)
        response = _ordered(effect) or self._answer(route, request, broken or body)
        name = route.template if route else "unknown"
        files = tuple(upload.filename for upload in body.uploads)
        self._world.journal.calls.append(
            Call(request.method, name, path, response.status, at, body.json, files),
        )
        self._world.changes.notify()
        return _cut(request) if effect.get("cut") == "after" else response

    def _answer(self, route: Route | None, request: web.Request, body: Body | Refusal) -> web.Response:
        headers: dict[str, str] = {}
        try:
            reply = self._serve(route, request, body, headers)
        except Refusal as refusal:
            self._record_violation(route, request, refusal)
            reply = Reply(refusal.status, refusal.body)
        except Exception:
            logger.exception("the sandbox failed to answer %s %s", request.method, request.path)
            self._world.journal.violations.append(f"sandbox error on {request.method} {request.path}")
            reply = Reply(500, {"message": "500: Internal Server Error", "code": 0})
        return respond(reply, headers)

    def _serve(self, route: Route | None, request: web.Request, body: Body | Refusal, headers: dict[str, str]) -> Reply:
        """Answers, adding the rate limit's headers to those of the reply."""
        if route is None:
            raise refusals.unknown_route()
        if route.bot and request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise refusals.unauthorized()
        if route.bucket:
            major = route.major(request.match_info)
            verdict = self._rate_limits.check(route.bucket, major, request.path, counts_globally=route.bot)
            headers |= verdict.headers
            if verdict.body:
                return Reply(429, verdict.body)
        if isinstance(body, Refusal):
            raise body
        return route.handler(Ask(self._world, request.match_info, request.query, body))

    def _record_violation(self, route: Route | None, request: web.Request, refusal: Refusal) -> None:
        if refusal.violation:
            path = route.template if route else request.path
            told = json.dumps(refusal.body.get("errors", {}), ensure_ascii=False)
            self._world.journal.violations.append(f"{request.method} {path}: {refusal} {told}")


async def _read(request: web.Request) -> tuple[Body, Refusal | None]:
    try:
        return await read_body(request), None
    except Refusal as refusal:
        return Body(), refusal


def respond(reply: Reply, headers: dict[str, str] | None = None) -> web.Response:
    """A response as Discord's edge sends it.

    discord.py takes a 429 without `Via`, or with any content type but exactly `application/json`, for a ban.
    """
    headers = {"Via": "1.1 google", **(headers or {})}
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, str):
        return web.Response(status=reply.status, headers=headers, text=reply.body, content_type="text/html")
    data = json.dumps(reply.body, ensure_ascii=False).encode()
    return web.Response(status=reply.status, headers=headers, body=data, content_type="application/json")


def _ordered(effect: Effect) -> web.Response | None:
    """The answer of a fault, if it has one."""
    status = effect.get("status")
    if status is None:
        return None
    phrase = HTTPStatus(status).phrase
    usual: dict[str, object] = {"message": f"{status}: {phrase}", "code": 0}
    if status == 429:
        usual = {"message": "You are being rate limited.", "retry_after": 0.05, "global": False}
    return respond(Reply(status, effect.get("body", usual)), effect.get("headers"))


def _cut(request: web.Request) -> web.Response:
    """Closes the connection; the response that is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()
