"""What the machine makes of the values a run sends: quirks included."""

import json
from typing import Any

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.external import node_value, seed_value
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, media

SLIDER = {"default_value": 0.5, "min_value": 0, "max_value": 1}


@pytest.mark.parametrize(
    ("kind", "fields", "given", "value"),
    [
        ("NumberInt", {"default_value": 20}, "25", 25),
        ("NumberInt", {"default_value": 20}, -5, 20),
        ("NumberInt", {"default_value": 20}, 3.0, 20),
        ("Number", {"default_value": 7.5}, -1, -1.0),
        ("Number", {"default_value": 7.5}, "much", 7.5),
        ("NumberSlider", SLIDER, 1, 1.0),
        ("NumberSlider", SLIDER, 1.5, 0.5),
        ("Text", {"default_value": "a"}, None, "a"),
        ("Text", {"default_value": "a"}, "b", "b"),
        ("Boolean", {"default_value": True}, False, False),
        ("Lora", {"default_lora_name": "x.safetensors"}, None, "x.safetensors"),
        ("Image", {"default_value_url": "u"}, None, "u"),
    ],
)
def test_values_that_do_not_fit_become_the_default(
    kind: str, fields: dict[str, Any], given: object, value: object
) -> None:
    assert node_value(f"ComfyUIDeployExternal{kind}", fields, given) == value


@pytest.mark.parametrize(("given", "seed"), [(7, 7), ("8", 8), (-1, 99), (10**16, 99), (None, 99), ("x", 99)])
def test_a_seed_outside_its_range_is_random(given: object, seed: int) -> None:
    assert seed_value({"default_value": -1}, given, 99) == seed


async def test_any_workflow_with_a_saver_makes_a_picture(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_deployment(
        "tiny",
        {
            "1": {"class_type": "ComfyUIDeployExternalText", "inputs": {"input_id": "prompt", "default_value": "p"}},
            "2": {"class_type": "SomebodysNode", "inputs": {"text": ["1", 0], "back": ["2", 0]}},
            "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}},
        },
    )

    run = await caller.finished(await caller.queue("tiny"))

    assert [item["filename"] for item in media(run)] == ["ComfyUI_00001_.png"]


async def test_a_workflow_that_was_never_exported_has_no_inputs_and_cannot_run(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    row = api.add_deployment("drawn only", None)

    shown = await caller.get(f"/deployment/{row.id}")
    queued = await caller.post("/run/deployment/queue", {"deployment_id": row.id})

    assert shown.body["input_types"] is None
    assert (queued.status, queued.body) == (404, {"detail": "Workflow API not found"})


async def test_another_graph_is_another_version_of_the_workflow(api: ComfyDeploySandbox, caller: Caller) -> None:
    first, second = api.add_deployment("twice", {}), api.add_deployment("twice", {"1": {}}, "staging")

    body = (await caller.get(f"/workflow/{first.workflow.id}?limit=5")).body

    assert first.workflow is second.workflow
    assert [version["version"] for version in body["versions"]] == [2, 1]


async def test_values_no_node_can_use_fail_the_run_not_the_server(caller: Caller) -> None:
    run = await caller.finished(
        await caller.queue("upscale", image=caller.api.account.storage.url("inputs/sample.png"), scale="wide")
    )

    heavy = (await caller.get(f"/workflow/{run['workflow_id']}/runs")).body[0]
    assert run["status"] == "failed"
    assert heavy["outputs"][0]["data"]["exception_type"] == "ValueError"


async def test_the_files_of_a_run_are_those_its_nodes_fetched(api: ComfyDeploySandbox, caller: Caller) -> None:
    storage = api.account.storage
    film = storage.url(storage.put("inputs/film.mp4", Bytes(b"a film")))
    sample = storage.url("inputs/sample.png")
    given = {"video": film, "references": json.dumps([sample, sample]), "audio": "rain.wav"}

    run = await caller.finished(await caller.queue("everything", **given))

    files, picture = await api.opened(run["id"]), await storage.read("inputs/sample.png")
    assert run["status"] == "success"
    assert files["video"] == [b"a film"]
    assert files["references"] == [picture, picture]
    assert files["image"] == [picture]
    assert "audio" not in files


@pytest.mark.parametrize(
    "given",
    [{"clip": "https://elsewhere.example/a.mp4"}, {"references": ["not", "a", "string"]}, {"references": '["x"]'}],
)
async def test_a_file_that_cannot_be_fetched_fails_the_run(caller: Caller, given: dict[str, Any]) -> None:
    run = await caller.finished(await caller.queue("everything", **given))

    assert run["status"] == "failed"


async def test_json_has_no_charset(caller: Caller) -> None:
    assert (await caller.get("/workflows")).headers["Content-Type"] == "application/json"
