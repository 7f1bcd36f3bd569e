"""The queue call: what it accepts, what it stores, and how it fails."""

import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.behaviour import Outcome
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller

QUEUE = "/run/deployment/queue"
NOBODY = "00000000-0000-0000-0000-000000000000"


async def test_a_run_keeps_what_was_sent_unknown_keys_included(api: ComfyDeploySandbox, caller: Caller) -> None:
    inputs = {"prompt": "a cat", "_ref": "1.2", "steps": "12", "cfg": 1.0, "flag": True, "list": [1, "a"]}
    hook = "http://127.0.0.1:9/hook?token=s3cret#part"
    body = {"deployment_id": api.deployment("text-to-image").id, "inputs": inputs, "webhook": hook, "extra": 1}

    reply = await caller.post(QUEUE, body)
    run = await caller.run(reply.body["run_id"])

    assert list(reply.body) == ["run_id"]
    assert run["workflow_inputs"] == inputs
    assert list(run["workflow_inputs"]) == ["cfg", "_ref", "flag", "list", "steps", "prompt"]  # as the database sorts
    assert (run["webhook"], run["webhook_status"], run["number"]) == (hook, None, 0)


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        ({"inputs": {}}, ["body", "deployment_id"], "missing"),
        ({"deployment_id": "abc"}, ["body", "deployment_id"], "uuid_parsing"),
        ({"deployment_id": NOBODY, "inputs": None}, ["body", "inputs"], "dict_type"),
        ({"deployment_id": NOBODY, "inputs": {"a": None}}, ["body", "inputs", "a", "str"], "string_type"),
        ({"deployment_id": NOBODY, "gpu": "A10"}, ["body", "gpu"], "enum"),
    ],
)
async def test_a_body_that_does_not_fit_is_422(caller: Caller, body: Json, loc: list[str], kind: str) -> None:
    reply = await caller.post(QUEUE, body)

    first = reply.body["detail"][0]
    assert (reply.status, first["loc"], first["type"]) == (422, loc, kind)
    assert "input" in first
    assert "msg" in first


async def test_a_body_that_is_no_json_is_422(caller: Caller) -> None:
    reply = await caller.ask("POST", QUEUE, data=b"{a", headers={"Content-Type": "application/json"})

    assert reply.status == 422
    assert reply.body["detail"][0] == {
        "type": "json_invalid",
        "loc": ["body", 1],
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": "Expecting property name enclosed in double quotes"},
    }


async def test_a_missing_field_echoes_the_body(caller: Caller) -> None:
    reply = await caller.post(QUEUE, {"inputs": {"prompt": "p"}})

    assert reply.body["detail"][0]["input"] == {"inputs": {"prompt": "p"}}


async def test_what_is_gone_is_404(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.deployment("upscale").workflow.deleted = True
    api.deployment("portrait-classic").machine.deleted = True

    unknown = await caller.post(QUEUE, {"deployment_id": NOBODY})
    workflow = await caller.post(QUEUE, {"deployment_id": api.deployment("upscale").id})
    machine = await caller.post(QUEUE, {"deployment_id": api.deployment("portrait-classic").id})

    assert (unknown.status, unknown.body) == (404, {"detail": "Deployment not found"})
    assert (workflow.status, workflow.body) == (404, {"detail": "Workflow not found"})
    assert (machine.status, machine.body) == (404, {"detail": "Machine not found for this deployment"})


@pytest.mark.parametrize("extra", [{"execution_mode": "sync"}, {"origin": "elsewhere"}])
async def test_hidden_fields_crash(api: ComfyDeploySandbox, caller: Caller, extra: dict[str, str]) -> None:
    reply = await caller.post(QUEUE, {"deployment_id": api.deployment("upscale").id, **extra})

    assert (reply.status, reply.body, len(api.runs)) == (500, "Internal Server Error", 0)


async def test_a_batch_crashes_after_its_runs_were_created(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.post(QUEUE, {"deployment_id": api.deployment("upscale").id, "batch_number": 2})

    assert (reply.status, len(api.runs)) == (500, 2)


@pytest.mark.parametrize(
    ("outcome", "status", "body"),
    [
        ("rejected", 400, {"detail": "Error creating run: 400 Bad Request"}),
        ("crashed", 500, {"detail": "Error creating run: 500 Internal Server Error"}),
        ("unreachable", 500, "Internal Server Error"),
    ],
)
async def test_a_machine_that_fails_leaves_a_failed_run_without_an_end(
    api: ComfyDeploySandbox, caller: Caller, outcome: Outcome, status: int, body: Json
) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome=outcome, dispatch_seconds=2)

    reply = await caller.post(QUEUE, {"deployment_id": api.deployment("text-to-image").id})

    run = await caller.run(next(iter(api.runs)))
    assert (reply.status, reply.body) == (status, body)
    assert (run["status"], run["ended_at"], run["outputs"]) == ("failed", None, [])


async def test_shared_deployments_can_be_run_by_anybody(api: ComfyDeploySandbox, caller: Caller) -> None:
    shared = api.add_deployment("shared", {}, "public-share")
    other = {"Authorization": f"Bearer {api.issue(user_id='user_other')}"}

    reply = await caller.ask("POST", QUEUE, json={"deployment_id": shared.id}, headers=other)
    private = await caller.ask("POST", QUEUE, json={"deployment_id": api.deployments[0].id}, headers=other)

    assert api.runs[reply.body["run_id"]].owner.user_id == "user_other"
    assert private.status == 404


async def test_the_gpu_of_a_request_beats_the_machines(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.post(QUEUE, {"deployment_id": api.deployment("upscale").id, "gpu": "H100"})
    usual, classic = await caller.queue("upscale"), await caller.queue("portrait-classic")

    runs = [await caller.run(run_id) for run_id in (reply.body["run_id"], usual, classic)]
    assert [run["gpu"] for run in runs] == ["H100", "A10G", None]
