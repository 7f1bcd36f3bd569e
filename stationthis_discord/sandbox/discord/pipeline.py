"""The way of every request: read, fault, authenticate, count, answer, record."""

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.body import Body, read_body
from stationthis_discord.sandbox.discord.faults import Effect, Faults
from stationthis_discord.sandbox.discord.invalid import InvalidRequests
from stationthis_discord.sandbox.discord.journal import Call
from stationthis_discord.sandbox.discord.ratelimits import RateLimits
from stationthis_discord.sandbox.discord.refusals import Refusal
from stationthis_discord.sandbox.discord.responses import banned, cut, ordered, respond, trickle
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
        self.invalid = InvalidRequests(world.journal)

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
        if effect.get("latency"):
            await asyncio.sleep(effect["latency"])
        if effect.get("cut") == "before":
            return cut(request)
        response = ordered(effect) or self._answer(route, request, broken or body)
        self.invalid.note(response.status)
        name = route.template if route else "unknown"
        files = tuple(upload.filename for upload in body.uploads)
        self._world.journal.calls.append(Call(request.method, name, path, response.status, at, body.json, files))
        self._world.changes.notify()
        return await _deliver(request, response, effect) if effect else response

    def _answer(self, route: Route | None, request: web.Request, body: Body | Refusal) -> web.Response:
        headers: dict[str, str] = {}
        if self.invalid.banned:
            return banned()
        try:
            reply = self._serve(route, request, body, headers)
        except Refusal as refusal:
            self._record_violation(route, request, refusal)
            if refusal.status == 429:
                headers |= {"Retry-After": str(math.ceil(refusal.body["retry_after"])), "X-RateLimit-Scope": "user"}
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
        return route.handler(Ask(self._world, self._rate_limits, request.match_info, request.query, body))

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


async def _deliver(request: web.Request, response: web.Response, effect: Effect) -> web.StreamResponse:
    """Sends the answer in the way a fault asks for."""
    if effect.get("cut") == "after":
        return cut(request)
    return await trickle(request, response, effect["slow"]) if effect.get("slow") else response
