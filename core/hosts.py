"""Which addresses files may be fetched from: as written, and where their names lead; pure.

A name is resolved in `core.media`, which connects to what `is_public` lets pass and to nothing else.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

ANYWHERE: Final = ("*",)  # any name, as long as it leads to a public address
OUTPUT_HOSTS: Final = ("*.amazonaws.com", "*.r2.dev", "*.r2.cloudflarestorage.com", "*.digitaloceanspaces.com")
_PORTS: Final = {"https": 443, "http": 80}
# Parsers differ in what these mean: control characters are dropped or kept, a backslash may end the host.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x1f\x7f\\]")
# The last part of a name is never a number: what ends in one (`127.1`, `10.0x1`) is an address in an odd spelling.
_NAME: Final = re.compile(r"([a-z0-9_-]+\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_UNICAST: Final = ipaddress.ip_network("2000::/3")
# public by Python's lists (3.11), but the private address they stand for, or nobody, may be behind them
_NOBODYS: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2002::/16", "3fff::/20")))


@dataclass(frozen=True, slots=True)
class Hosts:
    """An allow-list.

    `public` are name patterns, https only, that must lead to public addresses. `trusted` are `host` or `host:port` as
    the operator named them: they may be private, and plain http.
    """

    public: tuple[str, ...] = ()
    trusted: frozenset[str] = frozenset()

    def allows(self, url: str) -> bool:
        """Whether a file may be fetched from this address, as far as its text tells."""
        if _AMBIGUOUS.search(url):
            return False
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in _PORTS or "@" in parts.netloc or not parts.netloc.isascii():
            return False
        host = _folded(parts.hostname or "")
        if self._is_trusted(host, _PORTS[parts.scheme] if port is None else port):
            return True
        return parts.scheme == "https" and port in {None, 443} and self._is_public(host)

    def may_be_private(self, host: str, port: int) -> bool:
        """Whether this host was named by the operator, for this port, so that it may resolve to a private address."""
        return self._is_trusted(_folded(host), port)

    def _is_trusted(self, host: str, port: int) -> bool:
        return host in self.trusted or f"{host}:{port}" in self.trusted

    def _is_public(self, host: str) -> bool:
        return bool(_NAME.fullmatch(host)) and any(fnmatchcase(host, pattern) for pattern in self.public)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind the IPv6 spellings of IPv4 addresses."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if inner is not None:
            return is_public(str(inner))
        if found not in _UNICAST:
            return False
    return found.is_global and not found.is_multicast and not any(found in network for network in _NOBODYS)


def _folded(host: str) -> str:
    return host.casefold().removesuffix(".")


def trusted_host(address: str) -> str:
    """`host:port` of an http(s) address, as `Hosts.trusted` wants it."""
    parts = urlsplit(address)
    return f"{_folded(parts.hostname or '')}:{parts.port or _PORTS[parts.scheme]}"


def trusted_hosts(names: Iterable[str]) -> frozenset[str]:
    """Names as an operator writes them (`host` or `host:port`), folded."""
    return frozenset(name.strip().casefold() for name in names if name.strip())
