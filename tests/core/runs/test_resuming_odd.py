"""What the next process finds changed: too much time, a deployment or a place that is gone, an API that is away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.comfydeploy.fit import Fitted
from core.errors import AlreadyAsked, DeploymentGone, OrderForgotten
from core.runs.following import GONE
from core.runs.journal import Phase, Record
from core.runs.order import Order
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.runs.bench import ANNA, BERT, FOREVER, Bench, Canvas, Notebook, open_bench
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_retries")
YESTERDAY = datetime.now(UTC) - timedelta(hours=25)
NAME = "text-to-image"


async def _written(bench: Bench, book: Notebook, canvas: Canvas, phase: Phase, **facts: Any) -> Record:  # noqa: ANN401 -- any field of a record
    """A delivery as the last process left it, whose run is there if its phase says so."""
    deployment = await bench.catalog.find(NAME)
    order = Order(deployment, Fitted({"seed": 5, "width": 64, "height": 64}, {}, None, 5), ANNA)
    run_id = await bench.elsewhere(owner=ANNA) if phase is Phase.RUNNING else None
    given: dict[str, Any] = {
        "id": f"{len(book.open):016x}",
        "user": ANNA.user,
        "guild": ANNA.guild,
        "deployment": deployment.id,
        "address": canvas.address,
        "asked_at": datetime.now(UTC),
        "order": None if run_id else order.written(),
        "run_id": run_id,
        "workflow_id": deployment.workflow_id if run_id else None,
    }
    record = Record(phase=phase, **(given | facts))
    await book.add(record)
    return record


@pytest.mark.parametrize("phase", Phase)
async def test_what_was_asked_for_more_than_a_day_ago_is_not_waited_for(
    bench: Bench, sandbox: ComfyDeploySandbox, phase: Phase
) -> None:
    book, canvas = Notebook(), Canvas()
    await _written(bench, book, canvas, phase, asked_at=YESTERDAY)
    submits = bench.submits

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)
        view = await canvas.end()
        await until(lambda: book.open == {})

        assert (view.stage, restarted.submits, restarted.limits.under_way) == (Stage.EXPIRED, submits, 0)


async def test_an_address_that_cannot_be_read_is_closed_and_holds_up_no_other(
    bench: Bench, sandbox: ComfyDeploySandbox
) -> None:
    book, canvas = Notebook(), Canvas()
    broken = await _written(bench, book, canvas, Phase.RUNNING, address="nowhere")
    await _written(bench, book, canvas, Phase.RUNNING)

    def restore(address: str) -> Canvas:
        if address == "nowhere":
            raise ValueError("no address")
        return canvas

    async with open_bench(sandbox, journal=book) as restarted:
        with capture_logs() as lines:
            await restarted.generation.resume(restore)

        (line,) = [line for line in lines if line["event"] == "run.address_unreadable"]
        assert (line["delivery"], line["run"], book.closed) == (broken.id, broken.run_id, [broken.id])
        assert (await canvas.end()).stage is Stage.DONE


@pytest.mark.parametrize(
    ("phase", "stage"),
    [(Phase.IN_LINE, Stage.REFUSED), (Phase.SENDING, Stage.GIVEN_UP), (Phase.RUNNING, Stage.DONE)],
)
async def test_a_deployment_that_is_gone_is_told(
    bench: Bench, sandbox: ComfyDeploySandbox, phase: Phase, stage: Stage
) -> None:
    book, canvas = Notebook(), Canvas()
    await _written(bench, book, canvas, phase)
    submits = bench.submits
    sandbox.deployments.remove(sandbox.deployment(NAME))

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)
        view = await canvas.end()

        assert (view.stage, view.deployment, restarted.submits) == (stage, GONE, submits)
        if phase is Phase.IN_LINE:
            assert type(view.refused) is DeploymentGone


@pytest.mark.parametrize("order", [None, "no order"])
async def test_a_wish_of_which_nobody_knows_what_it_was_is_not_submitted(
    bench: Bench, sandbox: ComfyDeploySandbox, order: str | None
) -> None:
    book, canvas = Notebook(), Canvas()
    await _written(bench, book, canvas, Phase.IN_LINE, order=order)

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)
        view = await canvas.end()

        assert (view.stage, type(view.refused), restarted.submits) == (Stage.REFUSED, OrderForgotten, 0)


@pytest.mark.parametrize(("phase", "stage"), [(Phase.IN_LINE, Stage.DONE), (Phase.RUNNING, Stage.DONE)])
async def test_what_is_open_goes_on_when_the_api_is_back(
    bench: Bench, sandbox: ComfyDeploySandbox, phase: Phase, stage: Stage
) -> None:
    book, canvas = Notebook(), Canvas()
    await _written(bench, book, canvas, phase)
    await sandbox.refuse()

    async with open_bench(sandbox, journal=book) as restarted:
        restarted.metrics.summary()
        await restarted.generation.resume(lambda _: canvas)
        await until(lambda: restarted.metrics.summary()["errors_total"])
        early = canvas.finished == []
        await sandbox.listen()
        view = await canvas.end()

        assert (early, view.stage, [view.run_id], view.seed) == (True, stage, list(sandbox.runs), 5)


async def test_a_submit_is_looked_for_when_the_api_is_back(bench: Bench, sandbox: ComfyDeploySandbox) -> None:
    book, canvas = Notebook(), Canvas()
    await _written(bench, book, canvas, Phase.SENDING)
    await sandbox.refuse()

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)
        await until(lambda: canvas.stages == [Stage.LOOKING])
        with pytest.raises(AlreadyAsked):
            await restarted.generation.look(str(canvas.shown[-1].trail), ANNA, Canvas())
        await sandbox.listen()
        await until(lambda: canvas.stages[-1] is Stage.UNKNOWN)
        await until(lambda: [record.phase for record in book.open.values()] == [Phase.ASKED])

        assert restarted.submits == 0


async def test_runs_take_their_places_before_older_wishes_in_line(bench: Bench, sandbox: ComfyDeploySandbox) -> None:
    book = Notebook()
    await _written(bench, book, Canvas(), Phase.IN_LINE)
    sandbox.behaviour[NAME] = FOREVER
    await _written(bench, book, Canvas(), Phase.RUNNING, user=BERT.user)

    async with open_bench(sandbox, limits=(1, 1, 1), journal=book) as restarted:
        await restarted.generation.resume(lambda _: Canvas())

        limits = restarted.limits
        assert (limits.under_way_of(BERT.user), limits.under_way, limits.waiting) == (1, 1, 1)


async def test_where_the_place_is_lost_the_run_still_ends(bench: Bench, sandbox: ComfyDeploySandbox) -> None:
    book = Notebook()
    await _written(bench, book, Canvas(), Phase.RUNNING)

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: Canvas(lost_at=0))
        await until(lambda: book.open == {})

        assert restarted.limits.under_way == 0


async def test_a_click_on_cancel_reaches_a_run_of_the_last_process(bench: Bench, sandbox: ComfyDeploySandbox) -> None:
    book, canvas, other = Notebook(), Canvas(), Canvas()
    sandbox.behaviour[NAME] = FOREVER
    record = await _written(bench, book, canvas, Phase.RUNNING)

    async with open_bench(sandbox, journal=book) as restarted:
        sandbox.behaviour[NAME] = FOREVER
        await restarted.generation.resume(lambda _: canvas)
        await restarted.generation.cancel(record.run_id or "", ANNA, other)

        assert ((await canvas.end()).stage, other.shown) == (Stage.CANCELLED, [])
