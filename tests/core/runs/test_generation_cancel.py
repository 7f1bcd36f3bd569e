"""Ending a run, and looking at one anew: who may, and what its message shows of it."""

import asyncio
from dataclasses import replace

import pytest

from core.comfydeploy.errors import ServerFault
from core.errors import AlreadyOver, CannotCancel, NothingUnderWay, NotYourRun, RunGone, RunNotOurs
from core.people.actor import Actor
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import faults
from stationthis_discord.sandbox.comfydeploy.errors import CANCEL
from tests.core.runs.bench import ANNA, BERT, FOREVER, MODERATOR, Bench, Canvas
from tests.waiting import until

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def endless(bench: Bench) -> None:
    """Runs go on until somebody ends them."""
    for name in ("text-to-image", "portrait-classic"):
        bench.sandbox.behaviour[name] = FOREVER


async def _running(bench: Bench, canvas: Canvas, deployment: str = "text-to-image") -> str:
    run_id = await bench.start(canvas, deployment)
    await until(lambda: canvas.shown[-1].stage is Stage.RUNNING)
    return run_id


@pytest.mark.parametrize("actor", [ANNA, MODERATOR])
async def test_owner_and_moderators_may_cancel_and_the_message_shows_it(bench: Bench, actor: Actor) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas)

    await bench.generation.cancel(run_id, actor)

    view = await canvas.end()
    assert (view.stage, bench.sandbox.state(run_id).status) == (Stage.CANCELLED, "cancelled")
    assert any(shown.cancelling for shown in canvas.shown)


@pytest.mark.parametrize("actor", [BERT, replace(MODERATOR, guild=78)], ids=["stranger", "moderator elsewhere"])
async def test_nobody_else_may_cancel(bench: Bench, actor: Actor) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas)

    with pytest.raises(NotYourRun) as caught:
        await bench.generation.cancel(run_id, actor)

    assert caught.value.owner == ANNA.user
    assert not any(view.cancelling for view in canvas.shown)
    assert bench.calls("POST", f"/api/run/{run_id}") == 0


async def test_a_run_on_a_machine_that_cannot_cancel_goes_on_and_so_does_its_message(bench: Bench) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas, "portrait-classic")

    with pytest.raises(CannotCancel) as caught:
        await bench.generation.cancel(run_id, ANNA)
    refused = canvas.shown[-1].cancelling
    bench.sandbox.end(run_id)

    assert (caught.value.machine_type, caught.value.is_early, refused) == ("classic", False, False)
    assert (await canvas.end()).stage is Stage.DONE


async def test_a_run_that_has_not_reached_its_machine_yet_can_be_cancelled_later(bench: Bench) -> None:
    run_id = await _running(bench, Canvas())
    bench.sandbox.faults.add("POST", "/api/run/*/cancel", faults.problem(CANCEL), times=1)

    with pytest.raises(CannotCancel) as caught:
        await bench.generation.cancel(run_id, ANNA)
    await bench.generation.cancel(run_id, ANNA)

    assert caught.value.is_early
    assert bench.sandbox.state(run_id).status == "cancelled"


async def test_a_run_that_is_over_cannot_be_cancelled(bench: Bench) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas)
    bench.sandbox.end(run_id)
    await canvas.end()

    with pytest.raises(AlreadyOver) as caught:
        await bench.generation.cancel(run_id, ANNA)

    assert (caught.value.status, bench.calls("POST", f"/api/run/{run_id}")) == ("success", 0)


