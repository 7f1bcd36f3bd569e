"""How a fault spoils a request: with silence, a cut, another answer, or a connection that is dead the next time."""

import asyncio

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.desk import DESK, Handler
from stationthis_discord.sandbox.comfydeploy.faults import Fault
from stationthis_discord.sandbox.comfydeploy.reply import json_reply

_LOOK = 0.02  # seconds between two looks at whether the caller is still there


class Cut(web.Response):
    """What is not sent any more."""


@web.middleware
async def spoiled(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = request.app[DESK]
    if request.transport in desk.stale:
        return _cut(request)
    fault = desk.faults.take(request.method, request.path)
    if fault is None:
        return await handler(request)
    await asyncio.sleep(fault.delay)
    if not fault.spoils:
        return await _honest(request, handler, fault)
    if fault.after:
        answer = await handler(request)
        if answer.prepared:  # a crash has already answered and hung up
            return answer
    await _silence(request, fault.wait)
    return await _spoilt(request, fault)


async def _honest(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    if fault.stale and request.transport is not None:
        request.app[DESK].stale.add(request.transport)
    return await handler(request)


async def _silence(request: web.Request, seconds: float) -> None:
    """Wait, but not for a caller that has hung up."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (left := until - clock()) > 0 and request.transport is not None:  # noqa: ASYNC110 - no event tells it
        await asyncio.sleep(min(left, _LOOK))


async def _spoilt(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.cut:
        return _cut(request)
    headers, status = dict(fault.headers), fault.status or 500
    if fault.parts is not None:
        return await _streamed(request, web.StreamResponse(status=status, headers=headers), fault)
    if isinstance(fault.body, str):
        return web.Response(status=status, body=fault.body.encode(), headers={"Content-Type": "text/plain"} | headers)
    return json_reply(fault.body, status=status, headers=headers)


async def _streamed(request: web.Request, response: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    try:
        await response.prepare(request)
        for part in fault.parts() if fault.parts is not None else ():
            await response.write(part)
    except ConnectionError:  # a careful caller hangs up
        return Cut()
    return response


def _cut(request: web.Request) -> Cut:
    if request.transport is not None:
        request.transport.abort()
    return Cut()
