"""Deployments, workflows, versions and machines on the wire."""

import json
import re

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, samples
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller

NOBODY = "00000000-0000-0000-0000-000000000000"
MICROSECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z"
MILLISECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
BARE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"
SPACED = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"


def names(body: list[dict[str, dict[str, str]]]) -> list[str]:
    return [item["workflow"]["name"] for item in body]


async def test_fluid_deployments_are_in_a_list_of_their_own(caller: Caller) -> None:
    plain, fluid = await caller.get("/deployments"), await caller.get("/deployments?is_fluid=true")

    assert names(fluid.body) == ["fluid-dreams"]
    assert "fluid-dreams" not in names(plain.body)
    assert fluid.body[0]["modal_image_id"] is not None


async def test_deployments_come_latest_update_first_and_can_be_paged(caller: Caller) -> None:
    everything = names((await caller.get("/deployments")).body)
    pages = [names((await caller.get(f"/deployments?page_size=2&offset={n}")).body) for n in (0, 2)]

    assert everything[0] == "text-to-image"
    assert pages == [everything[:2], everything[2:4]]


async def test_deployments_can_be_filtered_by_environment(caller: Caller) -> None:
    staging = await caller.get("/deployments?environment=staging")
    preview = await caller.get("/deployments?environment=preview")
    unknown = await caller.get("/deployments?environment=foo")

    assert (names(staging.body), names(preview.body)) == (["text-to-image"], ["sketchbook"])
    assert unknown.status == 422
    assert unknown.body["detail"][0]["type"] == "enum"
    assert unknown.body["detail"][0]["loc"] == ["query", "environment"]
    assert unknown.body["detail"][0]["input"] == "foo"


async def test_a_deployment_embeds_its_version_but_not_its_machine(api: ComfyDeploySandbox, caller: Caller) -> None:
    deployment = api.deployment("text-to-image")

    body = (await caller.get(f"/deployment/{deployment.id}")).body

    assert body["version"]["workflow_api"] == deployment.version.graph
    assert body["machine"] is None
    assert [entry["input_id"] for entry in body["input_types"]] == [
        *("prompt", "negative", "style", "width", "height", "steps", "images")
    ]  # the API's view has no seed
    assert body["input_types"][2]["enum_options"][0] == "photo"


async def test_a_deployment_tells_the_picture_of_its_workflow(api: ComfyDeploySandbox, caller: Caller) -> None:
    deployment = api.deployment("text-to-image")
    deployment.workflow.cover_image = "https://covers.example/fox.png"

    body = (await caller.get(f"/deployment/{deployment.id}")).body

    assert body["workflow"]["cover_url"] == "https://covers.example/fox.png"


async def test_a_workflows_own_list_tells_the_machine(api: ComfyDeploySandbox, caller: Caller) -> None:
    workflow = api.deployment("text-to-image").workflow

    body = (await caller.get(f"/workflow/{workflow.id}/deployments")).body
    nothing = await caller.get(f"/workflow/{NOBODY}/deployments")

    assert [item["environment"] for item in body] == ["production", "staging"]
    assert body[0]["machine"]["name"] == "serverless"
    assert (nothing.status, nothing.body["detail"][:21]) == (404, "Deployments not found")


async def test_one_broken_workflow_breaks_the_list_of_the_account(api: ComfyDeploySandbox, caller: Caller) -> None:
    broken = api.add_deployment("broken", samples.broken())
    healthy = api.deployment("upscale")

    whole = await caller.get("/deployments")
    own = await caller.get(f"/workflow/{broken.workflow.id}/deployments")
    other = await caller.get(f"/workflow/{healthy.workflow.id}/deployments")
    page = await caller.get("/deployments?page_size=1&offset=1")

    assert (whole.status, whole.body) == (500, "Internal Server Error")
    assert own.status == 500
    assert (other.status, page.status) == (200, 200)


