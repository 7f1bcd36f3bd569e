"""A disk that takes nothing: what is not written down is not begun, and what was begun ends all the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import StoreFailed
from core.runs.journal import Phase
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.runs.bench import ANNA, FOREVER, QUICK, WISH, Bench, Canvas, Notebook, open_bench
from tests.waiting import until


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
async def bench(sandbox: ComfyDeploySandbox, quick_retries: None, book: Notebook) -> AsyncIterator[Bench]:
    async with open_bench(sandbox, limits=(1, 1, 1), journal=book) as opened:
        yield opened


async def test_a_wish_that_cannot_be_written_down_is_not_begun(bench: Bench, book: Notebook) -> None:
    book.full, canvas = True, Canvas()

    with pytest.raises(StoreFailed):
        await bench.generation.start(WISH, canvas)

    assert (bench.submits, bench.limits.under_way, bench.deliveries.list_open(), canvas.shown) == (0, 0, [], [])


async def test_a_wish_that_cannot_be_written_down_does_not_stand_in_line(bench: Bench, book: Notebook) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    await bench.start(Canvas())
    book.full = True

    with pytest.raises(StoreFailed):
        await bench.generation.start(WISH, Canvas())

    assert bench.limits.waiting == 0


async def test_a_submit_that_cannot_be_written_down_is_not_sent(bench: Bench, book: Notebook) -> None:
    canvas = Canvas()
    canvas.gate.clear()
    starting = asyncio.ensure_future(bench.generation.start(WISH, canvas))
    await until(lambda: book.open)

    book.full = True
    canvas.gate.set()

    with pytest.raises(StoreFailed):
        await starting
    assert (bench.submits, bench.limits.under_way, bench.deliveries.list_open()) == (0, 0, [])


async def test_a_submit_from_the_line_that_cannot_be_written_down_says_so(bench: Bench, book: Notebook) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    first, canvas = await bench.start(Canvas()), Canvas()
    await bench.generation.start(WISH, canvas)
    book.full = True

    bench.sandbox.end(first)
    view = await canvas.end()

    assert (view.stage, type(view.refused), bench.submits) == (Stage.REFUSED, StoreFailed, 1)
    await until(lambda: bench.limits.under_way == 0)


async def test_a_run_whose_end_cannot_be_written_down_is_shown_to_its_end(bench: Bench, book: Notebook) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)

    book.full = True
    bench.sandbox.end(run_id)
    view = await canvas.end()

    assert view.stage is Stage.DONE
    await until(lambda: bench.limits.under_way == 0)


async def test_a_run_that_cannot_be_written_down_is_not_taken_up(bench: Bench, book: Notebook) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    book.full, canvas = True, Canvas()

    with pytest.raises(StoreFailed):
        await bench.generation.refresh(run_id, canvas)

    assert (bench.deliveries.list_open(), bench.limits.under_way, canvas.shown) == ([], 0, [])


async def test_each_step_is_written_down_before_what_depends_on_it(bench: Bench, book: Notebook) -> None:
    bench.sandbox.behaviour["text-to-image"] = QUICK
    canvas = Canvas()
    canvas.end_gate.clear()
    run_id = await bench.start(canvas)
    (record,) = book.open.values()

    canvas.end_gate.set()
    await canvas.end()
    await until(lambda: book.closed == [record.id])

    assert (record.phase, record.run_id, record.order) == (Phase.RUNNING, run_id, None)
    assert (record.user, record.guild, record.address) == (ANNA.user, ANNA.guild, canvas.address)
    assert record.workflow_id == (await bench.catalog.find("text-to-image")).workflow_id
    assert bench.mark(run_id).delivery == record.id
