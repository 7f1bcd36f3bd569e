"""Servers that lack the paths of today: when the older path is taken, when never, and what is remembered of it."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, DispatchFailed, NoAnswer, NotFound, ServerFault, WrongAddress
from core.comfydeploy.transport import TIMEOUTS, Call, Transport
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.methods import METHODS
from tests.core.comfydeploy.samples import DEPLOYMENT, NOBODY, RUN, WORKFLOW
from tests.core.comfydeploy.sending import RUN_READ, VERSION_SEND, line
from tests.core.stub import Answer, cutting, in_turn, routing, saying, serving

TODAY = {RUN_READ.name: f"GET /api/run/{RUN}", VERSION_SEND.name: f"POST /api/workflow/{WORKFLOW}/version"}
OLDER = {RUN_READ.name: "GET /api/run", VERSION_SEND.name: "POST /api/workflow"}
NO_PAGE = b"<!DOCTYPE html><html><body><h1>404</h1>This page could not be found.</body></html>"
LACKING: dict[str, Answer] = {
    "its router's 404": saying(b'{"detail": "Not Found"}', 404),
    "a web page": saying(NO_PAGE, 404, Content_Type="text/html"),
    "nothing": saying(b"", 404),
    "405": saying(b'{"detail": "Method Not Allowed"}', 405),
    "an empty 405": saying(b"", 405),
}
ANSWERS: dict[str, tuple[Answer, type[ApiError]]] = {
    "a 404 of its own": (saying(b'{"detail": "Run not found"}', 404), NotFound),
    "a 404 told as 500": (saying(b'{"detail": "404: Workflow not found"}', 500), NotFound),
    "a machine's 404": (saying(b'{"detail": "Error creating run: 404 Not Found"}', 404), DispatchFailed),
    "a redirect": (saying(b"", 307, Location="/api/run"), WrongAddress),
    "a lasting redirect": (saying(b"", 301, Location="/api/workflow"), WrongAddress),
    "500": (saying(b"Internal Server Error", 500), ServerFault),
    "502": (saying(b"<html>", 502), ServerFault),
    "a cut": (cutting, NoAnswer),
}
CALLS = [RUN_READ, VERSION_SEND]
# an upload has no older path but another way, see test_files
WITHOUT_OLDER = [method for method in METHODS if not method.operation.older and method.name != "files.upload"]


def names(call: Call) -> str:
    return call.name


async def transfer(transport: Transport, call: Call) -> bytes:
    return await (transport.read(call) if call is RUN_READ else transport.send(call))


def paths(requests: list[web.Request]) -> list[str]:
    return [f"{request.method} {request.path}" for request in requests]


@pytest.mark.parametrize("lacking", LACKING)
@pytest.mark.parametrize("call", CALLS, ids=names)
async def test_what_the_server_lacks_is_asked_for_by_the_older_path_and_from_then_on(call: Call, lacking: str) -> None:
    answer = routing({OLDER[call.name]: saying(b"older")}, LACKING[lacking])

    async with serving(answer) as server, line(server.url) as sent:
        bodies = [await transfer(sent.transport, call) for _ in range(3)]

    assert bodies == [b"older"] * 3
    assert paths(server.requests) == [TODAY[call.name], *[OLDER[call.name]] * 3]


@pytest.mark.parametrize("said", ANSWERS)
@pytest.mark.parametrize("call", CALLS, ids=names)
async def test_what_was_answered_is_not_asked_for_again_by_the_older_path(
    quick_retries: None, call: Call, said: str
) -> None:
    answer, error = ANSWERS[said]

    async with serving(routing({TODAY[call.name]: answer}, saying(b"older"))) as server, line(server.url) as sent:
        with pytest.raises(error):
            await transfer(sent.transport, call)

    assert set(paths(server.requests)) == {TODAY[call.name]}


async def test_what_has_no_older_path_is_at_a_wrong_address() -> None:
    without = replace(RUN_READ, older=None)

    async with serving(saying(b"", 404)) as server, line(server.url) as sent:
        with pytest.raises(WrongAddress):
            await sent.transport.read(without)

    assert len(server.requests) == 1


@pytest.mark.parametrize("call", CALLS, ids=names)
async def test_a_server_that_lacks_both_is_asked_for_both_each_time(call: Call) -> None:
    async with serving(saying(b"", 404)) as server, line(server.url) as sent:
        for _ in range(2):
            with pytest.raises(WrongAddress) as caught:
                await transfer(sent.transport, call)
            assert caught.value.__context__ is None

    assert paths(server.requests) == [TODAY[call.name], OLDER[call.name]] * 2


async def test_what_is_lacking_is_remembered_for_each_operation_by_itself() -> None:
    answer = routing({OLDER[RUN_READ.name]: saying(b"older")}, saying(b"", 404))

    async with serving(answer) as server, line(server.url) as sent:
        await sent.transport.read(RUN_READ)
        with pytest.raises(WrongAddress):
            await sent.transport.send(VERSION_SEND)

    assert paths(server.requests)[2:] == [TODAY[VERSION_SEND.name], OLDER[VERSION_SEND.name]]


async def test_the_older_path_of_a_read_is_patient_too(quick_retries: None) -> None:
    flaky = in_turn(saying(b"", 502), cutting, saying(b"older"))

    async with serving(routing({OLDER[RUN_READ.name]: flaky}, saying(b"", 404))) as server, line(server.url) as sent:
        assert await sent.transport.read(RUN_READ) == b"older"

    assert paths(server.requests) == [TODAY[RUN_READ.name], *[OLDER[RUN_READ.name]] * 3]


async def test_each_path_is_counted_under_its_own_name() -> None:
    answer = routing({OLDER[RUN_READ.name]: saying(b"older")}, saying(b"", 404))

    async with serving(answer) as server, line(server.url) as sent:
        await sent.transport.read(RUN_READ)

    assert sent.counts.called == [("GET /run/{id}", "wrong_address"), ("GET /run", "ok")]


@pytest.mark.parametrize("method", WITHOUT_OLDER, ids=str)
async def test_where_there_never_was_an_older_path_the_address_is_wrong(method: Method) -> None:
    async with serving(saying(NO_PAGE, 404)) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(WrongAddress):
            await method(api)

    assert len(server.requests) == 1


async def test_an_older_server_runs_a_deployment(older: ComfyDeploySandbox, old_api: ComfyDeploy) -> None:
    deployment = older.deployment("text-to-image")

    runs = [await old_api.runs.submit(deployment.id, {"prompt": "a lake", "steps": 5}) for _ in range(2)]

    assert list(older.runs) == runs
    assert older.runs[runs[0]].workflow_inputs == {"prompt": "a lake", "steps": 5}
    assert [call.path for call in older.calls] == ["/api/run/deployment/queue", "/api/run", "/api/run"]


async def test_an_older_server_tells_of_a_run(older: ComfyDeploySandbox, old_api: ComfyDeploy) -> None:
    run_id = await old_api.runs.submit(older.deployment("text-to-image").id, {})
    older.end(run_id)
    older.calls.clear()

    run = await old_api.runs.get(run_id, queue_position=True)
    again = await old_api.runs.get(run_id)

    assert (run.id, run.status, run.is_final) == (run_id, "success", True)
    assert (again.id, bool(again.outputs)) == (run_id, True)
    assert [(call.path, call.query) for call in older.calls] == [
        (f"/api/run/{run_id}", {"queue_position": "true"}),
        ("/api/run", {"run_id": run_id}),
        ("/api/run", {"run_id": run_id}),
    ]


async def test_a_run_that_an_older_server_does_not_know_is_not_found(old_api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await old_api.runs.get(NOBODY)


async def test_a_version_that_an_older_server_does_not_know_is_not_found(old_api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await old_api.workflows.get_version(NOBODY)


async def test_a_deployment_that_an_older_server_does_not_know_is_asked_for_once(
    older: ComfyDeploySandbox, old_api: ComfyDeploy
) -> None:
    with pytest.raises(ServerFault):
        await old_api.runs.submit(DEPLOYMENT, {})

    assert [call.path for call in older.calls] == ["/api/run/deployment/queue", "/api/run"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.CUT_AFTER, NoAnswer),
        (faults.created_then_500(0.0), DispatchFailed),
        (faults.BAD_GATEWAY_AFTER, ServerFault),
    ],
    ids=["cut", "500", "502"],
)
@pytest.mark.parametrize("kind", ["today", "older"])
async def test_a_submit_that_may_have_worked_is_not_sent_again(
    sandbox: ComfyDeploySandbox, older: ComfyDeploySandbox, kind: str, fault: Fault, error: type[ApiError]
) -> None:
    server = sandbox if kind == "today" else older
    path = "/api/run/deployment/queue" if kind == "today" else "/api/run"
    rule = server.faults.add("POST", path, fault)

    async with ComfyDeploy.connect(server.url, server.key) as api:
        with pytest.raises(error):
            await api.runs.submit(server.deployment("text-to-image").id, {})

    assert (rule.hits, len(server.runs)) == (1, 1)
    assert len([call for call in server.calls if call.path == "/api/run"]) == (1 if kind == "older" else 0)


@pytest.mark.parametrize("kind", ["today", "older"])
async def test_a_submit_that_is_never_answered_is_not_sent_again(
    sandbox: ComfyDeploySandbox, older: ComfyDeploySandbox, kind: str
) -> None:
    server = sandbox if kind == "today" else older
    path = "/api/run/deployment/queue" if kind == "today" else "/api/run"
    rule = server.faults.add("POST", path, faults.SILENT_AFTER)
    timeouts = replace(TIMEOUTS, submit=aiohttp.ClientTimeout(total=0.2))

    async with ComfyDeploy.connect(server.url, server.key, timeouts) as api:
        with pytest.raises(NoAnswer):
            await api.runs.submit(server.deployment("text-to-image").id, {})

    assert max(rule.hits, len(server.runs)) <= 1


async def test_many_first_submits_to_an_older_server_start_one_run_each(
    older: ComfyDeploySandbox, old_api: ComfyDeploy
) -> None:
    deployment = older.deployment("text-to-image")

    runs = await asyncio.gather(*(old_api.runs.submit(deployment.id, {}) for _ in range(20)))

    assert len(set(runs)) == len(older.runs) == 20
