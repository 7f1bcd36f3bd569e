"""Files: the upload of inputs, and the endpoint that only sounds like one."""

import asyncio

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, errors
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import InvalidRequestError, RefusedError
from stationthis_discord.sandbox.comfydeploy.reply import json_reply

MAX_BYTES = 250 * 1024 * 1024


async def upload(request: web.Request) -> web.Response:
    """Multipart with a part `file`; the type is guessed from the part's file name alone."""
    name, content = await uploaded(request)
    key = account(request).storage.put_upload(name, content)
    if key is None:
        raise RefusedError(errors.UPLOAD_TYPE)
    return json_reply(
        {
            "message": "File uploaded successfully",
            "file_id": key.partition("/")[2].partition(".")[0],
            "file_name": name,
            "file_url": account(request).storage.url(key),
        }
    )


async def add_file(request: web.Request) -> web.Response:
    """Downloads a model into a volume, which the sandbox does not have; anything but JSON is refused before."""
    await accepts.from_body(bodies.AddFile, request)
    raise RefusedError(errors.NOT_SIMULATED)


async def uploaded(request: web.Request) -> tuple[str, bytes]:
    """Name and content of the part `file`. Raises `InvalidRequestError` without one, `RefusedError` above the limit."""
    form = await request.post()
    part = form.get("file")
    if not isinstance(part, web.FileField):
        raise InvalidRequestError([accepts.missing("body", "file")])
    with part.file:
        content = await asyncio.to_thread(part.file.read, MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise RefusedError(errors.UPLOAD_SIZE)
    return part.filename, content
