"""Machines: lists, single reads, and the changes of those one hosts oneself."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, errors, queries, times
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.finding import first, my_machine, page
from stationthis_discord.sandbox.comfydeploy.rows import Machine, new_id
from stationthis_discord.sandbox.comfydeploy.wire_machines import (
    docker_steps,
    machine_detail,
    machine_item,
    machine_row,
)

_HOSTED = ("classic", "runpod-serverless")
_WORKSPACES = ("workspace", "workspace-v2")


async def list_machines(request: web.Request) -> web.Response:
    """Deleted ones are in the list unless the caller leaves them out."""
    query = accepts.from_query(queries.MachinesQuery, request)
    rows = [row for row in _mine(request, query.search) if query.is_deleted in (None, row.deleted)]
    used = {deployment.machine.id for deployment in account(request).deployments}
    items = []
    for row in page([row for row in rows if _wanted(row, query)], query.limit, query.offset):
        item = machine_item(row)
        if query.include_has_workflows:
            item["has_workflows"] = row.id in used
        if query.include_docker_command_steps:
            item["docker_command_steps"] = docker_steps(row)
        items.append(item)
    return json_reply(items)


async def list_all_machines(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.AllQuery, request)
    rows = [row for row in _mine(request, query.search) if not row.deleted]
    return json_reply([machine_item(row) for row in first(rows, query.limit)])


async def get_machine(request: web.Request) -> web.Response:
    row = _named(request)
    if row.deleted:
        raise RefusedError(errors.MACHINE_GET)
    return json_reply(machine_detail(row))


async def create_machine(request: web.Request) -> web.Response:
    body = await accepts.from_body(bodies.MachineCreate, request)
    now = times.now()
    row = Machine(new_id(), body.name, body.type.value, caller(request), now, now, node_generation="old")
    row.endpoint, row.auth_token = body.endpoint, body.auth_token
    return json_reply(machine_row(account(request).machines.add(row)))


async def update_machine(request: web.Request) -> web.Response:
    """Null leaves a field as it is, so that a token can be replaced but not taken away."""
    body = await accepts.from_body(bodies.MachineUpdate, request)
    row = _named(request)
    for name, value in body.model_dump(mode="json", exclude_none=True).items():
        setattr(row, name, value)
    row.updated_at = times.now()
    return json_reply(machine_row(row))


async def delete_machine(request: web.Request) -> web.Response:
    """Only marked as deleted; 402 is the real status for a machine in use."""
    query = accepts.from_query(queries.DeletionQuery, request)
    row = _named(request)
    if row.keep_warm > 0:
        raise RefusedError(errors.MACHINE_WARM)
    users = [item.name for item in account(request).deployments if item.machine is row and not item.workflow.deleted]
    if users and not query.force:
        raise RefusedError(errors.machine_in_use(users))
    row.deleted = True
    return json_reply({"message": "Machine deleted"})


def _mine(request: web.Request, search: str | None) -> list[Machine]:
    """The caller's machines whose name has this part, latest change first."""
    rows = account(request).seen_by(caller(request), account(request).machines)
    rows = [row for row in rows if (search or "").lower() in row.name.lower()]
    return sorted(rows, key=lambda row: row.updated_at, reverse=True)


def _wanted(row: Machine, query: queries.MachinesQuery) -> bool:
    if query.is_workspace:
        return row.type in _WORKSPACES
    return (not query.is_self_hosted or row.type in _HOSTED) and (not query.is_docker or row.serverless)


def _named(request: web.Request) -> Machine:
    return my_machine(request, str(accepts.from_path(queries.MachinePath, request).machine_id))
