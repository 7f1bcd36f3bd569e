"""Where a run stands, and when a message about it needs another edit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.comfydeploy.models import FINAL, Run
from core.runs.view import RunView, Stage, Upload

RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
ASKED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NEW = RunView(deployment="Portraits", requester=1, asked_at=ASKED)
SENT = replace(NEW, run_id=RUN)
LOOKING = replace(NEW, trail="d00d-0a1b2c3d000040008000000000000000-6920bd60-1")


def run(status: str, **fields: object) -> Run:
    return Run.model_validate({"id": RUN, "status": status} | fields)


def at(status: str, **fields: object) -> RunView:
    return replace(SENT, run=run(status, **fields))


@pytest.mark.parametrize(
    ("view", "stage"),
    [
        (NEW, Stage.PREPARING),
        (SENT, Stage.WAITING),
        (at("not-started"), Stage.WAITING),
        (at("queued"), Stage.WAITING),
        (at("started"), Stage.STARTING),
        (at("running"), Stage.RUNNING),
        (at("uploading"), Stage.RUNNING),
        (at("success"), Stage.FETCHING),
        (at("failed"), Stage.FAILED),
        (at("timeout"), Stage.TIMED_OUT),
        (at("cancelled"), Stage.CANCELLED),
        (at("paused"), Stage.RUNNING),
        (at(""), Stage.RUNNING),
        (replace(at("success"), delivered=True), Stage.DONE),
        (replace(at("running"), gone=True), Stage.LOST),
        (replace(SENT, gone=True), Stage.LOST),
        (replace(at("success"), unread=True), Stage.UNREAD),
        (replace(SENT, unread=True), Stage.UNREAD),
        (LOOKING, Stage.LOOKING),
        (replace(LOOKING, unknown=True), Stage.UNKNOWN),
        (replace(LOOKING, given_up=True), Stage.GIVEN_UP),
        (replace(LOOKING, unknown=True, given_up=True), Stage.GIVEN_UP),
        (replace(LOOKING, run_id=RUN), Stage.WAITING),
    ],
)
def test_a_run_stands_at(view: RunView, stage: Stage) -> None:
    assert view.stage is stage


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_is_over_when_nothing_more_comes(stage: Stage) -> None:
    over = {Stage.LEFT, Stage.REFUSED, Stage.GIVEN_UP, Stage.DONE, Stage.FAILED, Stage.TIMED_OUT, Stage.CANCELLED}
    over |= {Stage.LOST, Stage.UNREAD, Stage.EXPIRED}

    assert stage.is_over == (stage in over)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_final_run_is_over_or_fetched(status: str) -> None:
    stage = at(status).stage

    assert stage.is_over or stage is Stage.FETCHING


def test_the_duration_counts_from_the_click() -> None:
    assert at("success", created_at="2026-11-20T06:00:05Z", ended_at="2026-11-20T06:00:12.5Z").duration == 12.5


@pytest.mark.parametrize("view", [NEW, SENT, at("running"), at("failed", ended_at=None)])
def test_without_an_end_there_is_no_duration(view: RunView) -> None:
    assert view.duration is None


def test_a_clock_that_goes_wrong_makes_no_negative_duration() -> None:
    assert at("success", ended_at="2026-11-20T05:59:59Z").duration == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NEW, SENT),
        (NEW, LOOKING),
        (NEW, replace(NEW, upload=Upload("a.mp4"))),
        (replace(NEW, upload=Upload("a.mp4", 9, 100)), replace(NEW, upload=Upload("a.mp4", 10, 100))),
        (replace(NEW, upload=Upload("a.mp4", 1, 9)), replace(NEW, upload=Upload("b.mp4", 1, 9))),
        (LOOKING, replace(LOOKING, unknown=True)),
        (LOOKING, replace(LOOKING, given_up=True)),
        (SENT, at("started")),
        (at("queued", queue_position=2), at("queued", queue_position=1)),
        (at("queued"), at("queued", queue_position=0)),
        (at("running", progress=0.1), at("running", progress=0.2)),
        (at("running", live_status="Executing KSampler"), at("running", live_status="Executing VAEDecode")),
        (SENT, replace(SENT, cancelling=True)),
        (SENT, replace(SENT, pausing=True)),
        (SENT, replace(SENT, silent_since=ASKED)),
        (SENT, replace(SENT, gone=True)),
        (at("success"), replace(at("success"), delivered=True)),
    ],
)
def test_what_can_be_seen_changes_the_looks(one: RunView, other: RunView) -> None:
    assert one.looks != other.looks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SENT, at("queued")),
        (replace(NEW, upload=Upload("a.mp4", 10, 100)), replace(NEW, upload=Upload("a.mp4", 19, 100))),
        (SENT, replace(SENT, upload=Upload("a.mp4", 10, 100))),
        (at("not-started"), at("queued")),
        (at("running"), at("uploading")),
        (at("running", progress=0.201), at("running", progress=0.249)),
        (at("running", queue_position=3), at("running", queue_position=None)),
        (at("queued", progress=0.1, live_status="x"), at("queued", progress=0.9, live_status="y")),
        (at("started", progress=0.1, live_status="x"), at("started", progress=0.9, live_status="y")),
        (at("success", progress=0.9), at("success", progress=1.0)),
        (replace(SENT, silent_since=ASKED), replace(SENT, silent_since=ASKED + timedelta(seconds=30))),
    ],
)
def test_what_cannot_be_seen_does_not_change_the_looks(one: RunView, other: RunView) -> None:
    assert one.looks == other.looks
