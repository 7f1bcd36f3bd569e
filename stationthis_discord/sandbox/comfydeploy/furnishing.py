"""Furnishes the account: the machines and deployments a new sandbox has, and more on request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from stationthis_discord.sandbox.comfydeploy import changes, samples, times
from stationthis_discord.sandbox.comfydeploy.account import Account
from stationthis_discord.sandbox.comfydeploy.graph import drawing
from stationthis_discord.sandbox.comfydeploy.jsonb import stored
from stationthis_discord.sandbox.comfydeploy.pictures import Drawn, Still
from stationthis_discord.sandbox.comfydeploy.rows import (
    CLASSIC,
    SERVERLESS,
    SHARES,
    Deployment,
    Machine,
    Version,
    Workflow,
    row_id,
)
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

MachineKind = Literal["serverless", "serverless-old", "classic"]
SAMPLE = "inputs/sample.png"
ENDPOINT = "http://127.0.0.1:8188/"
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
    return account.deployments.add(
        Deployment(
            id=row_id("deployment", workflow.id, plot.environment, plot.is_fluid, account.deployments.added),
            workflow=workflow,
            version=version,
            machine=machine,
            environment=plot.environment,
            owner=plot.owner,
            created_at=now,
            updated_at=now,
            description=workflow.description,
            share_slug=changes.slug(plot.owner, plot.name) if plot.environment in SHARES else None,
            modal_image_id="im-SANDBOX0000000000000000" if plot.is_fluid else None,
            modal_app_id="ap-SANDBOX0000000000000000" if plot.is_fluid else None,
            activated_at=now if plot.is_fluid else None,
        )
    )


def add_workflow(account: Account, plot: Plot) -> Workflow:
    """A workflow of this name without a deployment; a null graph leaves it without versions."""
    machine = _machine(account, plot)
    workflow = _workflow(account, plot, machine)
    if plot.graph is not None:
        _version(account, plot, workflow, machine)
    return workflow


def add_machine(account: Account, name: str, kind: str, owner: Owner) -> Machine:
    """A further machine of one of the API's types."""
    now = _moment(account)
    hosted = kind != SERVERLESS
    machine_id = row_id("machine", name, owner, account.machines.added)
    machine = Machine(machine_id, name, kind, owner, now, now, gpu=None if hosted else "A10G")
    if hosted:
        machine.endpoint, machine.node_generation = ENDPOINT, "old"
    return account.machines.add(machine)


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
    tables = (account.machines, account.workflows, account.versions, account.deployments)
    rows = sum(table.added for table in tables)
    return times.now() - timedelta(days=1) + timedelta(milliseconds=rows, microseconds=17)


def _machine(account: Account, plot: Plot) -> Machine:
    machine_id = row_id("machine", plot.machine, plot.owner)
    known = account.machines.get(machine_id)
    if known is not None:
        return known
    now, classic = _moment(account), plot.machine == "classic"
    return account.machines.add(
        Machine(
            id=machine_id,
            name=plot.machine,
            type=CLASSIC if classic else SERVERLESS,
            owner=plot.owner,
            created_at=now,
            updated_at=now,
            gpu=None if classic else "A10G",
            node_generation="new" if plot.machine == "serverless" else "old",
            endpoint=ENDPOINT if classic else "not-ready",
        )
    )


def _workflow(account: Account, plot: Plot, machine: Machine) -> Workflow:
    workflow_id = row_id("workflow", plot.name, plot.owner)
    known = account.workflows.get(workflow_id)
    if known is not None:
        return known
    now = _moment(account)
    return account.workflows.add(Workflow(workflow_id, plot.name, plot.owner, machine, now, now, plot.description))


def _version(account: Account, plot: Plot, workflow: Workflow, machine: Machine) -> Version:
    """The version with this graph, or else the next one."""
    graph = stored(plot.graph)
    for version in reversed(workflow.versions):
        if version.graph == graph:
            return version
    number = len(workflow.versions) + 1
    version_id = row_id("version", workflow.id, number)
    return account.add_version(
        Version(version_id, workflow, number, graph, stored(drawing(graph)), machine, _moment(account))
    )
