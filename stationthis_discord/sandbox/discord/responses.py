"""Responses as Discord's edge sends them, and as a fault has them sent."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from stationthis_discord.sandbox.discord import codec, refusals
from stationthis_discord.sandbox.discord.faults import Effect
from stationthis_discord.sandbox.discord.route import Reply

_PIECES = 10


def respond(reply: Reply, headers: dict[str, str] | None = None) -> web.Response:
    """A response of the API.

    discord.py takes a 429 without `Via`, or with any content type but exactly `application/json`, for a ban.
    """
    headers = {"Via": "1.1 google", **(headers or {})}
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, str):
        return web.Response(status=reply.status, headers=headers, text=reply.body, content_type="text/html")
    data = codec.dump(reply.body)
    return web.Response(status=reply.status, headers=headers, body=data, content_type="application/json")


def banned() -> web.Response:
    """What the edge in front of Discord answers to who made too many invalid requests: no `Via`, no JSON.

    https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
    """
    headers = {"Retry-After": "600"}
    return web.Response(status=429, headers=headers, text="error code: 1015", content_type="text/html")


def ordered(effect: Effect) -> web.Response | None:
    """The answer of a fault, if it has one."""
    status = effect.get("status")
    if status is None:
        return None
    phrase = HTTPStatus(status).phrase
    usual: dict[str, object] = {"message": f"{status}: {phrase}", "code": 0}
    if status == 413:
        usual = refusals.entity_too_large().body
    if status == 429:
        usual = {"message": "You are being rate limited.", "retry_after": 0.05, "global": False}
    return respond(Reply(status, effect.get("body", usual)), effect.get("headers"))


def cut(request: web.Request) -> web.Response:
    """Closes the connection; the response that is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def trickle(request: web.Request, response: web.Response, seconds: float) -> web.StreamResponse:
    """Sends the body in pieces that take this long together."""
    data = response.body if isinstance(response.body, bytes) else b""
    slow = web.StreamResponse(status=response.status, headers=response.headers)
    slow.content_length = len(data)
    await slow.prepare(request)
    size = len(data) // _PIECES + 1
    for start in range(0, len(data), size):
        await asyncio.sleep(seconds / _PIECES)
        await slow.write(data[start : start + size])
    await slow.write_eof()
    return slow
