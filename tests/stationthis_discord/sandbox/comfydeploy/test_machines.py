"""Machines: listed, made, changed and deleted."""

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Owner, faults
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import BARE, MACHINE, MILLISECONDS, UUID, Shape, misfits

NOBODY = "00000000-0000-0000-0000-000000000000"
BOX: JsonObject = {"name": "box", "type": "classic", "endpoint": "http://127.0.0.1:1/", "auth_token": "user:pass"}
DETAIL: Shape = {
    "id": UUID,
    "user_id": str,
    "name": str,
    "org_id": None,
    "created_at": BARE,
    "updated_at": BARE,
    "type": str,
    "machine_version": None,
    "deleted": bool,
    "import_failed_logs": None,
    "machine_version_id": None,
    "status": str,
    "gpu": (str, None),
    "machine_builder_version": str,
    "comfyui_version": (str, None),
    "is_workspace": bool,
    "endpoint": str,
    "concurrency_limit": int,
    "run_timeout": int,
    "idle_timeout": int,
    "docker_command_steps": (dict, None),
    "keep_warm": int,
    "allow_concurrent_inputs": int,
    "base_docker_image": None,
    "python_version": None,
    "extra_args": None,
    "prestart_command": None,
    "install_custom_node_with_gpu": bool,
    "optimized_runner": bool,
    "disable_metadata": bool,
    "cpu_request": None,
    "cpu_limit": None,
    "memory_request": None,
    "memory_limit": None,
    "models_to_cache": list,
    "enable_gpu_memory_snapshot": bool,
}
ROW: Shape = {
    "id": UUID,
    "auth_token": (str, None),
    "legacy_mode": bool,
    "gpu_workspace": bool,
    "run_timeout": int,
    "keep_warm": int,
    "memory_request": None,
    "type": str,
    "ws_timeout": int,
    "retrieve_static_assets": bool,
    "optimized_runner": bool,
    "idle_timeout": int,
    "status": str,
    "memory_limit": None,
    "static_assets_status": str,
    "build_machine_instance_id": None,
    "object_info": None,
    "comfyui_version": None,
    "extra_docker_commands": None,
    "build_log": None,
    "models_to_cache": list,
    "org_id": None,
    "machine_version": None,
    "modal_app_id": None,
    "object_info_str": None,
    "gpu": None,
    "machine_builder_version": str,
    "machine_hash": None,
    "enable_gpu_memory_snapshot": bool,
    "endpoint": str,
    "snapshot": None,
    "target_workflow_id": None,
    "filename_list_cache": None,
    "docker_command_steps": None,
    "base_docker_image": None,
    "disable_metadata": bool,
    "name": str,
    "created_at": MILLISECONDS,
    "models": None,
    "dependencies": None,
    "extensions": None,
    "allow_concurrent_inputs": int,
    "python_version": None,
    "cpu_request": None,
    "updated_at": MILLISECONDS,
    "ws_gpu": None,
    "deleted": bool,
    "import_failed_logs": None,
    "is_workspace": bool,
    "concurrency_limit": int,
    "extra_args": None,
    "cpu_limit": None,
    "user_id": str,
    "disabled": bool,
    "pod_id": None,
    "allow_background_volume_commits": bool,
    "machine_version_id": None,
    "install_custom_node_with_gpu": bool,
    "prestart_command": None,
}


