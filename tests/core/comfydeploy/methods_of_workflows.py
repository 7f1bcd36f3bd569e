"""Every method of the clients for deployments and workflows."""

from collections.abc import Iterator

from core.comfydeploy import operations
from core.comfydeploy.deployments import NewDeployment
from core.comfydeploy.workflows import Upload
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.samples import DEPLOYMENT, DRAWING, GRAPH, MACHINE, VERSION, WORKFLOW


def of_deployments() -> Iterator[Method]:
    one = (DEPLOYMENT,)
    made = {"workflow_id": WORKFLOW, "workflow_version_id": VERSION, "machine_id": MACHINE, "environment": "staging"}
    yield Method(
        "deployments.page",
        operations.LIST_DEPLOYMENTS,
        lambda api: api.deployments.page("production", is_fluid=True, offset=25),
        "/deployments",
        {"environment": "production", "is_fluid": "true", "page_size": "25", "offset": "25"},
        reply=[],
    )
    yield Method(
        "deployments.of_workflow",
        operations.LIST_WORKFLOW_DEPLOYMENTS,
        lambda api, known: api.deployments.of_workflow(known),
        f"/workflow/{WORKFLOW}/deployments",
        ids=(WORKFLOW,),
        reply=[],
    )
    yield Method(
        "deployments.get",
        operations.GET_DEPLOYMENT,
        lambda api, known: api.deployments.get(known),
        f"/deployment/{DEPLOYMENT}",
        ids=one,
        reply=samples.deployment(),
    )
    yield Method(
        "deployments.save",
        operations.SAVE_DEPLOYMENT,
        lambda api, workflow, version, machine: api.deployments.save(
            NewDeployment(workflow, version, machine, "staging")
        ),
        "/deployment",
        body=made,
        ids=(WORKFLOW, VERSION, MACHINE),
        reply=samples.deployment_row(),
    )
    yield Method(
        "deployments.update",
        operations.UPDATE_DEPLOYMENT,
        lambda api, known: api.deployments.update(known, {"gpu": "T4", "keep_warm": 0}),
        f"/deployment/{DEPLOYMENT}",
        body={"gpu": "T4", "keep_warm": 0},
        ids=one,
        reply=samples.deployment_row(),
    )
    yield Method(
        "deployments.delete",
        operations.DELETE_DEPLOYMENT,
        lambda api, known: api.deployments.delete(known),
        f"/deployment/{DEPLOYMENT}",
        ids=one,
    )
    yield Method(
        "deployments.deactivate",
        operations.DEACTIVATE_DEPLOYMENT,
        lambda api, known: api.deployments.deactivate(known),
        f"/deployment/{DEPLOYMENT}/deactivate",
        ids=one,
    )
    yield Method(
        "deployments.list_runs",
        operations.LIST_DEPLOYMENT_RUNS,
        lambda api, known: api.deployments.list_runs(known, limit=7),
        f"/deployment/{DEPLOYMENT}/runs",
        {"limit": "7"},
        ids=one,
        reply={"data": []},
    )


def of_workflows() -> Iterator[Method]:
    one = (WORKFLOW,)
    yield Method(
        "workflows.page",
        operations.LIST_WORKFLOWS,
        lambda api: api.workflows.page(search="a&b=ü /?", offset=500),
        "/workflows",
        {"limit": "500", "offset": "500", "search": "a&b=ü /?"},
        reply=[],
    )
    yield Method(
        "workflows.list_all",
        operations.LIST_WORKFLOWS,
        lambda api: api.workflows.list_all(),
        "/workflows",
        {"limit": "500", "offset": "0"},
        reply=[],
    )
    yield Method(
        "workflows.get",
        operations.GET_WORKFLOW,
        lambda api, known: api.workflows.get(known),
        f"/workflow/{WORKFLOW}",
        {"limit": "1"},
        ids=one,
        reply=samples.workflow_detail(),
    )
    yield Method(
        "workflows.list_versions",
        operations.LIST_VERSIONS,
        lambda api, known: api.workflows.list_versions(known, limit=2, offset=4),
        f"/workflow/{WORKFLOW}/versions",
        {"limit": "2", "offset": "4"},
        ids=one,
        reply=[],
    )
    yield Method(
        "workflows.get_version",
        operations.GET_VERSION,
        lambda api, known: api.workflows.get_version(known),
        f"/workflow-version/{VERSION}",
        ids=(VERSION,),
        reply=samples.version(),
    )
    yield Method(
        "workflows.get_version_by_number",
        operations.GET_VERSION_BY_NUMBER,
        lambda api, known: api.workflows.get_version_by_number(known, 3),
        f"/workflow/{WORKFLOW}/version/3",
        ids=one,
        reply=samples.version(),
    )
    yield Method(
        "workflows.create",
        operations.CREATE_WORKFLOW,
        lambda api, known: api.workflows.create("new", Upload({"nodes": []}, {"1": {}}, known)),
        "/workflow",
        body={"name": "new", "workflow_json": '{"nodes": []}', "workflow_api": '{"1": {}}', "machine_id": MACHINE},
        ids=(MACHINE,),
        reply={"workflow_id": WORKFLOW, "machine_id": MACHINE},
    )
    yield Method(
        "workflows.add_version",
        operations.ADD_VERSION,
        lambda api, known, machine: api.workflows.add_version(known, Upload(DRAWING, GRAPH, machine, "why")),
        f"/workflow/{WORKFLOW}/version",
        body={"workflow": DRAWING, "workflow_api": GRAPH, "comment": "why", "machine_id": MACHINE},
        ids=(WORKFLOW, MACHINE),
    )
    yield Method(
        "workflows.update",
        operations.UPDATE_WORKFLOW,
        lambda api, known: api.workflows.update(known, name="faces", description=""),
        f"/workflow/{WORKFLOW}",
        body={"name": "faces", "description": ""},
        ids=one,
    )
    yield Method(
        "workflows.pin",
        operations.UPDATE_WORKFLOW,
        lambda api, known: api.workflows.pin(known, pinned=False),
        f"/workflow/{WORKFLOW}",
        body={"pinned": False},
        ids=one,
    )
    yield Method(
        "workflows.delete",
        operations.DELETE_WORKFLOW,
        lambda api, known: api.workflows.delete(known),
        f"/workflow/{WORKFLOW}",
        ids=one,
    )
    yield Method(
        "workflows.clone",
        operations.CLONE_WORKFLOW,
        lambda api, known: api.workflows.clone(known, "copy"),
        f"/workflow/{WORKFLOW}/clone",
        body={"name": "copy"},
        ids=one,
        reply=samples.workflow_clone(),
    )
