"""The API as typed calls: each method against the sandbox, and what it sends."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from core.comfydeploy.client import PAGE, ComfyDeploy
from core.errors import AccessDenied, BadReply, NotCancellable, NotFound
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault
from tests.core.stub import saying, serving

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/"])
async def test_the_address_may_be_given_with_or_without_api(sandbox: ComfyDeploySandbox, ending: str) -> None:
    async with ComfyDeploy.connect(sandbox.url + ending, sandbox.key) as api:
        workflows = await api.list_workflows()

    assert "text-to-image" in [workflow.name for workflow in workflows]
    assert sandbox.calls[-1].path == "/api/workflows"


async def test_an_address_that_is_none_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="absolute"):
        async with ComfyDeploy.connect("api.example.test", "key"):
            pass


async def test_deployments_come_in_pages_of_one_list(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    items = await api.page_deployments("production", is_fluid=True, offset=0)

    assert [item["workflow"]["name"] for item in items if isinstance(item, dict)] == ["fluid-dreams"]
    wanted = {"environment": "production", "is_fluid": "true", "page_size": str(PAGE), "offset": "0"}
    assert sandbox.calls[-1].query == wanted


async def test_a_workflow_lists_its_deployments_of_all_environments(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    items = await api.list_workflow_deployments(sandbox.deployment("text-to-image").workflow.id)

    assert {item["environment"] for item in items if isinstance(item, dict)} == {"production", "staging"}


async def test_a_workflow_without_deployments_is_not_found(api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await api.list_workflow_deployments(NOBODY)


async def test_a_submit_makes_one_run_with_the_inputs_as_they_are(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    inputs = {"prompt": "a lake", "seed": 2**53 + 1, "steps": 20}

    run_id = await api.submit(sandbox.deployment("text-to-image").id, inputs)

    assert list(sandbox.runs) == [run_id]
    assert sandbox.runs[run_id].workflow_inputs == inputs


async def test_the_place_in_line_is_told_only_when_asked_for(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=500, ahead=3)
    run_id = await api.submit(sandbox.deployment("text-to-image").id, {})

    run, asked = await api.get_run(run_id), await api.get_run(run_id, queue_position=True)

    assert (run.queue_position, asked.queue_position) == (None, 3)
    assert [call.query for call in sandbox.calls[-2:]] == [{}, {"queue_position": "true"}]


async def test_the_light_list_holds_the_runs_of_one_deployment_since_a_time(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    deployment, other = sandbox.deployment("text-to-image"), sandbox.deployment("text-to-image", "staging")
    old, new = await api.submit(deployment.id, {}), await api.submit(deployment.id, {})
    await api.submit(other.id, {})
    sandbox.age(old, seconds=600)

    rows = await api.list_recent_runs(deployment.workflow.id, deployment.id, datetime.now(UTC) - timedelta(seconds=60))

    assert [row.id for row in rows] == [new]


async def test_a_failed_run_tells_its_reason_in_the_raw_outputs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="failed", seconds=0, queue_seconds=0, cold_seconds=0)
    deployment = sandbox.deployment("text-to-image")
    run_id = await api.submit(deployment.id, {})

    outputs = await api.list_raw_outputs(deployment.workflow.id, run_id)

    assert any("CUDA out of memory" in str(output) for output in outputs)


@pytest.mark.parametrize("row", [b"[]", b'[7, {"id": "%s", "outputs": null}]' % NOBODY.encode()])
async def test_a_run_that_the_raw_list_does_not_explain_has_no_outputs(row: bytes) -> None:
    async with serving(saying(row)) as server, ComfyDeploy.connect(server.url, "key") as api:
        outputs = await api.list_raw_outputs(NOBODY, NOBODY)

    assert outputs == []


async def test_a_serverless_run_can_be_cancelled(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="never")
    run_id = await api.submit(sandbox.deployment("text-to-image").id, {})

    await api.cancel(run_id)

    assert (await api.get_run(run_id)).status == "cancelled"


@pytest.mark.parametrize("run", ["classic", "unknown"])
async def test_what_the_server_has_no_call_for_cannot_be_cancelled(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, run: str
) -> None:
    run_id = NOBODY if run == "unknown" else await api.submit(sandbox.deployment("portrait-classic").id, {})

    with pytest.raises(NotCancellable):
        await api.cancel(run_id)


async def test_a_run_of_another_account_is_denied(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    run_id = await api.submit(sandbox.deployment("text-to-image").id, {})
    strangers_key = sandbox.issue(user_id="user_somebody_else")

    async with ComfyDeploy.connect(sandbox.url, strangers_key) as stranger:
        with pytest.raises(AccessDenied):
            await stranger.get_run(run_id)


async def test_an_upload_keeps_every_byte(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    content = bytes(range(256)) * 999

    url = await api.upload(io.BytesIO(content), "cat photo ü.png", "image/png")

    key = sandbox.account.storage.key_of(url)
    assert key is not None
    assert key.endswith(".png")
    assert await sandbox.account.storage.read(key) == content


@pytest.mark.parametrize("run_id", ["", "../deployments", "..%2Fdeployments", "1/../2", "None", f"{NOBODY}/cancel"])
async def test_what_is_no_id_never_enters_a_path(sandbox: ComfyDeploySandbox, api: ComfyDeploy, run_id: str) -> None:
    for ask in (api.get_run, api.cancel, api.list_workflow_deployments):
        with pytest.raises(ValueError, match="UUID"):
            await ask(run_id)

    assert sandbox.calls == []


async def test_another_run_than_the_one_asked_for_is_a_bad_reply(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    mine = await api.submit(sandbox.deployment("text-to-image").id, {})
    sandbox.faults.add("GET", f"/api/run/{mine}", Fault(status=200, body={"id": NOBODY, "status": "success"}))

    with pytest.raises(BadReply):
        await api.get_run(mine)


@pytest.mark.parametrize("spelling", [NOBODY.replace("-", ""), f"{{{NOBODY}}}", NOBODY.upper(), f"urn:uuid:{NOBODY}"])
async def test_an_id_in_another_spelling_is_asked_for_in_the_apis_own(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, spelling: str
) -> None:
    with pytest.raises(NotFound):
        await api.get_run(spelling)

    assert sandbox.calls[-1].path == f"/api/run/{NOBODY}"


async def test_the_servers_clock_is_read_without_a_key(sandbox: ComfyDeploySandbox) -> None:
    async with ComfyDeploy.connect(sandbox.url, "no-key-at-all") as api:
        said = await api.server_time()

    assert said is not None
    assert abs((datetime.now(UTC) - said).total_seconds()) < 5


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Fri, 20 Nov 2026 06:08:08 GMT", datetime(2026, 11, 20, 6, 8, 8, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 06:08:08 -0000", datetime(2026, 11, 20, 6, 8, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
async def test_the_servers_clock_is_aware_or_unknown(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, header: str, expected: datetime | None
) -> None:
    sandbox.faults.add("GET", "/api/platform/gpu-pricing", Fault(status=200, body={}, headers={"Date": header}))

    assert await api.server_time() == expected


async def test_the_clock_of_a_server_that_is_down_is_unknown(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    await sandbox.refuse()

    assert await api.server_time() is None
