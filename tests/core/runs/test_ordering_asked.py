"""What a person may do about a run that nobody knows of: look again, submit again, or give up."""

import pytest

from core.comfydeploy.errors import ApiError, OutOfCredits
from core.errors import DeploymentGone, OrderForgotten, StillNotFound, TooManyRuns
from core.people.actor import Actor
from core.runs.submission import Trail
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, FOREVER, MODERATOR, Bench, Canvas, open_bench


async def test_a_second_look_finds_a_run_that_appeared_later_and_follows_it(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    run_id, canvas = await bench.arrive(), Canvas()

    await bench.generation.look(trail, ANNA, canvas)
    view = await canvas.end()

    assert (view.stage, view.run_id, len(canvas.contents)) == (Stage.DONE, run_id, 1)
    assert list(bench.sandbox.runs) == [run_id]


async def test_a_run_that_is_found_is_under_way(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    trail = await bench.unknown(Canvas())
    run_id = await bench.arrive()

    await bench.generation.look(trail, ANNA, Canvas())

    assert [delivery.run_id for delivery in bench.deliveries.list_of(ANNA.user)] == [run_id]
    assert bench.limits.under_way == 1


async def test_a_look_that_finds_nothing_asks_again(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    canvas = Canvas()

    with pytest.raises(StillNotFound):
        await bench.generation.look(trail, ANNA, canvas)

    (view,) = canvas.shown
    assert (view.stage, view.trail, view.seed) == (Stage.UNKNOWN, trail, 4242)
    assert (bench.submits, bench.limits.under_way) == (1, 0)


async def test_another_process_finds_the_run_from_the_trail_alone(bench: Bench, restarted: Bench) -> None:
    trail = await bench.unknown(Canvas())
    run_id, canvas = await bench.arrive(), Canvas()

    await restarted.generation.look(trail, ANNA, canvas)
    view = await canvas.end()

    assert (view.stage, view.run_id, view.deployment) == (Stage.DONE, run_id, "text-to-image")


async def test_another_process_that_finds_nothing_asks_as_the_first_did(bench: Bench, restarted: Bench) -> None:
    trail = await bench.unknown(Canvas())
    canvas = Canvas()

    with pytest.raises(StillNotFound):
        await restarted.generation.look(trail, ANNA, canvas)

    (view,) = canvas.shown
    assert (view.stage, view.trail) == (Stage.UNKNOWN, trail)
    assert (view.deployment, view.requester) == ("text-to-image", ANNA.user)


async def test_a_look_while_the_api_is_away_says_so_and_changes_nothing(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    await bench.sandbox.refuse()
    canvas = Canvas()

    with pytest.raises(ApiError):
        await bench.generation.look(trail, ANNA, canvas)

    assert canvas.shown == []


async def test_a_look_needs_no_offer_in_the_process_that_remembers(bench: Bench, restarted: Bench) -> None:
    trail = await bench.unknown(Canvas())
    run_id, canvas = await bench.arrive(), Canvas()
    bench.sandbox.deployments.remove(bench.sandbox.deployment("text-to-image"))
    bench.catalog.invalidate()

    await bench.generation.look(trail, ANNA, canvas)
    with pytest.raises(DeploymentGone):
        await restarted.generation.look(trail, ANNA, Canvas())

    assert (await canvas.end()).run_id == run_id


async def test_submitting_anew_makes_one_run_with_a_new_mark(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    canvas = Canvas()

    await bench.generation.anew(trail, ANNA, canvas)
    view = await canvas.end()

    (run_id,) = bench.sandbox.runs
    assert (view.stage, view.run_id, bench.submits) == (Stage.DONE, run_id, 2)
    assert bench.mark(run_id).delivery != Trail.parse(trail).delivery
    assert (bench.mark(run_id).user, bench.sandbox.runs[run_id].workflow_inputs["seed"]) == (ANNA.user, 4242)


async def test_what_was_submitted_anew_is_not_submitted_a_third_time(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    await bench.generation.anew(trail, ANNA, Canvas())

    with pytest.raises(OrderForgotten):
        await bench.generation.anew(trail, ANNA, Canvas())

    assert bench.submits == 2


async def test_a_run_that_was_found_is_not_submitted_anew(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    await bench.arrive()
    await bench.generation.look(trail, ANNA, Canvas())

    with pytest.raises(OrderForgotten):
        await bench.generation.anew(trail, ANNA, Canvas())


async def test_a_run_that_was_found_by_itself_is_not_submitted_anew(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT_AFTER)
    canvas = Canvas()
    await bench.start(canvas)
    looking = next(view for view in canvas.shown if view.stage is Stage.LOOKING)

    with pytest.raises(OrderForgotten):
        await bench.generation.anew(str(looking.trail), ANNA, Canvas())

    assert bench.submits == 1


async def test_only_the_process_that_remembers_submits_anew(bench: Bench, restarted: Bench) -> None:
    trail = await bench.unknown(Canvas())

    with pytest.raises(OrderForgotten):
        await restarted.generation.anew(trail, ANNA, Canvas())

    assert (bench.submits, bench.sandbox.runs) == (1, {})


async def test_a_submit_anew_that_is_unclear_asks_with_a_trail_of_its_own(bench: Bench) -> None:
    old = await bench.unknown(Canvas())
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
    canvas = Canvas()

    await bench.generation.anew(old, ANNA, canvas)

    new = canvas.shown[-1].trail
    assert (canvas.stages[-1], bench.submits) == (Stage.UNKNOWN, 2)
    assert new not in {None, old}
    with pytest.raises(OrderForgotten):
        await bench.generation.anew(old, ANNA, Canvas())


async def test_a_submit_anew_that_is_refused_can_be_tried_again(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.NO_CREDITS, times=1)
    with pytest.raises(OutOfCredits):
        await bench.generation.anew(trail, ANNA, Canvas())
    canvas = Canvas()

    await bench.generation.anew(trail, ANNA, canvas)

    assert ((await canvas.end()).stage, len(bench.sandbox.runs)) == (Stage.DONE, 1)


async def test_a_submit_anew_takes_a_place_like_any_other(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        trail = await bench.unknown(Canvas())
        await bench.start(Canvas())

        with pytest.raises(TooManyRuns):
            await bench.generation.anew(trail, ANNA, Canvas())

        assert bench.submits == 2


@pytest.mark.parametrize("actor", [ANNA, MODERATOR])
async def test_giving_up_ends_the_message_and_forgets_the_order(bench: Bench, actor: Actor) -> None:
    trail = await bench.unknown(Canvas())
    canvas = Canvas()

    await bench.generation.give_up(trail, actor, canvas)

    view = await canvas.end()
    assert (view.stage, view.deployment, view.requester) == (Stage.GIVEN_UP, "text-to-image", ANNA.user)
    with pytest.raises(OrderForgotten):
        await bench.generation.anew(trail, ANNA, Canvas())


@pytest.mark.parametrize("gone", ["deployment", "api"])
async def test_giving_up_needs_neither_the_deployment_nor_the_api(bench: Bench, restarted: Bench, gone: str) -> None:
    trail = await bench.unknown(Canvas())
    if gone == "deployment":
        bench.sandbox.deployments.remove(bench.sandbox.deployment("text-to-image"))
    else:
        await bench.sandbox.refuse()
    canvas = Canvas()

    await restarted.generation.give_up(trail, ANNA, canvas)

    view = await canvas.end()
    assert (view.stage, view.deployment) == (Stage.GIVEN_UP, "a deployment that is gone")
