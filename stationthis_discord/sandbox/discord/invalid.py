"""Counting invalid requests: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans."""

import time
from collections import deque

from stationthis_discord.sandbox.discord.journal import Journal
from stationthis_discord.sandbox.discord.limits import INVALID_SECONDS, INVALID_WARNING, most

_INVALID = (401, 403, 429)


class InvalidRequests:
    """Those of the last ten minutes. Long before the ban they are recorded as a violation."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._times: deque[float] = deque()

    def note(self, status: int) -> None:
        """Counts an answer, if it was of the kind that counts."""
        if status not in _INVALID:
            return
        self._times.append(time.monotonic())
        if self.count == INVALID_WARNING:
            told = f"{INVALID_WARNING} invalid requests (401, 403, 429) within 10 minutes"
            self._journal.violations.append(f"{told}; {most('invalid.requests')} are a ban")

    @property
    def count(self) -> int:
        oldest = time.monotonic() - INVALID_SECONDS
        while self._times and self._times[0] < oldest:
            self._times.popleft()
        return len(self._times)

    @property
    def banned(self) -> bool:
        """Whether every request is answered with a 429 of Discord's edge now."""
        return bool(self._times) and self.count >= most("invalid.requests")
