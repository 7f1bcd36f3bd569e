"""Versions of workflows, which never change."""

from uuid import UUID

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, changes, errors, queries, wire
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import Problem, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject, stored
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.finding import checked_uuid, mine, my_workflow, page
from stationthis_discord.sandbox.comfydeploy.rows import Machine, Version


async def list_versions(request: web.Request) -> web.Response:
    """Newest first; a deleted workflow has none."""
    query = accepts.from_query(queries.ListQuery, request)
    workflow_id = checked_uuid(request.match_info["workflow_id"])
    row = mine(request, account(request).workflows.get(workflow_id), errors.WORKFLOW_GET)
    rows = [] if row.deleted else row.versions[::-1]
    if query.search:
        rows = [version for version in rows if query.search.lower() in (version.comment or "").lower()]
    found = page(rows, query.limit, query.offset)
    return json_reply([wire.version_body(version) | {"user_icon": None} for version in found])


async def get_version_by_number(request: web.Request) -> web.Response:
    number = accepts.from_path(queries.VersionNumberPath, request).version
    row = my_workflow(request, errors.VERSION_GET)
    return _shown(next((version for version in row.versions if version.number == number), None))


async def get_version(request: web.Request) -> web.Response:
    version_id = str(accepts.from_path(queries.VersionPath, request).version)
    version = account(request).versions.get(version_id)
    if version is not None and not caller(request).owns(version.workflow.owner):
        raise RefusedError(errors.VERSION_GET)
    return _shown(version)


async def create_version(request: web.Request) -> web.Response:
    """The next version, given as JSON objects; shown as it was sent, not yet as the database orders it."""
    body = await accepts.from_body(bodies.VersionCreate, request)
    _must_be_uuid(request.match_info["workflow_id"], errors.no_uuid(request.match_info["workflow_id"]))
    workflow = my_workflow(request, errors.VERSION_WORKFLOW)
    machine = _machine(request, body.machine_id)
    draft = changes.Draft(
        stored(body.workflow_api), stored(body.workflow), machine, body.comment, body.comfyui_snapshot
    )
    version = changes.add_version(account(request), workflow, draft)
    if machine is not None:
        workflow.machine = machine
        changes.preview(account(request), caller(request), version, machine)
    sent: JsonObject = {"workflow": body.workflow, "workflow_api": body.workflow_api}
    return json_reply(wire.version_created(version) | sent)


def _machine(request: web.Request, machine_id: str | None) -> Machine | None:
    """Anybody's machine will do for the real API as well."""
    if not machine_id:
        return None
    machine = account(request).machines.get(_must_be_uuid(machine_id, errors.VERSION_NO_UUID))
    if machine is None:
        raise RefusedError(errors.VERSION_MACHINE)
    return machine


def _must_be_uuid(text: str, otherwise: Problem) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise RefusedError(otherwise) from error


def _shown(version: Version | None) -> web.Response:
    if version is None or version.workflow.deleted:
        raise RefusedError(errors.VERSION_GET)
    return json_reply(wire.version_body(version))
