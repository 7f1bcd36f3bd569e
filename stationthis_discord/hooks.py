"""The side door's route for webhooks: the sender is checked, the report handed on, the answer given at once."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web

from core.metrics import Metrics
from core.webhook import PATH, Heard, HookForged, Hooks, HookUnreadable

log = structlog.get_logger(__name__)

_PATIENCE: Final = 5.0  # seconds for a body; the sender waits 20 for the answer


def hook_routes(
    hooks: Hooks, hear: Callable[[Heard], None], metrics: Metrics, *, patience: float = _PATIENCE
) -> list[web.RouteDef]:
    """What `open_side_door` serves, whose limit for bodies counts here, too.

    `hear` is called for each report, also for those that come twice or late, and must be quick: the sender waits.
    `patience` in seconds. A report is sent by POST and, when that was not answered, by GET with the same body.
    """

    async def take(request: web.Request) -> web.Response:
        delivery, signature = request.query.get("delivery", ""), request.query.get("sig", "")
        try:
            hooks.check(delivery, signature)  # a stranger's body is not even read
            heard = hooks.read(delivery, signature, await _body(request, patience))
        except HookForged:
            log.debug("hook.forged")
            metrics.hooked("forged")
            raise web.HTTPUnauthorized from None
        except HookUnreadable:
            log.warning("hook.unreadable", delivery=delivery)
            metrics.hooked("unreadable")
            raise web.HTTPBadRequest from None
        metrics.hooked("heard")
        try:
            hear(heard)
        except Exception:  # the sender cannot mend it, and would only send it again
            log.exception("hook.unheard", delivery=delivery, run_id=heard.run.id)
        return web.json_response({})

    return [web.post(PATH, take), web.get(PATH, take, allow_head=False)]


async def _body(request: web.Request, patience: float) -> bytes:
    try:
        async with asyncio.timeout(patience):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ConnectionError, web.RequestPayloadError):  # it broke off, or is not packed as it says
        raise HookUnreadable from None
