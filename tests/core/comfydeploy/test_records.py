"""Deployments, workflows, machines, files and the plan: read as they are sent, and whatever else they hold."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.comfydeploy.models import Submitted, Wire
from core.comfydeploy.records import (
    DeploymentRow,
    Machine,
    NewWorkflow,
    Plan,
    SavedDeployment,
    UploadedFile,
    UploadPlace,
    Version,
    VersionGraph,
    VersionRow,
    Workflow,
    WorkflowLabel,
)
from tests.anything import QUICK, json_values
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import DEPLOYMENT, GRAPH, MACHINE, TOKEN, VERSION, WORKFLOW, Json

MOMENT = datetime(2026, 11, 20, 6, 6, 42, tzinfo=UTC)
DATE_FORMS = [
    "2026-11-20T06:06:42.000000Z",
    "2026-11-20T06:06:42.000Z",
    "2026-11-20 06:06:42.000000",
    "2026-11-20T06:06:42.000000",
    "2026-11-20T06:06:42.000000+00Z",
    "2026-11-20T06:06:42.000000+00:00",
    "2026-11-20T06:06:42Z",
]
DATED: list[tuple[type[Wire], Json, str]] = [
    (DeploymentRow, samples.deployment(), "updated_at"),
    (Version, samples.version(), "created_at"),
    (VersionRow, samples.version(), "created_at"),
    (Workflow, samples.workflow_item(), "updated_at"),
    (Machine, samples.machine_item(), "updated_at"),
]


def read(model: type[Any], body: object) -> Any:  # noqa: ANN401 -- whatever model that is
    return model.model_validate_json(json.dumps(body))


def test_a_deployment_is_read_as_the_list_sends_it() -> None:
    assert read(
        DeploymentRow, samples.deployment(modal_image_id="im-1", gpu="T4", description="Faces")
    ) == DeploymentRow(
        id=DEPLOYMENT,
        environment="production",
        workflow_id=WORKFLOW,
        workflow_version_id=VERSION,
        machine_id=MACHINE,
        workflow=WorkflowLabel(name="portraits", cover_url="https://img.example/cover.png"),
        version=VersionGraph(version=2, workflow_api=GRAPH),
        description="Faces",
        gpu="T4",
        modal_image_id="im-1",
        updated_at=datetime(2026, 11, 20, 6, 6, 42, 812000, UTC),
    )


def test_a_saved_deployment_has_neither_workflow_nor_version() -> None:
    assert read(SavedDeployment, samples.deployment_row(environment="staging")) == SavedDeployment(
        id=DEPLOYMENT, environment="staging", workflow_id=WORKFLOW, machine_id=MACHINE
    )


@pytest.mark.parametrize("garbage", [None, [], "text", 5, {"name": None}, {"version": "x", "workflow_api": 7}])
def test_a_deployment_without_workflow_or_version_is_still_one(garbage: object) -> None:
    row = read(DeploymentRow, samples.deployment(workflow=garbage, version=garbage))

    assert row.id == DEPLOYMENT
    assert row.workflow is None or row.workflow.name == ""
    assert row.version is None or row.version.version is None


def test_a_workflow_of_the_list_says_neither_description_nor_machine_versions() -> None:
    assert read(Workflow, samples.workflow_item(pinned=True)) == Workflow(
        id=WORKFLOW,
        name="portraits",
        pinned=True,
        selected_machine_id=MACHINE,
        updated_at=datetime(2026, 11, 20, 6, 6, 42, 758196, UTC),
    )


@pytest.mark.parametrize("versions", [[None], [], None, [samples.version()]])
def test_a_workflow_by_itself_is_read_whatever_versions_it_has(versions: object) -> None:
    workflow = read(Workflow, samples.workflow_detail(versions=versions))

    assert (workflow.id, workflow.description) == (WORKFLOW, "Faces")


def test_a_clone_is_a_workflow() -> None:
    assert read(Workflow, samples.workflow_clone()).name == "portraits (Cloned)"


@pytest.mark.parametrize("sent", [samples.version(), samples.older_version(comment="second")])
def test_a_version_is_read_as_either_server_sends_it(sent: Json) -> None:
    assert read(Version, sent) == Version(
        id=VERSION,
        version=2,
        workflow_id=WORKFLOW,
        workflow_api=GRAPH,
        comment="second",
        created_at=datetime(2026, 11, 20, 6, 6, 42, 717000, UTC),
    )


def test_a_version_that_was_only_drawn_has_no_graph() -> None:
    assert read(Version, samples.version(workflow_api=None)).workflow_api is None


def test_a_row_of_versions_leaves_the_graph_out() -> None:
    row = read(VersionRow, samples.version(user_icon="https://img.example/u.png"))

    assert row == VersionRow(
        id=VERSION, version=2, comment="second", created_at=datetime(2026, 11, 20, 6, 6, 42, 717000, UTC)
    )


def test_a_machine_by_itself_tells_more_than_one_of_the_list() -> None:
    of_list, alone = read(Machine, samples.machine_item()), read(Machine, samples.machine_detail(gpu="A10G"))

    assert (of_list.endpoint, of_list.deleted, of_list.keep_warm, of_list.run_timeout) == (None, None, None, None)
    assert alone == Machine(
        id=MACHINE,
        name="classic box",
        type="classic",
        status="ready",
        gpu="A10G",
        deleted=False,
        endpoint="http://box.example/",
        concurrency_limit=2,
        run_timeout=300,
        keep_warm=0,
        updated_at=datetime(2026, 11, 20, 6, 6, 42, 676193, UTC),
    )


def test_the_token_of_a_machine_is_in_nothing_that_is_kept_of_it() -> None:
    machine = read(Machine, samples.machine_row())

    assert machine.id == MACHINE
    assert TOKEN not in f"{machine} {machine!r} {machine.model_dump()} {vars(machine)} {machine.model_extra}"


@pytest.mark.parametrize(
    ("sent", "url", "is_public"),
    [
        (samples.presigned(), "https://b.example/assets/img_1.png?X-Amz-Expires=3600&X-Amz-Signature=0a", False),
        (samples.presigned(is_public=True), samples.presigned()["url"], True),
        (
            {"upload_url": "https://b.example/up", "file_id": "img_1", "download_url": "https://b.example/down"},
            "https://b.example/up",
            True,
        ),
    ],
    ids=["private", "public", "older"],
)
def test_a_place_for_an_upload_is_read_as_either_server_sends_it(sent: Json, url: str, is_public: bool) -> None:
    place = read(UploadPlace, sent)

    assert (place.url, place.download_url) == (url, sent["download_url"])
    assert place.is_public is is_public


def test_an_uploaded_file_has_an_address() -> None:
    assert read(UploadedFile, samples.uploaded()).file_url == "https://b.example/inputs/img_g2PXhzyHbF5YmDGL.png"


def test_a_new_workflow_has_an_id() -> None:
    assert read(NewWorkflow, {"workflow_id": WORKFLOW, "machine_id": None}).workflow_id == WORKFLOW


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (samples.plan("business_monthly", "deployment_monthly"), "business_monthly"),
        (samples.plan(), None),
        ({"plans": {"plans": [7]}}, None),
        ({"plans": []}, None),
        ({"plans": None}, None),
        ({}, None),
    ],
)
def test_the_first_plan_is_the_one_that_counts(sent: Json, named: str | None) -> None:
    assert read(Plan, sent).plan == named


def test_an_id_is_kept_in_one_spelling() -> None:
    assert read(Submitted, {"run_id": WORKFLOW.upper()}).run_id == WORKFLOW


@pytest.mark.parametrize("form", DATE_FORMS)
@pytest.mark.parametrize(("model", "sent", "name"), DATED, ids=lambda value: getattr(value, "__name__", None))
def test_every_date_form_is_the_same_moment(model: type[Wire], sent: Json, name: str, form: str) -> None:
    assert getattr(read(model, sent | {name: form}), name) == MOMENT


@pytest.mark.parametrize("garbage", ["soon", "", [], {}, "2026-99-99", None, True])
@pytest.mark.parametrize(("model", "sent", "name"), DATED, ids=lambda value: getattr(value, "__name__", None))
def test_a_date_that_cannot_be_read_counts_as_none(model: type[Wire], sent: Json, name: str, garbage: object) -> None:
    assert getattr(read(model, sent | {name: garbage}), name) is None


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (DeploymentRow, samples.deployment()),
        (SavedDeployment, samples.deployment_row()),
        (Version, samples.version()),
        (VersionRow, samples.version()),
        (Workflow, samples.workflow_item()),
        (Machine, samples.machine_item()),
        (NewWorkflow, {"workflow_id": WORKFLOW}),
        (Submitted, {"run_id": WORKFLOW}),
        (UploadedFile, samples.uploaded()),
        (UploadPlace, samples.presigned()),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_must_be_said_must_be_said(model: type[Wire], sent: Json) -> None:
    required = [name for name, field in model.model_fields.items() if field.is_required()]

    assert required
    for name in required:
        without = {key: value for key, value in sent.items() if key != name}
        for changed in (without, sent | {name: None}, sent | {name: []}, sent | {name: {}}):
            with pytest.raises(ValidationError):
                read(model, changed)


@pytest.mark.parametrize(("model", "sent"), [(Submitted, {"run_id": TOKEN}), (Machine, {"id": TOKEN, "name": [TOKEN]})])
def test_a_pydantic_error_does_not_repeat_the_values(model: type[Wire], sent: Json) -> None:
    with pytest.raises(ValidationError) as caught:
        read(model, sent)

    assert TOKEN not in f"{caught.value} {caught.value!r}"


LEAST: dict[type[Wire], Json] = {
    DeploymentRow: {"id": DEPLOYMENT, "environment": "preview", "workflow_id": WORKFLOW},
    SavedDeployment: {"id": DEPLOYMENT, "environment": "preview", "workflow_id": WORKFLOW},
    Version: {"id": VERSION, "version": 1},
    VersionRow: {"id": VERSION, "version": 1},
    Workflow: {"id": WORKFLOW, "name": ""},
    Machine: {"id": MACHINE, "name": "", "type": "new-kind", "status": "new-status"},
}


@QUICK
@given(st.data(), st.sampled_from(list(LEAST)))
def test_a_record_is_read_whatever_its_other_fields_hold(data: st.DataObject, model: type[Wire]) -> None:
    names = [*sorted(set(model.model_fields) - set(LEAST[model])), "auth_token", "_new"]
    other = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, json_values)))

    record = model.model_validate(LEAST[model] | other)

    assert {name: getattr(record, name) for name in LEAST[model]} == LEAST[model]
