"""One submit for one wish: what made nothing may be sent again, a clear no is the answer, all else is unclear."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import aiohttp
import pytest

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    Busy,
    DispatchFailed,
    KeyRefused,
    NotFound,
    OutOfCredits,
    Paused,
    Refused,
    Unreachable,
    WrongAddress,
)
from core.comfydeploy.transport import TIMEOUTS
from core.errors import SubmitUnclear
from core.offer import Deployment
from core.runs.mark import Mark, read_mark
from core.runs.submission import Submission
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.errors import NO_METHOD, NO_ROUTE, Problem

VALUES = {"prompt": "a lake", "seed": 7}


@pytest.fixture
async def deployment(api: ComfyDeploy) -> Deployment:
    return await Catalog(api).find("text-to-image")


@pytest.fixture
def mark(deployment: Deployment) -> Mark:
    return Mark("d00d", 42, 77, deployment.id)


@pytest.fixture
def submission(api: ComfyDeploy) -> Submission:
    return Submission(api, looks=(0.0, 0.01), pause=0.01)


def _posts(sandbox: ComfyDeploySandbox) -> int:
    return sum(call.method == "POST" for call in sandbox.calls)


async def test_a_run_is_made_with_its_values_and_its_mark(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    run_id = await submission.submit(deployment, VALUES, mark)

    sent = sandbox.runs[run_id].workflow_inputs
    assert sent.items() >= VALUES.items()
    assert read_mark(sent) == mark
    assert _posts(sandbox) == 1


async def test_a_submit_without_a_connection_is_sent_again(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    await sandbox.refuse()
    submitting = asyncio.ensure_future(Submission(api, pause=0.1).submit(deployment, VALUES, mark))
    await asyncio.sleep(0.05)  # long enough for the first try, shorter than the pause after it

    await sandbox.listen()
    run_id = await submitting

    assert list(sandbox.runs) == [run_id]


async def test_connections_that_stay_refused_are_an_error(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await sandbox.refuse()

    with pytest.raises(Unreachable):
        await submission.submit(deployment, VALUES, mark)

    assert sandbox.runs == {}


async def test_a_busy_server_is_asked_again_when_it_says(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.rate_limited(0.15), times=2)

    run_id = await submission.submit(deployment, VALUES, mark)

    asked = [call.at for call in sandbox.calls if call.path == faults.QUEUE]
    assert list(sandbox.runs) == [run_id]
    assert [later - earlier >= 0.15 for earlier, later in pairwise(asked)] == [True, True]


@pytest.mark.parametrize(("retry_after", "posts"), [("0.01", 3), ("31", 1), (None, 3)])
async def test_a_server_that_stays_busy_gets_its_answer_passed_on(
    sandbox: ComfyDeploySandbox,
    submission: Submission,
    deployment: Deployment,
    mark: Mark,
    retry_after: str | None,
    posts: int,
) -> None:
    headers = {"Retry-After": retry_after} if retry_after else {}
    sandbox.faults.add("POST", faults.QUEUE, Fault(status=429, headers=headers))

    with pytest.raises(Busy):
        await submission.submit(deployment, VALUES, mark)

    assert (_posts(sandbox), sandbox.runs) == (posts, {})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.REVOKED, KeyRefused),
        (Fault(status=403, body={"detail": "no"}), AccessDenied),
        (faults.NO_CREDITS, OutOfCredits),
        (Fault(status=404, body={"detail": "Deployment not found"}), NotFound),
        (Fault(status=307, body=""), WrongAddress),
        (Fault(status=422, body={"detail": [{"loc": ["body", "inputs", "x"]}]}), Refused),
        (Fault(status=400, body={"detail": "Error creating run: 400 Bad Request"}), DispatchFailed),
        (Fault(status=500, body={"detail": "Error creating run: 500 Internal Server Error"}), DispatchFailed),
    ],
)
async def test_a_clear_refusal_is_the_answer_after_one_submit(
    sandbox: ComfyDeploySandbox,
    submission: Submission,
    deployment: Deployment,
    mark: Mark,
    fault: Fault,
    error: type[ApiError],
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)

    with pytest.raises(ApiError) as caught:
        await submission.submit(deployment, VALUES, mark)

    assert type(caught.value) is error
    assert (_posts(sandbox), sandbox.runs) == (1, {})


NO_JSON_AFTER = Fault(status=200, body="<html>", after=True)
NO_ID_AFTER = Fault(status=200, body={"run": "created"}, after=True)
BROKEN_AFTER = Fault(status=500, after=True, wait=0.05)
TOO_LATE = faults.slow(0.2)


@pytest.mark.parametrize("problem", [NO_ROUTE, NO_METHOD])
async def test_a_server_without_todays_path_gets_the_submit_by_the_older_one(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark, problem: Problem
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.problem(problem))

    run_ids = [await submission.submit(deployment, VALUES, mark) for _ in range(2)]

    assert (list(sandbox.runs), _posts(sandbox)) == (run_ids, 3)


@pytest.mark.parametrize("problem", [NO_ROUTE, NO_METHOD])
async def test_a_server_without_either_path_is_a_wrong_address(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark, problem: Problem
) -> None:
    sandbox.faults.add("POST", "/api/run*", faults.problem(problem))

    with pytest.raises(WrongAddress):
        await submission.submit(deployment, VALUES, mark)

    assert (sandbox.runs, _posts(sandbox)) == ({}, 2)


@pytest.mark.parametrize(
    ("fault", "runs"),
    [
        (faults.CUT, 0),
        (faults.BAD_GATEWAY, 0),
        (faults.SERVER_ERROR, 0),
        (faults.NOT_JSON, 0),
        (faults.CUT_AFTER, 1),
        (faults.BAD_GATEWAY_AFTER, 1),
        (BROKEN_AFTER, 1),
        (NO_JSON_AFTER, 1),
        (NO_ID_AFTER, 1),
    ],
)
async def test_an_unclear_answer_names_its_delivery_and_nothing_is_sent_again(
    sandbox: ComfyDeploySandbox,
    submission: Submission,
    deployment: Deployment,
    mark: Mark,
    fault: Fault,
    runs: int,
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)

    with pytest.raises(SubmitUnclear) as caught:
        await submission.submit(deployment, VALUES, mark)

    assert caught.value.delivery == mark.delivery
    assert (_posts(sandbox), len(sandbox.runs)) == (1, runs)


@pytest.mark.parametrize("fault", [faults.SILENT_AFTER, TOO_LATE], ids=["silent", "late"])
async def test_an_answer_that_does_not_come_in_time_is_unclear(
    sandbox: ComfyDeploySandbox, deployment: Deployment, mark: Mark, fault: Fault
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)
    impatient = replace(TIMEOUTS, submit=aiohttp.ClientTimeout(total=0.1))
    async with ComfyDeploy.connect(sandbox.url, sandbox.key, impatient) as api:
        with pytest.raises(SubmitUnclear):
            await Submission(api).submit(deployment, VALUES, mark)

    assert _posts(sandbox) == 1


async def test_a_machine_that_refuses_the_run_leaves_a_failed_one_and_says_so(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="crashed", dispatch_seconds=2.0)

    with pytest.raises(DispatchFailed):
        await submission.submit(deployment, VALUES, mark)

    assert [sandbox.state(run_id).status for run_id in sandbox.runs] == ["failed"]


async def test_while_the_api_is_taken_to_be_away_nothing_is_sent(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await sandbox.refuse()
    for _ in range(2):
        with pytest.raises(Unreachable):
            await submission.submit(deployment, VALUES, mark)
    await sandbox.listen()

    with pytest.raises(Paused):
        await submission.submit(deployment, VALUES, mark)

    assert (_posts(sandbox), sandbox.runs) == (0, {})
