"""Furnishes runs of the past: finished, with all their outputs, made without waiting for anything."""

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stationthis_discord.sandbox.comfydeploy import life, times, worker
from stationthis_discord.sandbox.comfydeploy.account import DAY, Account
from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, Outcome
from stationthis_discord.sandbox.comfydeploy.jsonb import stored
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Run

_LATEST = 60.0  # seconds ago


@dataclass(frozen=True, slots=True)
class Past:
    """What was run: inputs from the oldest to the newest, how it ended, and over how many days."""

    inputs: tuple[Mapping[str, Any], ...]
    outcome: Outcome = "success"
    days: float = 7.0


def add_runs(account: Account, deployment: Deployment, past: Past) -> list[Run]:
    """The runs of a deployment's owner, the oldest first; the behaviour set for the deployment has a say, too."""
    behaviour = replace(account.behaviour.get(deployment.name, Behaviour()), outcome=past.outcome)
    graph = deployment.version.graph or {}
    nodes = [(node_id, worker.class_of(graph, node_id)) for node_id in worker.order(graph)]
    machinery = life.Machinery(deployment.machine.serverless, cold=False, warm=True, pace=account.pace)
    plan = life.plan_for(nodes, behaviour, machinery)
    last = _LATEST + (plan.ended if plan.ended < DAY else 0.0)
    step = max(0.0, past.days * DAY - last) / max(1, len(past.inputs) - 1)
    count = len(past.inputs)
    runs = [
        _run(account, _Place(deployment, behaviour, plan, last + step * (count - 1 - number)), inputs)
        for number, inputs in enumerate(past.inputs)
    ]
    account.add_past(runs)
    return runs


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and when a run of the past was made, in seconds ago."""

    deployment: Deployment
    behaviour: Behaviour
    plan: life.Plan
    ago: float


def _run(account: Account, place: _Place, inputs: Mapping[str, Any]) -> Run:
    deployment, run_id = place.deployment, str(uuid.uuid4())
    serverless = deployment.machine.serverless
    generation = place.behaviour.node_generation or deployment.machine.node_generation
    graph = deployment.version.graph or {}
    chance = uuid.UUID(run_id).int % 2**32
    work = worker.execute(worker.Job(graph, inputs, account.load, chance, generation == "old", place.behaviour))
    return Run(
        id=run_id,
        version=deployment.version,
        machine=deployment.machine,
        owner=deployment.owner,
        workflow_inputs=stored(dict(inputs)),
        behaviour=place.behaviour,
        plan=place.plan,
        outputs=tuple(work.outputs),
        opened=work.opened,
        created=time.monotonic() - place.ago,
        created_at=times.now() - times.span(place.ago),
        deployment=deployment,
        gpu=(deployment.gpu or deployment.machine.gpu) if serverless else None,
        modal_function_call_id=f"fc-{secrets.token_hex(12).upper()}" if serverless else None,
    )
