"""What a run with a webhook reports, and when: its moments, and the body for each as the real server makes it. Pure."""

import re
from dataclasses import dataclass
from math import inf
from typing import Literal

from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject
from stationthis_discord.sandbox.comfydeploy.life import State, Step, Stop, state_at
from stationthis_discord.sandbox.comfydeploy.rows import Run
from stationthis_discord.sandbox.comfydeploy.run_outputs import stored_outputs
from stationthis_discord.sandbox.comfydeploy.storage import Storage
from stationthis_discord.sandbox.comfydeploy.wire_runs import is_valid, label_of

_EVENTS = re.compile(r"[?&]target_events=([^&#]*)")  # the real server does not decode it either


@dataclass(frozen=True, slots=True)
class Moment:
    """One report, `at` seconds after the creation: a status, or what happens to the node of `step`."""

    at: float
    kind: Literal["status", "node", "output"]
    step: Step | None = None


def moments(run: Run) -> list[Moment]:
    """All reports of a run that nobody stops, in their order; none of a run whose dispatch fails."""
    plan, address = run.plan, run.webhook or ""
    stored = run.outputs if _wants_outputs(address) else ()
    makers = {output.node_id for output in stored if not output.early}
    previewed = {output.node_id for output in stored if output.early and plan.half <= plan.ended}
    early = [Moment(at, "status") for at in (plan.queued, plan.started, plan.running) if at is not None]
    nodes = [Moment(step.at, "node", step) for step in plan.steps] if run.webhook_intermediate_status else []
    outputs = [Moment(step.done, "output", step) for step in plan.steps if step.node_id in makers]
    outputs += [Moment(plan.half, "output", step) for step in plan.steps if step.node_id in previewed]
    planned = [*early, *nodes, *outputs, Moment(plan.ended, "status")]
    return sorted((moment for moment in planned if moment.at < inf), key=lambda moment: moment.at)


def report(run: Run, moment: Moment, storage: Storage) -> JsonObject:
    """The body for a moment. Raises `CrashError` for outputs over which the server itself breaks."""
    state, step = state_at(run.plan, moment.at), moment.step
    if step is None:
        return _status(run, state, storage, begins=moment.at == run.plan.running and not state.final)
    if moment.kind == "node":
        told = {"status": state.status, "live_status": f"Executing {step.node_class}"}
        return _body(run, "run.updated", told | {"progress": round(step.progress, 2)}, [])
    rows = [row for row in _valid(run, state, storage) if (row["node_meta"] or {}).get("node_id") == step.node_id]
    return _body(run, "run.output", _told(state), [_unsigned(row) for row in rows])


def last_report(run: Run, stop: Stop, storage: Storage) -> JsonObject:
    """The body for an end from outside; a cancellation's outputs are not filtered."""
    state = state_at(run.plan, stop.at, stop)
    if stop.status == "cancelled":
        return _body(run, "run.updated", _told(state), stored_outputs(run, state, storage))
    return _status(run, state, storage)


def _status(run: Run, state: State, storage: Storage, *, begins: bool = False) -> JsonObject:
    """A status and all valid outputs so far; a run that begins has not told of its first node yet."""
    told = _told(state) | ({"live_status": None, "progress": 0.0} if begins else {})
    return _body(run, "run.updated", told, _valid(run, state, storage))


def _told(state: State) -> JsonObject:
    return {"status": state.status, "live_status": state.live_status, "progress": state.progress}


def _body(run: Run, event: str, told: JsonObject, outputs: list[JsonObject]) -> JsonObject:
    return {"event_type": event, **told, "run_id": run.id, "outputs": outputs}


def _wants_outputs(address: str) -> bool:
    found = _EVENTS.search(address)
    return found is not None and "run.output" in found[1].split(",")


def _valid(run: Run, state: State, storage: Storage) -> list[JsonObject]:
    """The outputs that `GET /run` shows, too, with their label when they have one."""
    rows = [row for row in stored_outputs(run, state, storage) if is_valid(row["data"])]
    labels = [label_of(row["data"]) for row in rows]
    return [row if label is None else row | {"output_id": label} for row, label in zip(rows, labels, strict=True)]


def _unsigned(row: JsonObject) -> JsonObject:
    """A single output's addresses are not signed, whatever the account says."""
    data = {
        kind: [item | {"url": item["url"].partition("?")[0]} if isinstance(item, dict) else item for item in items]
        for kind, items in row["data"].items()
    }
    return row | {"data": data}
