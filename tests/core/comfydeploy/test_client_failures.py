"""The client when the server misbehaves: what is asked again, what never, and which error says what."""

import gzip
import io
import itertools
import time
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from core.comfydeploy import client
from core.comfydeploy.client import TIMEOUTS, ComfyDeploy, Timeouts
from core.errors import (
    ApiError,
    BadReply,
    Busy,
    KeyRefused,
    NoAnswer,
    Refused,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from tests.core.stub import forgetful, hanging, saying, sending, serving

RUN = "00000000-0000-4000-8000-000000000000"
SHORT = Timeouts(*(aiohttp.ClientTimeout(total=0.1) for _ in range(3)))

PASSING = [faults.SERVER_ERROR, faults.BAD_GATEWAY, faults.CUT, faults.rate_limited(0.01)]


@pytest.mark.parametrize("fault", PASSING)
async def test_a_read_is_asked_again_when_the_failure_may_pass(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault
) -> None:
    sandbox.faults.add("GET", "/api/workflows", fault, times=2)

    assert await api.list_workflows()

    assert len(sandbox.calls) == 3


@pytest.mark.parametrize(
    ("fault", "error", "requests"),
    [
        (faults.SERVER_ERROR, ServerFault, 3),
        (faults.BAD_GATEWAY, ServerFault, 3),
        (faults.rate_limited(0.01), Busy, 3),
        (faults.CUT, NoAnswer, 6),  # aiohttp itself repeats each read once at once when the connection is cut
    ],
)
async def test_a_read_is_tried_three_times_at_most(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault, error: type[ApiError], requests: int
) -> None:
    sandbox.faults.add("GET", "/api/workflows", fault)

    with pytest.raises(error):
        await api.list_workflows()

    assert len(sandbox.calls) == requests


@pytest.mark.parametrize(
    ("fault", "error"), [(faults.REVOKED, KeyRefused), (Fault(status=422, body={"detail": []}), Refused)]
)
async def test_a_read_is_not_asked_again_when_the_answer_is_clear(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault, error: type[ApiError]
) -> None:
    sandbox.faults.add("GET", "/api/workflows", fault)

    with pytest.raises(error):
        await api.list_workflows()

    assert len(sandbox.calls) == 1


async def test_a_read_can_be_asked_for_once(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/run/*", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await api.get_run(RUN, retry=False)

    assert len(sandbox.calls) == 1


async def test_retry_after_is_waited_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/workflows", faults.rate_limited(0.2), times=1)

    await api.list_workflows()

    first, second = sandbox.calls
    assert second.at - first.at >= 0.2


async def test_a_server_that_asks_for_much_patience_gets_its_answer_passed_on(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.faults.add("GET", "/api/workflows", faults.rate_limited(60))

    with pytest.raises(Busy) as caught:
        await api.list_workflows()

    assert (caught.value.retry_after, len(sandbox.calls)) == (60, 1)


async def _submit(api: ComfyDeploy) -> None:
    await api.submit(RUN, {})


async def _cancel(api: ComfyDeploy) -> None:
    await api.cancel(RUN)


async def _upload(api: ComfyDeploy) -> None:
    await api.upload(io.BytesIO(b"picture"), "a.png", "image/png")


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("write", [_submit, _cancel, _upload])
async def test_what_changes_something_is_sent_once(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, write: Callable[[ComfyDeploy], Awaitable[object]], fault: Fault
) -> None:
    sandbox.faults.add("POST", "*", fault)

    with pytest.raises(ApiError):
        await write(api)

    assert len(sandbox.calls) == 1


async def test_a_read_works_after_a_crash_that_closed_the_connection(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(output_form="bare", seconds=0, queue_seconds=0, cold_seconds=0)
    unreadable = await api.submit(sandbox.deployment("text-to-image").id, {})

    with pytest.raises(ServerFault):
        await api.get_run(unreadable, retry=False)

    assert await api.list_workflows()


async def test_a_read_survives_a_kept_alive_connection_that_is_gone(quick_retries: None) -> None:
    async with forgetful(b"[]") as server, ComfyDeploy.connect(server.url, "key") as api:
        answers = [await api.list_workflows() for _ in range(3)]

    assert answers == [[], [], []]


async def test_each_submit_has_a_connection_of_its_own() -> None:
    async with forgetful(b'{"run_id": "%s"}' % RUN.encode()) as server, ComfyDeploy.connect(server.url, "key") as api:
        answers = [await api.submit(RUN, {}) for _ in range(3)]

    assert (answers, server.connections) == ([RUN] * 3, 3)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("ask", [ComfyDeploy.list_workflows, _submit, _cancel, _upload])
async def test_the_key_follows_no_redirect(
    api: ComfyDeploy, sandbox: ComfyDeploySandbox, ask: Callable[[ComfyDeploy], Awaitable[object]], status: int
) -> None:
    async with serving(saying(b"[]")) as elsewhere:
        sandbox.faults.add("*", "*", Fault(status=status, body="", headers={"Location": elsewhere.url}))

        with pytest.raises(WrongAddress):
            await ask(api)

    assert elsewhere.requests == []


async def test_the_key_follows_no_redirect_when_the_clock_is_read(
    api: ComfyDeploy, sandbox: ComfyDeploySandbox
) -> None:
    async with serving(saying(b"[]")) as elsewhere:
        sandbox.faults.add("*", "*", Fault(status=302, body="", headers={"Location": elsewhere.url}))

        await api.server_time()

    assert elsewhere.requests == []


async def test_refused_connections_are_unreachable(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    await sandbox.refuse()

    for ask in (ComfyDeploy.list_workflows, _submit):
        with pytest.raises(Unreachable):
            await ask(api)


async def test_a_name_without_an_address_is_unreachable(quick_retries: None) -> None:
    async with ComfyDeploy.connect("http://nowhere.invalid", "key") as api:
        with pytest.raises(Unreachable):
            await api.list_workflows()


@pytest.mark.parametrize("ask", [ComfyDeploy.list_workflows, _submit, _cancel, _upload])
async def test_a_hanging_server_is_given_up_within_the_time_out(
    quick_retries: None, ask: Callable[[ComfyDeploy], Awaitable[object]]
) -> None:
    async with serving(hanging) as server, ComfyDeploy.connect(server.url, "key", SHORT) as api:
        with pytest.raises(NoAnswer):
            await ask(api)

    assert len(server.requests) == (3 if ask is ComfyDeploy.list_workflows else 1)


async def test_a_body_that_stops_half_way_is_no_answer(quick_retries: None) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[" + b" " * 400
    async with sending(half) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(NoAnswer):
            await api.list_workflows()


async def test_what_is_no_http_is_no_answer(quick_retries: None) -> None:
    async with sending(b"SSH-2.0-OpenSSH_9.9\r\n\r\n") as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(NoAnswer):
            await api.list_workflows()


@pytest.mark.parametrize("fault", [faults.NOT_JSON, faults.WRONG_SHAPE], ids=["html", "an object, not a list"])
async def test_what_is_not_the_json_it_should_be_is_a_bad_reply(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault
) -> None:
    sandbox.faults.add("*", "*", fault)

    for ask in (ComfyDeploy.list_workflows, _submit, _upload, lambda client: client.get_run(RUN)):
        with pytest.raises(BadReply):
            await ask(api)


@pytest.mark.parametrize("ask", [ComfyDeploy.list_workflows, _submit])
async def test_json_nested_without_end_is_a_bad_reply(ask: Callable[[ComfyDeploy], Awaitable[object]]) -> None:
    async with serving(saying(b"[" * 200_000)) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply):
            await ask(api)


async def test_a_reply_larger_than_the_limit_is_cut() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in itertools.count():
            await response.write(b" " * 2**20)
            sent += 2**20
        return response

    async with serving(endless) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply):
            await api.list_workflows()

    assert client.LARGEST_REPLY <= sent + 2**20 < client.LARGEST_REPLY + 16 * 2**20


async def test_a_gzip_bomb_is_cut() -> None:
    bomb = gzip.compress(b" " * (client.LARGEST_REPLY + 1), compresslevel=6)
    async with (
        serving(saying(bomb, Content_Encoding="gzip")) as server,
        ComfyDeploy.connect(server.url, "key") as api,
    ):
        with pytest.raises(BadReply):
            await api.list_workflows()


async def test_broken_compression_is_no_answer(quick_retries: None) -> None:
    async with (
        serving(saying(b"this is not gzip", Content_Encoding="gzip")) as server,
        ComfyDeploy.connect(server.url, "key") as api,
    ):
        with pytest.raises(NoAnswer):
            await api.list_workflows()


def test_the_time_outs_of_a_submit_outlast_a_cold_machine() -> None:
    assert TIMEOUTS.submit.total is not None
    assert TIMEOUTS.submit.total > 120


async def test_a_slow_answer_is_still_an_answer(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "/api/workflows", faults.slow(0.1), times=1)
    start = time.monotonic()

    workflows = await api.list_workflows()

    assert workflows
    assert time.monotonic() - start >= 0.1
