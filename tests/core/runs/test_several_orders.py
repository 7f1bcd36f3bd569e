"""What each of several runs is started with, and what they cost, which is said before."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from core.comfydeploy.fit import Fitted
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.comfydeploy.values import Given, Source
from core.forms.draft import Draft
from core.forms.form import PickNeeded
from core.forms.wish import Wish
from core.offer import Deployment
from core.prices import Prices
from core.runs.costs import Cost, Costs
from core.runs.estimates import Estimates, Usual
from core.runs.generation import Generation
from core.runs.order import Order
from core.runs.several import CostNeeded, orders_of
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.bytes_of import SVG, drawn
from tests.core.runs.bench import (
    ANNA,
    SMALL,
    WISH,
    Bench,
    Canvas,
    Notebook,
    open_bench,
)
from tests.core.runs.sheets import FOUR, ROOM, stages

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
async def bench(sandbox: ComfyDeploySandbox, quick_retries: None, book: Notebook) -> AsyncIterator[Bench]:
    """Two runs of a person are under way at a time, and five more may wait."""
    async with open_bench(sandbox, limits=ROOM, journal=book) as opened:
        yield opened


@pytest.mark.parametrize(
    ("further", "seeds"),
    [
        (f"{SMALL}; seed=7", [7, 8, 9]),
        (f"{SMALL}; seed=random", [4242] * 3),
        (SMALL, [4242] * 3),
    ],
)
async def test_a_given_seed_is_followed_by_the_next_ones_and_others_are_drawn(
    bench: Bench, further: str, seeds: list[int]
) -> None:
    canvas = Canvas()

    await bench.generation.start(replace(WISH, further=further, count=3), canvas)
    view = await canvas.end()

    assert [run.seed for run in view.runs] == seeds
    assert sorted(run.workflow_inputs["seed"] for run in bench.sandbox.runs.values()) == sorted(seeds)


@pytest.mark.parametrize(
    ("seed", "given", "maximum", "seeds"),
    [
        (9, "9", 10.0, [9, 10, 0]),
        (0, "0", 0.0, [0, 0, 0]),
        (2**64 - 1, str(2**64 - 1), None, [2**64 - 1, 0, 1]),
        (9, " Random ", 10.0, [9, 5, 5]),
        (9, "", 10.0, [9, 5, 5]),
    ],
)
def test_seeds_stay_in_the_range_of_their_input(seed: int, given: str, maximum: float | None, seeds: list[int]) -> None:
    item = Input("seed", InputKind.SEED, "Seed", minimum=0.0, maximum=maximum)
    deployment = Deployment("d", "fox", "production", "w", 1, "", (item,), Kind.IMAGE, "fox")
    draft = Draft(ANNA.user, values={"seed": given}, count=3)
    order = Order(deployment, Fitted({"seed": seed}, {}, None, seed), ANNA, draft=draft)

    orders = orders_of(order, lambda _low, _high: 5)

    assert [one.fitted.values["seed"] for one in orders] == [one.fitted.seed for one in orders] == seeds


def test_without_a_seed_all_are_alike_and_none_shares_what_changes() -> None:
    deployment = Deployment("d", "fox", "production", "w", 1, "", (), Kind.IMAGE, "fox")
    order = Order(deployment, Fitted({"prompt": "fox"}, {}, "fox", None), ANNA, draft=Draft(ANNA.user, count=2))

    first, second = orders_of(order, lambda _low, _high: 5)
    first.fitted.values["prompt"] = "owl"

    assert (second.fitted.values, order.fitted.values) == ({"prompt": "fox"}, {"prompt": "fox"})


USUAL = Usual(30.0, 60.0)


async def _cent(_: Deployment) -> Cost | None:
    return Cost(0.01, USUAL)


def costly(bench: Bench, book: Notebook) -> Generation:
    """As the bench's own, where a run costs a cent."""
    return Generation(bench.parts, book, cost=_cent)


async def test_what_several_cost_is_asked_once_before_any_is_started(bench: Bench, book: Notebook) -> None:
    canvas = Canvas()
    async with aclosing(costly(bench, book)) as generation:
        with pytest.raises(CostNeeded) as caught:
            await generation.start(FOUR, Canvas())
        needed = caught.value
        with pytest.raises(CostNeeded):
            await generation.check_form(needed.draft, ANNA)
        assert (needed.count, needed.dollars, needed.usual, bench.submits) == (4, 0.04, USUAL, 0)

        generation.agree(needed.draft, ANNA)
        await generation.check_form(needed.draft, ANNA)
        await generation.start_form(needed.draft, ANNA, canvas)

        assert len((await canvas.end()).files) == 4


async def test_memory_is_enough_to_ask_and_one_run_is_never_asked_about(bench: Bench, book: Notebook) -> None:
    await bench.catalog.list_deployments()
    async with aclosing(costly(bench, book)) as generation:
        with pytest.raises(CostNeeded):
            await generation.check(FOUR)
        await generation.check(WISH)


async def test_a_file_for_all_of_them_is_uploaded_once(bench: Bench, tmp_path: Path) -> None:
    path, canvas = tmp_path / "a.png", Canvas()
    path.write_bytes(drawn("PNG"))
    given = Given(image=Source("a.png", path, path.stat().st_size))

    await bench.generation.start(Wish(ANNA, "upscale", given, count=4), canvas)
    view = await canvas.end()

    assert (stages(view), bench.submits, bench.calls("PUT", "/files/")) == ([Stage.DONE] * 4, 4, 1)


async def test_a_file_that_is_none_is_said_in_each_line(bench: Bench, tmp_path: Path) -> None:
    path, canvas = tmp_path / "a.png", Canvas()
    path.write_bytes(SVG)

    await bench.generation.start(Wish(ANNA, "upscale", Given(image=Source("a.png", path, 10)), count=3), canvas)
    view = await canvas.end()

    assert (stages(view), view.stage, bench.submits) == ([Stage.REFUSED] * 3, Stage.FAILED, 0)


async def test_three_runs_and_a_price_are_enough_to_know_what_another_one_costs(bench: Bench) -> None:
    deployment = await bench.catalog.find("text-to-image")
    estimates = Estimates(bench.api.runs.list_newest)
    async with aclosing(Prices(bench.api.account.get_gpu_prices)) as prices:
        costs = Costs(estimates, bench.catalog, prices)
        assert await costs.of(deployment) is None
        for _ in range(3):
            estimates.learn(deployment.id, 30.0)
        assert await costs.of(deployment) is None  # nobody asked for the machines yet
        await bench.catalog.list_machines()

        cost = await costs.of(deployment)

        price = await prices.price("A10G")
    assert price is not None
    assert cost == Cost(pytest.approx(30.0 * price), Usual(30.0, 30.0))  # type: ignore[arg-type]  # it stands for one


async def test_a_form_or_a_picked_deployment_starts_as_many_as_were_wanted(bench: Bench) -> None:
    canvas = Canvas()
    with pytest.raises(PickNeeded) as caught:
        await bench.generation.start(Wish(ANNA, "text-to-imagg", count=2), Canvas())
    deployment = await bench.catalog.find("text-to-image")
    form = await bench.forms.choose(caught.value.draft, ANNA, deployment.id)

    await bench.generation.check_form(form.id, ANNA)
    await bench.generation.start_form(form.id, ANNA, canvas)

    assert len((await canvas.end()).runs) == 2
