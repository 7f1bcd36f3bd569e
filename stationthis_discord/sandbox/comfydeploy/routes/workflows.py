"""Workflows: lists, single reads and changes. Deleting one only marks it."""

import json

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, changes, errors, queries, times, wire
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, stored
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.finding import (
    checked_uuid,
    first,
    is_uuid,
    my_machine,
    my_workflow,
    page,
)
from stationthis_discord.sandbox.comfydeploy.rows import Machine, Workflow

_FIRST = "initial version"


async def list_workflows(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.WorkflowsQuery, request)
    rows = [row for row in _live(request) if (query.search or "").lower() in row.name.lower()]
    if query.user_ids:
        rows = [row for row in rows if row.owner.user_id in query.user_ids.split(",")]
    if query.machine_id:
        rows = [row for row in rows if wire.id_of(row.machine) == query.machine_id]
    rows.sort(key=lambda row: (row.pinned, row.updated_at), reverse=True)
    return json_reply([wire.workflow_item(row) for row in page(rows, query.limit, query.offset)])


async def list_all_workflows(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.AllQuery, request)
    rows = [row for row in _live(request) if _matches(row, query.search or "")]
    rows.sort(key=lambda row: row.created_at, reverse=True)
    return json_reply([wire.workflow_row(row) for row in first(rows, query.limit)])


async def get_workflow(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.VersionsQuery, request)
    row = my_workflow(request, errors.WORKFLOW_GET)
    return json_reply(wire.workflow_detail(row, page(row.versions[::-1], query.limit)))


async def create_workflow(request: web.Request) -> web.Response:
    """The workflow and its first version, both given as JSON in a string; with a machine also a preview deployment."""
    body = await accepts.from_body(bodies.WorkflowCreate, request)
    drawing = _parsed(body.workflow_json)
    graph = _parsed(body.workflow_api) if body.workflow_api else None
    if body.machine_version_id:
        checked_uuid(body.machine_version_id)
        raise RefusedError(errors.WORKFLOW_MACHINE_VERSION)
    machine = _machine(request, body.machine_id)
    workflow = changes.add_workflow(account(request), caller(request), body.name, machine)
    draft = changes.Draft(stored(graph), stored(drawing), machine, _FIRST, body.comfyui_snapshot)
    version = changes.add_version(account(request), workflow, draft)
    if machine is not None:
        changes.preview(account(request), caller(request), version, machine)
    return json_reply({"workflow_id": workflow.id, "machine_id": wire.id_of(machine)})


async def update_workflow(request: web.Request) -> web.Response:
    """A change of `pinned` leaves everything else out, the date included."""
    body = await accepts.from_body(bodies.WorkflowUpdate, request)
    row = my_workflow(request, errors.WORKFLOW_CHANGE)
    if body.pinned is not None:
        row.pinned = body.pinned
        return json_reply(wire.workflow_row(row))
    if body.selected_machine_id is not None:
        machine = account(request).machines.get(str(body.selected_machine_id))
        if machine is None:  # the database refuses, and nobody catches it
            raise CrashError
        row.machine = machine
    for name in ("name", "deleted", "description", "cover_image"):
        value = getattr(body, name)
        setattr(row, name, getattr(row, name) if value is None else value)
    row.updated_at = times.now()
    return json_reply(wire.workflow_row(row, times.zoned(row.updated_at)))


async def delete_workflow(request: web.Request) -> web.Response:
    row = my_workflow(request, errors.WORKFLOW_CHANGE)
    row.deleted, row.updated_at = True, times.now()
    return json_reply({"message": "Workflow deleted successfully"})


async def clone_workflow(request: web.Request) -> web.Response:
    """The latest version comes along, without its machine."""
    body = await accepts.from_body(bodies.WorkflowClone, request)
    row = my_workflow(request, errors.WORKFLOW_CHANGE)
    clone = changes.add_workflow(account(request), caller(request), body.name or f"{row.name} (Cloned)", row.machine)
    if row.versions:
        latest = row.versions[-1]
        draft = changes.Draft(latest.graph, latest.drawing, comment=_FIRST, snapshot=latest.snapshot)
        changes.add_version(account(request), clone, draft)
    return json_reply(wire.workflow_clone(clone))


def _live(request: web.Request) -> list[Workflow]:
    rows = account(request).seen_by(caller(request), account(request).workflows)
    return [row for row in rows if not row.deleted]


def _matches(row: Workflow, search: str) -> bool:
    return row.id == search.lower() if is_uuid(search) else search.lower() in row.name.lower()


def _parsed(text: str) -> Json:
    try:
        return accepts.parsed(text)
    except json.JSONDecodeError as error:
        raise RefusedError(errors.WORKFLOW_NO_JSON) from error


def _machine(request: web.Request, machine_id: str | None) -> Machine | None:
    return my_machine(request, checked_uuid(machine_id), errors.WORKFLOW_MACHINE) if machine_id else None
