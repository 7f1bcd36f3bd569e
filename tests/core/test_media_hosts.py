"""Where files may come from: the address as written, the address behind the name, and every redirect."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.values import Source
from core.file_errors import FileError, FileHostRefused, FileUnavailable
from core.hosts import ANYWHERE, OUTPUT_HOSTS, Hosts
from core.media import NETWORK, Media, NotPublic, PublicResolver
from tests.anything import QUICK
from tests.core.fetching import CONTENT, fetched, fetching, redirecting, trusting
from tests.core.names import AWAY, Names
from tests.core.stub import Stub, saying, sending, serving

ANY_HOST = Hosts(ANYWHERE)


async def taken(media: Media, url: str) -> bytes:
    """What a person gets by giving this link."""
    async with media.input(Source("photo.png", url), 2**20) as local:
        return local.file.read()


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


@QUICK
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


# `*` is where a server on loopback listens, which must never hear of anything
SPELLINGS = [
    "http://127.0.0.1:*/",
    "https://127.0.0.1:*/",
    "https://127.0.0.1./",
    "http://localhost:*/",
    "https://localhost:*/",
    "https://localhost/",
    "https://localhost./",
    "http://127.1:*/",
    "https://127.1/",
    "https://127.0.1/",
    "http://2130706433:*/",
    "https://2130706433/",
    "http://0x7f000001:*/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "http://0177.0.0.1:*/",
    "https://127.0.0.0x1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://127.0.0.1.:*/",
    "http://[::1]:*/",
    "https://[::1]/",
    "http://[::ffff:127.0.0.1]:*/",
    "http://[::ffff:7f00:1]:*/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25lo]/",
    "https://[::127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/",
    "https://user@127.0.0.1:*/",
    "https://files.example:*/",
    "http://files.example:*/",
    "http://files.example/",
    "https://files.example:80/",
    "https://files.example@127.0.0.1:*/",
    "https://user:word@files.example/",
    "https://files.example\\@127.0.0.1:*/",
    "https://127.0.0.1:*\\@files.example/",
    "https://127.0.0.1%2f@files.example/",
    "https://%31%32%37.0.0.1/",
    "https://\u2460\u2461\u2466.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://files.example\t@127.0.0.1:*/",
    "https:127.0.0.1:*/",
    "https:///127.0.0.1:*/",
    "//127.0.0.1:*/",
    "ftp://127.0.0.1:*/",
    "gopher://127.0.0.1:*/",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_link_leads_to_this_machine_however_it_is_spelled(spelling: str) -> None:
    async with sending(b"") as canary:
        names = Names(("127.0.0.1", canary.port))
        async with fetching(ANY_HOST, names) as media:
            with pytest.raises(FileHostRefused):
                await taken(media, spelling.replace("*", str(canary.port)))

    assert (names.asked, canary.connections) == ([], 0)


def only_private(canary: Stub) -> Names:
    return Names(("127.0.0.1", canary.port), ("10.0.0.1", 443))


def private_first(canary: Stub) -> Names:
    return Names(("127.0.0.1", canary.port), AWAY)


def private_last(canary: Stub) -> Names:
    return Names(AWAY, ("127.0.0.1", canary.port))


class Silent(Names):
    """Name servers that never answer."""

    is_closed = False

    async def resolve(self, *_: object, **__: object) -> list[ResolveResult]:
        await asyncio.Event().wait()
        raise AssertionError("waited for ever, and yet it went on")

    async def close(self) -> None:
        self.is_closed = True


class Rebound(Names):
    """A name that leads to a public address when it is asked for first, and home from then on."""

    def __init__(self, canary: Stub) -> None:
        super().__init__(AWAY)
        self._home = ("127.0.0.1", canary.port)

    async def resolve(self, *where: object, **more: object) -> list[ResolveResult]:
        found = await super().resolve(*where, **more)  # type: ignore[arg-type]  # as they are
        self._places = (self._home,)
        return found


@pytest.mark.parametrize(
    ("lead", "error"),
    [
        (only_private, FileHostRefused),
        (private_first, FileUnavailable),
        (private_last, FileUnavailable),
        (Rebound, FileUnavailable),
    ],
)
async def test_no_name_leads_to_this_machine(lead: Callable[[Stub], Names], error: type[FileError]) -> None:
    async with sending(b"") as canary:
        names = lead(canary)
        network = replace(NETWORK, resolve=lambda: names, pauses=(0.0, 0.0))
        async with Media.connect(inputs=ANY_HOST, attachments=Hosts(), outputs=Hosts(), network=network) as media:
            with pytest.raises(error):
                await taken(media, "https://files.example/a.png")

    assert set(names.asked) == {"files.example"}
    assert canary.connections == 0


async def test_a_name_that_turns_home_between_two_tries_is_refused() -> None:
    async with sending(b"") as canary:
        resolver = PublicResolver(ANY_HOST, Rebound(canary))

        first = await resolver.resolve("files.example", 443)
        with pytest.raises(NotPublic):
            await resolver.resolve("files.example", 443)

    assert [item["host"] for item in first] == [AWAY[0]]


@pytest.mark.parametrize("spelling", [*SPELLINGS[:22], "https://inside.example/", "//inside.example/"])
async def test_no_redirect_leads_to_this_machine(spelling: str) -> None:
    async with sending(b"") as canary:
        to = spelling.replace("*", str(canary.port))
        async with serving(redirecting(to)) as host:
            hosts = Hosts(ANYWHERE, trusting(host).trusted)
            async with fetching(hosts, Names(("127.0.0.1", canary.port))) as media:
                with pytest.raises(FileHostRefused):
                    await taken(media, f"{host.url}/a.png")

    assert (len(host.requests), canary.connections) == (1, 0)


async def test_a_host_that_is_named_for_one_port_may_not_be_private_on_another() -> None:
    async with sending(b"") as canary:
        hosts = Hosts(ANYWHERE, frozenset({"files.lan:9000"}))
        async with fetching(hosts, Names(("127.0.0.1", canary.port))) as media:
            with pytest.raises(FileHostRefused):
                await taken(media, "https://files.lan/a.png")

    assert canary.connections == 0


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
    async with sending(b"") as canary, fetching(Hosts(OUTPUT_HOSTS), Names(("127.0.0.1", canary.port))) as media:
        with pytest.raises(FileHostRefused) as caught:
            await fetched(media, "https://bucket.s3.amazonaws.com/a.png")

    assert (caught.value.host, canary.connections) == ("bucket.s3.amazonaws.com", 0)


async def test_the_system_resolver_is_held_to_the_same() -> None:
    resolver = PublicResolver(Hosts(OUTPUT_HOSTS), aiohttp.AsyncResolver())
    try:
        with pytest.raises(NotPublic):
            await resolver.resolve("localhost", 443)
    finally:
        await resolver.close()


async def test_a_host_the_operator_named_may_be_private() -> None:
    async with serving(saying(CONTENT)) as host:
        names = Names(("127.0.0.1", host.port))
        async with fetching(Hosts(trusted=frozenset({"files.test"})), names) as media:
            assert await fetched(media, "http://files.test/a.png") == CONTENT


async def test_what_discord_handed_over_may_come_from_where_no_link_leads() -> None:
    async with serving(saying(CONTENT)) as discord:
        url = f"{discord.url}/users/@me"
        network = replace(NETWORK, pauses=())
        async with Media.connect(
            inputs=ANY_HOST, attachments=trusting(discord), outputs=Hosts(), network=network
        ) as media:
            with pytest.raises(FileHostRefused):
                await taken(media, url)
            asked = len(discord.requests)
            async with media.input(Source("photo.png", url, attached=True), 2**20) as local:
                content = local.file.read()

    assert (asked, content) == (0, CONTENT)


async def test_no_link_is_redirected_to_where_only_attachments_come_from() -> None:
    async with (
        serving(saying(CONTENT)) as discord,
        serving(redirecting(f"{discord.url}/users/@me")) as host,
        Media.connect(inputs=trusting(host), attachments=trusting(discord), outputs=Hosts()) as media,
    ):
        with pytest.raises(FileHostRefused):
            await taken(media, f"{host.url}/a.png")

    assert (len(host.requests), discord.requests) == (1, [])


async def test_a_name_with_letters_of_other_scripts_is_looked_up_as_it_is_written() -> None:
    names = Names()
    network = replace(NETWORK, resolve=lambda: names, pauses=())
    async with Media.connect(inputs=ANY_HOST, attachments=Hosts(), outputs=Hosts(), network=network) as media:
        with pytest.raises(FileUnavailable):
            await taken(media, "https://xn--bcher-kva.example/a.png")

    assert names.asked == ["xn--bcher-kva.example"]


async def test_a_host_that_two_readers_of_addresses_read_differently_is_refused() -> None:
    async with fetching(Hosts(trusted=frozenset({"fe80::1%lo:9"}))) as media:
        with pytest.raises(FileHostRefused):
            await taken(media, "http://[fe80::1%LO]:9/a.png")  # one folds the name of the interface, one does not


async def test_names_that_nobody_answers_for_are_given_up_soon_and_closed_in_the_end() -> None:
    names = Silent()
    network = replace(NETWORK, resolve=lambda: names, pauses=(), lookup=0.01)
    async with Media.connect(inputs=ANY_HOST, attachments=Hosts(), outputs=Hosts(), network=network) as media:
        with pytest.raises(FileUnavailable):
            await taken(media, "https://files.example/a.png")
        before = names.is_closed

    assert (before, names.is_closed) == (False, True)


async def test_addresses_that_are_not_public_are_dropped() -> None:
    names = Names(("192.168.0.1", 443), AWAY, ("::ffff:10.0.0.1", 443))

    found = await PublicResolver(Hosts(("*.test",)), names).resolve("files.test", 443)

    assert [item["host"] for item in found] == [AWAY[0]]


async def test_what_a_host_wants_remembered_is_not_told_to_it_again() -> None:
    async with serving(saying(CONTENT, Set_Cookie="who=anna; Path=/")) as host:
        url = f"http://localhost:{host.port}"  # by name: no jar keeps the cookies of bare addresses
        async with fetching(Hosts(trusted=frozenset({f"localhost:{host.port}"}))) as media:
            for _ in range(2):
                await taken(media, f"{url}/a.png")

    assert [request.headers.get("Cookie") for request in host.requests] == [None, None]
