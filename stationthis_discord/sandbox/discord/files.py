"""Serving uploaded files as Discord's CDN does: signed addresses, no authentication.

https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
"""

import asyncio

from aiohttp import web

from stationthis_discord.sandbox.discord.faults import Faults
from stationthis_discord.sandbox.discord.responses import cut, ordered, trickle
from stationthis_discord.sandbox.discord.stored import StoredFile
from stationthis_discord.sandbox.discord.world import World


def install(app: web.Application, world: World, faults: Faults) -> None:
    """Adds the routes of the files, those of messages and those people pick in commands and forms."""

    async def serve(request: web.Request) -> web.StreamResponse:
        effect = faults.take("GET", request.path)
        await asyncio.sleep(effect.get("latency", 0.0))
        if effect.get("cut"):
            return cut(request)
        response = ordered(effect) or _found(world, request)
        return await trickle(request, response, effect["slow"]) if effect.get("slow") else response

    for area in ("attachments", "ephemeral-attachments"):
        app.router.add_get(f"/{area}/{{folder}}/{{file_id}}/{{name}}", serve)


def _found(world: World, request: web.Request) -> web.Response:
    file = world.files.get(request.match_info["file_id"])
    if not file or file.filename != request.match_info["name"] or not _signed(world, file, request):
        return web.Response(status=404, text="This content is no longer available.")
    return web.Response(body=file.data, content_type=file.content_type)


def _signed(world: World, file: StoredFile, request: web.Request) -> bool:
    """Whether the address carries the signature it was given, and is not over a day old."""
    if request.query.get("hm") != f"{int(file.id):064x}":
        return False
    expires = request.query.get("ex", "")
    return f"ex={expires}&" in file.url and world.clock() < int(expires, 16)


def find_file(world: World, url: str) -> bytes:
    """The bytes behind an attachment's address. Raises LookupError."""
    bare = url.split("?", maxsplit=1)[0]
    file = world.files.get(bare.split("/")[-2]) if "/" in bare else None
    if file and file.url.split("?")[0] == bare:
        return file.data
    raise LookupError(f"no file was uploaded as {url}")
