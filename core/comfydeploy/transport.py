"""One call to ComfyUI Deploy, sent and answered; the one door to aiohttp's client for the API.

Reads are repeated a few times when the failure may pass; what changes something is sent once, on a connection of its
own. A breaker and a retry budget keep an outage from being made worse.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final

import aiohttp

from core.comfydeploy import wire
from core.comfydeploy.breaker import Breaker, RetryBudget
from core.comfydeploy.errors import ApiError, BadReply, NoAnswer, Paused, ServerFault, Unreachable
from core.comfydeploy.health import Health
from core.comfydeploy.operations import GET_GPU_PRICES, Operation
from core.comfydeploy.retry import retrying
from core.comfydeploy.ways import Ways
from core.metrics import Metrics, outcome_of

LARGEST_REPLY: Final = 64 * 2**20  # bytes, unpacked
AT_ONCE: Final = 64  # calls under way; more connections cost more CPU for each call, and help nobody
_AWAY: Final = (Unreachable, NoAnswer)
_PROXY_FAULTS: Final = frozenset({502, 503, 504})  # a plain 500 is an answer: often it means "not found"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long an answer may take; a submit may wait for a cold machine that has to be built first.

    `poll` is for what is small and asked again and again: one limit for all of it costs half of two.
    """

    read: aiohttp.ClientTimeout
    poll: aiohttp.ClientTimeout
    submit: aiohttp.ClientTimeout
    upload: aiohttp.ClientTimeout


TIMEOUTS: Final = Timeouts(
    read=aiohttp.ClientTimeout(total=20, sock_connect=3, sock_read=8),
    poll=aiohttp.ClientTimeout(total=8, sock_connect=3),
    submit=aiohttp.ClientTimeout(total=130, sock_connect=3, sock_read=120),
    upload=aiohttp.ClientTimeout(total=300, sock_connect=3, sock_read=60),
)


@dataclass(slots=True)  # frozen would take three times as long to make
class Call:
    """One request: the holes of the operation's route are filled with checked ids. `timeout` is a read's if left out.

    `older` is the same wish as servers understand it that only have the operation's older path.
    """

    operation: Operation
    ids: Mapping[str, str] | None = None
    numbers: Mapping[str, int] | None = None
    query: Mapping[str, str] | None = field(default=None, repr=False)  # here and below are people's words, and tokens
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: aiohttp.FormData | None = field(default=None, repr=False)
    timeout: aiohttp.ClientTimeout | None = None
    older: "Call | None" = None
    name: str = field(init=False)
    path: str = field(init=False)

    def __post_init__(self) -> None:
        """Raises `ValueError` when an id is none."""
        self.name, self.path = self.operation.name, self.operation.route
        if self.ids:
            checked = {name: wire.checked_id(value) for name, value in self.ids.items()}
            self.path = self.path.format(**checked, **(self.numbers or {}))


@dataclass(slots=True, eq=False)
class _Reading:
    """A call and its tries; after a lost connection the next try gets a new one.

    `kept`: the last try went over a connection that had been used before. `stale`: the server had closed that one
    meanwhile, which says nothing of how the server is now.
    """

    call: Call
    lost: bool = False
    kept: bool = False
    stale: bool = False


