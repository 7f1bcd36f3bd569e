"""Where files may come from: the address as written, the address behind the name, and every redirect."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.client import ComfyDeploy
from core.errors import FileError, FileHostRefused, FileUnavailable
from core.hosts import OUTPUT_HOSTS, Hosts
from core.media import NETWORK, Media, PublicResolver
from tests.core.fetching import CONTENT, NOWHERE, fetched, fetching, redirecting, trusting
from tests.core.names import Names
from tests.core.stub import saying, sending, serving


@pytest.mark.parametrize(
    "url",
    [
        "https://example.test/a.png",
        "http://bucket.s3.amazonaws.com/a.png",
        "https://bucket.s3.amazonaws.com:8443/a.png",
        "https://user@bucket.s3.amazonaws.com/a.png",
        "https://amazonaws.com.example.test/a.png",
        "https://example.test#.amazonaws.com",
        "https://example.test\\.amazonaws.com/a.png",
        "https://127.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "https://[broken",
        "https://[::1]/a.png",
        "https://bucket.s3.amazonaws.com:port/a.png",
        "a.png",
        "",
    ],
)
async def test_other_addresses_are_refused_before_anything_is_asked(url: str) -> None:
    names = Names()
    async with fetching(Hosts(OUTPUT_HOSTS), names) as media:
        with pytest.raises(FileHostRefused):
            await fetched(media, url)

    assert names.asked == []


PIECES = ["https://", "http://", "b.amazonaws.com", "127.0.0.1", "evil.test", "@", "\\", "/", "#", "?", "%2f", "%00"]
ODD = ["\t", "\n", "\r", " ", "\x00", "\u3002", "\uff0f", ":443", ":", "[", "]", "::1", "..", "\u00ad", "xn--"]


@given(st.lists(st.sampled_from(PIECES + ODD), max_size=9).map("".join) | st.text())
def test_no_address_however_odd_leads_to_another_host(url: str) -> None:
    names = Names()

    async def fetch() -> FileError:
        async with fetching(Hosts(OUTPUT_HOSTS), names) as media:
            with pytest.raises(FileError) as caught:
                await fetched(media, url)
        return caught.value

    error = asyncio.run(fetch())

    assert all(name.rstrip(".").endswith(".amazonaws.com") for name in names.asked)
    assert isinstance(error, FileHostRefused) or names.asked


async def test_a_redirect_between_allowed_hosts_is_followed() -> None:
    async with (
        serving(saying(CONTENT)) as bucket,
        serving(redirecting(f"{bucket.url}/b.png")) as host,
        fetching(trusting(host, bucket)) as media,
    ):
        assert await fetched(media, f"{host.url}/a.png") == CONTENT


async def test_a_relative_redirect_stays_on_its_host() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await (saying(CONTENT) if request.path == "/b.png" else redirecting("b.png"))(request)

    async with serving(answer) as host, fetching(trusting(host)) as media:
        assert await fetched(media, f"{host.url}/a.png") == CONTENT


async def test_a_redirect_to_another_host_is_refused_and_never_asked() -> None:
    async with (
        serving(saying(CONTENT)) as canary,
        serving(redirecting(f"{canary.url}/secret")) as host,
        fetching(trusting(host)) as media,
    ):
        with pytest.raises(FileHostRefused) as caught:
            await fetched(media, f"{host.url}/a.png")

    assert caught.value.host == "127.0.0.1"
    assert canary.requests == []


async def test_a_redirect_to_no_address_is_refused() -> None:
    async with serving(redirecting("http://[::1")) as host, fetching(trusting(host)) as media:
        with pytest.raises(FileHostRefused):
            await fetched(media, f"{host.url}/a.png")


async def test_redirects_in_a_circle_end() -> None:
    async with serving(redirecting("/again")) as host, fetching(trusting(host)) as media:
        with pytest.raises(FileUnavailable):
            await fetched(media, f"{host.url}/a.png")

    assert len(host.requests) == 4


async def test_an_allowed_name_that_leads_to_a_private_address_is_never_asked() -> None:
    async with sending(b"") as canary, ComfyDeploy.connect(NOWHERE, "the-key") as api:
        network = replace(NETWORK, resolve=lambda: Names(("127.0.0.1", canary.port)), pauses=(0.0,))
        async with Media.connect(api, inputs=Hosts(), outputs=Hosts(OUTPUT_HOSTS), network=network) as media:
            with pytest.raises(FileUnavailable):
                await fetched(media, "https://bucket.s3.amazonaws.com/a.png")

    assert canary.connections == 0


async def test_the_system_resolver_is_held_to_the_same() -> None:
    with pytest.raises(OSError, match="no public address"):
        await PublicResolver(Hosts(OUTPUT_HOSTS), aiohttp.ThreadedResolver()).resolve("localhost", 443)


async def test_a_host_the_operator_named_may_be_private() -> None:
    async with serving(saying(CONTENT)) as host:
        names = Names(("127.0.0.1", host.port))
        async with fetching(Hosts(trusted=frozenset({"files.test"})), names) as media:
            assert await fetched(media, "http://files.test/a.png") == CONTENT


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.1.2.3"]
PRIVATE_6 = ["::", "::1", "fc00::1", "fe80::1%2", "::ffff:127.0.0.1", "::ffff:10.0.0.1"]


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_6)
async def test_addresses_that_are_not_public_are_dropped(address: str) -> None:
    resolver = PublicResolver(Hosts(("*.test",)), Names((address, 443), ("93.184.215.14", 443)))

    found = await resolver.resolve("files.test", 443)

    assert [item["host"] for item in found] == ["93.184.215.14"]
