"""Files that people and runs name, fetched within limits into a temporary file.

The one door to aiohttp's client for addresses that others name. Nothing is ever held in memory as a whole.
"""

import asyncio
import errno
import io
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from core.comfydeploy.values import Source
from core.file_errors import FileHostRefused, FileTooLarge, FileUnavailable
from core.hosts import Hosts, is_public

log = structlog.get_logger(__name__)

LARGEST_OUTPUT: Final = 500 * 2**20  # bytes
_REDIRECTS: Final = 3
_MOST_CONNECTIONS: Final = 1000  # all files of the most runs: a host that hangs must not keep others from theirs


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file at hand: an open temporary file at its start, its name, and its size in bytes."""

    file: IO[bytes]
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Network:
    """How files are reached: `resolve` makes what finds the addresses of a name, `pauses` are seconds between tries.

    `timeout` is for one try, `lookup` the seconds that finding the addresses of a name may take, `patience` the
    seconds that a person's file may take in all: its host may be anybody's.
    """

    timeout: aiohttp.ClientTimeout
    resolve: Callable[[], AbstractResolver] = aiohttp.AsyncResolver  # threads would be those that files need
    pauses: tuple[float, ...] = (0.5, 2.0)
    patience: float = 120.0
    lookup: float = 5.0


NETWORK: Final = Network(aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=30))


class Media:
    """Fetches. Made by `connect`; `inputs`, `attachments` and `outputs` say where files may come from.

    `attachments` are for addresses that Discord handed over, `inputs` for those that people wrote.
    """

    def __init__(self, inputs: Hosts, attachments: Hosts, outputs: Hosts, network: Network = NETWORK) -> None:
        self._inputs = inputs
        self._attachments = attachments
        self._outputs = outputs
        self._network = network
        self._sessions: dict[Hosts, aiohttp.ClientSession] = {}
        self._opened = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, *, inputs: Hosts, attachments: Hosts, outputs: Hosts, network: Network = NETWORK
    ) -> AsyncIterator["Media"]:
        media = cls(inputs, attachments, outputs, network)
        async with media._opened:
            yield media

    @asynccontextmanager
    async def output(self, url: str, name: str, limit: int = LARGEST_OUTPUT) -> AsyncIterator[LocalFile]:
        """A run's file, gone when the block ends. `limit` in bytes.

        Raises:
            FileError: it may not, or cannot, be fetched, or is larger than `limit`.
        """
        async with self._fetched(url, name, self._outputs, limit) as local:
            yield local

    @asynccontextmanager
    async def input(self, source: Source, limit: int) -> AsyncIterator[LocalFile]:
        """A person's file, gone when the block ends. `limit` in bytes.

        Raises:
            FileError: too large, or not to be had.
        """
        _check_size(source.name, source.size, limit)
        if isinstance(source.where, str):
            patience, hosts = self._network.patience, self._attachments if source.attached else self._inputs
            async with self._fetched(source.where, source.name, hosts, limit, patience) as local:
                yield local
            return
        try:
            file = await asyncio.to_thread(source.where.open, "rb")
        except OSError:
            raise FileUnavailable(source.name) from None
        with file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            _check_size(source.name, size, limit)
            yield LocalFile(file, source.name, size)

    @asynccontextmanager
    async def _fetched(
        self, url: str, name: str, hosts: Hosts, limit: int, seconds: float | None = None
    ) -> AsyncIterator[LocalFile]:
        with ExitStack() as opened:
            try:
                file = opened.enter_context(_temporary())
                async with asyncio.timeout(seconds):
                    size = await self._downloaded(url, name, hosts, limit, file)
                file.seek(0)
            except TimeoutError:
                raise FileUnavailable(name) from None
            except OSError as error:  # it is this computer that has no room, or no more files
                log.warning("file.not_stored", error=type(error).__name__, code=errno.errorcode.get(error.errno or 0))
                raise FileUnavailable(name) from None
            yield LocalFile(file, name, size)

    async def _downloaded(self, url: str, name: str, hosts: Hosts, limit: int, into: IO[bytes]) -> int:
        """From the start again after a hiccup of the file's host: by now the run is paid for."""
        for pause in self._network.pauses:
            try:
                return await self._attempt(url, name, hosts, limit, into)
            except FileUnavailable as failed:
                if failed.status is not None and failed.status < 500:
                    raise
            await asyncio.sleep(pause)
            into.seek(0)
            into.truncate()
        return await self._attempt(url, name, hosts, limit, into)

    async def _attempt(self, url: str, name: str, hosts: Hosts, limit: int, into: IO[bytes]) -> int:
        try:
            return await self._download(url, name, hosts, limit, into)
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, NotPublic):
                raise FileHostRefused(name, host=error.host[:100]) from None
            raise FileUnavailable(name) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise FileUnavailable(name) from None

    async def _download(self, url: str, name: str, hosts: Hosts, limit: int, into: IO[bytes]) -> int:
        status = None
        for _ in range(_REDIRECTS + 1):
            exact = _allowed(url, name, hosts)
            async with self._session(hosts).get(
                exact, allow_redirects=False, timeout=self._network.timeout
            ) as response:
                if 300 <= response.status < 400 and "Location" in response.headers:
                    url, status = _joined(url, response.headers["Location"]), response.status
                    continue
                if response.status != 200:
                    raise FileUnavailable(name, status=response.status)
                return await _stream(response, name, limit, into)
        raise FileUnavailable(name, status=status)

    def _session(self, hosts: Hosts) -> aiohttp.ClientSession:
        if hosts not in self._sessions:
            resolver = PublicResolver(hosts, self._network.resolve(), self._network.lookup)
            self._opened.push_async_callback(resolver.close)  # a session does not close what it is given
            connector = aiohttp.TCPConnector(resolver=resolver, limit=_MOST_CONNECTIONS)
            # no cookies: what a host sets for one person's file is not for the next person's
            session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
            self._opened.push_async_callback(session.close)
            self._sessions[hosts] = session
        return self._sessions[hosts]


