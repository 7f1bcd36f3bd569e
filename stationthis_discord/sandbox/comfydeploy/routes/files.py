"""Files: the upload endpoint, and the bucket that serves what was uploaded or made."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, errors
from stationthis_discord.sandbox.comfydeploy.errors import InvalidRequestError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import account
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.storage import content_type

MAX_BYTES = 250 * 1024 * 1024


async def upload(request: web.Request) -> web.Response:
    """Multipart with a part `file`; the type is guessed from the part's file name alone."""
    form = await request.post()
    part = form.get("file")
    if not isinstance(part, web.FileField):
        raise InvalidRequestError([accepts.missing("body", "file")])
    with part.file:
        content = part.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise RefusedError(errors.UPLOAD_SIZE)
    key = account(request).storage.put_upload(part.filename, content)
    if key is None:
        raise RefusedError(errors.UPLOAD_TYPE)
    return json_reply(
        {
            "message": "File uploaded successfully",
            "file_id": key.partition("/")[2].partition(".")[0],
            "file_name": part.filename,
            "file_url": account(request).storage.url(key),
        }
    )


async def download(request: web.Request) -> web.Response:
    """A file of the bucket, with S3's XML for what it does not hand out."""
    storage, key = account(request).storage, request.match_info["key"]
    refusal = storage.refusal(key, request.query_string)
    if refusal is not None:
        return _xml(403, "AccessDenied", refusal)
    if key not in storage.files:
        return _xml(404, "NoSuchKey", "The specified key does not exist.")
    return web.Response(body=await storage.read(key), content_type=content_type(key))


def _xml(status: int, code: str, message: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
