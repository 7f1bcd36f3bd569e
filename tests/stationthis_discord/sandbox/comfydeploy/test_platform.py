"""The account: plan, settings and prices."""

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.shapes import Shape, misfits

FEATURES: Shape = {
    "machineLimited": bool,
    "machineLimit": int,
    "currentMachineCount": int,
    "workflowLimited": bool,
    "workflowLimit": int,
    "currentWorkflowCount": int,
    "priavteModels": bool,  # sic
    "alwaysOnMachineLimit": None,
}


async def test_settings_tell_whose_key_it_is(api: ComfyDeploySandbox, caller: Caller) -> None:
    theirs = f"Bearer {api.issue(org_id='org_1', user_id='user_other')}"
    shape: Shape = {"user_id": str, "org_id": (str, None), "api_version": str, "spend_limit": int}

    own = await caller.get("/platform/user-settings")
    other = await caller.get("/platform/user-settings", Authorization=theirs)

    assert misfits(own.body, shape) == []
    assert (own.body["user_id"], own.body["org_id"]) == ("user_sandbox", None)
    assert (other.body["user_id"], other.body["org_id"]) == ("user_other", "org_1")


async def test_the_plan_counts_what_is_there(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_machine("gone").deleted = True
    before = (await caller.get("/platform/plan")).body
    api.add_machine("new")
    api.add_workflow("new")

    after = (await caller.get("/platform/plan")).body

    assert list(after) == ["features", "plans"]
    assert misfits(after["features"], FEATURES) == []
    assert after["plans"]["plans"] == ["business_monthly"]
    assert before["features"]["currentMachineCount"] == 3
    assert after["features"]["currentMachineCount"] == 4
    assert after["features"]["currentWorkflowCount"] == before["features"]["currentWorkflowCount"] + 1
