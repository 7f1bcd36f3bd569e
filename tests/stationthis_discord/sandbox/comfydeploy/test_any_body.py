"""Whatever JSON a caller sends, the sandbox answers as the API would: it never falls over in a way of its own."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Deployment
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.anything import QUICK, json_values
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller

Sent = tuple[int, JsonObject]  # the number of a write, and the fields of its good body that are replaced

NOBODY = "00000000-0000-0000-0000-000000000000"
READS = ("/workflows", "/workflows/all", "/machines", "/deployments", "/deployments?is_fluid=true")
KNOWN = {200, 400, 404, 422, 501}


def writes(row: Deployment) -> list[tuple[str, str, JsonObject]]:
    """Every writing endpoint with a body that it takes."""
    place = {"workflow_version_id": row.version.id, "workflow_id": row.workflow.id, "machine_id": row.machine.id}
    asset = {"file_id": "i", "file_name": "n", "file_size": 1, "db_path": "p", "url": "u", "mime_type": "m"}
    box = {"name": "n", "type": "classic", "endpoint": "e", "auth_token": None}
    return [
        ("POST", "/deployment", {**place, "environment": "staging", "deployment_id": None}),
        ("PATCH", f"/deployment/{row.id}", {"gpu": "A10G", "keep_warm": 1, **place}),
        ("POST", "/workflow", {"name": "n", "workflow_json": "{}", "workflow_api": "{}", "machine_id": row.machine.id}),
        ("PATCH", f"/workflow/{row.workflow.id}", {"name": "n", "selected_machine_id": row.machine.id}),
        ("POST", f"/workflow/{row.workflow.id}/version", {"workflow": {}, "workflow_api": {}, **place}),
        ("POST", f"/workflow/{row.workflow.id}/clone", {"name": "n"}),
        ("POST", "/machine/custom", box),
        ("PATCH", f"/machine/custom/{row.machine.id}", box),
        ("POST", "/run", {"workflow_version_id": row.version.id, "machine_id": row.machine.id, "inputs": {}}),
        ("POST", "/run/deployment/queue", {"deployment_id": row.id, "inputs": {}}),
        ("POST", "/assets/register", asset),
        ("POST", "/file", {"url": "u", "filename": "f", "folder_path": "p"}),
    ]


PARTS = ["workflow_version_id", "workflow_id", "machine_id", "environment", "deployment_id", "name", "inputs", "type"]
PARTS += ["workflow_json", "workflow_api", "workflow", "endpoint", "auth_token", "batch_number", "batch_input_params"]
VALUES = st.one_of(json_values, st.sampled_from([NOBODY, "staging", "public-share", "[]", "null", '{"1": []}', "1"]))
SENT = st.lists(st.tuples(st.integers(0, 11), st.dictionaries(st.sampled_from(PARTS), VALUES, max_size=2)), max_size=12)


async def answers(sent: list[Sent]) -> list[tuple[int, str, Any]]:
    """Status, path and body of every answer of a fresh sandbox; each over its own connection, as some crash it."""
    async with (
        ComfyDeploySandbox(pace=0.0) as api,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http,
    ):
        caller, row, said = Caller(api, http), api.deployment("upscale"), []
        for number, parts in sent:
            method, path, good = writes(row)[number]
            data, headers = json.dumps(good | parts), {"Content-Type": "application/json"}
            reply = await caller.ask(method, path, data=data, headers=headers)
            said.append((reply.status, path, reply.body))
        for path in (*READS, f"/workflow/{row.workflow.id}/runs", f"/workflow/{row.workflow.id}"):
            reply = await caller.get(path)
            said.append((reply.status, path, reply.body))
        return said


@settings(QUICK, max_examples=20)
@given(SENT)
def test_every_answer_is_one_of_the_apis(sent: list[Sent]) -> None:
    for status, path, body in asyncio.run(answers(sent)):
        crash = body == "Internal Server Error" or (isinstance(body, dict) and isinstance(body.get("detail"), str))
        assert status in KNOWN or (status == 500 and crash), (status, path, body)


@settings(QUICK, max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(["workflow_json", "workflow_api"]), st.text(max_size=20)), max_size=10))
def test_every_text_is_a_workflow_or_is_refused(texts: list[tuple[str, str]]) -> None:
    sent = [(2, {field: text}) for field, text in texts]

    for status, _, body in asyncio.run(answers(sent))[: len(sent)]:
        assert status == 200 or (status, body) == (400, {"error": "Invalid JSON format"})


@pytest.mark.parametrize("name", ["\ud83d", json.dumps("\ud83d")])
async def test_half_a_character_crashes_before_it_is_stored(api: ComfyDeploySandbox, caller: Caller, name: str) -> None:
    before, body = len(api.account.workflows), {"name": name, "workflow_json": name}

    reply = await caller.post("/workflow", body)

    assert (reply.status, reply.body, len(api.account.workflows)) == (500, "Internal Server Error", before)