class Transport:
    """Sends calls to the server at `root`. Made by `connect`."""

    def __init__(
        self,
        root: str,
        pooled: aiohttp.ClientSession,
        fresh: aiohttp.ClientSession,
        timeouts: Timeouts,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.root = root
        self.timeouts = timeouts
        self.health = Health()
        self.ways = Ways()
        self._pooled = pooled
        self._fresh = fresh
        self._metrics = metrics
        self._breaker = Breaker(clock)
        self._budget = RetryBudget()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._read_patiently = retrying(self._try, self._budget, self._told_of_retry)

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: str,
        key: str,
        timeouts: Timeouts = TIMEOUTS,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> AsyncIterator["Transport"]:
        """A transport, open until the block ends. `url` with or without `/api`; `clock` is the breaker's, in seconds.

        Raises:
            ValueError: `url` is not an absolute http(s) address.
        """
        root = wire.api_root(url)
        session = partial(
            aiohttp.ClientSession,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            cookie_jar=aiohttp.DummyCookieJar(),  # a session cookie set on the way would count before the key
            middlewares=(never_twice,),
        )
        kept = aiohttp.TCPConnector(limit=AT_ONCE, socket_factory=_new_socket)
        async with (
            session(connector=kept) as pooled,
            # The server closes kept-alive connections without notice after a fault. What starts a run must not
            # be lost to that, so it always gets a connection of its own.
            session(connector=aiohttp.TCPConnector(force_close=True)) as fresh,
        ):
            yield cls(root, pooled, fresh, timeouts, metrics or Metrics(), clock)

    async def read(self, call: Call, *, retry: bool = True) -> bytes:
        """The answer's body. A read that may succeed later is sent up to three times.

        Raises:
            ApiError: what the answer means, or that there was none.
        """
        return await self._by_known_path(call, self._read_patiently if retry else self._try)

    async def send(self, call: Call) -> bytes:
        """As `read`, for what changes something: it is never sent twice."""
        return await self._by_known_path(call, self._send_once)

    async def server_time(self) -> datetime | None:
        """The server's clock, to the second, from the Date header; None when it does not say."""
        url = self.root + GET_GPU_PRICES.route
        try:
            async with self._pooled.get(url, timeout=self.timeouts.read, allow_redirects=False) as response:
                said = parsedate_to_datetime(response.headers.get("Date", ""))
        except (Lost, aiohttp.ClientError, TimeoutError, OSError, ValueError, OverflowError):
            return None  # the latter for absurd time zones
        return said if said.tzinfo else said.replace(tzinfo=UTC)

    async def _by_known_path(self, call: Call, exchange: "Callable[[_Reading], Awaitable[bytes]]") -> bytes:
        """By the path of today; by the older one where the server has said that it lacks today's."""
        older = call.older
        if older is None:
            return await exchange(_Reading(call))
        return await self.ways.take(call.operation, lambda: exchange(_Reading(call)), lambda: exchange(_Reading(older)))

    async def _try(self, reading: _Reading) -> bytes:
        try:
            return await self._exchange(self._fresh if reading.lost else self._pooled, reading)
        except NoAnswer:
            reading.lost = True
            raise

    async def _send_once(self, reading: _Reading) -> bytes:
        return await self._exchange(self._fresh, reading)

    async def _exchange(self, session: aiohttp.ClientSession, reading: _Reading) -> bytes:
        if not self._breaker.may_admit():
            raise self._refused(reading)
        async with self._places:
            if not self._breaker.admits():  # again: the calls before it may all have failed
                raise self._refused(reading)
            self._budget.called()
            started = time.perf_counter()
            try:
                body = await self._request(session, reading)
            except ApiError as error:
                self._judge(error, reading, time.perf_counter() - started)
                raise
        self._judge(None, reading, time.perf_counter() - started)
        return body

    def _refused(self, reading: _Reading) -> Paused:
        self._metrics.refused(reading.call.name)
        return Paused(reading.call.name)

    def _judge(self, error: ApiError | None, reading: _Reading, seconds: float) -> None:
        self._metrics.called(reading.call.name, outcome_of(error), seconds)
        if reading.stale:
            return
        if isinstance(error, _AWAY) or (isinstance(error, ServerFault) and error.status in _PROXY_FAULTS):
            self._breaker.failed()
            self.health.failed()
        else:
            self._breaker.answered()
            self.health.answered()

    async def _request(self, session: aiohttp.ClientSession, reading: _Reading) -> bytes:
        call = reading.call
        failure: ApiError
        reading.kept, reading.stale = session is self._pooled, False
        _under_way.set(reading)
        try:
            async with session.request(
                call.operation.method,
                self.root + call.path,
                params=call.query,
                json=call.json,
                data=call.form,
                timeout=call.timeout or self.timeouts.read,
                allow_redirects=False,  # the key must not follow a redirect to another host
            ) as response:
                return _understood(call, response, await _body(call, response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = Unreachable(call.name)
        except Lost:
            reading.stale, failure = reading.kept, NoAnswer(call.name)
        except (aiohttp.ClientError, TimeoutError, OSError):
            failure = NoAnswer(call.name)
        raise failure  # out here: as its context aiohttp's error would come along, with the headers and so with the key

    def _told_of_retry(self, reading: _Reading) -> None:
        self._metrics.retried(reading.call.name)


_under_way: Final[ContextVar[_Reading]] = ContextVar("reading")  # what a task asks now


class Lost(Exception):
    """The connection broke before an answer."""


async def never_twice(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Aiohttp repeats GET, PUT and DELETE by itself when the connection breaks; how often to ask is for us to say."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        pass
    raise Lost


def _new_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """Aiohttp asks for a socket when no kept connection is free; to be told by a `TraceConfig` costs far more."""
    if (reading := _under_way.get(None)) is not None:
        reading.kept = False
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def _understood(call: Call, response: aiohttp.ClientResponse, body: bytes) -> bytes:
    if 200 <= response.status < 300:
        return body
    retry_after = wire.parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
    error = wire.error_for(call.name, response.status, body, retry_after, hides_absence=call.operation.hides_absence)
    if error is not None:
        raise error
    return body


async def _body(call: Call, response: aiohttp.ClientResponse) -> bytes:
    """The whole body, unpacked piece by piece, so that a bomb is cut at the cap and not after it."""
    chunks, size = [], 0
    while not response.content.at_eof():
        chunk = await response.content.readany()
        size += len(chunk)
        if size > LARGEST_REPLY:
            raise BadReply(call.name, response.status)
        chunks.append(chunk)
    return b"".join(chunks)
