"""Rate limits as Discord enforces them: buckets with headers, and 429s that say how long to wait.

https://docs.discord.com/developers/topics/rate-limits
"""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import cache

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.journal import Journal, TooMany
from stationthis_discord.sandbox.discord.limits import RATES, Rate
from stationthis_discord.sandbox.discord.payload import Object

_MANY = 50_000


@dataclass(slots=True)
class _Window:
    """Requests counted since the window's first one."""

    started: float
    count: int = 0


@dataclass(frozen=True, slots=True)
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
        now = time.monotonic()
        if counts_globally and (wait := self._count("global", "", now)[1]) > 0:
            return self._refuse("global", path, wait, {"X-RateLimit-Global": "true"})
        remaining, wait = self._count(bucket, major, now)
        headers = self._headers(bucket, major, max(remaining, 0), now)
        return self._refuse(bucket, path, wait, headers) if wait > 0 else Verdict(headers)

    def check_old_edit(self, channel_id: str, now: float) -> None:
        """Counts an edit of a message over an hour old; `now` is the sandbox's clock. Raises 30046."""
        wait = self._count("message.edit.old", channel_id, now)[1] if self.enabled else 0.0
        if wait > 0:
            self._journal.too_many.append(TooMany("message.edit.old", f"/channels/{channel_id}", _up(wait)))
            raise refusals.old_edits_exhausted(_up(wait))

    def _count(self, bucket: str, major: str, now: float) -> tuple[int, float]:
        """Returns the requests left, and the seconds to wait when there was none."""
        rate, window = self.rates[bucket], self._windows.get((bucket, major))
        if window is None:
            self._prune(now)
            window = self._windows[bucket, major] = _Window(now)
        if now - window.started >= rate.seconds:
            window.started, window.count = now, 0
        if window.count >= rate.requests:
            return 0, window.started + rate.seconds - now
        window.count += 1
        return rate.requests - window.count, 0.0

    def _prune(self, now: float) -> None:
        """Forgets windows that are over, once there are many: each interaction's token has its own."""
        if len(self._windows) < _MANY:
            return
        over = [key for key, window in self._windows.items() if now - window.started >= self.rates[key[0]].seconds]
        for key in over:
            del self._windows[key]

    def _headers(self, bucket: str, major: str, remaining: int, now: float) -> dict[str, str]:
        rate = self.rates[bucket]
        after = self._windows[bucket, major].started + rate.seconds - now
        return {
            "X-RateLimit-Limit": str(rate.requests),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{_up(after):.3f}",
            "X-RateLimit-Bucket": _hash(bucket),
        }

    def _refuse(self, bucket: str, path: str, wait: float, headers: dict[str, str]) -> Verdict:
        wait = _up(wait)
        self._journal.too_many.append(TooMany(bucket, path, wait))
        everywhere = bucket == "global"
        headers |= {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": "global" if everywhere else "user"}
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": everywhere}
        return Verdict(headers, body)


@cache
def _hash(bucket: str) -> str:
    return hashlib.sha256(bucket.encode()).hexdigest()[:32]


def _up(seconds: float) -> float:
    """To milliseconds, upwards: who waits exactly that long is not refused again."""
    return math.ceil(seconds * 1000) / 1000
