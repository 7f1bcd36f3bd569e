"""What is refused before anything starts: too many runs under way, and what memory alone can tell."""

import asyncio

import pytest

from core.errors import (
    CoreError,
    InputsInvalid,
    TooManyRuns,
)
from core.forms.form import PickNeeded
from core.forms.wish import Wish
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.samples import text_to_image
from tests.core.runs.bench import ANNA, BERT, FOREVER, Bench, Canvas, Speed, open_bench
from tests.waiting import until


async def test_one_person_has_only_so_many_runs_under_way(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        await bench.start(Canvas())

        with pytest.raises(TooManyRuns) as caught:
            await bench.start(Canvas())

        await bench.start(Canvas(), actor=BERT)
        assert (caught.value.limit, caught.value.everybody, bench.submits) == (1, False, 2)


async def test_everybody_together_has_only_so_many_runs_under_way(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, limits=(2, 1)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        await bench.start(Canvas())

        with pytest.raises(TooManyRuns) as caught:
            await bench.start(Canvas(), actor=BERT)

        assert (caught.value.limit, caught.value.everybody, bench.submits) == (1, True, 1)


async def test_of_two_wishes_at_the_same_moment_the_limit_lets_one_through(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER

        outcomes = await asyncio.gather(*(bench.start(Canvas()) for _ in range(5)), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["TooManyRuns"] * 4 + ["str"]
        assert bench.submits == 1


async def test_a_place_is_free_again_after_the_end(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, limits=(1, 1)) as bench:
        for _ in range(3):
            await bench.start(Canvas())
            await until(lambda: bench.limits.under_way == 0)

        assert bench.submits == 3


async def test_a_check_before_the_first_load_knows_nothing_and_starts_it(bench: Bench) -> None:
    await bench.generation.check(Wish(ANNA, "no such thing"))

    await until(bench.catalog.recall)


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (Wish(ANNA, "no such thing"), PickNeeded),
        (Wish(ANNA, "text-to-image", further="width=much"), InputsInvalid),
        (Wish(ANNA, "upscale"), InputsInvalid),
        (Wish(ANNA, "twin"), PickNeeded),
    ],
)
async def test_a_check_refuses_from_memory_what_a_start_would_refuse(
    bench: Bench, wish: Wish, error: type[CoreError]
) -> None:
    for is_fluid in (False, True):
        bench.sandbox.add_deployment("twin", text_to_image(), is_fluid=is_fluid)
    await bench.catalog.list_deployments()
    calls = len(bench.sandbox.calls)

    with pytest.raises(error):
        await bench.generation.check(wish)
    with pytest.raises(error):
        await bench.generation.start(wish, Canvas())

    assert len(bench.sandbox.calls) == calls


async def test_a_check_lets_a_good_wish_pass(bench: Bench) -> None:
    await bench.catalog.list_deployments()

    await bench.generation.check(Wish(ANNA, "text-to-image", further="width=64"))


async def test_a_check_refuses_who_has_too_many_runs_under_way(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        await bench.start(Canvas())

        with pytest.raises(TooManyRuns):
            await bench.generation.check(Wish(ANNA, "text-to-image"))
        await bench.generation.check(Wish(BERT, "text-to-image"))


async def test_an_old_memory_refuses_nothing(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, Speed(ttl=0.01)) as bench:
        await bench.catalog.list_deployments()
        sandbox.add_deployment("brand-new", text_to_image())
        sandbox.faults.add("GET", "/api/deployments", faults.slow(0.1), times=1)
        await until(lambda: bench.catalog.recall() is None)

        await bench.generation.check(Wish(ANNA, "brand-new"))

        assert await bench.start(Canvas(), "brand-new")
