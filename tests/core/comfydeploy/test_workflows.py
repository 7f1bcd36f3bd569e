"""Workflows and their versions: listed, read, made, changed, deleted, cloned."""

from collections.abc import Sequence

import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import NotFound, NotFoundOrBroken, Refused
from core.comfydeploy.workflows import PAGE, Upload
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, Workflow
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import DRAWING, GRAPH, NOBODY, WORKFLOW, Json
from tests.core.stub import Answer, saying, serving


def known_as(sandbox: ComfyDeploySandbox, name: str) -> Workflow:
    return next(row for row in sandbox.account.workflows if row.name == name)


def numbered(number: int, **changes: object) -> Json:
    return samples.workflow_item(id=f"{number:08x}-0000-4000-8000-000000000000", name=f"flow {number}") | changes


def shelf(rows: Sequence[object]) -> Answer:
    """A list of workflows, read as the query says."""

    async def answer(request: web.Request) -> web.StreamResponse:
        start, size = int(request.query["offset"]), int(request.query["limit"])
        return web.json_response(rows[start : start + size])

    return answer


async def test_a_page_has_pinned_workflows_first(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.add_workflow("pinned one").pinned = True

    page = await api.workflows.page()

    assert (page[0].name, page[0].pinned, page[1].pinned) == ("pinned one", True, False)
    assert sandbox.calls[-1].query == {"limit": str(PAGE), "offset": "0"}


async def test_a_page_can_be_searched(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.add_workflow("Fünf & more=?")

    page = await api.workflows.page(search="fünf & more=?")

    assert [row.name for row in page] == ["Fünf & more=?"]


async def test_all_workflows_are_listed(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    found = await api.workflows.list_all()

    assert {row.id for row in found} == {row.id for row in sandbox.account.workflows}
    assert len(sandbox.calls) == 1


async def test_more_workflows_than_a_page_holds_are_read_page_by_page() -> None:
    rows = [numbered(number) for number in range(2 * PAGE + 1)]

    async with serving(shelf(rows)) as server, ComfyDeploy.connect(server.url, "key") as api:
        found = await api.workflows.list_all()

    assert [row.name for row in found] == [row["name"] for row in rows]
    assert [request.query["offset"] for request in server.requests] == ["0", str(PAGE), str(2 * PAGE)]


async def test_a_workflow_that_cannot_be_read_hides_no_later_page() -> None:
    rows = [{"id": "me"}, *(numbered(number) for number in range(PAGE))]

    async with serving(shelf(rows)) as server, ComfyDeploy.connect(server.url, "key") as api:
        assert len(await api.workflows.list_all()) == PAGE

    assert len(server.requests) == 2


async def test_one_workflow_is_read_with_its_description(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "everything")

    workflow = await api.workflows.get(known.id)

    assert (workflow.id, workflow.name, workflow.description) == (known.id, "everything", "One input of every kind")
    assert workflow.updated_at == known.updated_at


async def test_a_workflow_without_versions_is_read(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    empty = sandbox.add_workflow("empty")

    assert (await api.workflows.get(empty.id)).name == "empty"


async def test_versions_are_listed_newest_first_without_graphs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "text-to-image")

    rows = await api.workflows.list_versions(known.id)

    assert [(row.id, row.version) for row in rows] == [(row.id, row.number) for row in reversed(known.versions)]
    assert "workflow_api" not in type(rows[0]).model_fields


async def test_versions_are_listed_in_parts(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "text-to-image")

    rows = await api.workflows.list_versions(known.id, limit=1, offset=1)

    assert [row.version for row in rows] == [1]


async def test_a_version_is_read_by_its_id_or_by_its_number(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "text-to-image").versions[0]

    by_id = await api.workflows.get_version(known.id)
    by_number = await api.workflows.get_version_by_number(known.workflow.id, 1)

    assert by_id == by_number
    assert (by_id.id, by_id.version, by_id.workflow_id) == (known.id, 1, known.workflow.id)
    assert by_id.workflow_api == known.graph


async def test_a_version_is_read_of_an_older_server_too(older: ComfyDeploySandbox, old_api: ComfyDeploy) -> None:
    known = known_as(older, "text-to-image").versions[0]

    version = await old_api.workflows.get_version(known.id)

    assert (version.id, version.version, version.workflow_api) == (known.id, 1, known.graph)
    assert version.created_at is not None


async def test_what_is_not_there_is_not_found(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "upscale")
    asked = [
        api.workflows.get(NOBODY),
        api.workflows.list_versions(NOBODY),
        api.workflows.get_version(NOBODY),
        api.workflows.get_version_by_number(known.id, 99),
        api.workflows.add_version(NOBODY, Upload(DRAWING, GRAPH)),
        api.workflows.update(NOBODY, name="x"),
        api.workflows.delete(NOBODY),
        api.workflows.clone(NOBODY),
    ]

    for ask in asked:
        with pytest.raises(NotFound):
            await ask

    assert len(sandbox.calls) == len(asked)


async def test_a_new_workflow_has_a_first_version(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    workflow_id = await api.workflows.create("new", Upload(DRAWING, GRAPH))

    made = known_as(sandbox, "new")
    assert made.id == workflow_id
    assert [(version.graph, version.drawing) for version in made.versions] == [(GRAPH, DRAWING)]
    assert "machine_id" not in sandbox.calls[-1].body


async def test_a_new_workflow_with_a_machine_gets_a_preview(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    machine = sandbox.add_machine("other")

    await api.workflows.create("new", Upload(DRAWING, GRAPH, machine.id))

    assert sandbox.deployment("new", "preview").machine is machine


async def test_a_new_workflow_on_a_machine_that_is_not_there_is_not_found(api: ComfyDeploy) -> None:
    with pytest.raises(NotFound):
        await api.workflows.create("new", Upload(DRAWING, GRAPH, NOBODY))


async def test_a_further_version_has_a_comment_and_a_machine(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known, machine = known_as(sandbox, "upscale"), sandbox.add_machine("other")

    await api.workflows.add_version(known.id, Upload(DRAWING, GRAPH, machine.id, "better"))

    added = known.versions[-1]
    assert (added.number, added.comment, added.machine) == (2, "better", machine)
    assert (added.graph, added.drawing) == (GRAPH, DRAWING)


async def test_a_further_version_needs_neither(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "upscale")

    await api.workflows.add_version(known.id, Upload(DRAWING, GRAPH))

    assert sandbox.calls[-1].body == {"workflow": DRAWING, "workflow_api": GRAPH}
    assert known.versions[-1].number == 2


async def test_an_older_server_takes_a_further_version(older: ComfyDeploySandbox, old_api: ComfyDeploy) -> None:
    known = known_as(older, "upscale")

    for comment in ("one", "two"):
        await old_api.workflows.add_version(known.id, Upload(DRAWING, GRAPH, comment=comment))

    assert [version.number for version in known.versions] == [1, 2, 3]
    assert known.versions[-1].drawing == DRAWING
    assert [call.path for call in older.calls] == [f"/api/workflow/{known.id}/version", *["/api/workflow"] * 2]


async def test_a_workflow_is_renamed_and_described(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "upscale")

    await api.workflows.update(known.id, name="larger")
    await api.workflows.update(known.id, description="Larger pictures")

    assert (known.name, known.description) == ("larger", "Larger pictures")
    assert [call.body for call in sandbox.calls] == [{"name": "larger"}, {"description": "Larger pictures"}]


async def test_a_workflow_is_pinned_and_released(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    known = known_as(sandbox, "upscale")

    await api.workflows.pin(known.id, pinned=True)
    pinned = known.pinned
    await api.workflows.pin(known.id, pinned=False)

    assert (pinned, known.pinned) == (True, False)


async def test_a_deleted_workflow_is_gone_with_its_deployments(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    deployment = sandbox.deployment("upscale")

    await api.workflows.delete(deployment.workflow.id)

    assert "upscale" not in [row.name for row in await api.workflows.list_all()]
    with pytest.raises(NotFoundOrBroken):
        await api.deployments.get(deployment.id)


@pytest.mark.parametrize(("name", "called"), [("copy", "copy"), (None, "upscale (Cloned)")])
async def test_a_clone_is_a_workflow_of_its_own(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, name: str | None, called: str
) -> None:
    known = known_as(sandbox, "upscale")

    clone = await api.workflows.clone(known.id, name)

    made = known_as(sandbox, called)
    assert (clone.id, clone.name) == (made.id, called)
    assert clone.id != known.id
    assert sandbox.calls[-1].body == ({"name": name} if name else {})


async def test_what_is_refused_names_the_fields(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    body = {"detail": [{"type": "missing", "loc": ["body", "workflow"], "msg": "Field required", "input": {}}]}
    sandbox.faults.add("POST", "/api/workflow/*", Fault(status=422, body=body))

    with pytest.raises(Refused) as caught:
        await api.workflows.add_version(WORKFLOW, Upload({}, {}))

    assert caught.value.fields == ("workflow",)


async def test_an_empty_list_is_one_page() -> None:
    async with serving(saying(b"[]")) as server, ComfyDeploy.connect(server.url, "key") as api:
        assert await api.workflows.list_all() == []

    assert len(server.requests) == 1


async def test_an_older_server_takes_a_new_workflow_in_its_own_form() -> None:
    async with ComfyDeploySandbox(older=True) as sandbox, ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        made = await api.workflows.create("fresh", Upload({"nodes": []}, {"1": {"class_type": "A", "inputs": {}}}))

        assert known_as(sandbox, "fresh").id == made


async def test_what_todays_server_refuses_is_not_sent_in_another_form(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.faults.add("POST", "/api/workflow", Fault(status=400, body={"error": "Invalid JSON format"}))

    with pytest.raises(Refused):
        await api.workflows.create("fresh", Upload({}, {}))

    assert [call.method for call in sandbox.calls] == ["POST", "GET"]