class NotPublic(OSError):
    """A name leads to no public address."""


class PublicResolver(AbstractResolver):
    """Resolves names as `names` does, within `seconds`, and drops every address that is not public.

    aiohttp connects to what this returns, so a name that changes its mind between check and use gains nothing.
    """

    def __init__(self, hosts: Hosts, names: AbstractResolver, seconds: float = NETWORK.lookup) -> None:
        self._hosts = hosts
        self._names = names
        self._seconds = seconds

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        async with asyncio.timeout(self._seconds):
            found = await self._names.resolve(host, port, family)
        if self._hosts.may_be_private(host, port):
            return found
        public = [item for item in found if is_public(item["host"])]
        if not public:
            raise NotPublic(None, "no public address")
        return public

    async def close(self) -> None:
        await self._names.close()


@contextmanager
def _temporary() -> Iterator[IO[bytes]]:
    """Closed without a word: what a full disk did not take is of no use any more."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed below
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _allowed(url: str, name: str, hosts: Hosts) -> URL:
    """The address as it will be asked for. Raises `FileHostRefused`."""
    try:
        exact = URL(url, encoded=True)  # quoting it anew would break a signed address
        host = exact.raw_host or ""  # not `host`, which is decoded where it has other letters
    except ValueError:
        raise FileHostRefused(name, host="") from None
    # what is asked for is what was checked: two libraries may read one odd address as two hosts
    if not hosts.allows(url) or host.casefold() != urlsplit(url).hostname:
        raise FileHostRefused(name, host=host[:100])
    return exact


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # which is refused in the next round


def _check_size(name: str, size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        raise FileTooLarge(name, limit=limit, size=size)


async def _stream(response: aiohttp.ClientResponse, name: str, limit: int, into: IO[bytes]) -> int:
    if response.content_length is not None and response.content_length > limit:
        raise FileTooLarge(name, limit=limit, size=response.content_length)
    size = 0
    async for chunk in response.content.iter_chunked(2**18):
        size += len(chunk)
        if size > limit:
            raise FileTooLarge(name, limit=limit)
        await asyncio.to_thread(into.write, chunk)
    if size == 0:
        raise FileUnavailable(name, status=response.status)
    return size
