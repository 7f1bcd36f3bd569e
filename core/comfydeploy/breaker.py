"""When not to call: after failures in a row nothing is sent for a while, and retries have a budget. Pure but for state.

Times are seconds of a clock that is passed in, so that nothing here waits or reads one.
"""

from collections.abc import Callable
from typing import Final

FAILURES: Final = 5  # in a row, after which nothing is sent
COOL_DOWN: Final = 5.0  # seconds until one call may try whether the server is back
SHARE: Final = 0.1  # retries for each call made
RESERVE: Final = 10.0  # retries that may be made at once after quiet times


class Breaker:
    """Counts failures in a row; open after `failures` of them, then lets one probe through each `cool_down` seconds."""

    def __init__(self, clock: Callable[[], float], failures: int = FAILURES, cool_down: float = COOL_DOWN) -> None:
        self._clock = clock
        self._failures = failures
        self._cool_down = cool_down
        self._in_a_row = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        return self._in_a_row >= self._failures

    def may_admit(self) -> bool:
        """What `admits` would say; no probe is used up."""
        return self._in_a_row < self._failures or self._clock() >= self._next_probe

    def admits(self) -> bool:
        """Whether a call may be made now. The one call let through while open is the probe."""
        if not self.may_admit():
            return False
        if self.is_open:
            self._next_probe = self._clock() + self._cool_down  # a probe that never ends gives way to the next
        return True

    def answered(self) -> None:
        """The server gave an answer, whatever it said."""
        self._in_a_row = 0

    def failed(self) -> None:
        """No answer came, or that of a proxy whose server is away."""
        self._in_a_row += 1
        if self._in_a_row >= self._failures:
            self._next_probe = self._clock() + self._cool_down


class RetryBudget:
    """At most `share` retries for each call made, and `reserve` at once: an outage must not multiply the load."""

    def __init__(self, share: float = SHARE, reserve: float = RESERVE) -> None:
        self._share = share
        self._reserve = reserve
        self._left = reserve

    @property
    def allows(self) -> bool:
        return self._left >= 1.0

    def called(self) -> None:
        self._left = min(self._reserve, self._left + self._share)

    def retried(self) -> None:
        self._left -= 1.0
