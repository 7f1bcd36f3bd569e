"""Files that come in: no larger than allowed, byte for byte, and gone afterwards."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from core.comfydeploy.values import Source
from core.file_errors import FileTooLarge, FileUnavailable
from core.hosts import Hosts
from core.media import Media, Network
from tests.core.fetching import CONTENT, NOWHERE, chunked, fetched, fetching, trusting
from tests.core.stub import Answer, hanging, saying, sending, serving


@asynccontextmanager
async def hurried(hosts: Hosts, seconds: float = 10.0) -> AsyncIterator[Media]:
    """As `fetching`, for hosts that fail: they are asked again at once."""
    network = Network(aiohttp.ClientTimeout(total=seconds), pauses=(0.0, 0.0))
    async with Media.connect(inputs=Hosts(), attachments=Hosts(), outputs=hosts, network=network) as media:
        yield media


@pytest.mark.parametrize("answer", [saying(CONTENT), chunked(CONTENT)], ids=["Content-Length", "chunked"])
async def test_a_file_arrives_byte_for_byte_when_it_is_as_large_as_allowed(answer: Answer) -> None:
    async with serving(answer) as host, fetching(trusting(host)) as media:
        assert await fetched(media, f"{host.url}/a.png", limit=len(CONTENT)) == CONTENT


@pytest.mark.parametrize(
    ("answer", "size"),
    [(saying(CONTENT), len(CONTENT)), (chunked(CONTENT), None)],
    ids=["Content-Length", "chunked"],
)
async def test_one_byte_more_than_allowed_is_too_large(answer: Answer, size: int | None) -> None:
    limit = len(CONTENT) - 1
    async with serving(answer) as host, fetching(trusting(host)) as media:
        with pytest.raises(FileTooLarge) as caught:
            await fetched(media, f"{host.url}/a.png", limit)

    assert (caught.value.name, caught.value.limit, caught.value.size) == ("result.png", limit, size)


async def test_an_empty_file_is_no_result() -> None:
    async with serving(saying(b"")) as host, fetching(trusting(host)) as media:
        with pytest.raises(FileUnavailable):
            await fetched(media, f"{host.url}/empty.txt")


async def test_compression_hides_no_bomb() -> None:
    bomb = saying(gzip.compress(bytes(2**20)), Content_Encoding="gzip")
    async with serving(bomb) as host, fetching(trusting(host)) as media:
        with pytest.raises(FileTooLarge):
            await fetched(media, f"{host.url}/a.png", limit=2**20 - 1)


async def test_a_large_file_is_never_in_memory_as_a_whole() -> None:
    content = bytes(24 * 2**20)
    async with serving(chunked(content)) as host, fetching(trusting(host)) as media:
        tracemalloc.start()
        async with media.output(f"{host.url}/a.png", "a.png") as local:
            _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert local.size == len(content)
    assert peak < len(content) / 3


async def test_the_file_is_gone_when_the_block_ends() -> None:
    async with serving(saying(CONTENT)) as host, fetching(trusting(host)) as media:
        block = media.output(f"{host.url}/a.png", "a.png")
        local = await block.__aenter__()
        inside = local.file.closed

        await block.__aexit__(None, None, None)

    assert (inside, local.file.closed) == (False, True)


async def test_a_signed_address_is_asked_for_as_it_is() -> None:
    query = "X-Amz-Credential=a%2Fb%2Bc&X-Amz-Signature=0f%7e&name=a+b%20c"
    async with serving(saying(CONTENT)) as host, fetching(trusting(host)) as media:
        await fetched(media, f"{host.url}/outputs/a%20b%2Bc.png?{query}")

    assert host.requests[0].raw_path == f"/outputs/a%20b%2Bc.png?{query}"


@pytest.mark.parametrize("status", [204, 206, 304, 400, 403, 404, 500])
async def test_a_host_that_does_not_hand_it_over_says_with_which_status(status: int) -> None:
    async with serving(saying(b"", status)) as host, hurried(trusting(host)) as media:
        with pytest.raises(FileUnavailable) as caught:
            await fetched(media, f"{host.url}/a.png")

    assert caught.value.status == status


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf",
    ],
)
async def test_a_file_that_stops_half_way_is_unavailable(raw: bytes) -> None:
    async with sending(raw) as host, hurried(trusting(host)) as media:
        with pytest.raises(FileUnavailable):
            await fetched(media, f"{host.url}/a.png")


async def test_a_host_that_hangs_is_given_up_within_the_time_out() -> None:
    async with serving(hanging) as host, hurried(trusting(host), seconds=0.05) as media:
        with pytest.raises(FileUnavailable):
            await fetched(media, f"{host.url}/a.png")


async def test_a_persons_file_is_waited_for_no_longer_than_for_all_tries_together() -> None:
    async with serving(hanging) as host:
        network = Network(aiohttp.ClientTimeout(total=10), patience=0.05)
        async with Media.connect(inputs=trusting(host), attachments=Hosts(), outputs=Hosts(), network=network) as media:
            with pytest.raises(FileUnavailable):
                async with media.input(Source("a.png", f"{host.url}/a.png"), 1000):
                    pass

    assert len(host.requests) <= 1


async def test_a_host_that_refuses_connections_is_unavailable() -> None:
    async with hurried(Hosts(trusted=frozenset({"127.0.0.1:9"}))) as media:
        with pytest.raises(FileUnavailable):
            await fetched(media, f"{NOWHERE}/a.png")