async def test_a_cancel_that_fails_is_taken_back_in_the_message(bench: Bench) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas)
    bench.sandbox.faults.add("POST", "/api/run/*/cancel", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await bench.generation.cancel(run_id, ANNA)

    assert not canvas.shown[-1].cancelling
    assert bench.calls("POST", f"/api/run/{run_id}/cancel") == 1


async def test_a_cancel_works_where_the_surface_is_lost(bench: Bench) -> None:
    canvas = Canvas()
    run_id = await _running(bench, canvas)
    canvas.lost_at = 0

    await bench.generation.cancel(run_id, ANNA)

    assert bench.sandbox.state(run_id).status == "cancelled"
    await until(lambda: bench.limits.under_way == 0)


async def test_a_run_that_nobody_follows_is_cancelled_and_shown_from_now_on(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    canvas = Canvas()

    await bench.generation.cancel(run_id, ANNA, canvas)

    view = await canvas.end()
    assert (view.stage, view.deployment, view.requester) == (Stage.CANCELLED, "text-to-image", ANNA.user)
    assert (view.prompt, view.seed, view.run_id) == ("made before", 5, run_id)


async def test_a_run_that_ended_while_nobody_followed_is_shown_as_it_ended(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    bench.sandbox.end(run_id)
    canvas = Canvas()

    await bench.generation.cancel(run_id, ANNA, canvas)

    assert (await canvas.end()).stage is Stage.DONE
    assert bench.calls("POST", f"/api/run/{run_id}") == 0


@pytest.mark.parametrize("action", ["cancel", "refresh"])
async def test_a_run_made_elsewhere_is_left_alone(bench: Bench, action: str) -> None:
    run_id = await bench.elsewhere()
    canvas = Canvas()

    with pytest.raises(RunNotOurs):
        await (
            bench.generation.cancel(run_id, MODERATOR, canvas)
            if action == "cancel"
            else bench.generation.refresh(run_id, canvas)
        )

    assert (canvas.shown, bench.calls("POST", f"/api/run/{run_id}")) == ([], 0)


async def test_a_run_that_is_gone_can_be_neither_cancelled_nor_refreshed(bench: Bench) -> None:
    with pytest.raises(RunGone):
        await bench.generation.cancel(NOBODY, ANNA)
    with pytest.raises(RunGone):
        await bench.generation.refresh(NOBODY, Canvas())


async def test_the_newest_of_a_persons_runs_is_cancelled_by_default(bench: Bench) -> None:
    older, newer = [await _running(bench, Canvas()) for _ in range(2)]

    await bench.generation.cancel_one(None, ANNA)

    assert [bench.sandbox.state(run_id).status for run_id in (older, newer)] == ["running", "cancelled"]


@pytest.mark.parametrize("written", ["{}", " {} ", "{:.4}"])
async def test_a_person_may_name_the_run_by_the_beginning_of_its_id(bench: Bench, written: str) -> None:
    older, newer = [await _running(bench, Canvas()) for _ in range(2)]

    await bench.generation.cancel_one(written.format(older[:8]), ANNA)

    assert [bench.sandbox.state(run_id).status for run_id in (older, newer)] == ["cancelled", "running"]


async def test_capitals_in_a_runs_id_do_not_matter(bench: Bench) -> None:
    run_id = await _running(bench, Canvas())

    await bench.generation.cancel_one(run_id.upper(), ANNA)

    assert bench.sandbox.state(run_id).status == "cancelled"


@pytest.mark.parametrize("written", ["", " ", "{:.1}", "{:.3}", " {:.3} "])
async def test_too_little_of_an_id_names_no_run(bench: Bench, written: str) -> None:
    run_id = await _running(bench, Canvas())

    with pytest.raises(NothingUnderWay):
        await bench.generation.cancel_one(written.format(run_id), ANNA)

    assert bench.sandbox.state(run_id).status == "running"


@pytest.mark.parametrize("named", [None, "zzzz", NOBODY])
async def test_who_has_no_such_run_under_way_has_nothing_to_cancel(bench: Bench, named: str | None) -> None:
    theirs = await _running(bench, Canvas())

    with pytest.raises(NothingUnderWay):
        await bench.generation.cancel_one(named or theirs, BERT)


async def test_moderators_may_name_the_runs_of_others_in_their_server(bench: Bench) -> None:
    theirs = await _running(bench, Canvas())

    with pytest.raises(NothingUnderWay):
        await bench.generation.cancel_one(theirs, replace(MODERATOR, guild=78))
    with pytest.raises(NothingUnderWay):
        await bench.generation.cancel_one(None, MODERATOR)
    await bench.generation.cancel_one(theirs, MODERATOR)

    assert bench.sandbox.state(theirs).status == "cancelled"


async def test_a_refresh_follows_a_run_that_nobody_follows_to_its_end(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    canvas = Canvas()

    await bench.generation.refresh(run_id, canvas)
    await until(lambda: Stage.RUNNING in canvas.stages)
    bench.sandbox.end(run_id)

    view = await canvas.end()
    assert (view.stage, len(canvas.contents)) == (Stage.DONE, 1)


async def test_a_refresh_of_a_followed_run_shows_it_there_from_now_on(bench: Bench) -> None:
    first, other = Canvas(), Canvas()
    run_id = await _running(bench, first)
    delivery = bench.deliveries.find(run_id)

    await bench.generation.refresh(run_id, other)
    bench.sandbox.end(run_id)

    assert bench.deliveries.find(run_id) is delivery
    assert (other.stages[0], (await other.end()).stage, first.finished) == (Stage.RUNNING, Stage.DONE, [])


async def test_two_clicks_on_refresh_follow_the_run_once(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    canvases = [Canvas(), Canvas()]

    await asyncio.gather(*(bench.generation.refresh(run_id, canvas) for canvas in canvases))
    bench.sandbox.end(run_id)
    await until(lambda: bench.deliveries.find(run_id) is None)

    assert sum(len(canvas.finished) for canvas in canvases) == 1


@pytest.mark.parametrize("gone", ["deployment", "catalog"])
async def test_a_run_is_shown_without_its_deployment_too(bench: Bench, gone: str) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    bench.sandbox.end(run_id)
    if gone == "deployment":
        bench.sandbox.deployments.remove(bench.sandbox.deployment("text-to-image"))
    else:
        bench.sandbox.faults.add("GET", "/api/deployments", faults.REVOKED)
    canvas = Canvas()

    await bench.generation.refresh(run_id, canvas)

    view = await canvas.end()
    assert (view.stage, view.deployment, len(view.files)) == (Stage.DONE, "a deployment that is gone", 1)
