"""Which addresses files may be fetched from, in whatever spelling they come."""

import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from core.hosts import ANYWHERE, OUTPUT_HOSTS, Hosts, is_public, trusted_host, trusted_hosts
from tests.anything import QUICK, texts

HOSTS = Hosts(OUTPUT_HOSTS, frozenset({"files.lan", "127.0.0.1:9000", "::1:9000"}))
SUFFIXES = (".amazonaws.com", ".r2.dev", ".r2.cloudflarestorage.com", ".digitaloceanspaces.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.us-east-2.amazonaws.com/outputs/runs/1/a.png",
        "https://bucket.s3.amazonaws.com/a%20b.png?X-Amz-Signature=1&X-Amz-Date=2#top",
        "https://my_bucket.s3.amazonaws.com/a.png",
        "https://pub-0123.r2.dev/a.png",
        "https://account.r2.cloudflarestorage.com/bucket/a.png",
        "https://space.fra1.digitaloceanspaces.com/a.png",
        "https://bucket.s3.amazonaws.com:443/a.png",
        "https://bucket.s3.amazonaws.com./a.png",
        "https://bucket.s3.amazonaws.com",
        "HTTPS://BUCKET.S3.AMAZONAWS.COM/a.png",
        "https://bucket.s3.amazonaws.com/with spaces.png",
        "https://bucket.s3.amazonaws.com/größe.png",
        "https://files.lan/a.png",
        "http://files.lan/a.png",
        "http://files.lan:8080/a.png",
        "http://FILES.LAN./a.png",
        "http://127.0.0.1:9000/a.png",
        "http://[::1]:9000/a.png",
    ],
)
def test_a_listed_host_is_allowed(url: str) -> None:
    assert HOSTS.allows(url)


@pytest.mark.parametrize(
    "url",
    [
        # other names
        "https://evil.example/a.png",
        "https://amazonaws.com/a.png",
        "https://.amazonaws.com/a.png",
        "https://evilamazonaws.com/a.png",
        "https://evil-amazonaws.com/a.png",
        "https://bucket.amazonaws.com.evil.example/a.png",
        "https://bucket.amazonaws.co/a.png",
        "https://r2.dev/a.png",
        "https://xr2.dev/a.png",
        "https://evil.example/bucket.s3.amazonaws.com/a.png",
        "https://evil.example?bucket.s3.amazonaws.com",
        "https://evil.example#bucket.s3.amazonaws.com",
        "https://evil.example;.amazonaws.com/a.png",
        "https://files.lan.evil.example/a.png",
        "https://notfiles.lan/a.png",
        "https://x.files.lan/a.png",
        # credentials that look like hosts
        "https://bucket.s3.amazonaws.com@evil.example/a.png",
        "https://user@bucket.s3.amazonaws.com/a.png",
        "https://user:password@bucket.s3.amazonaws.com/a.png",
        "https://@bucket.s3.amazonaws.com/a.png",
        "http://user@files.lan/a.png",
        # ports and schemes
        "http://bucket.s3.amazonaws.com/a.png",
        "ftp://bucket.s3.amazonaws.com/a.png",
        "file://bucket.s3.amazonaws.com/etc/passwd",
        "javascript://bucket.s3.amazonaws.com/%0aalert(1)",
        "//bucket.s3.amazonaws.com/a.png",
        "bucket.s3.amazonaws.com/a.png",
        "https:bucket.s3.amazonaws.com/a.png",
        "https:///bucket.s3.amazonaws.com/a.png",
        "https://bucket.s3.amazonaws.com:80/a.png",
        "https://bucket.s3.amazonaws.com:8443/a.png",
        "https://bucket.s3.amazonaws.com:0/a.png",
        "https://bucket.s3.amazonaws.com:99999/a.png",
        "https://bucket.s3.amazonaws.com:https/a.png",
        "http://127.0.0.1:9001/a.png",
        "http://127.0.0.1/a.png",
        "https://127.0.0.1/a.png",
        # addresses in odd spellings
        "https://169.254.169.254/latest/meta-data/",
        "http://2130706433:9000/a.png",
        "http://0x7f000001:9000/a.png",
        "http://0177.0.0.1:9000/a.png",
        "http://127.1:9000/a.png",
        "http://127.0.0.1.:9001/a.png",
        "http://[::ffff:127.0.0.1]:9000/a.png",
        "http://[0:0:0:0:0:0:0:1]:9000/a.png",
        "https://[::1].amazonaws.com/a.png",
        "https://[::1/a.png",
        "https://localhost/a.png",
        # letters that only look alike, and characters parsers disagree about
        "https://bucket.s3.amazonaw\u017f.com/a.png",
        "https://bucket.s3.\uff41mazonaws.com/a.png",
        "https://bucket\u3002s3\u3002amazonaws\u3002com/a.png",
        "https://evil.example\uff0f.amazonaws.com/a.png",
        "https://evil.example\\.amazonaws.com/a.png",
        "https://evil.example\\@bucket.s3.amazonaws.com/a.png",
        "https:\\\\bucket.s3.amazonaws.com/a.png",
        "https://evil.example%2f.amazonaws.com/a.png",
        "https://evil.example%00.amazonaws.com/a.png",
        "https://evil.example .amazonaws.com/a.png",
        "https://evil.example\t.amazonaws.com/a.png",
        "https://evil.example\n.amazonaws.com/a.png",
        "https://bucket.s3.amazonaws.com/a\r\nHost: evil.example",
        "\x00https://bucket.s3.amazonaws.com/a.png",
        "https://bucket..amazonaws.com/a.png",
        "https://bucket.s3.amazonaws.com../a.png",
        "https://*.amazonaws.com/a.png",
        "https://[a-z].amazonaws.com/a.png",
        "https://",
        "",
    ],
)
def test_any_other_address_is_not(url: str) -> None:
    assert not HOSTS.allows(url)


