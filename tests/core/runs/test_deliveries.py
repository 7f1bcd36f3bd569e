"""The way to the end: what is shown when, how often, and what happens when the process goes away."""

import asyncio
from datetime import UTC, datetime
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.outputs import Media
from core.errors import Stopping
from core.results.gathering import file_name
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, BERT, FOREVER, STUCK, Bench, Canvas, Speed, open_bench
from tests.core.runs.reading import state
from tests.waiting import until


async def _shows(canvas: Canvas, stage: Stage) -> None:
    await until(lambda: canvas.stages[-1] is stage)


async def _read_again(bench: Bench, run_id: str, reads: int) -> None:
    await until(lambda: bench.calls("GET", f"/api/run/{run_id}") > reads + 1)


async def test_the_stages_are_shown_in_their_order(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=1e6)
    canvas = Canvas()
    run_id = await bench.start(canvas)

    for stage, status in ((Stage.WAITING, "queued"), (Stage.STARTING, "started"), (Stage.RUNNING, "running")):
        bench.tracker.publish(state(status, run_id=run_id))
        await _shows(canvas, stage)
    bench.sandbox.end(run_id)
    view = await canvas.end()

    order = [Stage.PREPARING, Stage.WAITING, Stage.STARTING, Stage.RUNNING, Stage.FETCHING]
    assert list(dict.fromkeys([*canvas.stages, Stage.FETCHING])) == order
    assert view.stage is Stage.DONE


async def test_two_shows_never_follow_faster_than_the_pace(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, Speed(pace=0.06)) as bench:
        sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=1e6)
        canvas, news = Canvas(), count()
        run_id = await bench.start(canvas)

        def tell() -> bool:
            bench.tracker.publish(state("running", 0.5, run_id, live_status=f"node {next(news)}"))
            return len(canvas.shown) > 5

        await until(tell)

    followed = canvas.shown_at[1:]  # the first is shown before there is anything to follow
    assert next(news) > len(followed)
    assert min(later - earlier for earlier, later in pairwise(followed)) >= 0.055


