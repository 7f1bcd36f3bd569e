"""Deployments, workflows, versions and machines: what there is to run, and on what."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, errors, wire
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, Problem, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import account, caller
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Machine, Version, Workflow

Item = TypeVar("Item", Deployment, Machine, Workflow)

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


async def list_deployments(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.DeploymentsQuery, request)
    rows = account(request).live_deployments(caller(request))
    rows = [row for row in rows if (row.modal_image_id is not None) == query.is_fluid]
    if query.environment is not None:
        rows = [row for row in rows if row.environment == query.environment.value]
    if query.page_size is not None:
        rows = page(rows, query.page_size, query.offset)
    return json_reply([_deployment(row) for row in rows])


async def get_deployment(request: web.Request) -> web.Response:
    rows = account(request).live_deployments(caller(request))
    return json_reply(_deployment(_found(rows, request.match_info["deployment_id"], errors.DEPLOYMENT_GET)))


async def list_workflow_deployments(request: web.Request) -> web.Response:
    order = [environment.value for environment in accepts.Environment]
    rows = account(request).live_deployments(caller(request))
    rows = [row for row in rows if row.workflow.id == request.match_info["workflow_id"]]
    if not rows:
        raise RefusedError(errors.DEPLOYMENTS_OF_WORKFLOW)
    rows.sort(key=lambda row: order.index(row.environment), reverse=True)
    return json_reply([_deployment(row, with_machine=True) for row in rows])


async def list_workflows(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.WorkflowsQuery, request)
    rows = _live_workflows(request)
    rows = [row for row in rows if (query.search or "").lower() in row.name.lower()]
    if query.user_ids:
        rows = [row for row in rows if row.owner.user_id in query.user_ids.split(",")]
    if query.machine_id:
        rows = [row for row in rows if row.machine.id == query.machine_id]
    rows.sort(key=lambda row: (row.pinned, row.updated_at), reverse=True)
    return json_reply([wire.workflow_item(row) for row in page(rows, query.limit, query.offset)])


async def get_workflow(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.VersionsQuery, request)
    workflow_id = checked_uuid(request.match_info["workflow_id"])
    row = _found(_live_workflows(request), workflow_id, errors.WORKFLOW_GET)
    return json_reply(wire.workflow_detail(row, page(_versions(request, row), query.limit, 0)))


async def get_version(request: web.Request) -> web.Response:
    version_id = str(accepts.from_path(accepts.VersionPath, request).version_id)
    for workflow in _live_workflows(request):
        for version in _versions(request, workflow):
            if version.id == version_id:
                return json_reply(wire.version_body(version))
    raise RefusedError(errors.VERSION_GET)


async def list_machines(request: web.Request) -> web.Response:
    query = accepts.from_query(accepts.MachinesQuery, request)
    rows = account(request).seen_by(caller(request), account(request).machines)
    rows = [row for row in rows if (query.search or "").lower() in row.name.lower()]
    if query.is_deleted is not None:
        rows = [row for row in rows if row.deleted == query.is_deleted]
    if query.is_self_hosted:
        rows = [row for row in rows if not row.serverless]
    used = {deployment.machine.id for deployment in account(request).deployments}
    found = page([] if query.is_workspace else rows, query.limit, query.offset)
    return json_reply(
        [wire.machine_item(row, has_workflows=row.id in used if query.include_has_workflows else None) for row in found]
    )


async def get_machine(request: web.Request) -> web.Response:
    machine_id = str(accepts.from_path(accepts.MachinePath, request).machine_id)
    rows = account(request).seen_by(caller(request), account(request).machines)
    return json_reply(wire.machine_detail(_found(rows, machine_id, errors.MACHINE_GET)))


async def gpu_pricing(_request: web.Request) -> web.Response:
    return json_reply(PRICES)


def page(rows: Sequence[Any], limit: int, offset: int) -> list[Any]:
    """A slice of a list; the database refuses negative numbers, which nobody catches."""
    if limit < 0 or offset < 0:
        raise CrashError
    return list(rows[offset : offset + limit])


def checked_uuid(text: str) -> str:
    """The id, where the API hands it to the database unchecked: what is no UUID crashes there."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise CrashError from error


def _deployment(row: Deployment, *, with_machine: bool = False) -> Json:
    try:
        return wire.deployment_body(row, with_machine=with_machine)
    except ValueError as error:  # one broken workflow takes the whole list with it
        raise CrashError from error


def _live_workflows(request: web.Request) -> list[Workflow]:
    rows = account(request).seen_by(caller(request), account(request).workflows)
    return [row for row in rows if not row.deleted]


def _versions(request: web.Request, workflow: Workflow) -> list[Version]:
    """Newest first."""
    rows = {row.version.id: row.version for row in account(request).deployments if row.workflow is workflow}
    return sorted(rows.values(), key=lambda row: row.number, reverse=True)


def _found(rows: Sequence[Item], row_id: str, otherwise: Problem) -> Item:
    for row in rows:
        if row.id == row_id:
            return row
    raise RefusedError(otherwise)
