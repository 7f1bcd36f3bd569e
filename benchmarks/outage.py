"""How often an API that is away is called, and how it is met when it is back: `make bench ARGS="outage"`.

Time is that of a loop which skips what it would sleep, and the API is a connector without sockets. When it is away,
connections are refused, lost, or answered 503 by its proxy, by turns.
"""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog
from aiohttp.client_proto import ResponseHandler
from rich.console import Console
from rich.table import Table

from benchmarks.api_replies import RUN_ID, deployments, run
from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.files import Files
from core.comfydeploy.transport import AT_ONCE, TIMEOUTS, Transport
from core.metrics import Metrics
from tests.skipping import SkippingLoop

READERS: Final = 1_000  # each reads once a second
BEFORE: Final = 30  # seconds
OUTAGE: Final = 60
AFTER: Final = 60
TTL: Final = 20.0  # seconds that the catalog is kept, less than by default so that it is due in the outage
DELAY: Final = 0.05  # seconds until an answer
CALLS: Final = 0.01  # of what the readers would cost without a cache
PEAK: Final = 1.1  # calls per 100 ms after the outage, of those before it
_SLOTS: Final = 10  # a second

_AWAY: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_RUN: Final = run()
_LIST: Final = b"[" + b",".join(deployments(3)) + b"]"

Read = Callable[[], Awaitable[object]]
Prepare = Callable[["Api"], AbstractAsyncContextManager[Read]]


@dataclass(slots=True)
class Api:
    """Answers in memory, and counts its calls by the tenth of a second in which they came."""

    is_away: bool = False
    calls: Counter[int] = field(default_factory=Counter)
    turns: Iterator[int] = field(default_factory=itertools.count)

    def called(self) -> int:
        """The number of this call."""
        self.calls[int(asyncio.get_running_loop().time() * _SLOTS)] += 1
        return next(self.turns)

    def between(self, start: float, end: float) -> list[int]:
        """The calls of each tenth of a second."""
        return [self.calls[slot] for slot in range(int(start * _SLOTS), int(end * _SLOTS))]


class _Wire(asyncio.Transport):
    """One connection to it."""

    def __init__(self, api: Api, protocol: ResponseHandler) -> None:
        super().__init__()
        self._api, self._protocol = api, protocol
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        turn = self._api.called()
        lost = self._api.is_away and turn % 2
        answer = _AWAY if self._api.is_away else _answer(bytes(data))
        asyncio.get_running_loop().call_later(DELAY, self._lose if lost else self._answer, answer)

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def _answer(self, answer: bytes) -> None:
        if not self._closed:
            self._protocol.data_received(answer)

    def _lose(self, _answer: bytes) -> None:
        if not self._closed:
            self._closed = True
            self._protocol.connection_lost(ConnectionResetError())


class _Connector(aiohttp.BaseConnector):
    """Connects in memory, as aiohttp's own connector for Unix sockets does by the same method."""

    def __init__(self, api: Api) -> None:
        super().__init__(limit=AT_ONCE)
        self._api = api

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: object,  # noqa: ARG002 -- aiohttp passes them by name
        timeout: aiohttp.ClientTimeout,  # noqa: ARG002, ASYNC109 -- and this; nothing here takes long
    ) -> ResponseHandler:
        if self._api.is_away and self._api.called() % 2:
            raise aiohttp.ClientConnectorError(req.connection_key, ConnectionRefusedError())
        protocol = ResponseHandler(asyncio.get_running_loop())
        protocol.connection_made(_Wire(self._api, protocol))
        return protocol


@dataclass(frozen=True, slots=True)
class Story:
    """Calls before, in and after the outage, and the most in a tenth of a second before and after it."""

    before: int
    outage: int
    after: int
    peak_before: int
    peak_after: int


async def measure_outage(console: Console) -> None:
    table = Table(title=f"{READERS:,} readers, a read each second, {OUTAGE} s of outage; ! = goal missed")
    for column in (
        "reading",
        "calls before",
        "in the outage",
        "of the reads",
        "after",
        "most in 100 ms before",
        "after",
    ):
        table.add_column(column, justify="left" if column == "reading" else "right")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # a line for each failure is no figure
    for name, prepare in (("the catalog", _catalog), ("a run, without a cache", _runs)):
        table.add_row(name, *_cells(await asyncio.to_thread(_lived_through, prepare)))
    structlog.reset_defaults()
    console.print(table)


def _cells(story: Story) -> list[str]:
    share = story.outage / (READERS * OUTAGE)
    return [
        f"{story.before:,}",
        f"{story.outage:,}",
        f"{share:.5f}{' !' * (share > CALLS)}",
        f"{story.after:,}",
        str(story.peak_before),
        f"{story.peak_after}{' !' * (story.peak_after > PEAK * story.peak_before)}",
    ]


def _lived_through(prepare: Prepare) -> Story:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(_story(prepare))


async def _story(prepare: Prepare) -> Story:
    api = Api()
    loop = asyncio.get_running_loop()
    async with prepare(api) as read:
        start = loop.time()
        away, back = start + BEFORE, start + BEFORE + OUTAGE
        readers = [asyncio.create_task(_reader(read, number / READERS)) for number in range(READERS)]
        await asyncio.sleep(BEFORE)
        api.is_away = True
        await asyncio.sleep(OUTAGE)
        api.is_away = False
        await asyncio.sleep(AFTER)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    before, outage, after = api.between(start, away), api.between(away, back), api.between(back, back + AFTER)
    return Story(sum(before), sum(outage), sum(after), max(before), max(after))


async def _reader(read: Read, delay: float) -> None:
    """Reads once a second from `delay` seconds on, whether the last read has come to its end or failed."""
    await asyncio.sleep(delay)
    async with asyncio.TaskGroup() as reads:
        while True:
            reads.create_task(_attempt(read))
            await asyncio.sleep(1)


async def _attempt(read: Read) -> None:
    with contextlib.suppress(ApiError):
        await read()


@asynccontextmanager
async def _client(api: Api) -> AsyncIterator[ComfyDeploy]:
    async with aiohttp.ClientSession(connector=_Connector(api)) as session:
        clock = asyncio.get_running_loop().time
        transport = Transport("http://api.invalid/api", session, session, TIMEOUTS, Metrics(), clock)
        yield ComfyDeploy(transport, Files(transport, session))


@asynccontextmanager
async def _catalog(api: Api) -> AsyncIterator[Read]:
    async with _client(api) as client:
        catalog = Catalog(client, Terms(ttl=TTL))
        yield catalog.list_deployments
        await catalog.aclose()


@asynccontextmanager
async def _runs(api: Api) -> AsyncIterator[Read]:
    async with _client(api) as client:
        yield lambda: client.runs.get(RUN_ID)


def _answer(head: bytes) -> bytes:
    body = _RUN if b"/run/" in head else b"[]" if b"is_fluid=true" in head else _LIST
    return _ANSWER % (len(body), body)


if __name__ == "__main__":
    asyncio.run(measure_outage(Console(highlight=False, soft_wrap=True)))
