"""Starting runs: of a deployment, or of a version on a machine; one, or a batch."""

import asyncio
import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from uuid import UUID, uuid4

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, errors
from stationthis_discord.sandbox.comfydeploy.account import SHARED, Account, Direct, Order
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.enums import ExecutionMode
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.life import UNDISPATCHED
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Machine, Run, Version
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

ORIGINS = ("manual", "api", "public-share", "workspace", "public-template")
MAX_BATCH = 100  # of the sandbox; the real API has no limit
_DATA_URI = re.compile(r"data:image/(png|jpeg|jpg);base64,(.*)", re.DOTALL)


async def queue(request: web.Request) -> web.Response:
    """The run is created before the machine is asked: an error of the machine leaves a failed run behind."""
    body = await accepts.from_body(bodies.DeploymentRunRequest, request)
    target = runnable(account(request), str(body.deployment_id), caller(request))
    reply = await _started(request, target, body)
    if "batch_id" in reply:  # which does not fit this endpoint's reply, when the runs are already there
        raise CrashError
    return json_reply(reply)


async def create_run(request: web.Request) -> web.Response:
    """The older spelling of the same, which takes four kinds of body."""
    body = await accepts.from_any_body(bodies.ANY_RUN, request)
    if isinstance(body, bodies.ModelRunRequest):
        raise CrashError
    if isinstance(body, bodies.WorkflowRunRequest):
        raise RefusedError(errors.NOT_SIMULATED)
    if isinstance(body, bodies.DeploymentRunRequest):
        return json_reply(
            await _started(request, runnable(account(request), str(body.deployment_id), caller(request)), body)
        )
    return json_reply(await _started(request, _direct(request, body.workflow_version_id, body.machine_id), body))


def runnable(rows: Account, deployment_id: str, owner: Owner) -> Deployment:
    """The deployment, if this owner may run it; raises the 404s in the API's order."""
    deployment = rows.deployments.get(deployment_id)
    if deployment is None or not (owner.owns(deployment.owner) or deployment.environment in SHARED):
        raise RefusedError(errors.DEPLOYMENT_RUN)
    if deployment.workflow.deleted:
        raise RefusedError(errors.WORKFLOW_RUN)
    if deployment.machine.deleted:
        raise RefusedError(errors.MACHINE_RUN)
    _check_graph(deployment.version)
    return deployment


async def dispatch(rows: Account, run: Run) -> None:
    """Hand a run to its machine. Raises what the API answers when the machine fails, after some time perhaps."""
    outcome = run.behaviour.outcome
    if outcome not in UNDISPATCHED:
        return
    if outcome == "crashed":
        await asyncio.sleep(run.behaviour.dispatch_seconds * rows.pace)
    rows.end(run, "failed", stamped=False)
    if outcome == "unreachable":
        raise CrashError
    raise RefusedError(errors.MACHINE_REFUSED if outcome == "rejected" else errors.MACHINE_BROKEN)


async def _started(request: web.Request, target: Deployment | Direct, body: bodies.RunRequest) -> JsonObject:
    """`{"run_id"}`, or `{"batch_id"}` for a batch."""
    if body.origin not in ORIGINS or body.execution_mode != ExecutionMode.ASYNC:
        raise CrashError
    rows, is_batch = account(request), body.batch_number is not None or bool(body.batch_input_params)
    variants = list(islice(_variants(body), MAX_BATCH + 1))
    if len(variants) > MAX_BATCH:
        raise RefusedError(errors.NOT_SIMULATED)
    batch_id = str(uuid4()) if is_batch else None
    run_id = ""
    for inputs in variants:
        run = await rows.start(_order(rows, target, caller(request), body, inputs))
        run.batch_id, run_id = batch_id, run.id
        await dispatch(rows, run)
    return {"run_id": run_id} if batch_id is None else {"batch_id": batch_id}


def _variants(body: bodies.RunRequest) -> Iterator[Mapping[str, Json]]:
    """The inputs of each run: every combination of the batch's values, `batch_number` times."""
    choices = body.batch_input_params or {}
    for _ in range(1 if body.batch_number is None else body.batch_number):
        for values in product(*choices.values()):
            yield {**body.inputs, **dict(zip(choices, values, strict=True))}


def _order(
    rows: Account, target: Deployment | Direct, owner: Owner, body: bodies.RunRequest, inputs: Mapping[str, Json]
) -> Order:
    return Order(
        target,
        owner,
        inputs={name: _uploaded(rows, value) for name, value in inputs.items()},
        webhook=body.webhook,
        webhook_intermediate_status=bool(body.webhook_intermediate_status),
        gpu=None if body.gpu is None else body.gpu.value,
        origin=body.origin or "api",
    )


def _direct(request: web.Request, version_id: UUID, machine_id: UUID | None) -> Direct:
    """A version and a machine of the caller's; raises the 404s in the API's order."""
    rows, owner = account(request), caller(request)
    version = rows.versions.get(str(version_id))
    if version is None:
        raise RefusedError(errors.VERSION_RUN)
    if version.workflow.deleted or not owner.owns(version.workflow.owner):
        raise RefusedError(errors.WORKFLOW_RUN)
    machine: Machine | None = None
    if machine_id is not None:
        machine = rows.machines.get(str(machine_id))
        if machine is None or machine.deleted or not owner.owns(machine.owner):
            raise RefusedError(errors.MACHINE_RUN)
    _check_graph(version)
    if machine is None:
        raise RefusedError(errors.MACHINE_GET)
    return Direct(version, machine)


def _check_graph(version: Version) -> None:
    if version.graph is None:
        raise RefusedError(errors.API_RUN)
    if not isinstance(version.graph, dict):
        raise CrashError


def _uploaded(rows: Account, value: Json) -> Json:
    """A picture in a data URI, uploaded and replaced by its URL; everything else passes unchanged."""
    found = _DATA_URI.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        content = base64.b64decode(found.group(2), validate=True)
    except binascii.Error as error:
        raise CrashError from error
    key = rows.storage.put_upload(f"image.{found.group(1)}", content)
    return rows.storage.url(key or "")
