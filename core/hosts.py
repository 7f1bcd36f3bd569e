"""Which addresses files may be fetched from, as far as their text tells; pure.

Where a name really leads is checked when it is resolved, in `core.media`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

OUTPUT_HOSTS: Final = ("*.amazonaws.com", "*.r2.dev", "*.r2.cloudflarestorage.com", "*.digitaloceanspaces.com")
_PORTS: Final = {"https": 443, "http": 80}
# Parsers differ in what these mean: control characters are dropped or kept, a backslash may end the host.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


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

    def may_be_private(self, host: str) -> bool:
        """Whether this host was named by the operator, so that it may resolve to a private address."""
        folded = _folded(host)
        return any(folded in {trusted, re.sub(r":\d+$", "", trusted)} for trusted in self.trusted)

    def _is_trusted(self, host: str, port: int) -> bool:
        return host in self.trusted or f"{host}:{port}" in self.trusted

    def _is_public(self, host: str) -> bool:
        return bool(_NAME.fullmatch(host)) and any(fnmatchcase(host, pattern) for pattern in self.public)


def _folded(host: str) -> str:
    return host.casefold().removesuffix(".")


def trusted_host(address: str) -> str:
    """`host:port` of an http(s) address, as `Hosts.trusted` wants it."""
    parts = urlsplit(address)
    return f"{_folded(parts.hostname or '')}:{parts.port or _PORTS[parts.scheme]}"


def trusted_hosts(names: Iterable[str]) -> frozenset[str]:
    """Names as an operator writes them (`host` or `host:port`), folded."""
    return frozenset(name.strip().casefold() for name in names if name.strip())
