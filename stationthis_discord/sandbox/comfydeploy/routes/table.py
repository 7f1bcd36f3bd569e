"""Which handler answers which path; everything of the API hangs under `/api`, files do not."""

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.desk import Handler
from stationthis_discord.sandbox.comfydeploy.routes import (
    assets,
    bucket,
    deployments,
    files,
    machines,
    older,
    platform,
    queueing,
    runs,
    versions,
    workflows,
)
from stationthis_discord.sandbox.comfydeploy.storage import PREFIX

Routes = tuple[tuple[str, str, Handler], ...]

# The first method of a path is the one that a 405 for this path names.
API: Routes = (
    ("GET", "/deployments", deployments.list_deployments),
    ("POST", "/deployment", deployments.create_deployment),
    ("PATCH", "/deployment/{deployment_id}", deployments.update_deployment),
    ("GET", "/deployment/{deployment_id}", deployments.get_deployment),
    ("DELETE", "/deployment/{deployment_id}", deployments.delete_deployment),
    ("POST", "/deployment/{deployment_id}/deactivate", deployments.deactivate_deployment),
    ("GET", "/deployment/{deployment_id}/runs", runs.list_deployment_runs),
    ("GET", "/workflows", workflows.list_workflows),
    ("GET", "/workflows/all", workflows.list_all_workflows),
    ("POST", "/workflow", workflows.create_workflow),
    ("PATCH", "/workflow/{workflow_id}", workflows.update_workflow),
    ("DELETE", "/workflow/{workflow_id}", workflows.delete_workflow),
    ("GET", "/workflow/{workflow_id}", workflows.get_workflow),
    ("POST", "/workflow/{workflow_id}/clone", workflows.clone_workflow),
    ("GET", "/workflow/{workflow_id}/deployments", deployments.list_workflow_deployments),
    ("GET", "/workflow/{workflow_id}/runs", runs.list_workflow_runs),
    ("GET", "/workflow/{workflow_id}/versions", versions.list_versions),
    ("GET", "/workflow/{workflow_id}/version/{version}", versions.get_version_by_number),
    ("POST", "/workflow/{workflow_id}/version", versions.create_version),
    ("GET", "/v2/workflow/{workflow_id}/runs", runs.list_workflow_runs_light),
    ("GET", "/workflow-version/{version}", versions.get_version),
    ("GET", "/machines", machines.list_machines),
    ("GET", "/machines/all", machines.list_all_machines),
    ("POST", "/machine/custom", machines.create_machine),
    ("PATCH", "/machine/custom/{machine_id}", machines.update_machine),
    ("GET", "/machine/{machine_id}", machines.get_machine),
    ("DELETE", "/machine/{machine_id}", machines.delete_machine),
    ("GET", "/run/{run_id}", runs.get_run),
    ("GET", "/run", runs.get_run_by_query),
    ("POST", "/run", queueing.create_run),
    ("POST", "/run/deployment/queue", queueing.queue),
    ("POST", "/run/{run_id}/cancel", runs.cancel),
    ("POST", "/file", files.add_file),
    ("POST", "/file/upload", files.upload),
    ("GET", "/assets/presigned-url", assets.presigned_url),
    ("POST", "/assets/register", assets.register),
    ("POST", "/assets/upload", assets.upload),
    ("GET", "/platform/plan", platform.plan),
    ("GET", "/platform/user-settings", platform.user_settings),
    ("GET", "/platform/gpu-pricing", platform.gpu_pricing),
)
OLDER: Routes = (
    ("POST", "/run", older.create_run),
    ("GET", "/run", older.get_run),
    ("GET", "/upload-url", older.upload_url),
    ("POST", "/workflow", older.create_workflow),
    ("GET", "/workflow-version/{version_id}", older.get_version),
)


def add_routes(app: web.Application) -> None:
    _add(app, API)


def add_older_routes(app: web.Application) -> None:
    """Only those of the older server."""
    _add(app, OLDER)


def _add(app: web.Application, routes: Routes) -> None:
    for method, path, handler in routes:
        app.router.add_route(method, f"/api{path}", handler)
    app.router.add_get(f"{PREFIX}{{key:.+}}", bucket.download)
    app.router.add_put(f"{PREFIX}{{key:.+}}", bucket.put)
