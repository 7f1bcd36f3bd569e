"""Tiny servers for what the sandbox cannot do: any HTTP answer, and bytes that are no HTTP at all."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Stub:
    """What was started: its address, and what came: requests, or connections where it speaks no HTTP."""

    url: str = ""
    requests: list[web.Request] = field(default_factory=list)
    connections: int = 0

    @property
    def host(self) -> str:
        """`host:port`."""
        return self.url.removeprefix("http://")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[Stub]:
    """A server on loopback that answers everything with `answer`."""
    stub = Stub()

    async def handle(request: web.Request) -> web.StreamResponse:
        stub.requests.append(request)
        return await answer(request)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield stub
    finally:
        await runner.cleanup()


def saying(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Always this answer; `_` in header names stands for `-`."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers=named)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """The first answer first, and so on; the last one for all that come after."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def routing(answers: Mapping[str, Answer], otherwise: Answer) -> Answer:
    """An answer for each method and path, such as `GET /api/run`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers.get(f"{request.method} {request.path}", otherwise)(request)

    return answer


async def hanging(_: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError("waited for ever, and yet it went on")


async def cutting(request: web.Request) -> web.StreamResponse:
    """Hangs up without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


class Held:
    """Keeps each request waiting until the test answers or cuts it, the oldest first; `most` waited at once."""

    def __init__(self, body: bytes = b"[]") -> None:
        self.most = 0
        self._body = body
        self._waiting: list[asyncio.Future[Answer]] = []

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def answer(self, count: int = 1) -> None:
        self._let_go(count, saying(self._body))

    def cut(self, count: int = 1) -> None:
        self._let_go(count, cutting)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self.most = max(self.most, len(self._waiting))
        answer: Answer = await turn
        return await answer(request)

    def _let_go(self, count: int, answer: Answer) -> None:
        for turn in self._waiting[:count]:
            turn.set_result(answer)
        del self._waiting[:count]


@asynccontextmanager
async def nobody() -> AsyncIterator[Stub]:
    """An address where nothing listens."""
    async with sending(b"") as stub:
        pass
    yield stub  # its port is closed again


@asynccontextmanager
async def crowded() -> AsyncIterator[Stub]:
    """A server that is so busy that nobody gets a connection: its queue is full, and it takes nobody from it."""
    with ExitStack() as sockets:
        server = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield Stub(f"http://127.0.0.1:{server.getsockname()[1]}")


@asynccontextmanager
async def sending(raw: bytes) -> AsyncIterator[Stub]:
    """A server that waits for a first byte, sends these bytes and hangs up."""
    stub = Stub()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stub.connections += 1
        await reader.read(1)
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield stub


@asynccontextmanager
async def forgetful(body: bytes) -> AsyncIterator[Stub]:
    """A server that keeps connections open, and hangs up on the second request of each without a word."""
    stub = Stub()
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stub.connections += 1
        head = await reader.readuntil(b"\r\n\r\n")
        if b"Content-Length" in head:
            await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
        writer.write(raw)
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield stub
