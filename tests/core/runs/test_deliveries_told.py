"""How an end reaches the person: again where Discord is silent, with a call after a long wait, and with the truth."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from core.runs.journal import Phase, Record
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Fault
from tests.core.runs.bench import ANNA, FOREVER, WISH, Bench, Canvas, Notebook, Speed, open_bench
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_retries")
SLOW_AGAIN = Speed(again=(3600.0,))
CANCEL = "/api/run/*/cancel"


@dataclass(frozen=True)
class Said:
    """What everybody and every server said of being called."""

    pings: bool | None = None

    async def get_person(self, user: int) -> "Said":
        return self

    async def get_server(self, guild: int) -> "Said":
        return Said()


async def test_an_end_that_discord_did_not_take_is_shown_again(bench: Bench) -> None:
    canvas = Canvas()
    canvas.busy = 1
    await bench.start(canvas)

    view = await canvas.end()

    assert (view.stage, len(canvas.contents)) == (Stage.DONE, 1)


async def test_while_discord_is_silent_others_have_the_place(sandbox: ComfyDeploySandbox) -> None:
    canvas, other = Canvas(), Canvas()
    canvas.busy = 1
    async with open_bench(sandbox, SLOW_AGAIN, limits=(1, 1)) as bench:
        run_id = await bench.start(canvas)
        await until(lambda: bench.limits.under_way == 0)
        await bench.start(other)

        assert (await other.end()).stage is Stage.DONE
        assert bench.deliveries.find(run_id) is not None


async def test_an_end_that_waits_for_discord_is_shown_by_the_next_process(sandbox: ComfyDeploySandbox) -> None:
    canvas, book = Canvas(), Notebook()
    canvas.busy = 1
    async with open_bench(sandbox, SLOW_AGAIN, journal=book) as bench:
        await bench.start(canvas)
        await until(lambda: canvas.busy == 0)

    async with open_bench(sandbox, journal=book) as restarted:
        await restarted.generation.resume(lambda _: canvas)

        assert (await canvas.end()).stage is Stage.DONE


async def test_a_discord_that_stays_silent_is_given_up(bench: Bench) -> None:
    canvas = Canvas()
    canvas.busy = 99
    with capture_logs() as lines:
        await bench.start(canvas)
        await until(lambda: bench.deliveries.list_open() == [])

    (line,) = [line for line in lines if line["event"] == "run.not_shown"]
    assert (line["outcome"], line["files"], canvas.finished) == ("lost", 1, [])


@asynccontextmanager
async def _late(sandbox: ComfyDeploySandbox, seconds: float, said: Said | None = None) -> AsyncIterator[Canvas]:
    """The surface of a run that was asked for so long ago, and is followed now."""
    book, canvas = Notebook(), Canvas()
    async with open_bench(sandbox, journal=book, said=said) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        deployment = await bench.catalog.find("text-to-image")
        run_id = await bench.elsewhere(owner=ANNA)
        await book.add(
            Record(
                id="00ff00ff00ff00ff",
                user=ANNA.user,
                guild=ANNA.guild,
                deployment=deployment.id,
                address=canvas.address,
                asked_at=datetime.now(UTC) - timedelta(seconds=seconds),
                phase=Phase.RUNNING,
                run_id=run_id,
                workflow_id=deployment.workflow_id,
            )
        )
        await bench.generation.resume(lambda _: canvas)
        await until(lambda: Stage.RUNNING in canvas.stages)
        yield canvas


async def _end(sandbox: ComfyDeploySandbox, canvas: Canvas, status: str = "success") -> RunView:
    (run_id,) = sandbox.runs
    sandbox.end(run_id, status)
    return await canvas.end()


@pytest.mark.parametrize(("seconds", "called"), [(20.0, False), (40.0, True)])
async def test_only_who_waited_long_is_called(sandbox: ComfyDeploySandbox, seconds: float, called: bool) -> None:
    async with _late(sandbox, seconds) as canvas:
        assert (await _end(sandbox, canvas)).ping is called


@pytest.mark.parametrize("status", ["failed", "timeout"])
async def test_a_bad_end_calls_the_person_too(sandbox: ComfyDeploySandbox, status: str) -> None:
    async with _late(sandbox, 40.0) as canvas:
        assert (await _end(sandbox, canvas, status)).ping


async def test_nobody_is_called_for_a_run_that_was_cancelled(sandbox: ComfyDeploySandbox) -> None:
    async with _late(sandbox, 40.0) as canvas:
        assert not (await _end(sandbox, canvas, "cancelled")).ping


@pytest.mark.parametrize(("pings", "called"), [(False, False), (True, True), (None, True)])
async def test_nobody_is_called_who_does_not_want_it(
    sandbox: ComfyDeploySandbox, pings: bool | None, called: bool
) -> None:
    async with _late(sandbox, 40.0, Said(pings)) as canvas:
        assert (await _end(sandbox, canvas)).ping is called


async def test_a_run_that_was_faster_than_its_cancel_says_both(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: Stage.RUNNING in canvas.stages)
    bench.sandbox.faults.add("POST", CANCEL, Fault(status=200, body={"status": "success"}))

    await bench.generation.cancel(run_id, ANNA)
    bench.sandbox.end(run_id)
    view = await canvas.end()

    assert (view.stage, view.cancelling, len(view.files)) == (Stage.DONE, True, 1)


async def test_messages_that_share_a_rate_limit_are_edited_more_rarely(sandbox: ComfyDeploySandbox) -> None:
    canvases = [Canvas() for _ in range(3)]
    async with open_bench(sandbox, Speed(pace=0.01), limits=(3, 3)) as bench:
        sandbox.behaviour["text-to-image"] = Behaviour(queue_seconds=1e6)
        for canvas in canvases[:2]:
            canvas.lane = "a channel"
        one, two, other = [await bench.generation.start(WISH, canvas) for canvas in canvases]
        await until(lambda: one.lane == two.lane == "a channel")

        paces = [bench.deliveries.pace_of(delivery) for delivery in (one, two, other)]
        bench.sandbox.end(one.run_id or "")
        await one.over.wait()

        assert paces == [0.02, 0.02, 0.01]
        assert bench.deliveries.pace_of(two) == 0.01
