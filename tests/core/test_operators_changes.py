"""Changes of what is there: only what was asked for is sent, and what the API would refuse is told before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import MachineInUse, MachineKeptWarm
from core.comfydeploy.machines import CustomMachine
from core.errors import NameUnknown
from core.operator_errors import ChangeInvalid, ChangeUnclear, NothingToChange, SharesOnly, VersionUnknown, WriteOff
from core.operators import Changes, Write
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.samples import caption
from tests.core.operating import BY, EVERYTHING, Desk, at_desk, workflow_files


@pytest.fixture
async def desk(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Desk]:
    sandbox.add_machine("spare")
    for environment in ("public-share", "private-share", "community-share"):
        sandbox.add_deployment("shared", caption(), environment)
    async with at_desk(sandbox, api) as opened:
        yield opened


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        (Changes(gpu="H100"), {"gpu": "H100"}),
        (Changes(concurrency_limit=7), {"concurrency_limit": 7}),
        (Changes(run_timeout=900), {"run_timeout": 900}),
        (Changes(keep_warm=0), {"keep_warm": 0}),
        (
            Changes(gpu="T4", concurrency_limit=1, run_timeout=60, keep_warm=2),
            {"gpu": "T4", "concurrency_limit": 1, "run_timeout": 60, "keep_warm": 2},
        ),
    ],
)
async def test_only_what_is_to_change_is_sent(desk: Desk, changes: Changes, body: dict[str, Any]) -> None:
    row = desk.sandbox.deployment("upscale")
    before = {name: getattr(row, name) for name in ("gpu", "concurrency_limit", "run_timeout", "keep_warm")}

    await desk.operators.update_deployment(await desk.deployment("upscale"), changes, BY)

    assert desk.change == ("PATCH", f"/deployment/{row.id}", body)
    assert {name: getattr(row, name) for name in before} == before | body


async def test_a_deployment_moves_to_another_version_and_machine(desk: Desk) -> None:
    row = desk.sandbox.deployment("upscale")
    newer = desk.sandbox.add_deployment("upscale", caption(), "staging").version
    machine = await desk.catalog.find_machine("spare")

    await desk.operators.update_deployment(
        await desk.deployment("upscale"), Changes(version=newer.number, machine="SPARE"), BY
    )

    body = {"workflow_version_id": newer.id, "machine_id": machine.id}
    assert desk.change == ("PATCH", f"/deployment/{row.id}", body)
    assert (row.version, row.machine.id) == (newer, machine.id)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (Changes(), NothingToChange),
        (Changes(version=99), VersionUnknown),
        (Changes(machine="no such machine", gpu="T4"), NameUnknown),
    ],
)
async def test_what_cannot_be_changed_is_not_sent(desk: Desk, changes: Changes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await desk.operators.update_deployment(await desk.deployment("upscale"), changes, BY)

    assert desk.changes == []


@pytest.mark.parametrize("environment", ["public-share", "private-share", "community-share"])
async def test_shares_can_be_deleted(desk: Desk, environment: str) -> None:
    share = await desk.deployment("shared", environment)

    desk.operators.check_deletable(share)
    await desk.operators.delete_deployment(share.id, BY)

    assert desk.change == ("DELETE", f"/deployment/{share.id}", None)
    assert desk.sandbox.deployments.get(share.id) is None


@pytest.mark.parametrize(("name", "environment"), [("upscale", "production"), ("sketchbook", "preview")])
async def test_other_deployments_cannot_and_that_is_known_before(desk: Desk, name: str, environment: str) -> None:
    deployment = await desk.deployment(name, environment)

    with pytest.raises(SharesOnly) as caught:
        desk.operators.check_deletable(deployment)
    with pytest.raises(ChangeUnclear):
        await desk.operators.delete_deployment(deployment.id, BY)

    assert caught.value.environment == environment
    assert desk.sandbox.deployments.get(deployment.id) is not None


async def test_whether_something_may_be_deleted_is_not_told_while_that_is_switched_off(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    async with at_desk(sandbox, api, EVERYTHING - {Write.DEPLOYMENT_DELETE}) as desk:
        with pytest.raises(WriteOff):
            desk.operators.check_deletable(await desk.deployment("upscale"))


@pytest.mark.parametrize(
    ("name", "description", "body"),
    [
        ("enlarge", None, {"name": "enlarge"}),
        (None, "makes it larger", {"description": "makes it larger"}),
        ("enlarge", "", {"name": "enlarge", "description": ""}),
    ],
)
async def test_a_workflow_is_renamed_or_described(
    desk: Desk, name: str | None, description: str | None, body: dict[str, str]
) -> None:
    row = desk.sandbox.deployment("upscale").workflow

    await desk.operators.describe_workflow(row.id, name, description, BY)

    assert desk.change == ("PATCH", f"/workflow/{row.id}", body)
    assert (row.name, row.description) == (
        body.get("name", "upscale"),
        body.get("description", "The same picture, larger"),
    )


async def test_describing_with_nothing_changes_nothing(desk: Desk) -> None:
    with pytest.raises(NothingToChange):
        await desk.operators.describe_workflow(desk.sandbox.deployment("upscale").workflow.id, None, None, BY)

    assert desk.changes == []


async def test_a_deleted_workflow_and_its_deployments_are_no_longer_listed(desk: Desk) -> None:
    row = desk.sandbox.deployment("upscale")

    await desk.operators.delete_workflow(row.workflow.id, BY)

    assert desk.change == ("DELETE", f"/workflow/{row.workflow.id}", None)
    assert row.workflow.deleted
    assert row.id not in (await desk.catalog.list_deployments()).value.listing.by_id
    assert row.workflow.id not in (await desk.catalog.list_workflows()).value.by_id


@pytest.mark.parametrize("token", ["s3cret", None])
async def test_a_machine_is_added_with_all_that_was_given(desk: Desk, token: str | None) -> None:
    await desk.operators.add_machine(CustomMachine("mine", "runpod-serverless", "https://gpu.example/x/", token), BY)

    body = {"name": "mine", "type": "runpod-serverless", "endpoint": "https://gpu.example/x/", "auth_token": token}
    assert desk.change == ("POST", "/machine/custom", body)
    assert (await desk.catalog.find_machine("mine")).record.type == "runpod-serverless"


async def test_a_machine_that_was_added_without_an_answer_is_listed(desk: Desk) -> None:
    desk.sandbox.faults.add("POST", "*", faults.BAD_GATEWAY_AFTER)

    with pytest.raises(ChangeUnclear):
        await desk.operators.add_machine(CustomMachine("mine", "classic", "https://gpu.example/"), BY)

    assert (await desk.catalog.find_machine("mine")).label == "mine"
    assert len(desk.changes) == 1


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"name": "spared", "endpoint": None, "auth_token": None}, {"name": "spared"}),
        ({"auth_token": "n3w"}, {"auth_token": "n3w"}),
    ],
)
async def test_of_a_machine_only_what_is_given_is_changed(
    desk: Desk, changes: dict[str, str | None], body: dict[str, str]
) -> None:
    machine = await desk.catalog.find_machine("spare")

    await desk.operators.update_machine(machine.id, changes, BY)

    assert desk.change == ("PATCH", f"/machine/custom/{machine.id}", body)


@pytest.mark.parametrize("blank", ["", " ", "\u200b \u2066", "\n"])
async def test_nothing_is_called_by_a_name_that_nobody_can_see(desk: Desk, tmp_path: Path, blank: str) -> None:
    machine, workflow = await desk.catalog.find_machine("spare"), desk.sandbox.deployment("upscale").workflow
    mine = CustomMachine("mine", "classic", "https://gpu.example/")

    for field, change in [
        ("name", desk.operators.add_machine(replace(mine, name=blank), BY)),
        ("name", desk.operators.update_machine(machine.id, {"name": blank}, BY)),
        ("token", desk.operators.update_machine(machine.id, {"auth_token": blank}, BY)),
        ("name", desk.operators.describe_workflow(workflow.id, blank, None, BY)),
        ("workflow", desk.operators.upload_workflow(blank, workflow_files(tmp_path), BY)),
    ]:
        with pytest.raises(ChangeInvalid, match=f"{field}: BLANK"):
            await change

    assert desk.changes == []


async def test_names_arrive_without_the_spaces_around_them(desk: Desk, tmp_path: Path) -> None:
    machine, workflow = await desk.catalog.find_machine("spare"), desk.sandbox.deployment("upscale").workflow

    await desk.operators.add_machine(CustomMachine(" mine ", "classic", "https://gpu.example/", " s3cret\n"), BY)
    await desk.operators.update_machine(machine.id, {"name": " spared ", "auth_token": " n3w "}, BY)
    await desk.operators.describe_workflow(workflow.id, " enlarge ", " larger ", BY)
    await desk.operators.upload_workflow(" brand new ", workflow_files(tmp_path), BY)

    added, updated, described, uploaded = (call.body for call in desk.changes)
    assert (added["name"], added["auth_token"]) == ("mine", "s3cret")
    assert updated == {"name": "spared", "auth_token": "n3w"}
    assert described == {"name": "enlarge", "description": "larger"}
    assert uploaded["name"] == "brand new"


async def test_changing_nothing_of_a_machine_sends_nothing(desk: Desk) -> None:
    machine = await desk.catalog.find_machine("spare")

    with pytest.raises(NothingToChange):
        await desk.operators.update_machine(machine.id, {"name": None}, BY)

    assert desk.changes == []


async def test_a_machine_in_use_is_deleted_only_by_force(desk: Desk) -> None:
    machine = await desk.catalog.find_machine("classic")

    with pytest.raises(MachineInUse) as caught:
        await desk.operators.delete_machine(machine.id, BY)
    kept = (await desk.catalog.list_machines()).value.by_id
    await desk.operators.delete_machine(machine.id, BY, force=True)

    assert (caught.value.workflows, machine.id in kept) == (("portrait-classic",), True)
    assert machine.id not in (await desk.catalog.list_machines()).value.by_id


async def test_a_machine_that_is_kept_warm_is_not_even_deleted_by_force(desk: Desk) -> None:
    machine = await desk.catalog.find_machine("spare")
    row = desk.sandbox.account.machines.get(machine.id)
    assert row is not None
    row.keep_warm = 1

    with pytest.raises(MachineKeptWarm):
        await desk.operators.delete_machine(machine.id, BY, force=True)

    assert not row.deleted


async def test_a_refresh_has_every_list_read_anew(desk: Desk) -> None:
    desk.operators.refresh()

    assert await desk.read_everything() == {"deployments", "workflows", "machines"}
