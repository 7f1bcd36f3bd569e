"""Deployments made, moved, deleted and deactivated."""

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Deployment
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import DEPLOYMENT, WHOLE_DEPLOYMENT, misfits

NOBODY = "00000000-0000-0000-0000-000000000000"
INSIDE = {"detail": "Internal server error"}


def wish(row: Deployment, environment: str = "staging", **other: object) -> JsonObject:
    """A body that deploys what `row` has."""
    body = {"workflow_version_id": row.version.id, "workflow_id": row.workflow.id, "machine_id": row.machine.id}
    return {**body, "environment": environment, **other}


async def test_a_new_deployment_embeds_nothing_but_can_be_read_in_whole(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    reply = await caller.post("/deployment", wish(api.deployment("upscale")))
    read = await caller.get(f"/deployment/{reply.body['id']}")

    assert (reply.status, misfits(reply.body, DEPLOYMENT)) == (200, [])
    assert misfits(read.body, WHOLE_DEPLOYMENT) == []
    assert (read.body["environment"], read.body["workflow"]["name"]) == ("staging", "upscale")


async def test_the_same_workflow_and_environment_keep_their_id(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")
    other = api.add_machine("other")

    reply = await caller.post("/deployment", wish(row, "production", machine_id=other.id))

    assert reply.body["id"] == row.id
    assert reply.body["machine_id"] == other.id
    assert reply.body["updated_at"] > reply.body["created_at"]


async def test_a_deployment_named_by_its_id_is_moved(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")

    reply = await caller.post("/deployment", wish(row, "staging", deployment_id=row.id))

    assert (reply.body["id"], reply.body["environment"]) == (row.id, "staging")
    assert row.environment == "staging"


async def test_the_workflows_description_wins(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.post("/deployment", wish(api.deployment("upscale"), description="mine"))

    assert reply.body["description"] == "The same picture, larger"


async def test_shares_get_a_slug_and_a_second_post_takes_a_private_one_away(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    row = api.add_deployment("Fancy -- Flow!", {})
    slugs = {
        environment: [(await caller.post("/deployment", wish(row, environment))).body["share_slug"] for _ in range(2)]
        for environment in ("public-share", "private-share", "community-share", "preview")
    }

    assert slugs == {
        "public-share": ["sandbox_fancy-flow"] * 2,
        "private-share": ["sandbox_fancy-flow", None],
        "community-share": ["sandbox_fancy-flow"] * 2,
        "preview": [None, None],
    }


@pytest.mark.parametrize(
    ("other", "status", "said"),
    [
        ({"machine_id": None}, 400, "Machine ID or Machine Version ID is required"),
        ({"machine_id": NOBODY}, 500, "Internal server error: 404: Machine not found"),
        ({"workflow_id": NOBODY}, 500, "Internal server error: 404: Workflow not found"),
        ({"machine_version_id": NOBODY}, 500, "Internal server error: 'NoneType' object has no attribute 'machine_id'"),
        ({"workflow_version_id": NOBODY}, 500, "violates foreign key constraint"),
        ({"environment": "nowhere"}, 500, 'invalid input value for enum deployment_environment: "nowhere"'),
        ({"machine_id": "xyz"}, 500, "invalid UUID 'xyz'"),
    ],
)
async def test_a_refusal_is_a_500_with_the_inside_of_the_server(
    api: ComfyDeploySandbox, caller: Caller, other: JsonObject, status: int, said: str
) -> None:
    before = len(api.deployments)

    reply = await caller.post("/deployment", wish(api.deployment("upscale"), **other))

    assert reply.status == status
    assert said in reply.body["detail"]
    assert len(api.deployments) == before


async def test_missing_fields_are_422(caller: Caller) -> None:
    reply = await caller.post("/deployment", {"environment": "staging"})

    assert reply.status == 422
    assert [entry["loc"] for entry in reply.body["detail"]] == [
        ["body", "workflow_version_id"],
        ["body", "workflow_id"],
    ]


async def test_two_deployments_of_one_environment_are_too_many(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_deployment("twice", {})
    api.add_deployment("twice", {}, is_fluid=True)

    reply = await caller.post("/deployment", wish(row, "production"))

    assert (reply.status, reply.body["detail"][23:36]) == (500, "Multiple rows")


async def test_settings_are_patched(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")

    reply = await caller.ask("PATCH", f"/deployment/{row.id}", json={"run_timeout": 600, "gpu": "H100"})

    assert (reply.status, misfits(reply.body, DEPLOYMENT)) == (200, [])
    assert (reply.body["run_timeout"], reply.body["gpu"], reply.body["concurrency_limit"]) == (600, "H100", 2)
    assert reply.body["updated_at"] > reply.body["created_at"]


async def test_a_run_keeps_the_version_and_machine_it_was_queued_with(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")
    run_id, version_id, machine_id = await caller.queue("upscale"), row.version.id, row.machine.id
    other = {"machine_id": api.add_machine("other").id, "workflow_version_id": api.deployment("caption").version.id}

    await caller.ask("PATCH", f"/deployment/{row.id}", json=other)

    run = await caller.run(run_id)
    assert (run["workflow_version_id"], run["machine_id"]) == (version_id, machine_id)
    assert row.version.id != version_id


@pytest.mark.parametrize(
    "other", [{"machine_id": NOBODY}, {"workflow_version_id": NOBODY}, {"machine_version_id": "x"}]
)
async def test_a_patch_that_cannot_be_done_changes_nothing(
    api: ComfyDeploySandbox, caller: Caller, other: JsonObject
) -> None:
    row = api.deployment("upscale")

    reply = await caller.ask("PATCH", f"/deployment/{row.id}", json={"run_timeout": 9, **other})

    assert (reply.status, reply.body, row.run_timeout) == (500, INSIDE, 300)


async def test_a_bad_gpu_is_422(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.ask("PATCH", f"/deployment/{api.deployments[0].id}", json={"gpu": "A10"})

    assert (reply.status, reply.body["detail"][0]["type"]) == (422, "enum")


async def test_only_shares_can_be_deleted(api: ComfyDeploySandbox, caller: Caller) -> None:
    row, share = api.deployment("upscale"), api.add_deployment("upscale", {}, "public-share")

    kept = await caller.ask("DELETE", f"/deployment/{row.id}")
    gone = await caller.ask("DELETE", f"/deployment/{share.id}")
    again = await caller.ask("DELETE", f"/deployment/{share.id}")

    assert (kept.status, kept.body) == (500, INSIDE)
    assert (gone.status, gone.body) == (200, {"message": "Share deployment deleted successfully"})
    assert (again.status, again.body) == (500, INSIDE)


async def test_a_deployment_added_after_a_deletion_has_an_id_of_its_own(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    share, kept = api.add_deployment("a", {}, "public-share"), api.add_deployment("b", {})

    await caller.ask("DELETE", f"/deployment/{share.id}")

    assert api.add_deployment("b", {}).id != kept.id


@pytest.mark.parametrize("deployment_id", [NOBODY, "xyz"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_what_is_not_there_is_a_500_to_writers_too(caller: Caller, method: str, deployment_id: str) -> None:
    reply = await caller.ask(method, f"/deployment/{deployment_id}", json={})

    assert (reply.status, reply.body) == (500, INSIDE)


async def test_deactivating_crashes_without_an_app_and_clears_the_date_with_one(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    nobody = await caller.ask("POST", f"/deployment/{NOBODY}/deactivate")
    fluid = await caller.ask("POST", f"/deployment/{api.deployment('fluid-dreams').id}/deactivate")
    plain = await caller.ask("POST", f"/deployment/{api.deployment('upscale').id}/deactivate")

    assert (plain.status, plain.body) == (500, "Internal Server Error")
    assert (fluid.status, misfits(fluid.body, DEPLOYMENT), fluid.body["activated_at"]) == (200, [], None)
    assert (nobody.status, nobody.body) == (404, {"detail": "Deployment not found"})


async def test_a_deployment_with_active_runs_stays_active(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.pace = 20
    await caller.queue("fluid-dreams")

    reply = await caller.ask("POST", f"/deployment/{api.deployment('fluid-dreams').id}/deactivate")

    assert (reply.status, reply.body["detail"][:31]) == (400, "Failed to deactivate deployment")


async def test_a_sane_sandbox_tells_writers_what_is_wrong(sane: Caller) -> None:
    row = sane.api.deployment("upscale")
    bodies = [wish(row, machine_id=NOBODY), wish(row, workflow_version_id=NOBODY), wish(row, environment="nowhere")]

    replies = [await sane.post("/deployment", body) for body in bodies]
    deleted = await sane.ask("DELETE", f"/deployment/{row.id}")
    stopped = await sane.ask("POST", f"/deployment/{row.id}/deactivate")

    assert [reply.status for reply in replies] == [404, 404, 422]
    assert (deleted.status, stopped.status) == (404, 200)


async def test_nobody_changes_the_deployments_of_others(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")
    theirs = {"Authorization": f"Bearer {api.issue(user_id='user_other')}"}

    patched = await caller.ask("PATCH", f"/deployment/{row.id}", json={"run_timeout": 1}, headers=theirs)
    taken = await caller.ask("POST", "/deployment", json=wish(row, deployment_id=row.id), headers=theirs)

    assert (patched.status, row.run_timeout) == (500, 300)
    assert (taken.body["id"] == row.id, taken.body["user_id"]) == (False, "user_other")
