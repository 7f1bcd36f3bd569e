"""A wish that finds no place: it waits where everybody can see it, starts in its turn, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.comfydeploy.errors import OutOfCredits
from core.errors import AlreadyAsked, NothingUnderWay, NotYourRun, SurfaceLost, TooManyRuns
from core.people.actor import Actor
from core.runs.delivery import Delivery
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, BERT, FOREVER, MODERATOR, QUICK, WISH, Bench, Canvas, Notebook, open_bench
from tests.waiting import until


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
async def bench(sandbox: ComfyDeploySandbox, quick_retries: None, book: Notebook) -> AsyncIterator[Bench]:
    """One run is under way at a time, and two wishes of each person may wait."""
    async with open_bench(sandbox, limits=(1, 1, 2), journal=book) as opened:
        sandbox.behaviour["text-to-image"] = FOREVER
        yield opened


async def _waits(bench: Bench, canvas: Canvas, actor: Actor = ANNA) -> Delivery:
    delivery = await bench.generation.start(replace(WISH, actor=actor), canvas)
    assert (delivery.run_id, canvas.stages[-1]) == (None, Stage.IN_LINE)
    return delivery


async def _place_is_free(bench: Bench, run_id: str) -> None:
    """The run that holds it ends, and the next ones are quick."""
    bench.sandbox.behaviour["text-to-image"] = QUICK
    bench.sandbox.end(run_id)
    await until(lambda: bench.deliveries.find(run_id) is None)


async def test_who_finds_no_place_is_told_where_they_stand(bench: Bench, book: Notebook) -> None:
    await bench.start(Canvas())
    canvases = [Canvas(), Canvas()]

    for canvas in canvases:
        await _waits(bench, canvas)

    assert [canvas.shown[-1].place for canvas in canvases] == [1, 2]
    assert (bench.submits, len(book.open)) == (1, 3)


async def test_a_wish_in_line_starts_when_a_place_is_free(bench: Bench) -> None:
    first, canvas = await bench.start(Canvas()), Canvas()
    delivery = await _waits(bench, canvas)

    await _place_is_free(bench, first)
    view = await canvas.end()

    assert canvas.stages[:2] == [Stage.IN_LINE, Stage.PREPARING]
    assert (view.stage, view.delivery, view.seed, view.place) == (Stage.DONE, delivery.id, 4242, None)
    assert list(bench.sandbox.runs) == [first, view.run_id]
    await delivery.over.wait()
    assert bench.limits.under_way == 0


async def test_people_in_line_are_served_in_turns(bench: Bench) -> None:
    first = await bench.start(Canvas())
    for actor in (ANNA, ANNA, BERT):
        await _waits(bench, Canvas(), actor)

    await _place_is_free(bench, first)
    await until(lambda: bench.deliveries.list_open() == [])

    owners = [bench.mark(run_id).user for run_id in bench.sandbox.runs]
    assert owners == [ANNA.user, ANNA.user, BERT.user, ANNA.user]


@pytest.mark.parametrize("actor", [ANNA, MODERATOR])
async def test_owner_and_moderators_may_take_a_wish_out_of_the_line(bench: Bench, book: Notebook, actor: Actor) -> None:
    first, canvas = await bench.start(Canvas()), Canvas()
    delivery = await _waits(bench, canvas)

    await bench.generation.leave(delivery.id, actor)
    await _place_is_free(bench, first)

    assert ((await canvas.end()).stage, bench.submits) == (Stage.LEFT, 1)
    assert (bench.limits.under_way, bench.limits.waiting) == (0, 0)
    await until(lambda: book.open == {})


@pytest.mark.parametrize("actor", [BERT, replace(MODERATOR, guild=78), replace(MODERATOR, guild=None)])
async def test_nobody_else_may(bench: Bench, actor: Actor) -> None:
    await bench.start(Canvas())
    canvas = Canvas()
    delivery = await _waits(bench, canvas)

    with pytest.raises(NotYourRun):
        await bench.generation.leave(delivery.id, actor)

    assert (canvas.finished, bench.limits.waiting) == ([], 1)


async def test_what_does_not_stand_in_line_cannot_leave_it(bench: Bench) -> None:
    first = await bench.start(Canvas())
    delivery = await _waits(bench, Canvas())
    running = bench.deliveries.find(first)
    assert running is not None
    await bench.generation.leave(delivery.id, ANNA)

    for gone in (delivery.id, running.id, "d00d"):
        with pytest.raises(NothingUnderWay):
            await bench.generation.leave(gone, ANNA)


async def test_two_clicks_on_leave_end_the_wish_once(bench: Bench) -> None:
    await bench.start(Canvas())
    canvas = Canvas()
    delivery = await _waits(bench, canvas)

    outcomes = await asyncio.gather(
        *(bench.generation.leave(delivery.id, actor) for actor in (ANNA, MODERATOR)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), NothingUnderWay]
    assert len(canvas.finished) == 1


async def test_a_wish_that_was_left_is_not_submitted_by_another_process(
    sandbox: ComfyDeploySandbox, bench: Bench, book: Notebook
) -> None:
    await bench.start(Canvas())
    canvas = Canvas()
    delivery = await _waits(bench, canvas)
    canvas.end_gate.clear()  # Discord is slow, and the process is killed meanwhile
    leaving = asyncio.ensure_future(bench.generation.leave(delivery.id, ANNA))
    await until(lambda: book.open[delivery.id].order is None)
    leaving.cancel()
    await asyncio.wait({leaving})
    await bench.generation.aclose()
    sandbox.runs.clear()

    async with open_bench(sandbox, limits=(9, 9), journal=book) as restarted:
        await restarted.generation.resume(lambda _: Canvas())
        await until(lambda: book.open == {})

    assert sandbox.runs == {}


async def test_the_newest_wish_is_cancelled_by_default_though_it_has_no_run_yet(bench: Bench) -> None:
    first, canvas = await bench.start(Canvas()), Canvas()
    await _waits(bench, canvas)

    await bench.generation.cancel_one(None, ANNA)

    assert ((await canvas.end()).stage, bench.sandbox.state(first).final) == (Stage.LEFT, False)


async def test_a_wish_whose_submit_is_refused_says_why_and_holds_up_nobody(bench: Bench, book: Notebook) -> None:
    first, refused, other = await bench.start(Canvas()), Canvas(), Canvas()
    await _waits(bench, refused)
    await _waits(bench, other, BERT)
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.NO_CREDITS, times=1)

    await _place_is_free(bench, first)
    view = await refused.end()

    assert (view.stage, type(view.refused), view.run_id) == (Stage.REFUSED, OutOfCredits, None)
    assert (await other.end()).stage is Stage.DONE
    await until(lambda: book.open == {})


async def test_a_wish_whose_message_is_gone_starts_nothing(bench: Bench, book: Notebook) -> None:
    first, lost = await bench.start(Canvas()), Canvas(lost_at=0)

    delivery = await bench.generation.start(WISH, lost)
    await _place_is_free(bench, first)
    await delivery.over.wait()

    assert (type(delivery.view.refused), bench.submits, book.open) == (SurfaceLost, 1, {})


async def test_nobody_knows_of_a_submit_from_the_line_either(bench: Bench) -> None:
    first, canvas = await bench.start(Canvas()), Canvas()
    delivery = await _waits(bench, canvas)
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)

    await _place_is_free(bench, first)
    await until(lambda: canvas.stages[-1] is Stage.UNKNOWN)

    assert canvas.shown[-1].trail == str(delivery.trail)
    assert (bench.limits.under_way, bench.submits, canvas.finished) == (0, 2, [])


async def test_a_full_line_refuses(bench: Bench) -> None:
    await bench.start(Canvas())
    for _ in range(2):
        await _waits(bench, Canvas())
    canvas = Canvas()

    await bench.generation.check(replace(WISH, actor=BERT))
    with pytest.raises(TooManyRuns) as caught:
        await bench.generation.check(WISH)
    with pytest.raises(TooManyRuns):
        await bench.generation.start(WISH, canvas)

    assert (caught.value.waiting, caught.value.limit, canvas.shown) == (2, 1, [])


async def test_a_wish_that_is_heard_twice_is_one_wish(bench: Bench) -> None:
    wish = replace(WISH, cause="interaction 1")
    canvases = [Canvas() for _ in range(3)]

    outcomes = await asyncio.gather(
        *(bench.generation.start(wish, canvas) for canvas in canvases), return_exceptions=True
    )
    with pytest.raises(AlreadyAsked):
        await bench.generation.start(wish, Canvas())

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyAsked", "AlreadyAsked", "Delivery"]
    assert (bench.submits, bench.limits.under_way, bench.limits.waiting) == (1, 1, 0)
