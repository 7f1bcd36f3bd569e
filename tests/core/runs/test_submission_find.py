"""The run of an unclear submit is found by its mark, however late it appears and however many others there are."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import pytest

from core.catalog import Catalog
from core.comfydeploy.breaker import FAILURES
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, ServerFault
from core.comfydeploy.files import Files
from core.comfydeploy.operations import LIST_MACHINES
from core.comfydeploy.transport import Call, Transport
from core.errors import SubmitUnclear, SubmitUnknown
from core.offer import Deployment
from core.runs.mark import Mark, read_mark
from core.runs.submission import CLOCK_SKEW, Submission, Trail
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.errors import NO_ROUTE
from tests.waiting import until

VALUES = {"prompt": "a lake", "seed": 7}
BROKEN_AFTER = Fault(status=500, after=True)
LOST = [faults.CUT_AFTER, faults.BAD_GATEWAY_AFTER, replace(BROKEN_AFTER, wait=0.05)]
LIST = "/api/v2/workflow/*"


@pytest.fixture
async def deployment(api: ComfyDeploy) -> Deployment:
    return await Catalog(api).find("text-to-image")


@pytest.fixture
def mark(deployment: Deployment) -> Mark:
    return Mark("d00d", 42, 77, deployment.id)


@pytest.fixture
def submission(api: ComfyDeploy) -> Submission:
    return Submission(api, looks=(0.0, 0.01), pause=0.01)


def _trail_of(mark: Mark) -> Trail:
    return Trail(mark.delivery, mark.deployment, mark.user, datetime.now(UTC) - CLOCK_SKEW)


async def _lost(sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark) -> Trail:
    """The trail of a submit that made a run and whose answer was lost."""
    sandbox.faults.add("POST", faults.QUEUE, BROKEN_AFTER, times=1)
    with pytest.raises(SubmitUnclear):
        await Submission(api).submit(deployment, VALUES, mark)
    return _trail_of(mark)


def _reads(sandbox: ComfyDeploySandbox) -> Counter[str]:
    paths = [call.path.removeprefix("/api/run/") for call in sandbox.calls if call.method == "GET"]
    return Counter(path for path in paths if path in sandbox.runs)


@pytest.mark.parametrize("fault", LOST, ids=["cut", "502", "500"])
async def test_a_run_whose_answer_was_lost_is_found(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark, fault: Fault
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, fault)
    with pytest.raises(SubmitUnclear):
        await submission.submit(deployment, VALUES, mark)

    found = await submission.find(deployment, _trail_of(mark))

    assert list(sandbox.runs) == [found]


async def test_the_failed_run_of_a_machine_that_cannot_be_reached_is_found(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="unreachable")
    with pytest.raises(SubmitUnclear):
        await submission.submit(deployment, VALUES, mark)

    found = await submission.find(deployment, _trail_of(mark))

    assert sandbox.state(found).status == "failed"


async def test_a_lost_run_is_told_from_others_of_the_same_person(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await submission.submit(deployment, VALUES, replace(mark, delivery="beef"))
    await api.runs.submit(deployment.id, {"prompt": "made elsewhere"})
    trail = await _lost(sandbox, api, deployment, mark)
    await submission.submit(deployment, VALUES, replace(mark, delivery="feed"))

    found = await submission.find(deployment, trail)

    assert read_mark(sandbox.runs[found].workflow_inputs) == mark


async def test_nothing_that_can_be_found_proves_nothing(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await submission.submit(deployment, VALUES, replace(mark, delivery="beef"))
    trail = _trail_of(mark)

    with pytest.raises(SubmitUnknown) as caught:
        await submission.find(deployment, trail)

    assert caught.value.delivery == mark.delivery
    assert sum(call.path.startswith("/api/v2/workflow/") for call in sandbox.calls) == 2


async def test_a_run_that_appears_after_some_looks_is_found(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    trail = _trail_of(mark)
    finding = asyncio.ensure_future(Submission(api, looks=(0.0, 0.0, 0.1)).find(deployment, trail))
    await until(lambda: sum(call.path.startswith("/api/v2/workflow/") for call in sandbox.calls) == 2)

    run_id = await Submission(api).submit(deployment, VALUES, mark)

    assert await finding == run_id


async def test_a_look_that_fails_is_followed_by_another(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    trail = await _lost(sandbox, api, deployment, mark)
    look = sandbox.faults.add("GET", LIST, faults.SERVER_ERROR, times=3)

    found = await submission.find(deployment, trail)

    assert (list(sandbox.runs), look.hits) == ([found], 3)


async def test_who_is_not_patient_looks_once(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    with pytest.raises(SubmitUnknown):
        await submission.find(deployment, _trail_of(mark), patiently=False)

    assert sum(call.path.startswith("/api/v2/workflow/") for call in sandbox.calls) == 1


async def test_the_only_look_tells_when_it_fails(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.faults.add("GET", LIST, faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await submission.find(deployment, _trail_of(mark), patiently=False)


async def test_on_a_server_that_lists_no_runs_nobody_knows(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    sandbox.faults.add("GET", LIST, faults.problem(NO_ROUTE))

    with pytest.raises(SubmitUnknown):
        await submission.find(deployment, _trail_of(mark), patiently=False)


async def test_a_run_that_cannot_be_read_hides_no_other(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    trail = await _lost(sandbox, api, deployment, mark)
    (lost,) = sandbox.runs
    unreadable = await api.runs.submit(deployment.id, {})  # newer, so it is asked for first
    sandbox.faults.add("GET", f"/api/run/{unreadable}", faults.SERVER_ERROR)

    assert await submission.find(deployment, trail) == lost


async def test_a_run_that_could_not_be_read_is_asked_for_again_and_others_are_not(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    other = await api.runs.submit(deployment.id, {})
    trail = await _lost(sandbox, api, deployment, mark)
    found = next(run_id for run_id in sandbox.runs if run_id != other)
    sandbox.faults.add("GET", f"/api/run/{found}", faults.SERVER_ERROR, times=6)  # all tries of the first two looks

    assert await Submission(api, looks=(0.0, 0.0, 0.0)).find(deployment, trail) == found

    assert _reads(sandbox) == {other: 1, found: 7}


async def test_runs_of_others_are_read_once_for_all_looks_of_a_process(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    others = [await api.runs.submit(deployment.id, {}) for _ in range(3)]
    mine = await submission.submit(deployment, VALUES, mark)

    for delivery in ("beef", "feed"):
        with pytest.raises(SubmitUnknown):
            await submission.find(deployment, _trail_of(replace(mark, delivery=delivery)))

    assert _reads(sandbox) == dict.fromkeys(others, 1)
    assert mine not in _reads(sandbox)


async def test_many_looks_at_the_same_time_read_each_run_once(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    trails = [await _lost(sandbox, api, deployment, replace(mark, delivery=f"{number:x}")) for number in range(10)]
    for _ in range(3):
        await api.runs.submit(deployment.id, {})
    sandbox.faults.add("GET", "/api/run/*", faults.slow(0.01))

    found = await asyncio.gather(*(submission.find(deployment, trail) for trail in trails))

    assert [read_mark(sandbox.runs[run_id].workflow_inputs).delivery for run_id in found] == [
        trail.delivery for trail in trails
    ]
    assert _reads(sandbox) == dict.fromkeys(sandbox.runs, 1)


async def test_a_look_that_is_given_up_leaves_the_others_looking(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    trail = await _lost(sandbox, api, deployment, mark)
    sandbox.faults.add("GET", "/api/run/*", faults.slow(0.1), times=1)
    first = asyncio.ensure_future(submission.find(deployment, trail))
    await until(lambda: _reads(sandbox))
    second = asyncio.ensure_future(submission.find(deployment, trail))
    await asyncio.sleep(0.02)

    first.cancel()

    assert await second in sandbox.runs


async def test_a_lost_run_behind_more_than_a_page_of_others_is_found(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    trail = await _lost(sandbox, api, deployment, mark)
    (lost,) = sandbox.runs
    for _ in range(201):
        other = replace(sandbox.runs[lost], id=str(uuid4()), workflow_inputs={"prompt": "made elsewhere"})
        sandbox.runs[other.id] = other

    found = await submission.find(deployment, trail)

    assert (found, max(_reads(sandbox).values()), len(_reads(sandbox))) == (lost, 1, 202)


async def test_runs_of_other_deployments_are_not_read(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    staging = sandbox.deployment("text-to-image", "staging")  # of the same workflow
    other = await api.runs.submit(staging.id, {})
    trail = await _lost(sandbox, api, deployment, mark)

    found = await submission.find(deployment, trail)

    assert (found != other, other in _reads(sandbox)) == (True, False)


async def test_an_unclear_submit_that_is_looked_for_by_another_process_is_found(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    text = str(await _lost(sandbox, api, deployment, mark))
    async with ComfyDeploy.connect(sandbox.url, sandbox.key) as other:
        found = await Submission(other).find(deployment, Trail.parse(text), patiently=False)

    assert list(sandbox.runs) == [found]


async def test_while_the_api_is_away_nobody_knows(
    sandbox: ComfyDeploySandbox, submission: Submission, deployment: Deployment, mark: Mark
) -> None:
    await sandbox.refuse()

    with pytest.raises(SubmitUnknown):
        await submission.find(deployment, _trail_of(mark))
    with pytest.raises(ApiError):
        await submission.find(deployment, _trail_of(mark), patiently=False)


async def test_a_look_that_is_held_back_waits_until_it_may(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, deployment: Deployment, mark: Mark
) -> None:
    trail = await _lost(sandbox, api, deployment, mark)
    clock = count(step=3.0)  # each look at it is three seconds later: the second one after a failure is late enough
    async with (
        Transport.connect(sandbox.url, sandbox.key, clock=lambda: next(clock)) as transport,
        Files.connect(transport) as files,
    ):
        line = ComfyDeploy(transport, files)
        sandbox.faults.add("GET", "/api/machines", faults.BAD_GATEWAY, times=FAILURES)
        for _ in range(FAILURES):
            with pytest.raises(ServerFault):
                await transport.read(Call(LIST_MACHINES), retry=False)

        found = await Submission(line, looks=(0.0,), held_back=0.0).find(deployment, trail)

    assert list(sandbox.runs) == [found]
