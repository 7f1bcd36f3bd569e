"""Workflow files of an operator: two of the right kind, not too large, from where files may come, sent as they are."""

import json
import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.values import Source
from core.file_errors import FileTooLarge
from core.hosts import Hosts
from core.operator_errors import UploadRefused, WorkflowFileInvalid
from core.workflow_files import WorkflowFiles
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.graph import drawing
from stationthis_discord.sandbox.comfydeploy.samples import everything, text_to_image
from tests.core.operating import BY, DRAWING, GRAPH, Desk, at_desk, source, workflow_files
from tests.core.stub import saying, serving

FOUR_MEGABYTES = 4 * 2**20


@pytest.fixture
async def desk(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Desk]:
    async with at_desk(sandbox, api) as opened:
        yield opened


async def test_a_new_workflow_arrives_as_it_was_saved(desk: Desk, tmp_path: Path) -> None:
    graph = everything("https://files.example/sample.png")

    await desk.operators.upload_workflow("brand new", workflow_files(tmp_path, drawing(graph), graph), BY)

    method, path, body = desk.change
    found = await desk.catalog.find_workflow("brand new")
    assert (method, path, body["name"]) == ("POST", "/workflow", "brand new")
    assert (json.loads(body["workflow_json"]), json.loads(body["workflow_api"])) == (drawing(graph), graph)
    assert [version.version for version in (await desk.catalog.list_versions(found.id)).value] == [1]


async def test_a_further_version_arrives_with_its_comment(desk: Desk, tmp_path: Path) -> None:
    workflow, graph = desk.sandbox.deployment("upscale").workflow, text_to_image("a pond")

    await desk.operators.add_version(workflow.id, workflow_files(tmp_path, drawing(graph), graph), BY)

    body = {"workflow": drawing(graph), "workflow_api": graph, "comment": "by hand"}
    assert desk.change == ("POST", f"/workflow/{workflow.id}/version", body)
    assert (workflow.versions[-1].number, workflow.versions[-1].comment) == (2, "by hand")


@pytest.mark.parametrize(
    ("drawn", "graph", "name", "wants_graph"),
    [
        (GRAPH, DRAWING, "flow.json", False),
        (DRAWING, DRAWING, "flow_api.json", True),
        (GRAPH, GRAPH, "flow.json", False),
        (b"no JSON", GRAPH, "flow.json", False),
        (DRAWING, b"no JSON", "flow_api.json", True),
        (DRAWING, b"\xff\xfe\x00", "flow_api.json", True),
        (DRAWING, b"[" * 100_000, "flow_api.json", True),
        (DRAWING, b"", "flow_api.json", True),
        (DRAWING | {"zoom": math.nan}, GRAPH, "flow.json", False),
        (DRAWING, GRAPH | {"zoom": -math.inf}, "flow_api.json", True),
        (DRAWING, json.dumps(GRAPH | {"zoom": 0.5}).replace("0.5", "1e999").encode(), "flow_api.json", True),
        ([DRAWING], GRAPH, "flow.json", False),
        (DRAWING, "a text", "flow_api.json", True),
        ({"nodes": {}}, GRAPH, "flow.json", False),
        (DRAWING, {}, "flow_api.json", True),
        (DRAWING, {"1": {"inputs": {}}}, "flow_api.json", True),
        (DRAWING, {"1": None, "2": ["class_type"]}, "flow_api.json", True),
    ],
)
async def test_files_of_another_kind_are_refused_by_name(
    desk: Desk, tmp_path: Path, drawn: object, graph: object, name: str, wants_graph: bool
) -> None:
    with pytest.raises(WorkflowFileInvalid) as caught:
        await desk.operators.upload_workflow("brand new", workflow_files(tmp_path, drawn, graph), BY)

    assert (caught.value.name, caught.value.wants_graph, desk.changes) == (name, wants_graph, [])


@pytest.mark.parametrize("which", ["drawing", "graph"])
@pytest.mark.parametrize("says_its_size", [True, False])
async def test_a_file_of_more_than_four_megabytes_is_refused(
    desk: Desk, tmp_path: Path, which: str, says_its_size: bool
) -> None:
    small = workflow_files(tmp_path)
    large = source(tmp_path, "large.json", json.dumps(DRAWING | GRAPH).encode().ljust(FOUR_MEGABYTES + 1))
    large = large if says_its_size else Source(large.name, large.where)
    files = WorkflowFiles(large, small.graph) if which == "drawing" else WorkflowFiles(small.drawing, large)

    with pytest.raises(UploadRefused) as caught:
        await desk.operators.upload_workflow("brand new", files, BY)

    cause = caught.value.cause
    assert isinstance(cause, FileTooLarge)
    assert (cause.name, cause.limit, desk.changes) == ("large.json", FOUR_MEGABYTES, [])


async def test_a_file_of_exactly_four_megabytes_is_taken(desk: Desk, tmp_path: Path) -> None:
    full = json.dumps(DRAWING).encode().ljust(FOUR_MEGABYTES)

    await desk.operators.upload_workflow("brand new", workflow_files(tmp_path, full), BY)

    assert json.loads(desk.change[2]["workflow_json"]) == DRAWING


async def test_files_are_taken_from_allowed_hosts_and_from_no_others(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    bodies = [json.dumps(content).encode() for content in (DRAWING, GRAPH)]
    async with serving(saying(bodies[0])) as drawn, serving(saying(bodies[1])) as graph, serving(saying(b"")) as other:
        hosts = Hosts(trusted=frozenset({drawn.host, graph.host}))
        async with at_desk(sandbox, api, inputs=hosts) as desk:
            files = WorkflowFiles(Source("a.json", f"{drawn.url}/a"), Source("b.json", f"{graph.url}/b"))
            await desk.operators.upload_workflow("from afar", files, BY)
            arrived = desk.change[2]
            for foreign in (f"{other.url}/a", "https://evil.example/a", "file:///etc/passwd", "no address"):
                with pytest.raises(UploadRefused, match="FileHostRefused"):
                    await desk.operators.upload_workflow(
                        "evil", WorkflowFiles(Source("a.json", foreign), files.graph), BY
                    )

    assert (json.loads(arrived["workflow_json"]), json.loads(arrived["workflow_api"])) == (DRAWING, GRAPH)
    assert (other.requests, len(desk.changes)) == ([], 1)


async def test_a_file_that_is_not_there_is_an_error(desk: Desk, tmp_path: Path) -> None:
    files = WorkflowFiles(Source("gone.json", tmp_path / "gone.json"), workflow_files(tmp_path).graph)

    with pytest.raises(UploadRefused, match="FileUnavailable"):
        await desk.operators.upload_workflow("brand new", files, BY)

    assert desk.changes == []
