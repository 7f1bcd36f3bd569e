"""The API's objects are read whatever else they hold."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.comfydeploy.client import read_items
from core.comfydeploy.models import FINAL, DeploymentRow, Output, Run, RunRow, Status, Submitted, UploadedFile, Workflow
from tests.anything import QUICK, json_values

RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
WORKFLOW = "5e6f7a8b-0000-4000-8000-00000000ef01"
MOMENT = datetime(2026, 11, 20, 6, 6, 42, tzinfo=UTC)


def run(**fields: object) -> Run:
    return Run.model_validate({"id": RUN, "status": "running"} | fields)


def test_a_run_is_read_as_the_api_sends_it() -> None:
    body: dict[str, Any] = {
        "id": RUN,
        "workflow_version_id": WORKFLOW,
        "workflow_inputs": {"prompt": "a harbour", "steps": 20},
        "workflow_id": WORKFLOW,
        "machine_id": None,
        "origin": "api",
        "status": "not-started",
        "ended_at": None,
        "created_at": "2026-11-20T06:06:42.000000Z",
        "updated_at": "2026-11-20T06:06:42.000000Z",
        "started_at": None,
        "machine_type": "classic",
        "live_status": "Executing KSampler",
        "progress": 0.14000000059604645,
        "webhook": None,
        "outputs": [{"id": RUN, "output_id": None, "run_id": RUN, "data": {"images": []}, "created_at": None}],
        "number": 0,
        "duration": None,
        "queue_position": 3,
    }

    read = Run.model_validate_json(json.dumps(body))

    assert read == Run(
        id=RUN,
        status="not-started",
        workflow_id=WORKFLOW,
        workflow_inputs={"prompt": "a harbour", "steps": 20},
        live_status="Executing KSampler",
        progress=0.14,
        queue_position=3,
        machine_type="classic",
        created_at=MOMENT,
        outputs=[Output(data={"images": []})],
    )


@pytest.mark.parametrize(
    "form",
    [
        "2026-11-20T06:06:42.000000Z",
        "2026-11-20T06:06:42.000Z",
        "2026-11-20 06:06:42.000000",
        "2026-11-20T06:06:42",
        "2026-11-20T06:06:42.000000+00Z",
        "2026-11-20T06:06:42+00:00",
    ],
)
def test_every_date_form_is_the_same_moment(form: str) -> None:
    assert run(created_at=form, started_at=form, ended_at=form).ended_at == MOMENT


@pytest.mark.parametrize("garbage", ["soon", "", [], {}, "2026-99-99", float("nan")])
def test_a_date_that_cannot_be_read_counts_as_none(garbage: object) -> None:
    assert run(created_at=garbage).created_at is None


@pytest.mark.parametrize(
    ("sent", "share"),
    [
        (0, 0.0),
        (1, 1.0),
        (0.9599999785423279, 0.96),
        (0.333333343, 0.3333),
        (1.0000001, 1.0),
        (-1, 0.0),
        (100, 1.0),
        (10**400, 1.0),
        (-(10**400), 0.0),
        (float("nan"), 0.0),
        (float("inf"), 1.0),
        (-0.0, 0.0),
        (None, 0.0),
        ("0.5", 0.0),
        (True, 0.0),
        ([], 0.0),
    ],
)
def test_progress_is_a_share(sent: object, share: float) -> None:
    assert run(progress=sent).progress == share


@pytest.mark.parametrize(
    ("sent", "place"), [(0, 0), (7, 7), ("7", 7), (None, None), (-1, None), ("x", None), ({}, None)]
)
def test_the_place_in_line_is_a_count_or_unknown(sent: object, place: int | None) -> None:
    assert run(queue_position=sent).queue_position == place


@pytest.mark.parametrize("status", Status)
def test_a_status_is_final_or_waiting_or_neither(status: Status) -> None:
    read = run(status=status.value)

    assert read.is_final == (status in {"success", "failed", "timeout", "cancelled"})
    assert read.is_waiting == (status in {"not-started", "queued"})


def test_ranks_follow_the_life_of_a_run() -> None:
    ranks = [
        run(status=status).rank for status in ("not-started", "queued", "started", "running", "uploading", "success")
    ]

    assert ranks == sorted(set(ranks))
    assert {run(status=status).rank for status in FINAL} == {ranks[-1]}


@pytest.mark.parametrize("status", ["paused", "", "SUCCESS", "input", "output"])
def test_an_unknown_status_is_kept_and_counts_as_running(status: str) -> None:
    read = run(status=status)

    assert read.status == status
    assert (read.is_final, read.is_waiting, read.rank) == (False, False, run(status="running").rank)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": RUN},
        {"status": "running"},
        {"id": None, "status": "running"},
        {"id": "../workflows", "status": "running"},
        {"id": RUN, "status": None},
        {"id": RUN, "status": 5},
    ],
)
def test_a_run_without_id_or_status_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Run.model_validate(body)


def test_outputs_that_are_no_objects_are_left_out() -> None:
    read = run(outputs=[{"data": {"images": []}, "created_at": "soon", "output_id": 5}, None, "text", 5, []])

    assert read.outputs == [Output(data={"images": []})]


@pytest.mark.parametrize("outputs", [None, {}, "text", 5])
def test_outputs_that_are_no_list_are_none(outputs: object) -> None:
    assert run(outputs=outputs).outputs == []


def test_an_id_is_kept_in_one_spelling() -> None:
    assert Submitted.model_validate({"run_id": RUN.upper()}).run_id == RUN


def test_a_deployment_is_read_as_the_list_sends_it() -> None:
    item = {
        "id": RUN,
        "user_id": "user_1",
        "org_id": None,
        "workflow_id": WORKFLOW,
        "environment": "production",
        "description": None,
        "updated_at": "2026-11-20T06:06:42.000000Z",
        "workflow": {"id": WORKFLOW, "name": "Portraits", "cover_url": None},
        "version": {"version": 3, "workflow_api": {"1": {}}, "created_at": "2026-11-20T06:06:42.000Z"},
        "input_types": None,
        "modal_image_id": None,
    }

    read = DeploymentRow.model_validate(item)

    assert (read.id, read.environment, read.workflow_id) == (RUN, "production", WORKFLOW)
    assert read.workflow is not None
    assert read.workflow.name == "Portraits"
    assert read.version is not None
    assert (read.version.version, read.version.workflow_api) == (3, {"1": {}})


@pytest.mark.parametrize("garbage", [None, [], "text", 5, {"name": None}])
def test_a_deployment_without_workflow_or_version_is_still_one(garbage: object) -> None:
    item = {"id": RUN, "workflow_id": WORKFLOW, "environment": "staging", "workflow": garbage, "version": garbage}

    read = DeploymentRow.model_validate(item)

    assert read.workflow is None
    assert read.version is None or read.version.version is None


def test_a_broken_item_costs_only_itself() -> None:
    good = {"id": RUN, "status": "running"}
    broken: list[object] = [{"id": "x", "status": "running"}, None, "text", {"status": "running"}, []]

    rows, bad = read_items(RunRow, [broken[0], good, *broken[1:]])

    assert [row.id for row in rows] == [RUN]
    assert bad == broken


@pytest.mark.parametrize(("model", "body"), [(Submitted, {"run_id": "x"}), (UploadedFile, {}), (Workflow, {"id": RUN})])
def test_a_pydantic_error_does_not_repeat_the_values(
    model: type[Submitted | UploadedFile | Workflow], body: object
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)

    assert "input_value" not in str(caught.value)


def garbage_for(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, json_values))


run_garbage = garbage_for(*(set(Run.model_fields) - {"id", "status"}), "webhook", "number", "_new")
row_garbage = garbage_for(*(set(DeploymentRow.model_fields) - {"id", "environment", "workflow_id"}), "gpu", "_new")


@QUICK
@given(run_garbage)
def test_a_run_is_read_whatever_its_other_fields_hold(fields: dict[str, Any]) -> None:
    read = run(**fields)

    assert (read.id, read.status) == (RUN, "running")
    assert 0.0 <= read.progress <= 1.0
    assert read.created_at is None or read.created_at.tzinfo is not None
    assert read.queue_position is None or read.queue_position >= 0


@QUICK
@given(row_garbage)
def test_a_deployment_is_read_whatever_its_other_fields_hold(fields: dict[str, Any]) -> None:
    read = DeploymentRow.model_validate({"id": RUN, "environment": "production", "workflow_id": WORKFLOW} | fields)

    assert (read.id, read.environment, read.workflow_id) == (RUN, "production", WORKFLOW)
