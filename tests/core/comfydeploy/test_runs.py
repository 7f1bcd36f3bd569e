"""Runs: queued once, read, listed lightly and heavily, cancelled."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import (
    AccessDenied,
    BadReply,
    DispatchFailed,
    NoAnswer,
    NotCancellable,
    NotFound,
    OutOfCredits,
    Refused,
)
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import DEPLOYMENT, NOBODY, RUN, WORKFLOW
from tests.core.comfydeploy.sending import LONG, SHORT
from tests.core.stub import Answer, Held, routing, saying, serving
from tests.waiting import until

PAGE = 200
LONG_PAGE = 1_000
SINCE = datetime(2026, 11, 20, tzinfo=UTC)


def light_rows(count: int, shift: int = 0) -> Answer:
    """A light list of so many runs that moves on by `shift` with each page that is read."""

    async def answer(request: web.Request) -> web.StreamResponse:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        start = offset - shift * (offset // limit)
        numbers = range(start, min(start + limit, count))
        return web.json_response(
            [samples.light_run(id=f"{number:08x}-0000-4000-8000-000000000000") for number in numbers]
        )

    return answer


async def test_a_submit_makes_one_run_with_the_inputs_as_they_are(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    inputs = {"prompt": "a lake", "seed": 2**53 + 1, "steps": 20, "cfg": 1.0, "hires": False, "sizes": [1, "2"]}

    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, inputs)

    assert list(sandbox.runs) == [run_id]
    assert sandbox.runs[run_id].workflow_inputs == inputs
    assert type(sandbox.runs[run_id].workflow_inputs["cfg"]) is float
    assert sandbox.calls[-1].path == "/api/run/deployment/queue"


@pytest.mark.parametrize("lacking", [{}, {"POST /api/run/deployment/queue": saying(b"", 404)}], ids=["today", "older"])
async def test_a_submit_is_waited_for_longer_than_a_read(lacking: dict[str, Answer]) -> None:
    held = Held(b'{"run_id": "%s"}' % RUN.encode())
    timeouts = replace(SHORT, submit=LONG)

    async with serving(routing(lacking, held)) as server, ComfyDeploy.connect(server.url, "key", timeouts) as api:
        submit = asyncio.ensure_future(api.runs.submit(DEPLOYMENT, {}))
        await until(lambda: held.waiting)
        with pytest.raises(NoAnswer):
            await api.runs.get(RUN, retry=False)
        held.answer()

        assert await submit == RUN


async def test_a_submit_to_what_is_not_there_is_not_found(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await api.runs.submit(NOBODY, {})

    assert len(sandbox.calls) == 1


async def test_a_submit_may_be_refused(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    deployment = sandbox.deployment("text-to-image").id

    with pytest.raises(Refused) as caught:
        await api.runs.submit(deployment, {"prompt": None})
    sandbox.faults.add("POST", faults.QUEUE, faults.NO_CREDITS)
    with pytest.raises(OutOfCredits):
        await api.runs.submit(deployment, {})

    assert caught.value.fields[0].startswith("inputs.prompt")
    assert sandbox.runs == {}


async def test_a_machine_that_does_not_take_the_prompt_is_told(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.created_then_500(0.0))

    with pytest.raises(DispatchFailed):
        await api.runs.submit(sandbox.deployment("text-to-image").id, {})

    assert (len(sandbox.calls), len(sandbox.runs)) == (1, 1)


async def test_a_run_is_read(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    deployment = sandbox.deployment("text-to-image")
    run_id = await api.runs.submit(deployment.id, {"prompt": "a lake"})
    sandbox.end(run_id)

    run = await api.runs.get(run_id)

    assert (run.id, run.status, run.workflow_id) == (run_id, "success", deployment.workflow.id)
    assert (run.workflow_inputs, run.machine_type) == ({"prompt": "a lake"}, "comfy-deploy-serverless")
    assert run.outputs
    assert run.created_at is not None
    assert run.ended_at is not None


async def test_the_place_in_line_is_told_only_when_asked_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=500, ahead=3)
    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, {})

    run, asked = await api.runs.get(run_id), await api.runs.get(run_id, queue_position=True)

    assert (run.queue_position, asked.queue_position) == (None, 3)
    assert [call.query for call in sandbox.calls[-2:]] == [{}, {"queue_position": "true"}]


async def test_a_run_that_is_not_there_is_not_found(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await api.runs.get(NOBODY)

    assert len(sandbox.calls) == 1


async def test_a_run_of_another_account_is_denied(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, {})
    strangers_key = sandbox.issue(user_id="user_somebody_else")

    async with ComfyDeploy.connect(sandbox.url, strangers_key) as stranger:
        with pytest.raises(AccessDenied):
            await stranger.runs.get(run_id)


async def test_another_run_than_the_one_asked_for_is_a_bad_reply(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", f"/api/run/{RUN}", Fault(status=200, body=samples.run(id=NOBODY)))

    with pytest.raises(BadReply):
        await api.runs.get(RUN)


@pytest.mark.parametrize("spelling", [RUN.replace("-", ""), f"{{{RUN}}}", RUN.upper(), f"urn:uuid:{RUN}"])
async def test_an_id_in_another_spelling_is_asked_for_in_the_apis_own(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, spelling: str
) -> None:
    sandbox.faults.add("GET", f"/api/run/{RUN}", Fault(status=200, body=samples.run(id=RUN.upper())))

    assert (await api.runs.get(spelling)).id == RUN


async def test_the_light_list_holds_the_runs_of_one_deployment_since_a_time(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    deployment, other = sandbox.deployment("text-to-image"), sandbox.deployment("text-to-image", "staging")
    old, new = await api.runs.submit(deployment.id, {}), await api.runs.submit(deployment.id, {})
    await api.runs.submit(other.id, {})
    sandbox.age(old, seconds=600)

    rows = await api.runs.list_recent(deployment.workflow.id, deployment.id, datetime.now(UTC) - timedelta(seconds=60))

    assert [row.id for row in rows] == [new]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (PAGE - 1, 1), (PAGE, 2), (PAGE + 1, 2), (3 * PAGE, 4)])
async def test_the_light_list_is_read_to_its_end(count: int, pages: int) -> None:
    async with serving(light_rows(count)) as server, ComfyDeploy.connect(server.url, "key") as api:
        rows = await api.runs.list_recent(WORKFLOW, DEPLOYMENT, SINCE)

    assert len({row.id for row in rows}) == len(rows) == count
    assert [request.query["offset"] for request in server.requests] == [str(page * PAGE) for page in range(pages)]


async def test_a_light_list_without_end_is_given_up() -> None:
    async with serving(light_rows(10**6)) as server, ComfyDeploy.connect(server.url, "key") as api:
        rows = await api.runs.list_recent(WORKFLOW, DEPLOYMENT, SINCE)

    assert (len(rows), len(server.requests)) == (10 * PAGE, 10)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (LONG_PAGE - 1, 1), (LONG_PAGE, 2), (2 * LONG_PAGE + 1, 3)])
async def test_the_states_of_all_runs_of_a_workflow_are_read_to_the_end(count: int, pages: int) -> None:
    async with serving(light_rows(count)) as server, ComfyDeploy.connect(server.url, "key") as api:
        rows = await api.runs.list_states(WORKFLOW, SINCE)

    assert len({row.id for row in rows}) == len(rows) == count
    assert len(server.requests) == pages


async def test_a_run_that_moves_to_the_next_page_comes_once() -> None:
    async with serving(light_rows(PAGE + 50, shift=7)) as server, ComfyDeploy.connect(server.url, "key") as api:
        rows = await api.runs.list_recent(WORKFLOW, DEPLOYMENT, SINCE)

    assert len({row.id for row in rows}) == len(rows) == PAGE + 50


async def test_a_row_that_cannot_be_read_hides_no_later_page() -> None:
    first = [{"id": "me"}, *(samples.light_run(id=f"{n:08x}-0000-4000-8000-000000000000") for n in range(PAGE - 1))]

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(first if request.query["offset"] == "0" else [samples.light_run()])

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        rows = await api.runs.list_recent(WORKFLOW, DEPLOYMENT, SINCE)

    assert (len(rows), rows[-1].id) == (PAGE, RUN)


async def test_the_status_of_a_run_that_cannot_be_read_is_in_the_light_list(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    deployment = sandbox.deployment("text-to-image")
    run_id = await api.runs.submit(deployment.id, {})
    sandbox.end(run_id, "failed")

    assert await api.runs.find_status(deployment.workflow.id, run_id) == "failed"
    since = datetime.fromtimestamp(int(sandbox.calls[-1].query["rf"]), UTC)
    assert timedelta(hours=23, minutes=59) < datetime.now(UTC) - since < timedelta(hours=24, minutes=1)


@pytest.mark.parametrize("known", [True, False])
async def test_a_run_that_the_light_list_lacks_has_no_status(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, *, known: bool
) -> None:
    deployment = sandbox.deployment("text-to-image")
    run_id = await api.runs.submit(deployment.id, {})
    sandbox.age(run_id, seconds=2 * 86400)

    assert await api.runs.find_status(deployment.workflow.id, run_id if known else NOBODY) is None


async def test_a_failed_run_tells_its_reason_in_the_raw_outputs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="failed", seconds=0, queue_seconds=0, cold_seconds=0)
    deployment = sandbox.deployment("text-to-image")
    run_id = await api.runs.submit(deployment.id, {})

    outputs = await api.runs.list_raw_outputs(deployment.workflow.id, run_id)

    assert any("CUDA out of memory" in str(output) for output in outputs)


@pytest.mark.parametrize(
    ("rows", "outputs"),
    [
        ([], []),
        ([{"id": RUN}], []),
        ([{"id": RUN, "outputs": None}], []),
        ([{"id": RUN, "outputs": {}}], []),
        ([7, None, {"id": NOBODY, "outputs": [1]}], []),
        ([{"id": NOBODY, "outputs": [1]}, {"id": RUN, "outputs": [{"data": 2}]}], [{"data": 2}]),
    ],
)
async def test_the_raw_list_may_not_explain_a_run(rows: list[Any], outputs: list[Any]) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(rows)

    async with serving(answer) as server, ComfyDeploy.connect(server.url, "key") as api:
        assert await api.runs.list_raw_outputs(WORKFLOW, RUN) == outputs


@pytest.mark.parametrize("body", [b"{}", b"null", b"7", b"<html>"])
async def test_a_raw_list_that_is_none_is_a_bad_reply(body: bytes) -> None:
    async with serving(saying(body)) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply):
            await api.runs.list_raw_outputs(WORKFLOW, RUN)


async def test_a_serverless_run_can_be_cancelled(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="never")
    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, {})

    await api.runs.cancel(run_id)

    assert (await api.runs.get(run_id)).status == "cancelled"


@pytest.mark.parametrize("run", ["classic", "unknown"])
async def test_what_the_server_has_no_call_for_cannot_be_cancelled(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, run: str
) -> None:
    run_id = NOBODY if run == "unknown" else await api.runs.submit(sandbox.deployment("portrait-classic").id, {})
    sandbox.calls.clear()

    with pytest.raises(NotCancellable):
        await api.runs.cancel(run_id)

    assert len(sandbox.calls) == 1
