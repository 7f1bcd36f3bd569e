"""What is asked again and how often, what never, and how long is waited."""

import math
import time
from datetime import UTC, datetime

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, Busy, KeyRefused, NoAnswer, NotFound, Refused, ServerFault
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.methods import READS, WRITES
from tests.core.comfydeploy.samples import NOBODY
from tests.core.comfydeploy.sending import READ, SHORT, Counting, line
from tests.core.stub import Answer, cutting, hanging, in_turn, saying, serving

FAILING: dict[str, tuple[Answer, type[ApiError]]] = {
    "500": (saying(b"Internal Server Error", 500), ServerFault),
    "502": (saying(b"<html>", 502), ServerFault),
    "503": (saying(b"", 503), ServerFault),
    "504": (saying(b"", 504), ServerFault),
    "429": (saying(b"", 429), Busy),
    "cut": (cutting, NoAnswer),
}
PASSING = [
    faults.SERVER_ERROR,
    faults.BAD_GATEWAY,
    faults.UNAVAILABLE,
    faults.GATEWAY_TIMEOUT,
    faults.CUT,
    faults.rate_limited(0.01),
]


@pytest.mark.parametrize("failing", FAILING)
@pytest.mark.parametrize("method", READS, ids=str)
async def test_a_read_is_sent_three_times_at_most(quick_retries: None, method: Method, failing: str) -> None:
    answer, error = FAILING[failing]

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(error):
            await method(api)

    assert len(server.requests) == 3


@pytest.mark.parametrize("failing", FAILING)
@pytest.mark.parametrize("method", WRITES, ids=str)
async def test_what_changes_something_is_sent_once(quick_retries: None, method: Method, failing: str) -> None:
    answer, error = FAILING[failing]

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(error):
            await method(api)

    assert len(server.requests) == 1


async def test_what_changes_something_is_not_sent_again_when_no_answer_comes() -> None:
    metrics = Counting()

    async with serving(hanging) as server, ComfyDeploy.connect(server.url, "key", SHORT, metrics) as api:
        for method in WRITES[:4]:
            with pytest.raises(NoAnswer):
                await method(api)

    assert metrics.counts.called == [(method.operation.name, "no_answer") for method in WRITES[:4]]


@pytest.mark.parametrize("fault", PASSING)
async def test_a_failure_that_passes_is_not_seen(sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault) -> None:
    sandbox.faults.add("GET", "/api/workflows", fault, times=2)

    assert await api.workflows.list_all()

    assert len(sandbox.calls) == 3


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b'{"detail": "Revoked token"}', KeyRefused),
        (404, b'{"detail": "Workflow not found"}', NotFound),
        (422, b'{"detail": []}', Refused),
        (402, b"", Refused),
    ],
)
async def test_a_read_is_not_asked_again_when_the_answer_is_clear(
    status: int, body: bytes, error: type[ApiError]
) -> None:
    async with serving(saying(body, status)) as server, line(server.url) as sent:
        with pytest.raises(error):
            await sent.transport.read(READ)

    assert len(server.requests) == 1


async def test_a_read_can_be_asked_for_once(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/run/*", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await api.runs.get(NOBODY, retry=False)

    assert len(sandbox.calls) == 1


async def test_the_error_of_the_last_try_is_raised(quick_retries: None) -> None:
    async with serving(in_turn(saying(b"", 502), cutting, saying(b"", 503))) as server, line(server.url) as sent:
        with pytest.raises(ServerFault) as caught:
            await sent.transport.read(READ)

    assert caught.value.status == 503
    assert caught.value.__context__ is None


async def test_seconds_of_retry_after_are_waited_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/workflows", faults.rate_limited(0.2), times=1)

    await api.workflows.list_all()

    first, second = sandbox.calls
    assert second.at - first.at >= 0.2


async def test_a_date_of_retry_after_is_waited_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    until = math.ceil(time.time())  # such a date has no parts of a second
    fault = faults.rate_limited_until(datetime.fromtimestamp(until, UTC))
    sandbox.faults.add("GET", "/api/workflows", fault, times=1)

    await api.workflows.list_all()

    assert len(sandbox.calls) == 2
    assert time.time() >= until


async def test_a_date_that_is_over_is_not_waited_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    fault = faults.rate_limited_until(datetime(2020, 1, 1, tzinfo=UTC))
    sandbox.faults.add("GET", "/api/workflows", fault, times=2)

    assert await api.workflows.list_all()

    assert len(sandbox.calls) == 3


@pytest.mark.parametrize("header", ["60", "Fri, 31 Dec 2100 00:00:00 GMT"])
async def test_a_server_that_asks_for_much_patience_gets_its_answer_passed_on(header: str) -> None:
    async with serving(saying(b"", 429, Retry_After=header)) as server, line(server.url) as sent:
        with pytest.raises(Busy) as caught:
            await sent.transport.read(READ)

    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= 60
    assert len(server.requests) == 1


async def test_a_slow_answer_is_still_an_answer(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/workflows", faults.slow(0.1), times=1)

    assert await api.workflows.list_all()

    assert len(sandbox.calls) == 1
