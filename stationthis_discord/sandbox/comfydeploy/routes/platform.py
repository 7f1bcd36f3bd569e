"""The account itself: its plan, its settings, and what GPUs cost."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.reply import json_reply

PRICES = {  # USD per second, of 2025-11
    "T4": 0.00018,
    "L4": 0.00032,
    "A10G": 0.000337,
    "L40S": 0.000596,
    "A100": 0.00114,
    "A100-80GB": 0.001708,
    "H100": 0.002338,
    "H200": 0.001891,
    "B200": 0.002604,
    "CPU": 4.2e-05,
}
_MACHINES, _WORKFLOWS = 20, 100  # of the business plan


async def gpu_pricing(_request: web.Request) -> web.Response:
    return json_reply(PRICES)


async def user_settings(request: web.Request) -> web.Response:
    """What an account has that never set anything."""
    owner = caller(request)
    return json_reply({"user_id": owner.user_id, "org_id": owner.org_id, "api_version": "v2", "spend_limit": 500})


async def plan(request: web.Request) -> web.Response:
    """The shape is the public source's of 2025, typo included; no real reply was seen, so `plans` is a guess.

    With billing switched off the source answers these keys; a billed account has more of them.
    """
    rows, owner = account(request), caller(request)
    machines = sum(not row.deleted for row in rows.seen_by(owner, rows.machines))
    workflows = sum(not row.deleted for row in rows.seen_by(owner, rows.workflows))
    features = {
        "machineLimited": machines >= _MACHINES,
        "machineLimit": _MACHINES,
        "currentMachineCount": machines,
        "workflowLimited": workflows >= _WORKFLOWS,
        "workflowLimit": _WORKFLOWS,
        "currentWorkflowCount": workflows,
        "priavteModels": True,
        "alwaysOnMachineLimit": None,
    }
    plans = {
        "plans": ["business_monthly"],
        "names": ["business_monthly"],
        "prices": ["price_sandbox"],
        "amount": [100],
        "cancel_at_period_end": False,
        "canceled_at": None,
    }
    return json_reply({"features": features, "plans": plans})