def test_an_empty_list_allows_nothing() -> None:
    assert not Hosts().allows("https://bucket.s3.amazonaws.com/a.png")


@pytest.mark.parametrize(
    ("host", "port"),
    [("files.lan", 443), ("FILES.LAN", 80), ("files.lan.", 8080), ("127.0.0.1", 9000), ("::1", 9000)],
)
def test_what_the_operator_named_may_be_private(host: str, port: int) -> None:
    assert HOSTS.may_be_private(host, port)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", 80),
        (".", 80),
        ("lan", 80),
        ("x.files.lan", 80),
        ("bucket.s3.amazonaws.com", 443),
        ("127.0.0.2", 9000),
        ("127.0.0.1", 443),
        ("127.0.0.1", 80),
        ("::1", 443),
        ("9000", 9000),
        ("127.0.0.1:", 9000),
    ],
)
def test_nothing_else_may_be_private(host: str, port: int) -> None:
    assert not HOSTS.may_be_private(host, port)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3",
        "https://media.discordapp.net/attachments/1/2/a.png",
        "https://upload.wikimedia.org/wikipedia/commons/a/a9/Example.jpg",
        "https://EXAMPLE.com:443/a.png#top",
        "https://example.com./a.png",
        "https://xn--bcher-kva.example/a.png",
        "https://127.0.0.1.nip.io/a.png",  # a name: where it leads is looked at when it is resolved
        "https://1.example.xn--p1ai/a.png",
    ],
)
def test_anywhere_is_any_name_with_https(url: str) -> None:
    assert Hosts(ANYWHERE).allows(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.png",
        "https://example.com:8443/a.png",
        "https://user@example.com/a.png",
        "https://localhost/a.png",
        "https://example/a.png",
        "https://example../a.png",
        "https://93.184.215.14/a.png",
        "https://127.0.0.1/a.png",
        "https://127.0.0.1./a.png",
        "https://127.1/a.png",
        "https://127.0.0.0x1/a.png",
        "https://0x7f.1/a.png",
        "https://0177.0.0.1/a.png",
        "https://2130706433/a.png",
        "https://0x7f000001/a.png",
        "https://example.1/a.png",
        "https://example.x/a.png",
        "https://[::1]/a.png",
        "https://[2606:4700::1]/a.png",
        "https://example.com\\.evil.example/a.png",
        "https://example%2ecom/a.png",
        "https://m\u00fcnchen.example/a.png",
        "ftp://example.com/a.png",
        "example.com/a.png",
    ],
)
def test_anywhere_is_no_address_no_odd_port_and_no_plain_http(url: str) -> None:
    assert not Hosts(ANYWHERE).allows(url)


PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::6810:85e5", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 -- nothing is bound to it
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%2",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public_in_each_spelling(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_any_other_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://api.comfydeploy.com/api", "api.comfydeploy.com:443"),
        ("http://localhost", "localhost:80"),
        ("http://LocalHost.:3011/api", "localhost:3011"),
        ("http://[::1]:3011/api", "::1:3011"),
    ],
)
def test_an_address_is_trusted_on_its_own_port(address: str, host: str) -> None:
    hosts = Hosts(trusted=frozenset({trusted_host(address)}))

    assert hosts.trusted == {host}
    assert hosts.allows(address)


def test_names_are_taken_as_an_operator_writes_them() -> None:
    assert trusted_hosts([" Files.LAN ", "", "nas.lan:9000 "]) == {"files.lan", "nas.lan:9000"}


SIGNS = r"https:// http:// // / \ @ : :443 :9000 . .. ? # %2f [ ] evil.example bucket s3 files.lan 127.0.0.1 ::1 a.png"
pieces = st.sampled_from([*SIGNS.split(), *SUFFIXES, "\t", " ", "\u3002"])
addresses = st.one_of(
    st.lists(pieces, max_size=9).map("".join),
    st.lists(pieces, max_size=7).map(lambda more: "https://" + "".join(more)),
    st.tuples(st.just("https://bucket"), st.sampled_from(SUFFIXES), st.lists(pieces, max_size=5).map("".join)).map(
        "".join
    ),
    st.tuples(st.just("https://"), texts, st.sampled_from(SUFFIXES), texts).map("".join),
)


def is_listed(url: str, host: str, port: int | None) -> bool:
    """By the reader of addresses that the file is then fetched with, not by the one under test."""
    if host == "files.lan" or (host, port) in {("127.0.0.1", 9000), ("::1", 9000)}:
        return True
    return url.lower().startswith("https:") and port == 443 and host.endswith(SUFFIXES) and not host.startswith(".")


@settings(QUICK, max_examples=400)
@given(addresses)
def test_only_listed_hosts_pass_in_any_spelling(url: str) -> None:
    if not HOSTS.allows(url):
        return

    asked = URL(url, encoded=True)
    host = (asked.host or "").removesuffix(".")

    assert is_listed(url, host, asked.port)
    assert asked.user is None
    assert host == (urlsplit(url).hostname or "").removesuffix(".")


NUMBERS = ["0", "1", "127", "0x7f", "0177", "0X7F", "2130706433", "example", "com", "x1", "a"]
hostnames = st.lists(
    st.sampled_from(NUMBERS) | st.from_regex(r"[0-9a-fxX]{1,4}", fullmatch=True), min_size=1, max_size=5
)


@settings(QUICK, max_examples=300)
@given(hostnames.map(".".join), st.sampled_from(["", ".", "/", ":443", "..", "%00", "@", "#", "?"]))
def test_anywhere_is_never_what_the_system_reads_as_an_address(host: str, end: str) -> None:
    if not Hosts(ANYWHERE).allows(f"https://{host}{end}"):
        return

    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_aton(host)
