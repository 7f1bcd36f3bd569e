"""The bucket behind the API, on the sandbox's own origin: serves files, and takes uploads through signed URLs."""

import asyncio
import hashlib

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import presigned
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from stationthis_discord.sandbox.comfydeploy.storage import content_type

_UNLIKE = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_PIECE = 2**18  # bytes written at a time
_REFUSALS = {
    "AccessDenied": ("AccessDenied", "Access Denied"),
    "Expired": ("AccessDenied", "Request has expired"),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", _UNLIKE),
}


async def download(request: web.Request) -> web.StreamResponse:
    """A file of the bucket, with S3's XML for what it does not hand out."""
    storage, key = account(request).storage, request.match_info["key"]
    refusal = storage.refusal(key, request.query_string)
    if refusal is not None:
        return _xml(403, "AccessDenied", refusal)
    if not storage.has(key):
        return _xml(404, "NoSuchKey", "The specified key does not exist.")
    content = await storage.read(key)
    response = web.StreamResponse(headers={"Content-Type": storage.types.get(key) or content_type(key)})
    response.content_length = len(content)
    await response.prepare(request)
    if request.method == "GET":
        storage.downloads[request.path] += 1
        for at in range(0, len(content), _PIECE):
            await response.write(content[at : at + _PIECE])
            storage.downloaded[request.path] += len(content[at : at + _PIECE])
    await response.write_eof()
    return response


async def put(request: web.Request) -> web.Response:
    """An upload through a signed URL; the body is read only when the URL and the headers are right."""
    storage, key = account(request).storage, request.match_info["key"]
    refusal = presigned.refusal(storage, key, request.query_string, request.headers)
    if refusal is not None:
        return _xml(403, *_REFUSALS[refusal])
    content = await request.read()
    storage.put(key, Bytes(content))
    storage.types[key] = request.content_type
    return web.Response(headers={"ETag": f'"{await asyncio.to_thread(_digest, content)}"'})


def _digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _xml(status: int, code: str, message: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