async def test_machines_are_listed_latest_change_first(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_machine("newest")

    body = (await caller.get("/machines")).body

    assert [misfits(item, MACHINE) for item in body] == [[]] * 4
    assert body[0]["name"] == "newest"


async def test_deleted_machines_are_listed_unless_left_out(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_machine("old box")
    await caller.ask("DELETE", f"/machine/{row.id}")
    shown = {
        path: "old box" in [item["name"] for item in (await caller.get(path)).body]
        for path in ("/machines", "/machines?is_deleted=true", "/machines?is_deleted=false", "/machines/all")
    }

    assert list(shown.values()) == [True, True, False, False]
    assert (await caller.get(f"/machine/{row.id}")).status == 404


async def test_the_whole_list_is_searched_and_cut(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_machine("Box of mine")

    found = (await caller.get("/machines/all?search=BOX")).body

    assert [misfits(item, MACHINE) for item in found] == [[]]
    assert len((await caller.get("/machines/all?limit=2")).body) == 2


async def test_what_is_asked_for_is_added(caller: Caller) -> None:
    path = "/machines?include_has_workflows=true&include_docker_command_steps=true"
    shape: Shape = MACHINE | {"has_workflows": bool, "docker_command_steps": (dict, None)}

    body = (await caller.get(path)).body
    built = (await caller.get("/machines?is_docker=true")).body

    assert [misfits(item, shape) for item in body] == [[]] * 3
    assert {item["type"] for item in built} == {"comfy-deploy-serverless"}
    assert (await caller.get("/machines?is_workspace=true")).body == []


@pytest.mark.parametrize("name", ["text-to-image", "portrait-classic"])
async def test_a_machine_in_detail(api: ComfyDeploySandbox, caller: Caller, name: str) -> None:
    reply = await caller.get(f"/machine/{api.deployment(name).machine.id}")

    assert misfits(reply.body, DETAIL) == []


async def test_a_new_machine_is_told_with_its_token(caller: Caller) -> None:
    reply = await caller.post("/machine/custom", BOX)
    read = await caller.get(f"/machine/{reply.body['id']}")

    assert (reply.status, misfits(reply.body, ROW)) == (200, [])
    assert {key: reply.body[key] for key in BOX} == BOX
    assert (read.status, "auth_token" in read.body) == (200, False)


@pytest.mark.parametrize(
    ("body", "types"),
    [
        ({"name": "x"}, ["missing"] * 3),
        ({**BOX, "type": "toaster"}, ["enum"]),
        ({key: BOX[key] for key in ("name", "type", "endpoint")}, ["missing"]),
    ],
)
async def test_half_a_machine_is_422(caller: Caller, body: JsonObject, types: list[str]) -> None:
    reply = await caller.post("/machine/custom", body)

    assert (reply.status, [entry["type"] for entry in reply.body["detail"]]) == (422, types)


async def test_null_leaves_a_field_as_it_is(caller: Caller) -> None:
    made = (await caller.post("/machine/custom", BOX)).body

    reply = await caller.ask("PATCH", f"/machine/custom/{made['id']}", json={"name": "box 2", "auth_token": None})

    assert (reply.status, misfits(reply.body, ROW)) == (200, [])
    assert (reply.body["name"], reply.body["auth_token"]) == ("box 2", "user:pass")
    assert reply.body["created_at"] == made["created_at"]


async def test_a_machine_in_use_is_kept_unless_forced(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.deployment("portrait-classic").machine
    body = {"detail": "You still have these workflows related to this machine: portrait-classic"}

    kept = await caller.ask("DELETE", f"/machine/{row.id}")
    gone = await caller.ask("DELETE", f"/machine/{row.id}?force=true")

    assert (kept.status, kept.body) == (402, body)
    assert (gone.status, gone.body, row.deleted) == (200, {"message": "Machine deleted"}, True)


async def test_every_workflow_on_a_machine_is_named(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_deployment("second", {}, machine="classic")
    gone = api.add_deployment("gone", {}, machine="classic")
    gone.workflow.deleted = True

    reply = await caller.ask("DELETE", f"/machine/{gone.machine.id}?force=0")

    assert reply.body["detail"].rpartition(": ")[2] == "portrait-classic,second"


async def test_a_warm_machine_is_kept_even_when_forced(api: ComfyDeploySandbox, caller: Caller) -> None:
    row = api.add_machine("warm", "comfy-deploy-serverless")
    row.keep_warm = 1

    reply = await caller.ask("DELETE", f"/machine/{row.id}?force=true")

    assert (reply.status, reply.body) == (
        400,
        {"detail": "Please set keep warm to 0 before deleting the machine."},
    )


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/machine/"), ("PATCH", "/machine/custom/")])
async def test_machines_that_are_not_there_and_those_of_others(
    api: ComfyDeploySandbox, caller: Caller, method: str, path: str
) -> None:
    other = api.add_machine("theirs", owner=Owner("user_other"))

    nobody, theirs, odd = [
        await caller.ask(method, f"{path}{machine_id}", json={}) for machine_id in (NOBODY, other.id, "xyz")
    ]

    assert (nobody.status, nobody.body) == (404, {"detail": "Machine not found"})
    assert (theirs.status, theirs.body) == (404, {"detail": "Machine not found"})
    assert (odd.status, odd.body["detail"][0]["type"]) == (422, "uuid_parsing")


async def test_an_account_may_have_no_right_to_machines_of_its_own(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("*", "/api/machine/custom*", faults.MACHINES_FORBIDDEN)

    reply = await caller.post("/machine/custom", BOX)

    assert (reply.status, reply.body) == (403, {"detail": "Access denied for requested operation"})
    assert "box" not in [row.name for row in api.account.machines]
