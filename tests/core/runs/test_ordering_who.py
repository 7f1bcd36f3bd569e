"""Who may say what is to become of a run that nobody knows of, and how often a click counts: once."""

import asyncio
from types import NoneType

import pytest

from core.errors import AlreadyAsked, NotYourRun, StillNotFound, SurfaceLost
from core.people.actor import Actor
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, BERT, FOREVER, MODERATOR, WISH, Bench, Canvas, Speed, open_bench
from tests.waiting import until

VERBS = ("look", "anew", "give_up")
NO_TRAIL = "00000000-0000-4000-8000-000000000000"


async def _press(bench: Bench, verb: str, trail: str, actor: Actor = ANNA, canvas: Canvas | None = None) -> None:
    await getattr(bench.generation, verb)(trail, actor, canvas or Canvas())


@pytest.mark.parametrize(
    ("actor", "verb"), [*((BERT, verb) for verb in VERBS), (MODERATOR, "look"), (MODERATOR, "anew")]
)
async def test_a_stranger_may_do_none_of_it_and_a_moderator_no_more_than_give_up(
    bench: Bench, actor: Actor, verb: str
) -> None:
    trail = await bench.unknown(Canvas())
    await bench.arrive()
    canvas, calls = Canvas(), len(bench.sandbox.calls)

    with pytest.raises(NotYourRun) as caught:
        await _press(bench, verb, trail, actor, canvas)

    assert (caught.value.owner, canvas.shown, canvas.finished) == (ANNA.user, [], [])
    assert len(bench.sandbox.calls) == calls


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("text", ["", NO_TRAIL, "0-0-0-0"])
async def test_what_is_no_trail_is_refused(bench: Bench, verb: str, text: str) -> None:
    with pytest.raises(ValueError, match="no trail"):
        await _press(bench, verb, text)

    assert bench.sandbox.calls == []


async def test_of_many_clicks_on_look_one_looks_and_one_delivery_follows(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())
    await bench.arrive()
    canvases = [Canvas() for _ in range(5)]

    outcomes = await asyncio.gather(
        *(bench.generation.look(trail, ANNA, canvas) for canvas in canvases), return_exceptions=True
    )
    await until(lambda: any(canvas.finished for canvas in canvases))
    await until(lambda: bench.limits.under_way == 0)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LookingAlready"] * 4 + ["NoneType"]
    assert sum(len(canvas.finished) for canvas in canvases) == 1


async def test_of_many_clicks_on_anew_one_submits(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    trail = await bench.unknown(Canvas())

    outcomes = await asyncio.gather(
        *(bench.generation.anew(trail, ANNA, Canvas()) for _ in range(5)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LookingAlready"] * 4 + ["NoneType"]
    assert (bench.submits, len(bench.sandbox.runs)) == (2, 1)


@pytest.mark.parametrize("first", ["look", "anew"])
@pytest.mark.parametrize("second", VERBS)
async def test_while_one_thing_is_done_no_other_is_begun(bench: Bench, first: str, second: str) -> None:
    trail = await bench.unknown(Canvas())
    canvas = Canvas()
    bench.sandbox.faults.add("GET", "/api/v2/workflow/*", faults.slow(0.05))
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.slow(0.05))

    outcomes = await asyncio.gather(
        _press(bench, first, trail, canvas=canvas), _press(bench, second, trail), return_exceptions=True
    )

    assert isinstance(outcomes[0], StillNotFound if first == "look" else NoneType)
    assert isinstance(outcomes[1], AlreadyAsked)
    assert bench.submits == 1 + (first == "anew")


async def test_while_the_first_looks_go_on_nothing_else_is_begun(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
    canvas = Canvas()
    async with open_bench(sandbox, Speed(looks=(0.2,))) as bench:
        starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
        await until(lambda: Stage.LOOKING in canvas.stages)
        trail = str(canvas.shown[-1].trail)

        for verb in VERBS:
            with pytest.raises(AlreadyAsked):
                await _press(bench, verb, trail)

        assert ((await starting).run_id, bench.submits) == (None, 1)


@pytest.mark.parametrize("verb", ["look", "anew"])
async def test_a_message_that_is_gone_is_told(bench: Bench, verb: str) -> None:
    trail = await bench.unknown(Canvas())

    with pytest.raises(SurfaceLost):
        await _press(bench, verb, trail, canvas=Canvas(lost_at=0))

    assert bench.submits == 1


async def test_giving_up_where_the_message_is_gone_asks_no_more(bench: Bench) -> None:
    trail = await bench.unknown(Canvas())

    await _press(bench, "give_up", trail, canvas=Canvas(lost_at=0))

    assert bench.deliveries.list_open() == []
