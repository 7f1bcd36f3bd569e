"""Rate limits as Discord enforces them: buckets with headers, and 429s that say how long to wait.

https://discord.com/developers/docs/topics/rate-limits
"""

import hashlib
import math
import time
from dataclasses import dataclass

from stationthis_discord.sandbox.discord.journal import Journal, TooMany
from stationthis_discord.sandbox.discord.limits import RATES, Rate
from stationthis_discord.sandbox.discord.payload import Object


@dataclass
class _Window:
    """Requests counted since the window's first one."""

    started: float
    count: int = 0


@dataclass(frozen=True)
class Verdict:
    """The headers of a reply and, when it has to be a 429, its body."""

    headers: dict[str, str]
    body: Object | None = None


class RateLimits:
    """Counts requests. `rates` may be changed by a test; `enabled` off lets everything through."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._windows: dict[tuple[str, str], _Window] = {}
        self.rates: dict[str, Rate] = dict(RATES)
        self.enabled = True

    def check(self, bucket: str, major: str, path: str, *, counts_globally: bool) -> Verdict:
        """Counts a request.

        Args:
            bucket: its name in the table.
            major: the channel, server or token it counts for.
            path: what was asked, for the record.
            counts_globally: whether the bot's global limit applies too.
        """
        if not self.enabled:
            return Verdict({})
        if counts_globally and (wait := self._count("global", "")[1]) > 0:
            return self._refuse("global", path, wait, {"X-RateLimit-Global": "true"})
        remaining, wait = self._count(bucket, major)
        headers = self._headers(bucket, major, max(remaining, 0))
        return self._refuse(bucket, path, wait, headers) if wait > 0 else Verdict(headers)

    def _count(self, bucket: str, major: str) -> tuple[int, float]:
        """Returns the requests left, and the seconds to wait when there was none."""
        now, rate = time.monotonic(), self.rates[bucket]
        window = self._windows.setdefault((bucket, major), _Window(now))
        if now - window.started >= rate.seconds:
            window.started, window.count = now, 0
        if window.count >= rate.requests:
            return 0, window.started + rate.seconds - now
        window.count += 1
        return rate.requests - window.count, 0.0

    def _headers(self, bucket: str, major: str, remaining: int) -> dict[str, str]:
        rate = self.rates[bucket]
        after = self._windows[bucket, major].started + rate.seconds - time.monotonic()
        return {
            "X-RateLimit-Limit": str(rate.requests),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{_up(after):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(bucket.encode()).hexdigest()[:32],
        }

    def _refuse(self, bucket: str, path: str, wait: float, headers: dict[str, str]) -> Verdict:
        wait = _up(wait)
        self._journal.too_many.append(TooMany(bucket, path, wait))
        everywhere = bucket == "global"
        headers |= {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": "global" if everywhere else "user"}
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere}
        return Verdict(headers, body)


def _up(seconds: float) -> float:
    """To milliseconds, upwards: who waits exactly that long is not refused again."""
    return math.ceil(seconds * 1000) / 1000
