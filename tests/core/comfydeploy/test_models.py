"""Runs are read whatever else they hold."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.comfydeploy.models import FINAL, Output, Run, RunRow, Status, Submitted
from core.comfydeploy.wire import parse_date
from tests.anything import QUICK, json_values
from tests.core.comfydeploy import samples

RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
WORKFLOW = "5e6f7a8b-0000-4000-8000-00000000ef01"
USUAL_DATE = r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,7})?Z"
MOMENT = datetime(2026, 11, 20, 6, 6, 42, tzinfo=UTC)


def run(**fields: object) -> Run:
    return Run.model_validate({"id": RUN, "status": "running"} | fields)


def test_a_run_is_read_as_the_api_sends_it() -> None:
    read = Run.model_validate_json(json.dumps(samples.run(queue_position=3)))

    assert read == Run(
        id=samples.RUN,
        status="success",
        workflow_id=samples.WORKFLOW,
        workflow_version_id=samples.VERSION,
        workflow_inputs={"prompt": "a harbour", "steps": 20},
        live_status="Executing SaveImage",
        progress=0.96,
        queue_position=3,
        machine_type="comfy-deploy-serverless",
        created_at=datetime(2026, 11, 20, 6, 9, 42, 520000, UTC),
        ended_at=datetime(2026, 11, 20, 6, 9, 45, 291000, UTC),
        gpu="A10G",
        run_duration=2.295359,
        outputs=[
            Output(
                output_id="picture",
                data={"images": [{"url": "https://b.example/a.png", "type": "output", "filename": "a.png"}]},
                created_at=datetime(2026, 11, 20, 6, 9, 45, 255000, UTC),
            )
        ],
    )


def test_a_run_of_the_older_server_leaves_out_what_that_one_does_not_say() -> None:
    read = Run.model_validate_json(json.dumps(samples.older_run()))

    assert (read.id, read.status, read.workflow_id) == (samples.RUN, "uploading", samples.WORKFLOW)
    assert (read.progress, read.live_status, read.machine_type, read.gpu) == (0.0, None, None, None)
    assert read.outputs == [
        Output(data={"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}),
    ]


@pytest.mark.parametrize("row", [samples.light_run(), samples.run_of_deployment(), samples.run()])
def test_a_row_of_any_list_of_runs_is_read(row: samples.Json) -> None:
    read = RunRow.model_validate_json(json.dumps(row))

    assert (read.id, read.status) == (row["id"], row["status"])
    assert read.created_at is not None
    assert read.created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [(2.295359, 2.295359), ("11.5", 11.5), (0, 0.0), (None, None), ("soon", None), ([], None), ({}, None)],
)
def test_a_duration_is_a_number_or_a_text_of_one(sent: object, seconds: float | None) -> None:
    assert run(run_duration=sent).run_duration == seconds


@pytest.mark.parametrize("sent", [math.nan, math.inf, -math.inf, "nan", "inf", -1.0, 10**400])
def test_a_duration_that_is_none_counts_as_not_said(sent: object) -> None:
    assert run(run_duration=sent).run_duration is None


@pytest.mark.parametrize(
    "form",
    [
        "2026-11-20T06:06:42.000000Z",
        "2026-11-20T06:06:42.000Z",
        "2026-11-20 06:06:42.000000",
        "2026-11-20T06:06:42",
        "2026-11-20T06:06:42.000000+00Z",
        "2026-11-20T06:06:42+00:00",
        "2026-11-20 06:06:42.000000Z",
        "2026-11-20T07:06:42+01:00",
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


def garbage_for(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, json_values))


run_garbage = garbage_for(*(set(Run.model_fields) - {"id", "status"}), "webhook", "number", "_new")


@QUICK
@given(run_garbage)
def test_a_run_is_read_whatever_its_other_fields_hold(fields: dict[str, Any]) -> None:
    read = run(**fields)

    assert (read.id, read.status) == (RUN, "running")
    assert 0.0 <= read.progress <= 1.0
    assert read.created_at is None or read.created_at.tzinfo is not None
    assert read.queue_position is None or read.queue_position >= 0


def date_of(form: str) -> object:
    """What the slow way makes of it."""
    try:
        return parse_date(form)
    except ValueError:
        return None


@QUICK
@given(
    st.from_regex(
        r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,7})?Z", fullmatch=True
    )
)
@example("2026-02-29T00:00:00Z")
@example("2026-11-20T23:59:60Z")
@example("2026-11-20T24:00:00Z")
@example("0000-01-01T00:00:00Z")
@example("2026-11-20T06:06:42.1Z")
def test_the_usual_date_is_read_like_any_other(form: str) -> None:
    read = run(created_at=form).created_at

    assert read == date_of(form)
    assert read is None or read.utcoffset() == timedelta(0)


@QUICK
@given(
    st.uuids(), st.sampled_from([str.lower, str.upper, str.title, lambda text: text.replace("-", ""), "{{{}}}".format])
)
def test_the_usual_id_is_read_like_any_other(known: UUID, spelt: Callable[[str], str]) -> None:
    assert run(id=spelt(str(known))).id == str(known)


@pytest.mark.parametrize("text", [f"{RUN}\n", f" {RUN}", f"{RUN}/..", RUN[:-1], RUN.replace("a", "\u0430"), RUN + "0"])
def test_what_only_looks_like_an_id_is_none(text: str) -> None:
    with pytest.raises(ValidationError):
        run(id=text)
