"""Which handler answers which path; everything of the API hangs under `/api`, files do not."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import errors
from stationthis_discord.sandbox.comfydeploy.errors import RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import Handler
from stationthis_discord.sandbox.comfydeploy.routes import catalog, files, runs
from stationthis_discord.sandbox.comfydeploy.storage import PREFIX


async def _not_simulated(_request: web.Request) -> web.StreamResponse:
    """Known to the real API, so that a wrong method is 405 and not 404."""
    raise RefusedError(errors.NOT_SIMULATED)


API: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/deployments", catalog.list_deployments),
    ("POST", "/deployment", _not_simulated),
    ("GET", "/deployment/{deployment_id}", catalog.get_deployment),
    ("GET", "/deployment/{deployment_id}/runs", runs.list_deployment_runs),
    ("GET", "/workflows", catalog.list_workflows),
    ("POST", "/workflow", _not_simulated),
    ("GET", "/workflow/{workflow_id}", catalog.get_workflow),
    ("GET", "/workflow/{workflow_id}/deployments", catalog.list_workflow_deployments),
    ("GET", "/workflow/{workflow_id}/runs", runs.list_workflow_runs),
    ("GET", "/v2/workflow/{workflow_id}/runs", runs.list_workflow_runs_light),
    ("GET", "/workflow-version/{version_id}", catalog.get_version),
    ("GET", "/machines", catalog.list_machines),
    ("GET", "/machine/{machine_id}", catalog.get_machine),
    ("POST", "/run", _not_simulated),
    ("GET", "/run", runs.get_run_by_query),
    ("POST", "/run/deployment/queue", runs.queue),
    ("GET", "/run/{run_id}", runs.get_run),
    ("POST", "/run/{run_id}/cancel", runs.cancel),
    ("POST", "/file", _not_simulated),
    ("POST", "/file/upload", files.upload),
    ("GET", "/platform/gpu-pricing", catalog.gpu_pricing),
)


def add_routes(app: web.Application) -> None:
    for method, path, handler in API:
        app.router.add_route(method, f"/api{path}", handler)
    app.router.add_get(f"{PREFIX}{{key:.+}}", files.download)
