"""Writes down every request to an API and every reply it gave, from inside the server: a bot meets nothing else."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.conformance.trace import FORM, Body, Exchange, line

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def recorder(base: str, trace: Path) -> Middleware:
    """A middleware that appends the exchanges on the paths below `base` to a file."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(base)
        if path == request.rel_url.raw_path:
            return await handler(request)
        response = await handler(request)
        asked, (status, reply) = await _asked(request), _reply(request, response)
        with trace.open("a", encoding="utf-8") as file:
            file.write(line(Exchange(request.method, path, list(request.query.items()), asked, status, reply)))
        return response

    return record


async def _asked(request: web.Request) -> Body:
    """What the handler read; aiohttp keeps it."""
    if request.content_type == FORM:
        payload = (await request.post()).get("payload_json")
        return Body(FORM, payload if isinstance(payload, str) else None)
    data = await request.read()
    return Body(request.content_type, data.decode("utf-8", "replace")) if data else Body()


def _reply(request: web.Request, response: web.StreamResponse) -> tuple[int | None, Body]:
    """The status and body of a reply; no status when the connection was cut, or the body went out in pieces."""
    if request.transport is None or request.transport.is_closing() or not isinstance(response, web.Response):
        return None, Body()
    return response.status, Body(response.content_type, response.text) if response.body else Body()
