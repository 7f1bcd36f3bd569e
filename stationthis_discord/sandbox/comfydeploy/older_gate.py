"""The way of a request on the older server: four paths with a key, and a web page for everything else."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.desk import DESK, Handler
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import recorded
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.spoiling import spoiled
from stationthis_discord.sandbox.comfydeploy.tokens import MISSING, REVOKED, Owner

GUARDED = ("/api/run", "/api/upload-url", "/api/workflow", "/api/workflow-version/")
BAD_KEY = "Invalid or expired token"
NOT_FOUND_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>404: This page could not be found.</title>'
    '</head><body><div><h1 class="next-error-h1">404</h1><h2>This page could not be found.</h2></div></body></html>'
)


class OlderRefusedError(Exception):
    """Ends a request with this status and JSON body."""

    def __init__(self, status: int, body: JsonObject) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


def failed(message: str) -> OlderRefusedError:
    """What the older server says to almost everything: 500 with the message of the exception."""
    return OlderRefusedError(500, {"error": message})


def caller(request: web.Request) -> Owner:
    """Whose key the request carries, after any scheme. Raises `RefusedError`."""
    _, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        raise RefusedError(MISSING)
    return request.app[DESK].keys.owner(token.partition(" ")[0], request.path)


@web.middleware
async def explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as the older server words them."""
    try:
        return await handler(request)
    except OlderRefusedError as error:
        return json_reply(error.body, status=error.status)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.Response(status=404, text=NOT_FOUND_PAGE, content_type="text/html")
    except (CrashError, RecursionError):
        return web.Response(status=500, text="Internal Server Error")


@web.middleware
async def authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 is plain text, and only for the paths there are."""
    if request.path in GUARDED or request.path.startswith(GUARDED[-1]):
        try:
            caller(request)
        except RefusedError as error:
            revoked = error.problem is REVOKED
            return web.Response(status=401, text=REVOKED.detail if revoked else BAD_KEY)
    return await handler(request)


MIDDLEWARES = (recorded, spoiled, explained, authenticated)
