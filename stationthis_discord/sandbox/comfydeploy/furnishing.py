"""Furnishes the account: the machines and deployments a new sandbox has, and more on request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from stationthis_discord.sandbox.comfydeploy import samples, times
from stationthis_discord.sandbox.comfydeploy.account import Account
from stationthis_discord.sandbox.comfydeploy.graph import drawing
from stationthis_discord.sandbox.comfydeploy.jsonb import stored
from stationthis_discord.sandbox.comfydeploy.pictures import Drawn, Still
from stationthis_discord.sandbox.comfydeploy.rows import (
    CLASSIC,
    SERVERLESS,
    Deployment,
    Machine,
    Version,
    Workflow,
    row_id,
)
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

MachineKind = Literal["serverless", "serverless-old", "classic"]
SAMPLE = "inputs/sample.png"
OPERATOR = Owner()


@dataclass(frozen=True, slots=True)
class Plot:
    """What a deployment is made from."""

    name: str
    graph: Any
    environment: str = "production"
    machine: MachineKind = "serverless"
    is_fluid: bool = False
    description: str | None = None
    owner: Owner = OPERATOR


def furnish(account: Account) -> None:
    """Add the sample machines and deployments; the first one was updated last, as lists show them."""
    account.storage.put(SAMPLE, Still(Drawn("a sample picture", 11, 512, 512)))
    for plot in reversed(_plots(account.storage.plain_url(SAMPLE))):
        add_deployment(account, plot)


def add_deployment(account: Account, plot: Plot) -> Deployment:
    """A deployment of a workflow of this name; a known workflow gets another version when its graph differs."""
    machine = _machine(account, plot)
    workflow = _workflow(account, plot, machine)
    version = _version(account, plot, workflow, machine)
    now = _moment(account)
    workflow.updated_at = now
    deployment = Deployment(
        id=row_id("deployment", workflow.id, plot.environment, plot.is_fluid, len(account.deployments)),
        version=version,
        machine=machine,
        environment=plot.environment,
        created_at=now,
        updated_at=now,
        modal_image_id="im-SANDBOX0000000000000000" if plot.is_fluid else None,
    )
    account.deployments.append(deployment)
    return deployment


def _plots(sample_url: str) -> list[Plot]:
    return [
        Plot("text-to-image", samples.text_to_image(), description="A picture from words"),
        Plot("image-to-image", samples.image_to_image(), description="A picture from a picture and words"),
        Plot("upscale", samples.upscale(), description="The same picture, larger"),
        Plot("animation", samples.animation(), machine="serverless-old", description="A short loop from words"),
        Plot("caption", samples.caption(), description="Words from a picture"),
        Plot("portrait-classic", samples.text_to_image("portrait of a gardener"), machine="classic"),
        Plot("fluid-dreams", samples.text_to_image("a dream of rivers"), is_fluid=True),
        Plot("everything", samples.everything(sample_url), description="One input of every kind"),
        Plot("text-to-image", samples.text_to_image(save="ComfyDeployOutputImage"), "staging"),
        Plot("sketchbook", samples.text_to_image("a sketch"), "preview"),
    ]


def _moment(account: Account) -> datetime:
    """Distinct times in the order of creation, a day ago."""
    return times.now() - timedelta(days=1) + timedelta(minutes=len(account.deployments), microseconds=17)


def _machine(account: Account, plot: Plot) -> Machine:
    for machine in account.machines:
        if machine.name == plot.machine and machine.owner == plot.owner:
            return machine
    classic = plot.machine == "classic"
    machine = Machine(
        id=row_id("machine", plot.machine, plot.owner),
        name=plot.machine,
        type=CLASSIC if classic else SERVERLESS,
        owner=plot.owner,
        created_at=_moment(account),
        gpu=None if classic else "A10G",
        node_generation="new" if plot.machine == "serverless" else "old",
    )
    account.machines.append(machine)
    return machine


def _workflow(account: Account, plot: Plot, machine: Machine) -> Workflow:
    for workflow in account.workflows:
        if workflow.name == plot.name and workflow.owner == plot.owner:
            return workflow
    now = _moment(account)
    workflow_id = row_id("workflow", plot.name, plot.owner)
    workflow = Workflow(workflow_id, plot.name, plot.owner, machine, now, now, plot.description)
    account.workflows.append(workflow)
    return workflow


def _version(account: Account, plot: Plot, workflow: Workflow, machine: Machine) -> Version:
    graph = stored(plot.graph)
    known = {row.version.id: row.version for row in account.deployments if row.workflow is workflow}
    for version in known.values():
        if version.graph == graph:
            return version
    number = len(known) + 1
    version_id = row_id("version", workflow.id, number)
    return Version(version_id, workflow, number, graph, stored(drawing(graph)), machine, _moment(account))
