"""Machines: listed without deleted ones, read, added by their address, changed, deleted."""

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import AccessDenied, MachineInUse, MachineKeptWarm, NotFound, Refused
from core.comfydeploy.machines import CUSTOM_TYPES, CustomMachine
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, Machine, faults
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import MACHINE, NOBODY, TOKEN


def known_as(sandbox: ComfyDeploySandbox, name: str) -> Machine:
    return next(row for row in sandbox.account.machines if row.name == name)


async def test_deleted_machines_are_not_listed(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.add_machine("gone").deleted = True

    machines = await api.machines.list_all()

    assert {machine.name for machine in machines} == {"serverless", "classic", "serverless-old"}
    assert sandbox.calls[-1].query["is_deleted"] == "false"


async def test_a_machine_of_the_list_tells_kind_state_and_gpu(api: ComfyDeploy) -> None:
    machine = next(row for row in await api.machines.list_all() if row.name == "serverless")

    assert (machine.type, machine.status, machine.gpu) == ("comfy-deploy-serverless", "ready", "A10G")
    assert machine.updated_at is not None
    assert machine.endpoint is None


async def test_a_machine_that_cannot_be_read_hides_no_other(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    body = [{"id": "me"}, samples.machine_item(gpu=7, updated_at="soon"), None]
    sandbox.faults.add("GET", "/api/machines", Fault(status=200, body=body))

    (machine,) = await api.machines.list_all()

    assert (machine.id, machine.gpu, machine.updated_at) == (MACHINE, None, None)


async def test_one_machine_tells_its_limits(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "serverless")

    machine = await api.machines.get(known.id)

    assert (machine.id, machine.name, machine.deleted) == (known.id, "serverless", False)
    assert (machine.concurrency_limit, machine.run_timeout, machine.keep_warm) == (2, 300, 0)


@pytest.mark.parametrize("kind", CUSTOM_TYPES)
@pytest.mark.parametrize("token", [TOKEN, None])
async def test_a_machine_is_added_by_its_address(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, kind: str, token: str | None
) -> None:
    machine = await api.machines.add(CustomMachine("box", kind, "http://box.example/ui/", token))

    made = known_as(sandbox, "box")
    assert (machine.id, machine.name, machine.type) == (made.id, "box", kind)
    assert (made.endpoint, made.auth_token) == ("http://box.example/ui/", token)
    assert "auth_token" in sandbox.calls[-1].body


async def test_a_plan_without_machines_of_ones_own_is_denied(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("POST", "/api/machine/custom", faults.MACHINES_FORBIDDEN)

    with pytest.raises(AccessDenied):
        await api.machines.add(CustomMachine("box", "classic", "http://box.example/"))


async def test_a_kind_that_does_not_exist_is_refused_by_name(api: ComfyDeploy) -> None:
    with pytest.raises(Refused) as caught:
        await api.machines.add(CustomMachine("box", "toaster", "http://box.example/"))

    assert caught.value.fields == ("type",)


async def test_a_change_leaves_the_rest_as_it_is(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    added = await api.machines.add(CustomMachine("box", "classic", "http://box.example/", TOKEN))

    changed = await api.machines.update(added.id, {"name": "chest"})

    made = known_as(sandbox, "chest")
    assert (changed.id, changed.name, changed.endpoint) == (added.id, "chest", "http://box.example/")
    assert made.auth_token == TOKEN
    assert sandbox.calls[-1].body == {"name": "chest"}


async def test_a_machine_that_nobody_uses_is_deleted(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = sandbox.add_machine("spare")

    await api.machines.delete(known.id)

    assert known.deleted
    assert (sandbox.calls[-1].method, sandbox.calls[-1].query) == ("DELETE", {})


async def test_a_machine_in_use_says_by_which_workflows(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "serverless-old")
    users = [row.name for row in sandbox.deployments if row.machine is known]

    with pytest.raises(MachineInUse) as caught:
        await api.machines.delete(known.id)

    assert users
    assert caught.value.workflows == tuple(users)
    assert not known.deleted


async def test_a_machine_in_use_can_be_deleted_by_force(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "classic")

    await api.machines.delete(known.id, force=True)

    assert known.deleted
    assert sandbox.calls[-1].query == {"force": "true"}


async def test_a_machine_that_is_kept_warm_is_not_deleted_even_by_force(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    known = sandbox.add_machine("warm")
    known.keep_warm = 1

    with pytest.raises(MachineKeptWarm):
        await api.machines.delete(known.id, force=True)

    assert not known.deleted


async def test_what_is_not_there_is_not_found(api: ComfyDeploy) -> None:
    for ask in (api.machines.get(NOBODY), api.machines.update(NOBODY, {"name": "x"}), api.machines.delete(NOBODY)):
        with pytest.raises(NotFound):
            await ask
