"""When and how long to wait before a read is asked again."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.retry import BASE, CAP, PATIENCE, TRIES, is_final, retrying, wait_after
from core.errors import (
    AccessDenied,
    ApiError,
    BadReply,
    Busy,
    DispatchFailed,
    KeyRefused,
    NoAnswer,
    NotCancellable,
    NotFound,
    OutOfCredits,
    Refused,
    RunGone,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from tests.anything import QUICK

CALL = "GET /run/{id}"


class Source:
    """Something to read that fails with these errors in turn, then answers."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.asked = 0

    async def read(self, word: str, *, times: int = 1) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return word * times


def at_once() -> float:
    return 0.0


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

    assert await retrying(source.read, at_once)("a", times=3) == "aaa"
    assert source.asked == 1


async def test_a_failed_read_is_asked_again_with_the_same_arguments() -> None:
    source = Source(ServerFault(CALL, 500), NoAnswer(CALL))

    assert await retrying(source.read, at_once)("a", times=2) == "aa"
    assert source.asked == 3


async def test_after_the_last_try_the_last_error_is_raised() -> None:
    errors = [ServerFault(CALL, 500), Unreachable(CALL), ServerFault(CALL, 503), ServerFault(CALL, 504)]
    source = Source(*errors)

    with pytest.raises(ServerFault) as caught:
        await retrying(source.read, at_once)("a")

    assert caught.value is errors[TRIES - 1]
    assert source.asked == TRIES


async def test_a_final_error_is_raised_at_once() -> None:
    source = Source(NotFound(CALL, 404))

    with pytest.raises(NotFound):
        await retrying(source.read, at_once)("a")

    assert source.asked == 1


async def test_what_is_no_api_error_passes() -> None:
    source = Source(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await retrying(source.read, at_once)("a")

    assert source.asked == 1


async def test_the_server_is_given_the_time_it_asked_for() -> None:
    source = Source(Busy(CALL, 429, retry_after=0.05))
    began = time.monotonic()

    await retrying(source.read, at_once)("a")

    assert time.monotonic() - began >= 0.05


async def test_jitter_is_drawn_anew_for_each_wait() -> None:
    drawn = iter([0.01, 0.02])
    source = Source(NoAnswer(CALL), NoAnswer(CALL))

    await retrying(source.read, lambda: next(drawn))("a")

    assert list(drawn) == []


async def test_each_call_starts_counting_anew() -> None:
    source = Source(NoAnswer(CALL), NoAnswer(CALL))
    read = retrying(source.read, at_once)

    await read("a")
    source.errors += [NoAnswer(CALL), NoAnswer(CALL)]

    assert await read("b") == "b"


async def test_a_cancelled_read_is_not_asked_again() -> None:
    source = Source(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await retrying(source.read, at_once)("a")

    assert source.asked == 1


async def test_a_wait_can_be_cancelled() -> None:
    source = Source(Busy(CALL, 429, retry_after=PATIENCE))
    task = asyncio.ensure_future(retrying(source.read, at_once)("a"))
    await asyncio.sleep(0.01)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.asked == 1


async def test_usual_waits_are_jittered() -> None:
    source = Source(NoAnswer(CALL))
    began = time.monotonic()

    await retrying(source.read)("a")

    assert time.monotonic() - began <= BASE + 0.5