async def test_what_looks_the_same_is_not_shown_again(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = STUCK
    canvas = Canvas()
    run_id = await bench.start(canvas)
    stuck = await until(lambda: next((v for v in canvas.shown if v.run and "KSampler" in str(v.run.live_status)), None))
    assert stuck.run is not None
    shown = len(canvas.shown)

    for step in range(3):
        bench.tracker.publish(stuck.run.model_copy(update={"progress": stuck.run.progress + step / 1000}))
        reads = bench.calls("GET", f"/api/run/{run_id}")
        await _read_again(bench, run_id, reads)

    assert len(canvas.shown) == shown


async def test_a_slow_surface_is_shown_the_newest_state_only(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: len(canvas.shown) > 1)
    canvas.gate.clear()
    bench.tracker.publish(state("uploading", 0.91, run_id))
    await asyncio.sleep(0)

    for progress in (0.92, 0.93, 0.98):
        bench.tracker.publish(state("uploading", progress, run_id))
    canvas.gate.set()
    last = await until(lambda: next((v for v in canvas.shown if v.run and v.run.progress > 0.92), None))

    assert last.run is not None
    assert last.run.progress == 0.98


async def test_a_slow_fetch_is_shown(bench: Bench) -> None:
    bench.sandbox.faults.add("GET", "/files/*", faults.slow(0.1))
    canvas = Canvas()

    await bench.start(canvas)
    await canvas.end()

    assert canvas.stages[-1] is Stage.FETCHING


async def test_a_quick_fetch_is_not_worth_a_show(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, Speed(pace=3600)) as bench:
        canvas = Canvas()
        await bench.start(canvas)
        await canvas.end()

    assert Stage.FETCHING not in canvas.stages


async def test_a_surface_lost_while_fetching_is_met_again_at_the_end(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    slow = bench.sandbox.faults.add("GET", "/files/*", faults.slow(0.05))
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await _shows(canvas, Stage.RUNNING)

    canvas.lost_at = 0
    bench.sandbox.end(run_id)
    await until(lambda: bench.limits.under_way == 0)

    assert (slow.hits, canvas.finished) == (1, [])


async def test_the_silence_of_the_api_is_shown_and_its_end_too(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    await bench.start(canvas)
    await _shows(canvas, Stage.RUNNING)

    rule = bench.sandbox.faults.add("GET", "/api/run/*", faults.BAD_GATEWAY)
    await until(lambda: canvas.shown[-1].silent_since is not None)
    bench.sandbox.faults.remove(rule)

    await until(lambda: canvas.shown[-1].silent_since is None)


async def test_a_persons_deliveries_are_listed_newest_first(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    mine = [await bench.start(Canvas()) for _ in range(2)]
    theirs = await bench.start(Canvas(), actor=BERT)

    assert [delivery.run_id for delivery in bench.deliveries.list_of(1001)] == mine[::-1]
    assert bench.deliveries.find(theirs) in bench.deliveries.list_of(BERT.user)


async def test_cancelling_a_run_that_nobody_follows_shows_nothing(bench: Bench) -> None:
    await bench.following.show_cancelling("00000000-0000-4000-8000-000000000000", cancelling=True)

    assert bench.sandbox.calls == []


async def test_a_pause_is_shown_and_the_runs_go_on(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvases = [Canvas(), Canvas()]
    runs = [await bench.start(canvas) for canvas in canvases]

    await bench.generation.pause()

    assert [canvas.shown[-1].pausing for canvas in canvases] == [True, True]
    assert [bench.sandbox.state(run_id).final for run_id in runs] == [False, False]
    assert [canvas.finished for canvas in canvases] == [[], []]


async def test_nobody_is_asked_about_a_paused_run_and_nothing_new_is_begun(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    paused = await bench.start(Canvas())
    await bench.generation.pause()
    asked = bench.calls("GET", f"/api/run/{paused}")

    with pytest.raises(Stopping):
        await bench.start(Canvas())
    await asyncio.sleep(0.05)

    assert (bench.calls("GET", f"/api/run/{paused}"), bench.submits) == (asked, 1)


async def test_a_pause_waits_for_no_surface_that_hangs(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, Speed(farewell=0.05)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        stuck, fine, lost = Canvas(), Canvas(), Canvas()
        for canvas, actor in ((stuck, ANNA), (fine, ANNA), (lost, BERT)):
            await bench.start(canvas, actor=actor)
        stuck.gate.clear()
        lost.lost_at = 0

        await bench.generation.pause()

    assert fine.shown[-1].pausing
    assert not stuck.shown[-1].pausing


async def test_a_close_says_nothing(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    await bench.start(canvas)

    await bench.generation.aclose()

    assert canvas.finished == []
    assert not any(view.pausing for view in canvas.shown)


def _view(deployment: str, seed: int | None = None) -> RunView:
    return RunView(deployment=deployment, requester=1, asked_at=datetime.now(UTC), seed=seed)


@pytest.mark.parametrize(
    ("deployment", "seed", "foreign", "name"),
    [
        ("text-to-image", 7, "ComfyUI_00001_.png", "text-to-image_7_1.png"),
        ("My Flow (v2)!", None, "a.MP4", "My-Flow-v2_1.mp4"),
        ("日本", 0, "a.webp", "result_0_1.webp"),
        ("x" * 200, None, "a.b.c.glb", "x" * 60 + "_1.glb"),
        ("../../etc", None, "../passwd", "etc_1.bin"),
        ("a", None, "no extension", "a_1.bin"),
        ("a", None, "evil.png/../x.sh\x00", "a_1.bin"),
        ("a", None, "a.verylongextension", "a_1.bin"),
    ],
)
def test_a_file_is_named_after_deployment_and_seed(deployment: str, seed: int | None, foreign: str, name: str) -> None:
    assert file_name(_view(deployment, seed), Media("https://h/x", foreign), 1) == name


@given(st.text(), st.text())
def test_a_file_name_is_safe_whatever_the_foreign_names(deployment: str, foreign: str) -> None:
    name = file_name(_view(deployment), Media("https://h/x", foreign), 3)

    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>|\x00\n ')
    assert len(name) < 80
