"""A ComfyUI Deploy of canned bodies in a process of its own, as cheap as Python allows.

`python -m benchmarks.api_server`, or `served`. It reads of a request only what tells where it ends and which body it
wants. Its port is the first line it prints.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from benchmarks import api_replies

DEPLOYMENTS: Final = 2_000
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NUMBERS: Final = re.compile(rb"(page_size|offset)=(\d+)")
_OTHER_LIST: Final = b"is_fluid=true"
_END: Final = b"\r\n\r\n"
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


Answer = Callable[[asyncio.Transport, bytes, bytes], None]


class Canned:
    """All answers, ready to be written."""

    def __init__(self) -> None:
        self._run = reply(api_replies.run())
        self._queued = reply(api_replies.queued())
        self._deployments = api_replies.deployments(DEPLOYMENTS)

    def answer(self, transport: asyncio.Transport, head: bytes, _body: bytes) -> None:
        if head.startswith(b"POST"):
            transport.write(self._queued)
        elif head.startswith(b"GET /api/run/"):
            transport.write(self._run)
        else:
            page = self._page(head.partition(b"\r\n")[0])
            transport.write(reply(b"[" + b",".join(page) + b"]"))

    def _page(self, line: bytes) -> list[bytes]:
        asked = {name: int(number) for name, number in _NUMBERS.findall(line)}
        if _OTHER_LIST in line:
            return []
        start = asked.get(b"offset", 0)
        return self._deployments[start : start + asked.get(b"page_size", DEPLOYMENTS)]


class Connection(asyncio.Protocol):
    """Requests one after the other; `answer` gets head and body of each, and writes or closes."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        assert self._transport is not None
        while (end := self._buffer.find(_END)) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            whole = end + len(_END) + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + len(_END) : whole], self._buffer[whole:]
            self._answer(self._transport, head, body)


@asynccontextmanager
async def served(module: str = "benchmarks.api_server") -> AsyncIterator[str]:
    """The address of a server that runs in a process of its own until the block ends; `module` prints its port."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        with contextlib.suppress(ProcessLookupError):  # it may have died already
            process.terminate()
        await process.wait()


def reply(body: bytes) -> bytes:
    return _HEAD % len(body) + body


async def main() -> None:
    canned = Canned()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(canned.answer), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 -- who started it reads this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
