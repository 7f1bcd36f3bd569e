"""Deployments: what there is to run."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import accepts, bodies, changes, errors, queries, times
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.enums import Environment
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.reply import json_reply
from stationthis_discord.sandbox.comfydeploy.routes.finding import my_deployment, page
from stationthis_discord.sandbox.comfydeploy.rows import SHARES, Deployment
from stationthis_discord.sandbox.comfydeploy.wire_deployments import deployment_body, deployment_row

_SETTINGS = ("concurrency_limit", "run_timeout", "idle_timeout", "keep_warm")


async def list_deployments(request: web.Request) -> web.Response:
    query = accepts.from_query(queries.DeploymentsQuery, request)
    rows = account(request).live_deployments(caller(request))
    rows = [row for row in rows if (row.modal_image_id is not None) == query.is_fluid]
    if query.environment is not None:
        rows = [row for row in rows if row.environment == query.environment.value]
    if query.page_size is not None:
        rows = page(rows, query.page_size, query.offset)
    return json_reply([_whole(row) for row in rows])


async def list_workflow_deployments(request: web.Request) -> web.Response:
    order = [environment.value for environment in Environment]
    rows = account(request).live_deployments(caller(request))
    rows = [row for row in rows if row.workflow.id == request.match_info["workflow_id"]]
    if not rows:
        raise RefusedError(errors.DEPLOYMENTS_OF_WORKFLOW)
    rows.sort(key=lambda row: order.index(row.environment), reverse=True)
    return json_reply([_whole(row, with_machine=True) for row in rows])


async def get_deployment(request: web.Request) -> web.Response:
    row = my_deployment(request, errors.DEPLOYMENT_GET)
    if row.workflow.deleted:
        raise RefusedError(errors.DEPLOYMENT_GET)
    return json_reply(_whole(row))


async def create_deployment(request: web.Request) -> web.Response:
    """An upsert: by `deployment_id`, else by workflow and environment."""
    body = await accepts.from_body(bodies.DeploymentCreate, request)
    if body.machine_id is None and body.machine_version_id is None:
        raise RefusedError(errors.DEPLOYMENT_WITHOUT_MACHINE)
    if body.machine_id is None or body.machine_version_id is not None:  # the sandbox's machines have no versions
        raise RefusedError(errors.DEPLOYMENT_MACHINE_VERSION)
    wish = changes.Wish(
        body.workflow_version_id, body.workflow_id, body.machine_id, body.environment, body.deployment_id
    )
    return json_reply(deployment_row(changes.put_deployment(account(request), caller(request), wish)))


async def update_deployment(request: web.Request) -> web.Response:
    """Nothing is changed unless everything can be."""
    body = await accepts.from_body(bodies.DeploymentUpdate, request)
    row = my_deployment(request, errors.DEPLOYMENT_GET)
    machine = account(request).machines.get(body.machine_id or row.machine.id)
    version = account(request).versions.get(body.workflow_version_id or row.version.id)
    if machine is None or version is None or body.machine_version_id is not None:
        raise RefusedError(errors.DEPLOYMENT_GET)
    row.machine, row.version, row.updated_at = machine, version, times.now()
    row.gpu = row.gpu if body.gpu is None else body.gpu.value
    for name in _SETTINGS:
        value = getattr(body, name)
        setattr(row, name, getattr(row, name) if value is None else value)
    return json_reply(deployment_row(row))


async def delete_deployment(request: web.Request) -> web.Response:
    """Only shares can be deleted; for any other the API says that something went wrong inside."""
    row = my_deployment(request, errors.DEPLOYMENT_GET)
    if row.environment not in SHARES:
        raise RefusedError(errors.DEPLOYMENT_GET)
    account(request).deployments.remove(row)
    return json_reply({"message": "Share deployment deleted successfully"})


async def deactivate_deployment(request: web.Request) -> web.Response:
    """A deployment without an app of its own has nothing to stop: the answer to that does not fit the reply's model."""
    changes.checked(request.match_info["deployment_id"])
    row = my_deployment(request, errors.DEPLOYMENT_STOP)
    rows = account(request)
    if any(run.deployment is row and not rows.state(run).final for run in rows.runs.values()):
        raise RefusedError(errors.DEPLOYMENT_BUSY)
    if row.modal_app_id is None and rows.faithful:
        raise CrashError
    row.activated_at = None
    return json_reply(deployment_row(row))


def _whole(row: Deployment, *, with_machine: bool = False) -> Json:
    """One workflow that does not fit the reply takes the whole list with it; one the API cannot read at all, too."""
    try:
        return deployment_body(row, with_machine=with_machine)
    except ValueError as error:
        raise CrashError from error
    except (AttributeError, LookupError, TypeError) as error:
        raise RefusedError(errors.DEPLOYMENT_LIST) from error
