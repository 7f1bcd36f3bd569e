"""The whole HTTP API of the older, self-hosted server: runs by deployment id, uploads, workflows; no lists at all."""

from typing import TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from stationthis_discord.sandbox.comfydeploy import accepts, changes, older_bodies, presigned, wire_older
from stationthis_discord.sandbox.comfydeploy.account import Order
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, InvalidRequestError, RefusedError
from stationthis_discord.sandbox.comfydeploy.jsonb import stored
from stationthis_discord.sandbox.comfydeploy.older_gate import OlderRefusedError, caller, failed
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.queueing import dispatch
from stationthis_discord.sandbox.comfydeploy.rows import Workflow
from stationthis_discord.sandbox.comfydeploy.run_outputs import stored_outputs
from stationthis_discord.sandbox.comfydeploy.storage import new_file_id
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

MAX_BYTES = 50 * 1024 * 1024
_URL_SECONDS = 300.0
_CORS = {"Access-Control-Allow-Origin": "*"}
Model = TypeVar("Model", bound=BaseModel)


async def create_run(request: web.Request) -> web.Response:
    """The run is stored before the machine is asked, as on the newer server."""
    body = await _body(older_bodies.Run, request)
    rows = account(request)
    deployment = rows.deployments.get(_uuid(body.deployment_id))
    if deployment is None:
        raise failed("Deployment not found")
    if not _may_see(caller(request), deployment.workflow):
        raise failed("Workflow not found")
    run = await rows.start(Order(deployment, caller(request), body.inputs or {}))
    try:
        await dispatch(rows, run)
    except RefusedError as error:
        raise failed(f"Error creating run, {error.problem.detail.rpartition(': ')[2][4:]}") from error
    except CrashError as error:
        raise failed("fetch failed") from error
    return json_reply({"run_id": run.id})


async def get_run(request: web.Request) -> web.Response:
    query = _query(older_bodies.RunQuery, request)
    rows = account(request)
    run = rows.runs.get(_uuid(query.run_id))
    if run is None or not _may_see(caller(request), run.workflow):
        raise OlderRefusedError(400, {"code": 400, "message": "Workflow not found"})
    state = rows.state(run)
    return json_reply(wire_older.run_body(run, state, stored_outputs(run, state, rows.storage)))


async def upload_url(request: web.Request) -> web.Response:
    """Where one picture can be PUT, always for everybody to read."""
    query = _query(older_bodies.UploadQuery, request)
    if query.file_size > MAX_BYTES:
        raise failed("File size exceeds 50MB limit")
    storage, file_id = account(request).storage, new_file_id("image/")
    key = f"inputs/{file_id}.{query.type.partition('/')[2]}"
    url = presigned.upload_url(storage, key, query.type, public=True, seconds=min(_URL_SECONDS, storage.seconds))
    return json_reply({"upload_url": url, "file_id": file_id, "download_url": storage.plain_url(key)})


async def create_workflow(request: web.Request) -> web.Response:
    body = await _body(older_bodies.WorkflowUpload, request)
    graph = {name: node.model_dump(exclude_none=True) for name, node in body.workflow_api.items()}
    workflow = _target(request, body)
    draft = changes.Draft(stored(graph), stored(body.workflow), snapshot=body.snapshot.model_dump())
    version = changes.add_version(account(request), workflow, draft)
    return json_reply({"workflow_id": workflow.id, "version": version.number}, headers=_CORS)


async def get_version(request: web.Request) -> web.Response:
    """The owner of the version is not asked for, as long as the caller has any workflow at all."""
    rows, owner = account(request), caller(request)
    if not rows.seen_by(owner, rows.workflows):
        raise failed("No workflow found")
    version = rows.versions.get(_uuid(request.match_info["version_id"]))
    if version is None:
        raise failed("No version found")
    return json_reply(wire_older.version_body(version))


def _target(request: web.Request, body: older_bodies.WorkflowUpload) -> Workflow:
    """The workflow that gets the version: the given one, or a new one."""
    rows, owner = account(request), caller(request)
    if body.workflow_id:
        workflow = rows.workflows.get(_uuid(body.workflow_id))
        if workflow is None or not owner.owns(workflow.owner):
            raise failed("Invalid workflow_id")
        return workflow
    if body.workflow_name:
        return changes.add_workflow(rows, owner, body.workflow_name, None)
    raise failed("Invalid request, missing either workflow_id or name")


def _may_see(owner: Owner, workflow: Workflow) -> bool:
    """A personal key is let into the workflows of every organisation: so it is in the source."""
    if owner.org_id is not None:
        return workflow.owner.org_id == owner.org_id
    return workflow.owner.user_id == owner.user_id or workflow.owner.org_id is not None


def _uuid(text: str) -> str:
    """An id as the database takes it, which complains in its own words."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise failed(f'invalid input syntax for type uuid: "{text}"') from error


async def _body(model: type[Model], request: web.Request) -> Model:
    try:
        return await accepts.from_body(model, request)
    except InvalidRequestError as error:
        raise _invalid(error) from error


def _query(model: type[Model], request: web.Request) -> Model:
    try:
        return accepts.from_query(model, request)
    except InvalidRequestError as error:
        raise _invalid(error) from error


def _invalid(error: InvalidRequestError) -> OlderRefusedError:
    """400 in the shape of zod; the words are pydantic's."""
    issues = [{"code": item["type"], "path": item["loc"][1:], "message": item["msg"]} for item in error.problems]
    return OlderRefusedError(400, {"success": False, "error": {"issues": issues, "name": "ZodError"}})
