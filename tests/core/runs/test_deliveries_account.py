"""The account of a run: one line in the log when it is over, and one count."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.core.runs.bench import ANNA, FOREVER, QUICK, Bench, Canvas
from tests.core.runs.reading import state
from tests.waiting import until

Line = MutableMapping[str, Any]
OVER = {"run.delivered", "run.not_shown", "run.delivery_failed"}
BARE = Behaviour(seconds=0.1, queue_seconds=0, cold_seconds=0, output_form="bare")
ENDS = {
    "success": QUICK,
    "failed": Behaviour(outcome="failed", seconds=1.0, queue_seconds=0.5, cold_seconds=0.0),
    "timeout": Behaviour(outcome="timeout", seconds=1.0, queue_seconds=0.5, cold_seconds=0.0),
    "cancelled": FOREVER,
    "gone": FOREVER,
    "unread": BARE,
}


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    """What was logged, as it is logged."""
    with capture_logs() as logged:
        yield logged


async def _over(bench: Bench, lines: list[Line]) -> Line:
    """The one line about the end of the one run."""
    await until(lambda: bench.deliveries.list_open() == [])
    (line,) = [line for line in lines if line["event"] in OVER]
    return line


def _counted(bench: Bench) -> dict[str, int]:
    ends = (*ENDS, "lost")
    return {name: count for name, count in bench.metrics.summary().items() if name in {f"runs_{end}" for end in ends}}


@pytest.mark.parametrize("outcome", ENDS)
async def test_each_end_is_one_line_and_one_count(bench: Bench, lines: list[Line], outcome: str) -> None:
    bench.sandbox.behaviour["text-to-image"] = ENDS[outcome]
    canvas = Canvas()
    run_id = await bench.start(canvas)
    if outcome == "cancelled":
        bench.sandbox.end(run_id, outcome)
    elif outcome == "gone":
        del bench.sandbox.runs[run_id]

    line = await _over(bench, lines)

    assert (line["event"], line["outcome"], line["run"], line["user"]) == ("run.delivered", outcome, run_id, ANNA.user)
    assert line.keys() >= {"seconds", "running_seconds", "gpu", "edits", "files"}
    assert {name for name, count in _counted(bench).items() if count} == {f"runs_{outcome}"}
    assert _counted(bench)[f"runs_{outcome}"] == 0  # of what came since


async def test_a_line_says_how_long_where_and_with_what(bench: Bench, lines: list[Line]) -> None:
    canvas = Canvas()
    run_id = await bench.start(canvas)
    view = await canvas.end()

    line = await _over(bench, lines)

    row = bench.sandbox.runs[run_id]
    assert view.run is not None
    assert (line["gpu"], line["files"]) == (row.gpu, 1)
    assert line["seconds"] == view.duration
    assert line["running_seconds"] == view.run.run_duration
    assert line["seconds"] >= line["running_seconds"] > 0.0


async def test_edits_are_those_that_were_made_on_the_way(bench: Bench, lines: list[Line]) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=1e6)
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: canvas.stages[-1] is Stage.WAITING)
    bench.tracker.publish(state("started", run_id=run_id))
    await until(lambda: canvas.stages[-1] is Stage.STARTING)
    bench.sandbox.end(run_id, "cancelled")
    bench.tracker.ask_now(run_id)

    line = await _over(bench, lines)

    assert line["edits"] == len(canvas.shown)


async def test_a_message_that_is_gone_is_told_of_instead(bench: Bench, lines: list[Line]) -> None:
    run_id = await bench.start(Canvas(lost_at=1))

    line = await _over(bench, lines)

    assert (line["event"], line["outcome"], line["run"]) == ("run.not_shown", "lost", run_id)
    assert {name for name, count in _counted(bench).items() if count} == {"runs_lost"}


async def test_how_long_runs_took_is_measured_by_their_end(bench: Bench, lines: list[Line]) -> None:
    await bench.start(Canvas())
    line = await _over(bench, lines)

    text = bench.metrics.exposition()[0].decode()

    assert f'stationthis_run_seconds_sum{{outcome="success"}} {line["seconds"]}' in text
    assert f'stationthis_run_running_seconds_sum{{outcome="success"}} {line["running_seconds"]}' in text


async def test_a_run_that_is_paused_is_not_over(bench: Bench, lines: list[Line]) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    await bench.start(Canvas())

    await bench.generation.pause()

    assert [line for line in lines if line["event"] in OVER] == []
    assert not any(_counted(bench).values())
