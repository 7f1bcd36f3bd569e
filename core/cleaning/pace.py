"""Long work in a thread that lets the others run."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

_STINT: Final = 0.003  # seconds
_REST: Final = 0.0005  # seconds


class Pace:
    """To be kept by whoever reads a file bit by bit.

    Each of its reads lets go of the interpreter, but for so short a time that nobody else wakes up in it, and begins
    anew the 5 ms after which a waiting thread demands it (`sys.getswitchinterval`): without a rest, the event loop may
    wait until all is done.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, rest: Callable[[float], None] = sleep) -> None:
        self._clock, self._rest = clock, rest
        self._since = clock()

    def step(self) -> None:
        """To be called for each bit; rests when it is time."""
        if self._clock() - self._since > _STINT:
            self._rest(_REST)
            self._since = self._clock()
