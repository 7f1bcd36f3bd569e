"""A local, faithful ComfyUI Deploy on loopback: try and test the bot without an account."""

from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, Failure
from stationthis_discord.sandbox.comfydeploy.desk import Call
from stationthis_discord.sandbox.comfydeploy.faults import Fault, Faults, Rule
from stationthis_discord.sandbox.comfydeploy.hooks import Hooks, Sent
from stationthis_discord.sandbox.comfydeploy.life import State
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Machine, Run, Version, Workflow
from stationthis_discord.sandbox.comfydeploy.server import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

__all__ = [
    "Behaviour",
    "Call",
    "ComfyDeploySandbox",
    "Deployment",
    "Failure",
    "Fault",
    "Faults",
    "Hooks",
    "Machine",
    "Owner",
    "Rule",
    "Run",
    "Sent",
    "State",
    "Version",
    "Workflow",
]
