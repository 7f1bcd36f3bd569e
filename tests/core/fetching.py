"""Media with the hosts and the network that a test wants, and answers for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from core.hosts import Hosts
from core.media import LARGEST_OUTPUT, Media, Network
from tests.core.names import Names
from tests.core.stub import Answer, Stub, saying

CONTENT = bytes(range(256)) * 40
NOWHERE = "http://127.0.0.1:9"


@asynccontextmanager
async def fetching(hosts: Hosts, names: Names | None = None, seconds: float = 10.0) -> AsyncIterator[Media]:
    """Media that takes inputs and outputs from these hosts."""
    network = Network(aiohttp.ClientTimeout(total=seconds), (lambda: names) if names else aiohttp.AsyncResolver)
    async with Media.connect(inputs=hosts, attachments=hosts, outputs=hosts, network=network) as media:
        yield media


def trusting(*stubs: Stub) -> Hosts:
    return Hosts(trusted=frozenset(stub.host for stub in stubs))


def chunked(content: bytes) -> Answer:
    """The content without a Content-Length."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for start in range(0, len(content), 4096):
            await response.write(content[start : start + 4096])
        return response

    return answer


def redirecting(to: str) -> Answer:
    return saying(b"", 302, Location=to)


async def fetched(media: Media, url: str, limit: int = LARGEST_OUTPUT) -> bytes:
    async with media.output(url, "result.png", limit) as local:
        content = local.file.read()
        assert (local.name, local.size) == ("result.png", len(content))
        return content
