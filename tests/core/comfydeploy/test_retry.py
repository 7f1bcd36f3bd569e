"""When and how long to wait before a read is asked again."""

import asyncio
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.breaker import RetryBudget
from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    BadReply,
    Busy,
    DispatchFailed,
    KeyRefused,
    NoAnswer,
    NotCancellable,
    NotFound,
    NotFoundOrBroken,
    OutOfCredits,
    Paused,
    Refused,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from core.comfydeploy.retry import BASE, CAP, PATIENCE, TRIES, is_final, retrying, wait_after
from core.errors import RunGone
from tests.anything import QUICK
from tests.waiting import until

CALL = "GET /run/{id}"


class Source:
    """Something to read that fails with these errors in turn, then answers; `told` are the repeats."""

    def __init__(self, *errors: BaseException, budget: RetryBudget | None = None) -> None:
        self.errors = list(errors)
        self.asked: list[str] = []
        self.told: list[str] = []
        self._budget = budget or RetryBudget()

    async def answer(self, word: str) -> str:
        self.asked.append(word)
        if self.errors:
            raise self.errors.pop(0)
        return word.upper()

    async def read(self, word: str, share: Callable[[], float] = lambda: 0.0) -> str:
        return await retrying(self.answer, self._budget, self.told.append, share)(word)


@pytest.mark.parametrize(("attempt", "longest"), [(0, BASE), (1, 2 * BASE), (2, 4 * BASE), (3, 8 * BASE), (9, CAP)])
def test_the_longest_wait_doubles_up_to_a_cap(attempt: int, longest: float) -> None:
    error = ServerFault(CALL, 500)

    waits = [wait_after(attempt, error, share) for share in (0.0, 0.5, 1.0)]

    assert waits == [0.0, longest / 2, longest]


@pytest.mark.parametrize(
    "error", [Unreachable(CALL), NoAnswer(CALL), Busy(CALL, 429), Busy(CALL, 429, retry_after=0.0), None]
)
def test_jitter_alone_decides_where_the_server_asked_for_nothing(error: ApiError | None) -> None:
    assert [wait_after(0, error, share) for share in (0.0, 1.0)] == [0.0, BASE]


@QUICK
@given(st.integers(0, 20), st.none() | st.floats(0, PATIENCE), st.floats(0, 1))
def test_retry_after_is_a_minimum(attempt: int, asked: float | None, share: float) -> None:
    wait = wait_after(attempt, Busy(CALL, 429, retry_after=asked), share)

    assert (asked or 0.0) <= wait <= max(asked or 0.0, CAP)


@pytest.mark.parametrize(
    "error",
    [Unreachable(CALL), NoAnswer(CALL), ServerFault(CALL, 500), Busy(CALL, 429), Busy(CALL, 429, retry_after=PATIENCE)],
)
def test_what_may_pass_by_itself_is_asked_again(error: ApiError) -> None:
    assert not is_final(error)


@pytest.mark.parametrize(
    "error",
    [
        KeyRefused(CALL, 401),
        AccessDenied(CALL, 403),
        OutOfCredits(CALL, 403),
        NotFound(CALL, 404),
        NotFoundOrBroken(CALL, 500),
        Paused(CALL),
        WrongAddress(CALL, 404),
        Refused(CALL, 422),
        DispatchFailed(CALL, 500),
        NotCancellable(CALL, 500),
        BadReply(CALL),
        ApiError(CALL),
        Busy(CALL, 429, retry_after=PATIENCE + 0.1),
        Busy(CALL, 429, retry_after=float("inf")),
        RunGone(),
        ValueError("not from the API"),
    ],
)
def test_what_will_not_change_is_final(error: Exception) -> None:
    assert is_final(error)


async def test_a_read_that_works_is_asked_once() -> None:
    source = Source()

    assert await source.read("a") == "A"
    assert (source.asked, source.told) == (["a"], [])


async def test_a_failed_read_is_asked_again_for_the_same_and_each_repeat_is_told() -> None:
    source = Source(ServerFault(CALL, 500), NoAnswer(CALL))

    assert await source.read("a") == "A"
    assert (source.asked, source.told) == (["a"] * 3, ["a"] * 2)


async def test_after_the_last_try_the_last_error_is_raised() -> None:
    errors = [ServerFault(CALL, 500), Unreachable(CALL), ServerFault(CALL, 503), ServerFault(CALL, 504)]
    source = Source(*errors)

    with pytest.raises(ServerFault) as caught:
        await source.read("a")

    assert caught.value is errors[TRIES - 1]
    assert (len(source.asked), len(source.told)) == (TRIES, TRIES - 1)


async def test_an_error_is_not_the_context_of_the_next() -> None:
    source = Source(ServerFault(CALL, 500), NoAnswer(CALL), ServerFault(CALL, 503))

    with pytest.raises(ServerFault) as caught:
        await source.read("a")

    assert caught.value.__context__ is None


async def test_a_final_error_is_raised_at_once() -> None:
    source = Source(NotFound(CALL, 404))

    with pytest.raises(NotFound):
        await source.read("a")

    assert (len(source.asked), source.told) == (1, [])


async def test_without_budget_nothing_is_asked_again() -> None:
    source = Source(NoAnswer(CALL), budget=RetryBudget(reserve=0.5))

    with pytest.raises(NoAnswer):
        await source.read("a")

    assert (len(source.asked), source.told) == (1, [])


async def test_each_repeat_is_paid_from_the_budget() -> None:
    budget = RetryBudget(reserve=3.0)
    sources = [Source(*(NoAnswer(CALL) for _ in range(TRIES)), budget=budget) for _ in range(3)]

    for source in sources:
        with pytest.raises(NoAnswer):
            await source.read("a")

    assert [len(source.asked) for source in sources] == [3, 2, 1]


async def test_what_is_no_api_error_passes() -> None:
    source = Source(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await source.read("a")

    assert len(source.asked) == 1


async def test_the_server_is_given_the_time_it_asked_for() -> None:
    source = Source(Busy(CALL, 429, retry_after=0.05))
    began = time.monotonic()

    await source.read("a")

    assert time.monotonic() - began >= 0.05


async def test_jitter_is_drawn_anew_for_each_wait() -> None:
    drawn = iter([0.01, 0.02])
    source = Source(NoAnswer(CALL), NoAnswer(CALL))

    await source.read("a", lambda: next(drawn))

    assert list(drawn) == []


async def test_each_call_starts_counting_anew() -> None:
    source = Source()
    read = retrying(source.answer, RetryBudget(), source.told.append, lambda: 0.0)

    source.errors += [NoAnswer(CALL), NoAnswer(CALL)]
    await read("a")
    source.errors += [NoAnswer(CALL), NoAnswer(CALL)]

    assert await read("b") == "B"


async def test_a_cancelled_read_is_not_asked_again() -> None:
    source = Source(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await source.read("a")

    assert len(source.asked) == 1


async def test_a_wait_can_be_cancelled() -> None:
    source = Source(Busy(CALL, 429, retry_after=PATIENCE))
    task = asyncio.ensure_future(source.read("a"))
    await until(lambda: source.told)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(source.asked) == 1
