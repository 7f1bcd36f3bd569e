"""When and how long to wait before a read is asked again; the one door to `backoff`.

Only reads come here: what starts a run is never repeated blindly (see `core.runs.submission`).
"""

import random
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

import backoff

from core.comfydeploy.breaker import RetryBudget
from core.comfydeploy.errors import ApiError, Busy

What = TypeVar("What")
T = TypeVar("T")

TRIES = 3
BASE = 0.25  # seconds
CAP = 4.0  # seconds
PATIENCE = 10.0  # seconds; a server that asks for more gets its error passed on at once


def wait_after(attempt: int, error: BaseException | None, share: float) -> float:
    """Seconds to wait after failed attempt number `attempt` (from 0).

    Full jitter (`share` of the exponential, 0.0-1.0) spreads callers; what the server asked for is a minimum.
    """
    jittered: float = share * min(CAP, BASE * 2**attempt)
    asked = error.retry_after if isinstance(error, Busy) else None
    return max(jittered, asked or 0.0)


def is_final(error: Exception) -> bool:
    """Whether asking again is pointless or would have to wait longer than anybody wants to."""
    if not isinstance(error, ApiError) or not error.retryable:
        return True
    return isinstance(error, Busy) and (error.retry_after or 0.0) > PATIENCE


def retrying(
    read: Callable[[What], Awaitable[T]],
    budget: RetryBudget,
    told: Callable[[What], None],
    share: Callable[[], float] = random.random,
) -> Callable[[What], Awaitable[T]]:
    """The same read, asked up to `TRIES` times while `budget` allows it; raises the last error.

    `told` hears of each repetition before it is made; `share` draws the jitter, 0.0-1.0.
    """

    def waits() -> Generator[float, BaseException | None, None]:
        # backoff primes the generator once and then sends it each exception
        error = yield 0.0
        attempt = 0
        while True:
            error = yield wait_after(attempt, error, share())
            attempt += 1

    def repeated(details: Any) -> None:  # noqa: ANN401 -- backoff's own type is not exported
        budget.retried()
        told(details["args"][0])

    async def after_the_first(what: What, failed: list[ApiError]) -> T:
        if failed:  # what backoff takes for its own first try
            raise failed.pop()
        return await read(what)

    patiently = backoff.on_exception(
        waits,
        ApiError,
        max_tries=TRIES,
        jitter=None,  # the default jitter would undercut Retry-After
        giveup=lambda error: is_final(error) or not budget.allows,
        on_backoff=repeated,
        logger=None,
    )(after_the_first)

    async def reading(what: What) -> T:
        """Without backoff as long as nothing fails: it costs as much as all else that watches over a call."""
        try:
            return await read(what)
        except ApiError as error:
            failed = error
        return await patiently(what, [failed])

    return reading
