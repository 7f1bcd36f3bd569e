"""Versions of workflows: made, listed and found."""

import json

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import MALFORMED, UUID, VERSION, Shape, misfits

NOBODY = "00000000-0000-0000-0000-000000000000"
GRAPH = {"9": {"inputs": {"filename_prefix": "x"}, "class_type": "SaveImage"}}
DRAWING: JsonObject = {"nodes": [], "links": []}
CREATED: Shape = {
    "id": UUID,
    "created_at": MALFORMED,
    "updated_at": MALFORMED,
    "workflow_id": UUID,
    "version": int,
    "user_id": str,
    "workflow": dict,
    "workflow_api": dict,
    "comment": (str, None),
    "machine_version_id": None,
    "machine_id": (UUID, None),
    "comfyui_snapshot": None,
}


async def test_workflows_are_strings_and_versions_are_objects(api: ComfyDeploySandbox, caller: Caller) -> None:
    path = f"/workflow/{api.deployment('upscale').workflow.id}/version"

    objects = await caller.post("/workflow", {"name": "x", "workflow_json": DRAWING})
    strings = await caller.post(path, {"workflow": json.dumps(DRAWING), "workflow_api": json.dumps(GRAPH)})

    assert (objects.status, objects.body["detail"][0]["type"]) == (422, "string_type")
    assert (strings.status, strings.body["detail"][0]["type"]) == (422, "dict_type")


async def test_a_new_version_is_shown_as_sent_with_malformed_dates(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("upscale").workflow
    sent = {"longer": {"class_type": "A", "inputs": {}}, "1": {"class_type": "B", "inputs": {}}}

    reply = await caller.post(
        f"/workflow/{row.id}/version", {"workflow": DRAWING, "workflow_api": sent, "comment": "c"}
    )

    assert (reply.status, misfits(reply.body, CREATED)) == (200, [])
    assert (reply.body["version"], reply.body["comment"], list(reply.body["workflow_api"])) == (2, "c", list(sent))
    assert list(row.versions[-1].graph) == ["1", "longer"]


async def test_a_new_version_with_a_machine_moves_the_workflow_there(api: ComfyDeploySandbox, caller: Caller) -> None:
    row, machine = api.deployment("upscale").workflow, api.add_machine("box")
    body = {"workflow": DRAWING, "workflow_api": GRAPH, "machine_id": machine.id}

    first, second = [(await caller.post(f"/workflow/{row.id}/version", body)).body for _ in range(2)]

    previews = [item for item in api.deployments if item.workflow is row and item.environment == "preview"]
    assert [item.version.id for item in previews] == [second["id"]]
    assert (first["version"], second["version"], row.machine) == (2, 3, machine)


@pytest.mark.parametrize(
    ("workflow_id", "machine_id", "detail"),
    [
        (NOBODY, None, "404: Workflow not found"),
        ("", NOBODY, "500: Internal server error: 404: Machine not found"),
        ("", "xyz", "badly formed hexadecimal UUID string"),
    ],
)
async def test_a_refused_version_is_a_500(
    api: ComfyDeploySandbox, caller: Caller, workflow_id: str, machine_id: str | None, detail: str
) -> None:
    row = api.deployment("upscale").workflow
    body = {"workflow": DRAWING, "workflow_api": GRAPH, "machine_id": machine_id}

    reply = await caller.post(f"/workflow/{workflow_id or row.id}/version", body)

    assert (reply.status, reply.body, len(row.versions)) == (500, {"detail": detail}, 1)


async def test_versions_are_listed_newest_first_and_searched_by_comment(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    path = f"/workflow/{api.deployment('upscale').workflow.id}/version"
    for comment in ("Faster", "slower", "fastest"):
        await caller.post(path, {"workflow": DRAWING, "workflow_api": GRAPH, "comment": comment})

    everything = (await caller.get(f"{path}s")).body
    page = (await caller.get(f"{path}s?limit=2&offset=1")).body
    found = (await caller.get(f"{path}s?search=FAST")).body

    assert misfits(everything[0], VERSION | {"user_icon": None}) == []
    assert [item["version"] for item in everything] == [4, 3, 2, 1]
    assert [item["version"] for item in page] == [3, 2]
    assert [item["comment"] for item in found] == ["fastest", "Faster"]


async def test_a_version_is_found_by_number_and_by_id(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("text-to-image", "staging")  # the older of two versions

    by_number = await caller.get(f"/workflow/{row.workflow.id}/version/1")
    by_id = await caller.get(f"/workflow-version/{row.version.id}")

    assert (by_number.status, misfits(by_number.body, VERSION)) == (200, [])
    assert by_number.body == by_id.body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/workflow/{id}/version/99", 404),
        (f"/workflow/{NOBODY}/version/1", 404),
        ("/workflow/{id}/version/one", 422),
        ("/workflow-version/xyz", 422),
        (f"/workflow/{NOBODY}/versions", 404),
        ("/workflow/xyz/versions", 500),
        ("/workflow/{id}/versions?limit=-1", 500),
    ],
)
async def test_versions_that_are_not_there(api: ComfyDeploySandbox, caller: Caller, path: str, status: int) -> None:
    reply = await caller.get(path.format(id=api.deployment("upscale").workflow.id))

    assert reply.status == status


async def test_a_sane_sandbox_says_404_for_a_version_of_nothing(sane: Caller) -> None:
    reply = await sane.post(f"/workflow/{NOBODY}/version", {"workflow": DRAWING, "workflow_api": GRAPH})

    assert reply.status == 404
