"""The same once more: read back from the run itself, with a new seed, for whoever asks now."""

import asyncio

import pytest

from core.comfydeploy.errors import Unreachable
from core.errors import (
    AlreadyAsked,
    CoreError,
    DeploymentGone,
    RunGone,
    RunNotOurs,
    SurfaceLost,
    TookTooLong,
    TooManyRuns,
)
from core.forms.form import PickNeeded
from core.runs import generation
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, BERT, FOREVER, SEED, Bench, Canvas, Speed, open_bench
from tests.waiting import until, until_told

NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_the_same_inputs_run_again_with_a_new_seed(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    canvas = Canvas()

    second = await bench.again(first, ANNA, canvas)

    before, after = (dict(bench.sandbox.runs[run_id].workflow_inputs) for run_id in (first, second))
    assert after == before | {"seed": SEED, "_stationthis": str(bench.mark(second))}
    assert (await canvas.end()).stage is Stage.DONE


async def test_the_new_run_belongs_to_who_asked_and_knows_its_parent(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    canvas = Canvas()

    mark = bench.mark(await bench.again(first, BERT, canvas))

    assert (mark.user, mark.guild, mark.parent) == (BERT.user, BERT.guild, first)
    assert mark.delivery != bench.mark(first).delivery
    shown = canvas.shown[0]
    assert (shown.requester, shown.parent, shown.seed, shown.prompt) == (BERT.user, first, SEED, "made before")


async def test_a_deployment_without_a_seed_runs_again_as_it_was(bench: Bench) -> None:
    url = bench.sandbox.account.storage.plain_url("inputs/sample.png")
    first = await bench.start(Canvas(), "upscale", further=f"image={url}")

    second = await bench.again(first, ANNA, Canvas())

    sent = bench.sandbox.runs[first].workflow_inputs["image"]
    assert bench.sandbox.runs[second].workflow_inputs["image"] == sent != url


async def test_a_double_click_is_one_wish(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, Speed(double_click=3600)) as bench:
        first = await bench.elsewhere(owner=ANNA)

        outcomes = await asyncio.gather(*(bench.again(first, ANNA, Canvas()) for _ in range(3)), return_exceptions=True)
        with pytest.raises(AlreadyAsked):
            await bench.again(first, ANNA, Canvas())

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyAsked", "AlreadyAsked", "str"]
        assert bench.submits == 2


async def test_two_people_may_ask_for_the_same(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)

    await asyncio.gather(*(bench.again(first, actor, Canvas()) for actor in (ANNA, BERT)))

    assert bench.submits == 3


async def test_a_second_wish_a_while_later_is_a_wish(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    await bench.again(first, ANNA, Canvas())

    async def ask() -> str | None:
        try:
            return await bench.again(first, ANNA, Canvas())
        except AlreadyAsked:
            return None

    assert await until_told(ask) in bench.sandbox.runs


async def test_after_a_failure_asking_again_is_no_double_click(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, Speed(double_click=3600)) as bench:
        first = await bench.elsewhere(owner=ANNA)
        with pytest.raises(SurfaceLost):
            await bench.generation.again(first, ANNA, Canvas(lost_at=0))

        assert await bench.again(first, ANNA, Canvas())


async def test_the_owner_of_a_run_is_read_from_it(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)

    assert await bench.generation.owner_of(first) == ANNA.user


async def test_a_run_made_elsewhere_is_not_ours_to_repeat(bench: Bench) -> None:
    foreign = await bench.elsewhere()

    with pytest.raises(RunNotOurs):
        await bench.again(foreign, ANNA, Canvas())

    assert bench.submits == 1


async def test_a_run_that_the_api_no_longer_knows_is_gone(bench: Bench) -> None:
    with pytest.raises(RunGone):
        await bench.again(NOBODY, ANNA, Canvas())


async def test_a_deployment_that_is_gone_cannot_run_again(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    bench.sandbox.deployments.remove(bench.sandbox.deployment("text-to-image"))

    with pytest.raises(PickNeeded) as caught:
        await bench.again(first, ANNA, Canvas())

    assert isinstance(caught.value.cause, DeploymentGone)


async def test_a_limit_that_is_reached_is_told_before_anything_is_asked(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        first = await bench.start(Canvas())
        await until(lambda: bench.calls("GET", "/api/run/"))

        with pytest.raises(TooManyRuns):
            await bench.again(first, ANNA, Canvas())

        assert bench.submits == 1


@pytest.mark.parametrize("error", [Unreachable, SurfaceLost])
async def test_a_failure_gives_the_place_back(bench: Bench, error: type[CoreError]) -> None:
    first = await bench.elsewhere(owner=ANNA)
    await bench.catalog.list_deployments()
    if error is Unreachable:
        await bench.sandbox.refuse()

    with pytest.raises(error):
        await bench.generation.again(first, ANNA, Canvas(lost_at=0))

    assert bench.limits.under_way == 0


async def test_an_upload_of_a_private_account_is_used_again_without_its_old_signature(quick_retries: None) -> None:
    async with ComfyDeploySandbox(pace=0.02, private=True) as sandbox, open_bench(sandbox) as bench:
        signed = sandbox.account.storage.url("inputs/sample.png")
        first = await bench.elsewhere("upscale", owner=ANNA, image=signed)

        second = await bench.again(first, ANNA, Canvas())

        assert sandbox.runs[second].workflow_inputs["image"] == sandbox.account.storage.plain_url("inputs/sample.png")


async def test_a_read_that_fails_at_first_is_asked_again(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    bench.sandbox.faults.add("GET", "/api/run/*", faults.BAD_GATEWAY, times=1)

    assert await bench.again(first, ANNA, Canvas())


async def test_all_that_a_rerun_asks_for_first_has_one_limit(
    sandbox: ComfyDeploySandbox, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    monkeypatch.setattr(generation, "PATIENCE", 0.1)
    sandbox.faults.add("GET", "/api/*", faults.slow(0.08))

    with pytest.raises(TookTooLong):
        await bench.generation.again(run_id, ANNA, Canvas())

    assert bench.submits == 1  # the one that was there before