async def test_dates_differ_per_endpoint(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("text-to-image")
    deployment = (await caller.get(f"/deployment/{row.id}")).body
    workflow = (await caller.get(f"/workflow/{row.workflow.id}")).body
    item = (await caller.get("/workflows")).body[0]
    machine = (await caller.get(f"/machine/{row.machine.id}")).body
    version = (await caller.get(f"/workflow-version/{row.version.id}")).body

    assert re.fullmatch(MICROSECONDS, deployment["created_at"])
    assert re.fullmatch(MILLISECONDS, deployment["version"]["created_at"])
    assert re.fullmatch(MILLISECONDS, version["created_at"])
    assert re.fullmatch(SPACED, workflow["created_at"])
    assert re.fullmatch(BARE, workflow["versions"][0]["created_at"])
    assert re.fullmatch(SPACED, item["updated_at"])
    assert re.fullmatch(BARE, machine["created_at"])


async def test_missing_rows_answer_as_observed(caller: Caller) -> None:
    replies = {
        path: await caller.get(path)
        for path in (
            f"/deployment/{NOBODY}",
            "/deployment/xyz",
            f"/workflow/{NOBODY}",
            "/workflow/xyz",
            f"/workflow-version/{NOBODY}",
            f"/machine/{NOBODY}",
            f"/deployment/{NOBODY}/runs",
        )
    }

    assert {path: (reply.status, reply.body) for path, reply in replies.items()} == {
        f"/deployment/{NOBODY}": (500, {"detail": "Internal server error"}),
        "/deployment/xyz": (500, {"detail": "Internal server error"}),
        f"/workflow/{NOBODY}": (404, {"detail": "Workflow not found or you don't have access to it"}),
        "/workflow/xyz": (500, "Internal Server Error"),
        f"/workflow-version/{NOBODY}": (404, {"detail": "Workflow version not found or you don't have access to it"}),
        f"/machine/{NOBODY}": (404, {"detail": "Machine not found"}),
        f"/deployment/{NOBODY}/runs": (
            500,
            {"detail": "Internal server error: 'NoneType' object has no attribute 'environment'"},
        ),
    }


async def test_a_sane_sandbox_says_404_where_the_real_one_says_500() -> None:
    async with ComfyDeploySandbox(faithful=False) as api, aiohttp.ClientSession() as http:
        assert (await Caller(api, http).get(f"/deployment/{NOBODY}")).status == 404


async def test_workflows_are_searched_and_paged(caller: Caller) -> None:
    found = await caller.get("/workflows?search=IMAGE")
    second = await caller.get("/workflows?limit=1&offset=1")
    negative, word = await caller.get("/workflows?limit=-1"), await caller.get("/workflows?limit=abc")

    assert [item["name"] for item in found.body] == ["text-to-image", "image-to-image"]
    assert [item["name"] for item in second.body] == ["image-to-image"]
    assert (negative.status, negative.body) == (500, "Internal Server Error")
    assert (word.status, word.body["detail"][0]["type"]) == (422, "int_parsing")


async def test_machines_tell_their_kind(caller: Caller) -> None:
    body = (await caller.get("/machines?is_deleted=false&include_has_workflows=true")).body
    hosted = (await caller.get("/machines?is_self_hosted=true")).body
    not_uuid = await caller.get("/machine/xyz")

    assert {item["type"] for item in body} == {"comfy-deploy-serverless", "classic"}
    assert all(item["has_workflows"] for item in body)
    assert [item["type"] for item in hosted] == ["classic"]
    assert (not_uuid.status, not_uuid.body["detail"][0]["loc"]) == (422, ["path", "machine_id"])


async def test_everything_has_an_input_of_every_kind(api: ComfyDeploySandbox) -> None:
    graph = api.deployment("everything").version.graph
    asked = {node["class_type"] for node in graph.values() if "input_id" in node["inputs"]}
    kinds = (
        "Text TextAny TextSingleLine Number NumberInt NumberSlider NumberSliderInt Seed Boolean Enum Image ImageAlpha "
        "ImageBatch Video Vid Audio EXR File Lora Checkpoint FaceModel Color"
    )
    by_id = {node["inputs"].get("input_id"): node for node in graph.values()}

    assert asked == {f"ComfyUIDeployExternal{kind}" for kind in kinds.split()} | {"ComfyDeployWebscoketImageInput"}
    assert isinstance(by_id["line"]["inputs"]["default_value"], list)
    assert json.loads(by_id["style"]["inputs"]["options"]) == ["anime", "photo", "ink"]
    assert by_id["cfg"]["_meta"]["cd_group_name"] == "Numbers"


@pytest.mark.parametrize("name", ["text-to-image", "everything", "caption"])
async def test_stored_workflows_come_in_the_order_of_the_database(api: ComfyDeploySandbox, name: str) -> None:
    graph = api.deployment(name).version.graph

    assert list(graph) == sorted(graph, key=lambda node_id: (len(node_id), node_id))


async def test_a_restarted_sandbox_has_the_same_ids(api: ComfyDeploySandbox) -> None:
    async with ComfyDeploySandbox() as again:
        assert [row.id for row in again.deployments] == [row.id for row in api.deployments]
