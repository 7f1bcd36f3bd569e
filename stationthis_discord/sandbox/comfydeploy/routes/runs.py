"""Runs: read, list, cancel."""

import time
from uuid import UUID

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, errors, queries, wire_runs
from stationthis_discord.sandbox.comfydeploy.account import DAY
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.life import FINAL, WAITING
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.finding import checked_uuid, my_deployment, page
from stationthis_discord.sandbox.comfydeploy.rows import Run
from stationthis_discord.sandbox.comfydeploy.run_outputs import stored_outputs
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

STATUSES = (*WAITING, "started", "running", "uploading", *FINAL)


async def get_run(request: web.Request) -> web.Response:
    run_id = accepts.from_path(queries.RunPath, request).run_id
    query = accepts.from_query(queries.RunQuery, request)
    return _run(request, str(run_id), query.queue_position)


async def get_run_by_query(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.RunIdQuery, request)
    return _run(request, str(query.run_id), query.queue_position)


async def list_workflow_runs(request: web.Request) -> web.Response:
    """The heavy list: the only place where a failed run's exception can be read."""
    query = accepts.from_query(queries.HeavyQuery, request)
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
    query = accepts.from_query(queries.LightQuery, request)
    if query.status is not None and query.status not in STATUSES:
        raise CrashError
    runs = account(request).runs_of(checked_uuid(request.match_info["workflow_id"]), caller(request))
    if query.deployment_id is not None:
        wanted_id = str(query.deployment_id)
        runs = [run for run in runs if run.deployment is not None and run.deployment.id == wanted_id]
    if query.rf is not None:
        runs = [run for run in runs if run.created_at.timestamp() >= query.rf]
    states = [(run, account(request).state(run)) for run in runs]
    wanted = [(run, state) for run, state in states if query.status in (None, state.status)]
    return json_reply([wire_runs.run_light(*pair) for pair in page(wanted, query.limit, query.offset)])


async def list_deployment_runs(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.DeploymentRunsQuery, request)
    deployment = my_deployment(request, errors.DEPLOYMENT_RUNS)
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


def _run(request: web.Request, run_id: str, with_place: bool) -> web.Response:
    rows = account(request)
    run = rows.runs.get(run_id)
    if run is None:
        raise RefusedError(errors.RUN_GET)
    if not _may_read(caller(request), run):
        raise RefusedError(errors.RUN_OF_OTHERS)
    state = rows.state(run)
    place = rows.ahead_of(run) if with_place else None
    body = wire_runs.run_detail(run, state, stored_outputs(run, state, rows.storage), place)
    if not state.final and time.monotonic() - run.created - state.updated > DAY:
        body["status"] = "timeout"  # said, not stored
    return json_reply(body)


def _may_read(owner: Owner, run: Run) -> bool:
    """Who ran it, and whose workflow was run through a deployment."""
    shared = run.deployment is not None and owner.owns(run.deployment.owner)
    return owner.owns(run.owner) or owner.user_id == run.owner.user_id or shared
