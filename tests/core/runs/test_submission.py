"""One submit for one wish: never two runs, and never one that is lost while it can be found."""

import asyncio
from itertools import pairwise

import pytest

from core.catalog import Catalog, Deployment
from core.comfydeploy.client import ComfyDeploy
from core.errors import (
    AccessDenied,
    ApiError,
    Busy,
    DispatchFailed,
    KeyRefused,
    NotFound,
    OutOfCredits,
    Refused,
    SubmitUnknown,
    Unreachable,
    WrongAddress,
)
from core.runs.mark import Mark, read_mark
from core.runs.submission import Submission
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from tests.waiting import until

VALUES = {"prompt": "a lake", "seed": 7}


@pytest.fixture
async def deployment(api: ComfyDeploy) -> Deployment:
    return await Catalog(api, ["production"], ttl=60).find("text-to-image")


@pytest.fixture
def mark(deployment: Deployment) -> Mark:
    return Mark("d00d", 42, 77, deployment.id)


@pytest.fixture
def submission(api: ComfyDeploy) -> Submission:
    return Submission(api, looks=(0.0, 0.01), pause=0.01)


def _posts(sandbox: ComfyDeploySandbox) -> int:
    return sum(call.path == faults.QUEUE for call in sandbox.calls)


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
        (Fault(status=404, body={"detail": "Not Found"}), WrongAddress),
        (Fault(status=405, body={"detail": "Method Not Allowed"}), WrongAddress),
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


NOT_READ = Fault(status=200, body="<html>", after=True)
UNCLEAR = [faults.CUT_AFTER, faults.BAD_GATEWAY_AFTER, NOT_READ]


@pytest.mark.parametrize("fault", UNCLEAR, ids=["cut", "502", "no JSON"])
async def test_a_run_whose_answer_was_lost_is_found_by_its_mark(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark, fault: Fault
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault, times=1)

    run_id = await submission.submit(deployment, VALUES, mark)

    assert list(sandbox.runs) == [run_id]
    assert _posts(sandbox) == 1


async def test_the_failed_run_of_a_machine_that_cannot_be_reached_is_found(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="unreachable")

    run_id = await submission.submit(deployment, VALUES, mark)

    assert sandbox.state(run_id).status == "failed"


async def test_a_lost_run_is_told_from_others_of_the_same_person(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await submission.submit(deployment, VALUES, Mark("beef", mark.user, mark.guild, deployment.id))
    await api.submit(deployment.id, {"prompt": "made elsewhere"})
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)

    run_id = await submission.submit(deployment, VALUES, mark)

    assert read_mark(sandbox.runs[run_id].workflow_inputs) == mark


@pytest.mark.parametrize("fault", [faults.CUT, faults.BAD_GATEWAY])
async def test_when_no_run_is_found_nobody_knows_and_nothing_is_sent_again(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark, fault: Fault
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)

    with pytest.raises(SubmitUnknown):
        await submission.submit(deployment, VALUES, mark)

    assert (_posts(sandbox), sandbox.runs) == (1, {})


async def test_a_look_that_fails_is_followed_by_another(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)
    look = sandbox.faults.add("GET", "/api/v2/workflow/*", faults.SERVER_ERROR, times=3)

    run_id = await submission.submit(deployment, VALUES, mark)

    assert (list(sandbox.runs), look.hits) == ([run_id], 3)


async def test_a_run_that_cannot_be_read_hides_no_other(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)
    submitting = asyncio.ensure_future(Submission(api, looks=(0.2,)).submit(deployment, VALUES, mark))
    await until(lambda: sandbox.runs)
    unreadable = await api.submit(deployment.id, {})  # newer, so it is asked for first
    sandbox.faults.add("GET", f"/api/run/{unreadable}", faults.SERVER_ERROR)

    run_id = await submitting

    assert list(sandbox.runs) == [run_id, unreadable]


async def test_a_run_that_could_not_be_read_is_asked_for_again_by_the_next_look_and_others_are_not(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    other = await api.submit(deployment.id, {})
    sandbox.faults.add("GET", f"/api/run/{other}", faults.slow(0))
    sandbox.faults.add("GET", "/api/run/*", faults.SERVER_ERROR, times=6)  # all tries of the first two looks
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)

    run_id = await Submission(api, looks=(0.0, 0.0, 0.0)).submit(deployment, VALUES, mark)

    paths = [call.path.removeprefix("/api/run/") for call in sandbox.calls]
    asked = [path for path in paths if path in sandbox.runs]
    assert asked == [run_id, run_id, run_id, other, run_id, run_id, run_id, run_id]
