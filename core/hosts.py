"""Which addresses files may be fetched from, as far as their text tells; pure.

Where a name really leads is checked when it is resolved, in `core.media`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

OUTPUT_HOSTS: Final = ("*.amazonaws.com", "*.r2.dev", "*.r2.cloudflarestorage.com", "*.digitaloceanspaces.com")


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
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        host = (parts.hostname or "").rstrip(".").casefold()
        if not host or parts.username is not None or parts.scheme not in {"https", "http"}:
            return False
        if self._is_trusted(host, port or (443 if parts.scheme == "https" else 80)):
            return True
        return (
            parts.scheme == "https"
            and port in {None, 443}
            and any(fnmatchcase(host, pattern) for pattern in self.public)
        )

    def may_be_private(self, host: str) -> bool:
        """Whether this host was named by the operator, so that it may resolve to a private address."""
        folded = host.casefold()
        return any(trusted == folded or trusted.rpartition(":")[0] == folded for trusted in self.trusted)

    def _is_trusted(self, host: str, port: int) -> bool:
        return host in self.trusted or f"{host}:{port}" in self.trusted


def trusted_host(address: str) -> str:
    """`host:port` of an http(s) address, as `Hosts.trusted` wants it."""
    parts = urlsplit(address)
    return f"{(parts.hostname or '').casefold()}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def trusted_hosts(names: Iterable[str]) -> frozenset[str]:
    """Names as an operator writes them (`host` or `host:port`), folded."""
    return frozenset(name.strip().casefold() for name in names if name.strip())
