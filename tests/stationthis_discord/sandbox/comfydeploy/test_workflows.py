"""Workflows: made, changed, cloned, deleted and listed."""

import json

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, samples
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import (
    OFFSET,
    UUID,
    WORKFLOW,
    ZONED,
    Shape,
    misfits,
)

NOBODY = "00000000-0000-0000-0000-000000000000"
GRAPH = {"9": {"inputs": {"filename_prefix": "x"}, "class_type": "SaveImage"}}
DRAWING: JsonObject = {"nodes": [], "links": []}
CLONE: Shape = {
    "id": UUID,
    "name": str,
    "org_id": None,
    "user_id": str,
    "created_at": OFFSET,
    "updated_at": OFFSET,
    "selected_machine_id": UUID,
    "pinned": bool,
    "deleted": bool,
}


def new(name: str = "mine", **other: Json) -> JsonObject:
    return {"name": name, "workflow_json": json.dumps(DRAWING), "workflow_api": json.dumps(GRAPH), **other}


async def test_a_new_workflow_without_a_machine_has_a_version_and_no_deployment(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    reply = await caller.post("/workflow", new())

    row = api.account.workflows.get(reply.body["workflow_id"])
    assert (reply.status, misfits(reply.body, {"workflow_id": UUID, "machine_id": None})) == (200, [])
    assert row is not None
    assert [(version.number, version.graph, version.comment) for version in row.versions] == [
        (1, GRAPH, "initial version")
    ]
    assert [item for item in api.deployments if item.workflow is row] == []


async def test_a_new_workflow_with_a_machine_gets_a_preview(api: ComfyDeploySandbox, caller: Caller) -> None:
    machine = api.add_machine("box")

    workflow_id = (await caller.post("/workflow", new(machine_id=machine.id))).body["workflow_id"]

    made = (await caller.get(f"/workflow/{workflow_id}/deployments")).body
    assert [(item["environment"], item["machine"]["name"]) for item in made] == [("preview", "box")]


@pytest.mark.parametrize(
    ("other", "status", "error"),
    [
        ({"workflow_json": "{bad"}, 400, "Invalid JSON format"),
        ({"workflow_api": "{bad"}, 400, "Invalid JSON format"),
        ({"machine_id": NOBODY}, 404, "Machine not found"),
        ({"machine_version_id": NOBODY}, 404, "Machine version not found"),
    ],
)
async def test_a_refused_workflow_says_so_under_error(
    api: ComfyDeploySandbox, caller: Caller, other: JsonObject, status: int, error: str
) -> None:
    before = len(api.account.workflows)

    reply = await caller.post("/workflow", new(**other))

    assert (reply.status, reply.body, len(api.account.workflows)) == (status, {"error": error}, before)


async def test_every_workflow_is_in_the_whole_list_newest_first(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_workflow("The Newest")

    everything = (await caller.get("/workflows/all")).body
    found = [(await caller.get(f"/workflows/all?search={search}")).body for search in ("NEWEST", row.id)]

    assert misfits(everything[0], WORKFLOW) == []
    assert [item["name"] for item in everything[:2]] == ["The Newest", "image-to-image"]
    assert [[item["name"] for item in items] for items in found] == [["The Newest"]] * 2
    assert len((await caller.get("/workflows/all?limit=2")).body) == 2


async def test_a_workflow_may_have_no_version(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_workflow("empty")

    assert (await caller.get(f"/workflow/{row.id}")).body["versions"] == [None]
    assert (await caller.get(f"/workflow/{row.id}/versions")).body == []


async def test_a_workflow_may_have_a_version_and_no_deployment(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_workflow("drawn", samples.upscale())

    version = (await caller.get(f"/workflow/{row.id}")).body["versions"][0]

    assert version["workflow_api"] == row.versions[0].graph
    assert (await caller.get(f"/workflow/{row.id}/deployments")).status == 404


async def test_a_patch_mixes_two_formats_of_dates(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale").workflow

    reply = await caller.ask("PATCH", f"/workflow/{row.id}", json={"name": "larger", "description": "d"})

    assert (reply.status, misfits(reply.body, WORKFLOW | {"updated_at": ZONED})) == (200, [])
    assert (reply.body["name"], reply.body["description"], row.name) == ("larger", "d", "larger")


async def test_pinning_leaves_everything_else_out(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("sketchbook", "preview").workflow
    before = row.updated_at

    reply = await caller.ask("PATCH", f"/workflow/{row.id}", json={"name": "ignored", "pinned": True})

    assert misfits(reply.body, WORKFLOW) == []
    assert (row.name, row.pinned, row.updated_at) == ("sketchbook", True, before)
    assert (await caller.get("/workflows")).body[0]["name"] == "sketchbook"


async def test_a_workflow_moves_to_a_machine_that_is_there(api: ComfyDeploySandbox, caller: Caller) -> None:
    row, machine = api.deployment("upscale").workflow, api.add_machine("box")

    moved = await caller.ask("PATCH", f"/workflow/{row.id}", json={"selected_machine_id": machine.id})
    found = await caller.get(f"/workflows?machine_id={machine.id}")
    lost = await caller.ask("PATCH", f"/workflow/{row.id}", json={"selected_machine_id": NOBODY})

    assert moved.body["selected_machine_id"] == machine.id
    assert [item["name"] for item in found.body] == ["upscale"]
    assert (lost.status, lost.body) == (500, "Internal Server Error")


async def test_a_deleted_workflow_takes_its_deployments_and_versions_along(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    deployment = api.deployment("upscale")
    path = f"/workflow/{deployment.workflow.id}"

    reply = await caller.ask("DELETE", path)

    assert (reply.status, reply.body) == (200, {"message": "Workflow deleted successfully"})
    assert "upscale" not in [item["name"] for item in (await caller.get("/workflows/all")).body]
    assert (await caller.get(f"{path}/versions")).body == []
    reads = (path, f"{path}/version/1", f"/workflow-version/{deployment.version.id}", f"/deployment/{deployment.id}")
    assert [(await caller.get(read)).status for read in reads] == [404, 404, 404, 500]


async def test_a_clone_has_the_latest_version_without_its_machine(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("text-to-image").workflow

    reply = await caller.post(f"/workflow/{row.id}/clone", {})

    clone = api.account.workflows.get(reply.body["id"])
    assert (reply.status, misfits(reply.body, CLONE)) == (200, [])
    assert reply.body["name"] == "text-to-image (Cloned)"
    assert clone is not None
    assert [(item.number, item.graph, item.machine) for item in clone.versions] == [(1, row.versions[-1].graph, None)]


async def test_a_clone_of_a_workflow_without_a_machine_has_no_key_for_it(caller: Caller) -> None:
    workflow_id = (await caller.post("/workflow", new())).body["workflow_id"]

    reply = await caller.post(f"/workflow/{workflow_id}/clone", {"name": "twin"})

    assert (reply.body["name"], "selected_machine_id" in reply.body) == ("twin", False)


@pytest.mark.parametrize(("method", "end"), [("PATCH", ""), ("DELETE", ""), ("POST", "/clone")])
async def test_what_is_not_there_cannot_be_changed(caller: Caller, method: str, end: str) -> None:
    nobody = await caller.ask(method, f"/workflow/{NOBODY}{end}", json={})
    odd = await caller.ask(method, f"/workflow/xyz{end}", json={})

    assert (nobody.status, nobody.body) == (404, {"detail": "Workflow not found"})
    assert (odd.status, odd.body) == (500, "Internal Server Error")


async def test_the_workflows_of_others_are_not_there(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale")
    theirs = f"Bearer {api.issue(org_id='org_1')}"
    paths = (f"/workflow/{row.workflow.id}/versions", f"/workflow-version/{row.version.id}")

    assert [(await caller.get(path, Authorization=theirs)).status for path in paths] == [404, 404]
    assert (await caller.get("/workflows/all", Authorization=theirs)).body == []
