"""Deployments: read page by page or by workflow, made, changed, deleted, and their runs."""

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.deployments import PAGE, NewDeployment
from core.comfydeploy.errors import BadReply, NotFound, NotFoundOrBroken, Refused, ServerFault
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import DEPLOYMENT, NOBODY, RUN, WORKFLOW


def names_of(page: object) -> list[str]:
    rows = getattr(page, "rows", [])
    return [row.workflow.name for row in rows if row.workflow]


async def test_a_page_has_the_deployments_of_one_environment(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    page = await api.deployments.page("staging")

    assert names_of(page) == ["text-to-image"]
    assert page.unreadable == []
    wanted = {"environment": "staging", "is_fluid": "false", "page_size": str(PAGE), "offset": "0"}
    assert sandbox.calls[-1].query == wanted


async def test_a_page_of_no_environment_has_all(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    page = await api.deployments.page()

    assert {row.environment for row in page.rows} == {"production", "staging", "preview"}
    assert "environment" not in sandbox.calls[-1].query


async def test_fluid_deployments_are_in_a_list_of_their_own(api: ComfyDeploy) -> None:
    fluid, other = await api.deployments.page(is_fluid=True), await api.deployments.page()

    assert names_of(fluid) == ["fluid-dreams"]
    assert fluid.rows[0].modal_image_id is not None
    assert "fluid-dreams" not in names_of(other)


async def test_pages_follow_each_other_newest_change_first(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    for number in range(PAGE):
        sandbox.add_deployment(f"more {number}", {"1": {"class_type": "SaveImage", "inputs": {}}})

    first, second = await api.deployments.page(), await api.deployments.page(offset=PAGE)

    assert (first.size, len(names_of(first))) == (PAGE, PAGE)
    assert 0 < second.size < PAGE
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    dates = [row.updated_at for row in (*first.rows, *second.rows) if row.updated_at]
    assert dates == sorted(dates, reverse=True)


async def test_a_row_has_the_graph_that_runs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    row = next(row for row in (await api.deployments.page("production")).rows if row.workflow_id)
    known = sandbox.deployments.get(row.id)

    assert known is not None
    assert row.version is not None
    assert (row.version.version, row.version.workflow_api) == (known.version.number, known.version.graph)
    assert (row.workflow_id, row.workflow_version_id, row.machine_id) == (
        known.workflow.id,
        known.version.id,
        known.machine.id,
    )


async def test_what_cannot_be_read_of_a_page_is_kept_and_counted(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    broken = samples.deployment(id="me")
    sandbox.faults.add("GET", "/api/deployments", Fault(status=200, body=[broken, samples.deployment(), None]))

    page = await api.deployments.page()

    assert ([row.id for row in page.rows], page.unreadable, page.size) == ([DEPLOYMENT], [broken, None], 3)


async def test_a_workflow_lists_its_deployments_of_all_environments(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    page = await api.deployments.of_workflow(sandbox.deployment("text-to-image").workflow.id)

    assert {row.environment for row in page.rows} == {"production", "staging"}


async def test_what_cannot_be_read_of_a_workflows_deployments_is_kept(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    body = [samples.deployment(), {"id": DEPLOYMENT}]
    sandbox.faults.add("GET", "/api/workflow/*/deployments", Fault(status=200, body=body))

    page = await api.deployments.of_workflow(WORKFLOW)

    assert ([row.id for row in page.rows], page.unreadable) == ([DEPLOYMENT], [{"id": DEPLOYMENT}])


async def test_a_workflow_without_deployments_has_an_empty_page(api: ComfyDeploy) -> None:
    assert (await api.deployments.of_workflow(NOBODY)).size == 0


async def test_one_deployment_is_read_in_whole(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = sandbox.deployment("fluid-dreams")

    row = await api.deployments.get(known.id)

    assert (row.id, row.environment, row.workflow_id) == (known.id, "production", known.workflow.id)
    assert row.version is not None
    assert row.version.workflow_api == known.version.graph


async def test_a_deployment_that_is_not_there_is_asked_for_once(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(NotFoundOrBroken):
        await api.deployments.get(NOBODY)

    assert len(sandbox.calls) == 1


async def test_a_version_is_deployed_to_an_environment(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = sandbox.deployment("upscale")
    new = NewDeployment(known.workflow.id, known.version.id, known.machine.id, "staging")

    saved = await api.deployments.save(new)

    made = sandbox.deployment("upscale", "staging")
    assert (saved.id, saved.environment, saved.workflow_id) == (made.id, "staging", known.workflow.id)
    assert saved.machine_id == known.machine.id
    assert made.version is known.version


async def test_deploying_to_the_same_environment_again_replaces_and_keeps_the_id(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    known, other = sandbox.deployment("upscale"), sandbox.add_machine("other")

    saved = await api.deployments.save(NewDeployment(known.workflow.id, known.version.id, other.id, "production"))

    assert (saved.id, saved.machine_id) == (known.id, other.id)


@pytest.mark.parametrize("lacking", ["workflow", "machine"])
async def test_what_a_new_deployment_needs_may_be_missing(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, lacking: str
) -> None:
    known = sandbox.deployment("upscale")
    workflow = NOBODY if lacking == "workflow" else known.workflow.id
    machine = NOBODY if lacking == "machine" else known.machine.id

    with pytest.raises(NotFound):
        await api.deployments.save(NewDeployment(workflow, known.version.id, machine, "staging"))

    assert len(sandbox.calls) == 1


async def test_an_environment_that_does_not_exist_is_the_databases_error(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    known = sandbox.deployment("upscale")

    with pytest.raises(ServerFault) as caught:
        await api.deployments.save(NewDeployment(known.workflow.id, known.version.id, known.machine.id, "moon"))

    assert "moon" not in str(caught.value)
    assert len(sandbox.calls) == 1


async def test_a_change_leaves_the_rest_as_it_is(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known, other = sandbox.deployment("upscale"), sandbox.add_machine("other")
    version = known.version

    saved = await api.deployments.update(known.id, {"machine_id": other.id, "gpu": "T4", "run_timeout": 600})

    assert (saved.id, saved.machine_id) == (known.id, other.id)
    assert (known.gpu, known.run_timeout, known.concurrency_limit, known.version) == ("T4", 600, 2, version)
    assert sandbox.calls[-1].body == {"machine_id": other.id, "gpu": "T4", "run_timeout": 600}


async def test_a_gpu_that_does_not_exist_is_refused_by_name(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(Refused) as caught:
        await api.deployments.update(sandbox.deployment("upscale").id, {"gpu": "RTX"})

    assert caught.value.fields == ("gpu",)


async def test_a_change_of_what_is_not_there_is_sent_once(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(NotFoundOrBroken):
        await api.deployments.update(NOBODY, {"gpu": "T4"})

    assert len(sandbox.calls) == 1


async def test_a_share_can_be_deleted(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    share = sandbox.add_deployment("gift", {}, "public-share")

    await api.deployments.delete(share.id)

    assert sandbox.deployments.get(share.id) is None


async def test_what_is_no_share_is_not_deleted(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = sandbox.deployment("upscale")

    with pytest.raises(NotFoundOrBroken):
        await api.deployments.delete(known.id)

    assert sandbox.deployments.get(known.id) is known
    assert len(sandbox.calls) == 1


async def test_a_deployment_with_a_machine_of_its_own_can_be_stopped(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    await api.deployments.deactivate(sandbox.deployment("fluid-dreams").id)

    assert [(call.method, call.status, call.body) for call in sandbox.calls] == [("POST", 200, None)]


@pytest.mark.parametrize(("name", "error"), [("upscale", ServerFault), ("busy", Refused), ("nobody", NotFound)])
async def test_what_cannot_be_stopped_says_so_after_one_request(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, name: str, error: type[Exception]
) -> None:
    sandbox.behaviour["fluid-dreams"] = Behaviour(outcome="never")
    known = sandbox.deployment("fluid-dreams" if name == "busy" else "upscale")
    if name == "busy":
        await api.runs.submit(known.id, {})
    sandbox.calls.clear()

    with pytest.raises(error):
        await api.deployments.deactivate(NOBODY if name == "nobody" else known.id)

    assert len(sandbox.calls) == 1


async def test_its_runs_are_listed_newest_first(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known, other = sandbox.deployment("text-to-image"), sandbox.deployment("text-to-image", "staging")
    runs = [await api.runs.submit(known.id, {}) for _ in range(3)]
    await api.runs.submit(other.id, {})

    rows = await api.deployments.list_runs(known.id, limit=2)

    assert [row.id for row in rows] == [runs[2], runs[1]]
    assert all(row.created_at for row in rows)


async def test_rows_of_runs_that_cannot_be_read_are_left_out(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    body = {"data": [{"id": "me"}, samples.run_of_deployment(), None], "meta": {"chartData": []}}
    sandbox.faults.add("GET", "/api/deployment/*/runs", Fault(status=200, body=body))

    assert [row.id for row in await api.deployments.list_runs(DEPLOYMENT)] == [RUN]


@pytest.mark.parametrize("body", [{}, [], {"data": None}, {"data": {}}])
async def test_runs_that_are_no_list_are_a_bad_reply(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, body: object
) -> None:
    sandbox.faults.add("GET", "/api/deployment/*/runs", Fault(status=200, body=body))

    with pytest.raises(BadReply):
        await api.deployments.list_runs(DEPLOYMENT)


async def test_a_deployment_that_is_not_there_has_no_runs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await api.deployments.list_runs(NOBODY)

    assert len(sandbox.calls) == 1
