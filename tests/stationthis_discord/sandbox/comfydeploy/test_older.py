"""The older, self-hosted server: four paths, its own statuses and errors, and a web page for everything else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Owner, faults
from stationthis_discord.sandbox.comfydeploy.behaviour import Outcome
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import MILLISECONDS, UUID, Shape, misfits

NOBODY = "00000000-0000-0000-0000-000000000000"
RUN: Shape = {
    "id": UUID,
    "workflow_version_id": UUID,
    "workflow_inputs": dict,
    "workflow_id": UUID,
    "machine_id": UUID,
    "origin": str,
    "status": str,
    "ended_at": (MILLISECONDS, None),
    "created_at": MILLISECONDS,
    "started_at": (MILLISECONDS, None),
    "workflow": dict,
    "outputs": list,
}
VERSION: Shape = {
    "workflow_id": UUID,
    "id": UUID,
    "workflow": dict,
    "workflow_api": dict,
    "version": int,
    "snapshot": (dict, None),
    "created_at": MILLISECONDS,
    "updated_at": MILLISECONDS,
}
SNAPSHOT = {"comfyui": "abc", "git_custom_nodes": {"u": {"hash": "h", "disabled": False}}, "file_custom_nodes": []}
UPLOAD: JsonObject = {
    "workflow_name": "mine",
    "workflow": {"nodes": []},
    "workflow_api": {"9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}, "_meta": {"title": "t"}}},
    "snapshot": SNAPSHOT,
}
SMALL: JsonObject = {"width": 64, "height": 64, "seed": 1}


@pytest.fixture
async def older() -> AsyncIterator[Caller]:
    async with ComfyDeploySandbox(pace=0.02, older=True) as api, aiohttp.ClientSession() as http:
        yield Caller(api, http)


async def start(older: Caller, inputs: JsonObject, name: str = "text-to-image") -> str:
    reply = await older.post("/run", {"deployment_id": older.api.deployment(name).id, "inputs": inputs})
    assert reply.status == 200, reply
    return str(reply.body["run_id"])


async def read(older: Caller, run_id: str) -> Json:
    return (await older.get(f"/run?run_id={run_id}")).body


async def test_a_run_has_addresses_only_once_it_is_a_success(older: Caller) -> None:
    older.api.account.pace = 20
    run_id = await start(older, SMALL)
    row = older.api.runs[run_id]
    seen = []
    for step in (0.0, row.plan.running, row.plan.steps[-1].done + 0.001, row.plan.ended):
        older.api.age(run_id, step)
        seen.append(await read(older, run_id))
        older.api.age(run_id, -step)

    assert [misfits(run, RUN) for run in seen] == [[]] * 4
    assert [run["status"] for run in seen] == ["not-started", "running", "uploading", "success"]
    items = [[item for output in run["outputs"] for item in output["data"]["images"]] for run in seen]
    assert [list(item) for item in items[2]] == [["filename", "subfolder", "type"]]
    assert [list(item) for item in items[3]] == [["filename", "subfolder", "type", "url"]]
    assert (await older.fetch(items[3][0]["url"]))[:2] == (200, "image/png")


@pytest.mark.parametrize("outcome", ["failed", "timeout"])
async def test_every_bad_end_is_failed(older: Caller, outcome: Outcome) -> None:
    older.api.behaviour["text-to-image"] = Behaviour(outcome=outcome)
    run_id = await start(older, SMALL)
    older.api.age(run_id, 3600)

    assert (await read(older, run_id))["status"] == "failed"


async def test_a_run_ended_from_outside_is_failed_too(older: Caller) -> None:
    run_id = await start(older, SMALL)
    older.api.end(run_id, "cancelled")

    assert (await read(older, run_id))["status"] == "failed"


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("rejected", "Error creating run, Bad Request"),
        ("crashed", "Error creating run, Internal Server Error"),
        ("unreachable", "fetch failed"),
    ],
)
async def test_a_machine_that_fails_leaves_a_failed_run(older: Caller, outcome: Outcome, error: str) -> None:
    older.api.behaviour["upscale"] = Behaviour(outcome=outcome, dispatch_seconds=0)

    reply = await older.post("/run", {"deployment_id": older.api.deployment("upscale").id})

    run = await read(older, next(iter(older.api.runs)))
    assert (reply.status, reply.body) == (500, {"error": error})
    assert (run["status"], run["started_at"]) == ("failed", None)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"deployment_id": NOBODY}, 500, {"error": "Deployment not found"}),
        ({"deployment_id": "xyz"}, 500, {"error": 'invalid input syntax for type uuid: "xyz"'}),
    ],
)
async def test_what_cannot_be_run(older: Caller, body: JsonObject, status: int, message: JsonObject) -> None:
    reply = await older.post("/run", body)

    assert (reply.status, reply.body) == (status, message)


@pytest.mark.parametrize("inputs", [{"a": True}, {"a": None}, {"a": ["x"]}, "text"])
async def test_inputs_are_texts_and_numbers(older: Caller, inputs: Json) -> None:
    reply = await older.post("/run", {"deployment_id": older.api.deployments[0].id, "inputs": inputs})

    assert (reply.status, reply.body["success"], reply.body["error"]["name"]) == (400, False, "ZodError")
    assert reply.body["error"]["issues"][0]["path"][0] == "inputs"


async def test_an_unknown_run_is_a_400(older: Caller) -> None:
    reply = await older.get(f"/run?run_id={NOBODY}")

    assert (reply.status, reply.body) == (400, {"code": 400, "message": "Workflow not found"})


async def test_an_organisation_sees_nothing_of_a_person(older: Caller) -> None:
    run_id = await start(older, SMALL)
    theirs = f"Bearer {older.api.issue(org_id='org_1')}"

    assert (await older.get(f"/run?run_id={run_id}", Authorization=theirs)).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/deployments"),
        ("GET", "/workflows"),
        ("POST", "/run/deployment/queue"),
        ("GET", f"/run/{NOBODY}"),
        ("POST", f"/run/{NOBODY}/cancel"),
        ("POST", "/file/upload"),
        ("DELETE", "/run"),
    ],
)
async def test_everything_else_is_a_web_page(older: Caller, method: str, path: str) -> None:
    reply = await older.ask(method, path)

    assert (reply.status, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert reply.body.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("path", ["/run?run_id=x", "/upload-url", "/workflow-version/x"])
async def test_a_bad_key_is_plain_text(older: Caller, path: str) -> None:
    revoked = older.api.issue(revoked=True)

    replies = [await older.get(path, Authorization=value) for value in ("", "Bearer x", f"Bearer {revoked}")]

    assert [(reply.status, reply.body) for reply in replies] == [
        (401, "Invalid or expired token"),
        (401, "Invalid or expired token"),
        (401, "Revoked token"),
    ]
    assert replies[0].headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_a_picture_is_uploaded_through_a_url(older: Caller) -> None:
    signed = (await older.get("/upload-url?type=image/png&file_size=7")).body
    right = {"Content-Type": "image/png", "x-amz-acl": "public-read"}
    sample = await older.api.account.storage.read("inputs/sample.png")

    async with older.http.put(signed["upload_url"], data=sample, headers={"Content-Type": "image/png"}) as reply:
        without_acl = reply.status
    async with older.http.put(signed["upload_url"], data=sample, headers=right) as reply:
        taken = reply.status
    run_id = await start(older, {"image": signed["download_url"]}, "upscale")
    older.api.age(run_id, 3600)

    assert list(signed) == ["upload_url", "file_id", "download_url"]
    assert "X-Amz-Expires=300&" in signed["upload_url"]
    assert signed["download_url"].endswith(f"/inputs/{signed['file_id']}.png")
    assert (without_acl, taken) == (403, 200)
    assert (await read(older, run_id))["status"] == "success"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("type=image/png&file_size=52428800", 200),
        ("type=image/png&file_size=52428801", 500),
        ("type=image/webp&file_size=1", 400),
        ("type=image/png&file_size=0", 400),
        ("type=image/png", 400),
    ],
)
async def test_pictures_of_three_types_and_50_megabytes(older: Caller, query: str, status: int) -> None:
    reply = await older.get(f"/upload-url?{query}")

    assert reply.status == status
    assert status != 500 or reply.body == {"error": "File size exceeds 50MB limit"}


async def test_a_workflow_is_uploaded_and_gets_another_version(older: Caller) -> None:
    first = await older.post("/workflow", UPLOAD)
    second = await older.post("/workflow", UPLOAD | {"workflow_id": first.body["workflow_id"]})

    row = older.api.account.workflows.get(first.body["workflow_id"])
    assert row is not None
    version = (await older.get(f"/workflow-version/{row.versions[1].id}")).body
    assert (first.status, first.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert [reply.body["version"] for reply in (first, second)] == [1, 2]
    assert (row.name, misfits(version, VERSION)) == ("mine", [])
    assert version["workflow_api"] == {"9": {"inputs": {"images": ["1", 0]}, "class_type": "SaveImage"}}
    assert version["snapshot"] == SNAPSHOT


@pytest.mark.parametrize(
    ("other", "status", "error"),
    [
        ({"workflow_id": NOBODY}, 500, "Invalid workflow_id"),
        ({"workflow_name": None}, 500, "Invalid request, missing either workflow_id or name"),
        ({"snapshot": {}}, 400, None),
        ({"workflow_api": {"9": {"class_type": "A"}}}, 400, None),
    ],
)
async def test_workflows_that_are_refused(older: Caller, other: JsonObject, status: int, error: str | None) -> None:
    reply = await older.post("/workflow", UPLOAD | other)

    assert reply.status == status
    assert error is None or reply.body == {"error": error}


@pytest.mark.parametrize(
    ("version", "error"), [(NOBODY, "No version found"), ("x", 'invalid input syntax for type uuid: "x"')]
)
async def test_an_unknown_version_is_a_500(older: Caller, version: str, error: str) -> None:
    reply = await older.get(f"/workflow-version/{version}")

    assert (reply.status, reply.body) == (500, {"error": error})


async def test_faults_and_rows_are_those_of_every_sandbox(older: Caller) -> None:
    older.api.faults.add("GET", "/api/run", faults.BAD_GATEWAY, times=1)
    row = older.api.add_deployment("theirs", {}, owner=Owner("user_other"))

    spoilt = await older.get(f"/run?run_id={NOBODY}")
    theirs = await older.post("/run", {"deployment_id": row.id})

    assert spoilt.status == 502
    assert (theirs.status, theirs.body) == (500, {"error": "Workflow not found"})
