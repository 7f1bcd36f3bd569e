"""The way every request takes: recorded, spoiled by a fault, authenticated, routed, and refused in the API's words."""

import json
import time

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import errors
from stationthis_discord.sandbox.comfydeploy.desk import DESK, Call, Handler, account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, InvalidRequestError, Problem, RefusedError
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.spoiling import Cut, spoiled
from stationthis_discord.sandbox.comfydeploy.tokens import MISSING, Owner

KEPT_CALLS = 20_000
OPEN = ("/api/platform/gpu-pricing",)  # no key needed


def caller(request: web.Request) -> Owner:
    """Whose key the request carries. Raises `RefusedError` with 401 or 403."""
    token = _token(request)
    if not token:
        raise RefusedError(MISSING)
    return request.app[DESK].keys.owner(token, request.path)


@web.middleware
async def recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    call = Call(request.method, request.path, dict(request.query), time.monotonic())
    calls = request.app[DESK].calls
    calls.append(call)
    del calls[:-KEPT_CALLS]
    if request.content_type == "application/json":
        call.body = _json(await request.read())
    response = await handler(request)
    call.status = None if isinstance(response, Cut) else response.status
    return response


@web.middleware
async def explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals and crashes as the API words them."""
    faithful = account(request).faithful
    try:
        return await handler(request)
    except RefusedError as error:
        return refusal(error.problem, faithful=faithful)
    except InvalidRequestError as error:
        return json_reply({"detail": error.problems}, status=422)
    except web.HTTPMethodNotAllowed:
        return json_reply({"detail": errors.NO_METHOD.detail}, status=405, headers={"Allow": _first_method(request)})
    except web.HTTPNotFound:
        return _moved(request) or refusal(errors.NO_ROUTE)
    except (CrashError, RecursionError):
        return await _crashed(request, hang_up=faithful)


@web.middleware
async def authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """401 comes before 404: the key is checked before the route."""
    if request.path.startswith("/api/") and request.path not in OPEN:
        caller(request)
    return await handler(request)


MIDDLEWARES = (recorded, spoiled, explained, authenticated)


def refusal(problem: Problem, *, faithful: bool = True) -> web.Response:
    status = problem.status if faithful or problem.sane is None else problem.sane
    return json_reply({problem.key: problem.detail}, status=status)


def _token(request: web.Request) -> str:
    """The key from the first carrier that has one: cookie, query, bearer (case-sensitive), header."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    carried = (
        request.cookies.get("__session"),
        request.query.get("cd_token"),
        bearer if scheme == "Bearer" else "",
        request.headers.get("x-api-key"),
    )
    return next((token for token in carried if token), "")


def _moved(request: web.Request) -> web.Response | None:
    """307 with an empty body for a known path with a trailing slash."""
    path = request.path.rstrip("/")
    if path == request.path:
        return None
    if not any(_same_shape(path, resource.canonical) for resource in request.app.router.resources()):
        return None
    query = f"?{request.query_string}" if request.query_string else ""
    return web.Response(status=307, headers={"Location": f"{request.scheme}://{request.host}{path}{query}"})


def _first_method(request: web.Request) -> str:
    """Starlette names only the method of the first route that has the path."""
    known = (row for row in request.app.router.resources() if _same_shape(request.path, row.canonical))
    return next((route.method for resource in known for route in resource), "GET")


def _same_shape(path: str, pattern: str) -> bool:
    parts, wanted = path.split("/"), pattern.split("/")
    pairs = zip(parts, wanted, strict=False)
    return len(parts) == len(wanted) and all(part == want or want.startswith("{") for part, want in pairs)


async def _crashed(request: web.Request, *, hang_up: bool) -> web.Response:
    """The text 500 after which the real server closes the kept-alive connection without announcing it."""
    response = web.Response(status=500, text="Internal Server Error")
    if hang_up and request.transport is not None:
        await response.prepare(request)
        await response.write_eof()
        request.transport.close()
    return response


def _json(raw: bytes) -> Json:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
