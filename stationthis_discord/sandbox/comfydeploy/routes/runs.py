"""Runs: queue, read, list, cancel."""

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Mapping
from typing import NoReturn
from uuid import UUID, uuid4

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, errors, wire_runs
from stationthis_discord.sandbox.comfydeploy.account import DAY, SHARED, Account, Order
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import account, caller
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.life import FINAL, UNDISPATCHED, WAITING
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.catalog import checked_uuid, page
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Run
from stationthis_discord.sandbox.comfydeploy.run_outputs import stored_outputs
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

STATUSES = (*WAITING, "started", "running", "uploading", *FINAL)
ORIGINS = ("manual", "api", "public-share", "workspace", "public-template")
_DATA_URI = re.compile(r"data:image/(png|jpeg|jpg);base64,(.*)", re.DOTALL)


async def queue(request: web.Request) -> web.Response:
    """The run is created before the machine is asked: an error of the machine leaves a failed run behind."""
    body = await accepts.from_body(accepts.QueueBody, request)
    deployment = _runnable(account(request), str(body.deployment_id), caller(request))
    if body.origin not in ORIGINS or body.execution_mode != accepts.ExecutionMode.ASYNC:
        raise CrashError
    order = Order(
        deployment,
        caller(request),
        inputs=_uploaded(account(request), body.inputs),
        webhook=body.webhook,
        webhook_intermediate_status=bool(body.webhook_intermediate_status),
        gpu=None if body.gpu is None else body.gpu.value,
        origin=body.origin,
    )
    if body.batch_number is not None:
        await _start_batch(account(request), order, body.batch_number)
    run = await account(request).start(order)
    await _dispatch(account(request), run)
    return json_reply({"run_id": run.id})


async def get_run(request: web.Request) -> web.Response:
    run_id = accepts.from_path(accepts.RunPath, request).run_id
    query = accepts.from_query(accepts.RunQuery, request)
    return _run(request, str(run_id), query.queue_position)


async def get_run_by_query(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.RunIdQuery, request)
    return _run(request, str(query.run_id), query.queue_position)


async def list_workflow_runs(request: web.Request) -> web.Response:
    """The heavy list: the only place where a failed run's exception can be read."""
    query = accepts.from_query(accepts.HeavyQuery, request)
    runs = account(request).runs_of(checked_uuid(request.match_info["workflow_id"]), caller(request))
    items = []
    for run in page(runs, query.limit, query.offset):
        state = account(request).state(run)
        item = wire_runs.run_heavy(run, state)
        if query.with_inputs:
            item["workflow_inputs"] = run.workflow_inputs
        if query.with_outputs:
            item["outputs"] = stored_outputs(run, state, account(request).storage)
        items.append(item)
    return json_reply(items)


async def list_workflow_runs_light(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.LightQuery, request)
    if query.status is not None and query.status not in STATUSES:
        raise CrashError
    runs = account(request).runs_of(checked_uuid(request.match_info["workflow_id"]), caller(request))
    if query.deployment_id is not None:
        runs = [run for run in runs if run.deployment.id == str(query.deployment_id)]
    if query.rf is not None:
        runs = [run for run in runs if run.created_at.timestamp() >= query.rf]
    states = [(run, account(request).state(run)) for run in runs]
    wanted = [(run, state) for run, state in states if query.status in (None, state.status)]
    return json_reply([wire_runs.run_light(*pair) for pair in page(wanted, query.limit, query.offset)])


async def list_deployment_runs(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.DeploymentRunsQuery, request)
    rows = account(request).seen_by(caller(request), account(request).deployments)
    deployment = next((row for row in rows if row.id == request.match_info["deployment_id"]), None)
    if deployment is None:
        raise RefusedError(errors.DEPLOYMENT_RUNS)
    runs = account(request).runs_of(deployment.workflow.id, caller(request))
    found = page([run for run in runs if run.deployment is deployment], query.limit, query.offset)
    data = [wire_runs.run_of_deployment(run, account(request).state(run)) for run in found]
    return json_reply({"data": data, "meta": {"totalRowCount": 0, "filterRowCount": 0, "chartData": []}})


async def cancel(request: web.Request) -> web.Response:
    """Only runs with a function call id can be cancelled; one that is over says yes and stays as it is."""
    try:
        run = account(request).runs.get(str(UUID(request.match_info["run_id"])))
    except ValueError as error:
        raise RefusedError(errors.CANCEL_NO_UUID) from error
    if run is None or run.modal_function_call_id is None or not caller(request).owns(run.owner):
        raise RefusedError(errors.CANCEL)
    account(request).end(run, "cancelled")
    return json_reply({"status": "success", "message": "Function cancelled"})


async def _start_batch(rows: Account, order: Order, number: int) -> NoReturn:
    """The runs are created, then the reply does not fit its model."""
    batch_id = str(uuid4())
    for _ in range(number):
        (await rows.start(order)).batch_id = batch_id
    raise CrashError


def _runnable(rows: Account, deployment_id: str, owner: Owner) -> Deployment:
    """The deployment, if this owner may run it; raises the 404s in the API's order."""
    deployment = next((row for row in rows.deployments if row.id == deployment_id), None)
    if deployment is None or not (owner.owns(deployment.owner) or deployment.environment in SHARED):
        raise RefusedError(errors.DEPLOYMENT_RUN)
    if deployment.workflow.deleted:
        raise RefusedError(errors.WORKFLOW_RUN)
    if deployment.version.graph is None:
        raise RefusedError(errors.API_RUN)
    if deployment.machine.deleted:
        raise RefusedError(errors.MACHINE_RUN)
    return deployment


async def _dispatch(rows: Account, run: Run) -> None:
    outcome = run.behaviour.outcome
    if outcome not in UNDISPATCHED:
        return
    if outcome == "crashed":
        await asyncio.sleep(run.behaviour.dispatch_seconds * rows.pace)
    rows.end(run, "failed", stamped=False)
    if outcome == "unreachable":
        raise CrashError
    raise RefusedError(errors.MACHINE_REFUSED if outcome == "rejected" else errors.MACHINE_BROKEN)


def _uploaded(rows: Account, inputs: Mapping[str, Json]) -> JsonObject:
    """The inputs with pictures in data URIs uploaded and replaced by their URL; other data URIs pass unchanged."""
    return {name: _replaced(rows, value) for name, value in inputs.items()}


def _replaced(rows: Account, value: Json) -> Json:
    found = _DATA_URI.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        content = base64.b64decode(found.group(2), validate=True)
    except binascii.Error as error:
        raise CrashError from error
    key = rows.storage.put_upload(f"image.{found.group(1)}", content)
    return rows.storage.url(key or "")


def _run(request: web.Request, run_id: str, with_place: bool) -> web.Response:
    rows = account(request)
    run = rows.runs.get(run_id)
    if run is None:
        raise RefusedError(errors.RUN_GET)
    owner = caller(request)
    if not (owner.owns(run.owner) or owner.user_id == run.owner.user_id or owner.owns(run.deployment.owner)):
        raise RefusedError(errors.RUN_OF_OTHERS)
    state = rows.state(run)
    place = rows.ahead_of(run) if with_place else None
    body = wire_runs.run_detail(run, state, stored_outputs(run, state, rows.storage), place)
    if not state.final and time.monotonic() - run.created - state.updated > DAY:
        body["status"] = "timeout"  # said, not stored
    return json_reply(body)
