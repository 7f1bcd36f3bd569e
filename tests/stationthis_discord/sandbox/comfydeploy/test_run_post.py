"""`POST /run`: the older spelling of queueing, of a deployment or of a version, one run or a batch."""

import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import UUID, misfits

NOBODY = "00000000-0000-0000-0000-000000000000"


async def test_a_deployment_is_run_as_by_the_queue(api: ComfyDeploySandbox, caller: Caller) -> None:
    body = {"deployment_id": api.deployment("text-to-image").id, "inputs": {"seed": 1, "width": 64, "height": 64}}

    reply = await caller.post("/run", body)

    assert (reply.status, misfits(reply.body, {"run_id": UUID})) == (200, [])
    assert (await caller.finished(reply.body["run_id"]))["status"] == "success"


async def test_a_version_runs_on_the_machine_it_is_given(api: ComfyDeploySandbox, caller: Caller) -> None:
    version = api.deployment("text-to-image", "staging").version
    machine = api.deployment("portrait-classic").machine

    reply = await caller.post("/run", {"workflow_version_id": version.id, "machine_id": machine.id})

    run = await caller.finished(reply.body["run_id"])
    light = (await caller.get(f"/v2/workflow/{version.workflow.id}/runs")).body[0]
    assert (run["workflow_version_id"], run["machine_id"], run["machine_type"]) == (version.id, machine.id, "classic")
    assert (run["status"], light["id"], light["deployment_id"]) == ("success", run["id"], None)


async def test_refusals_come_in_the_order_of_the_api(api: ComfyDeploySandbox, caller: Caller) -> None:
    version, drawn = api.deployment("upscale").version.id, api.add_workflow("drawn", {})
    drawn.versions[0].graph = None
    gone = api.add_deployment("gone", {}).version
    gone.workflow.deleted = True
    bodies: list[JsonObject] = [
        {"workflow_version_id": NOBODY},
        {"workflow_version_id": gone.id},
        {"workflow_version_id": version, "machine_id": NOBODY},
        {"workflow_version_id": drawn.versions[0].id},
        {"workflow_version_id": version},
    ]

    replies = [await caller.post("/run", body) for body in bodies]

    assert [(reply.status, reply.body["detail"]) for reply in replies] == [
        (404, "Workflow version not found for this deployment"),
        (404, "Workflow not found"),
        (404, "Machine not found for this deployment"),
        (404, "Workflow API not found"),
        (404, "Machine not found"),
    ]


async def test_nobody_runs_the_versions_of_others(api: ComfyDeploySandbox, caller: Caller) -> None:
    theirs = {"Authorization": f"Bearer {api.issue(user_id='user_other')}"}

    reply = await caller.ask(
        "POST", "/run", json={"workflow_version_id": api.deployment("upscale").version.id}, headers=theirs
    )

    assert (reply.status, reply.body) == (404, {"detail": "Workflow not found"})


async def test_a_body_of_no_kind_lists_the_errors_of_all_four(caller: Caller) -> None:
    reply = await caller.post("/run", {"deployment_id": "abc"})

    assert reply.status == 422
    assert [entry["loc"] for entry in reply.body["detail"]] == [
        ["body", "WorkflowRunVersionRequest", "workflow_version_id"],
        ["body", "WorkflowRunRequest", "workflow_id"],
        ["body", "WorkflowRunRequest", "workflow_api_json"],
        ["body", "DeploymentRunRequest", "deployment_id"],
        ["body", "ModelRunRequest", "model_id"],
    ]


async def test_a_model_crashes(caller: Caller) -> None:
    reply = await caller.post("/run", {"model_id": "flux-dev"})

    assert (reply.status, reply.body) == (500, "Internal Server Error")


async def test_a_batch_is_every_combination_as_often_as_asked(api: ComfyDeploySandbox, caller: Caller) -> None:
    body = {
        "deployment_id": api.deployment("text-to-image").id,
        "inputs": {"width": 64},
        "batch_input_params": {"prompt": ["a", "b"], "seed": [1, 2]},
        "batch_number": 2,
    }

    reply = await caller.post("/run", body)

    sent = [run.workflow_inputs for run in api.runs.values()]
    assert misfits(reply.body, {"batch_id": UUID}) == []
    assert {run.batch_id for run in api.runs.values()} == {reply.body["batch_id"]}
    assert len(sent) == 8
    assert {(inputs["prompt"], inputs["seed"], inputs["width"]) for inputs in sent} == {
        (prompt, seed, 64) for prompt in "ab" for seed in (1, 2)
    }


async def test_a_batch_beyond_all_measure_is_not_begun(api: ComfyDeploySandbox, caller: Caller) -> None:
    body = {"deployment_id": api.deployment("upscale").id, "batch_number": 10**12}

    assert ((await caller.post("/run", body)).status, len(api.runs)) == (501, 0)


@pytest.mark.parametrize("path", ["/run", "/run/deployment/queue"])
async def test_a_machine_that_refuses_leaves_a_failed_run(api: ComfyDeploySandbox, caller: Caller, path: str) -> None:
    api.behaviour["upscale"] = Behaviour(outcome="rejected")

    reply = await caller.post(path, {"deployment_id": api.deployment("upscale").id})

    assert reply.status == 400
    assert [api.state(run_id).status for run_id in api.runs] == ["failed"]
