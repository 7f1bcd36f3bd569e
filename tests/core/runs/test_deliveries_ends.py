"""Every end that a run can have, as its surface is shown it; the place is given back in each."""

from datetime import UTC, datetime

import pytest

from core.people.line import Ticket
from core.runs.delivery import Delivery
from core.runs.journal import Phase, Record
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, Failure, Fault, faults
from tests.core.runs.bench import ANNA, FOREVER, QUICK, Bench, Canvas
from tests.waiting import until

FAILING = Behaviour(outcome="failed", seconds=1.0, queue_seconds=0.5, cold_seconds=0.0)


async def test_a_result_arrives_byte_for_byte(bench: Bench) -> None:
    canvas = Canvas()
    run_id = await bench.start(canvas)

    view = await canvas.end()

    (media,) = [item.media for item in view.files]
    key = bench.sandbox.account.storage.key_of(media.url)
    assert key is not None
    assert canvas.contents == [await bench.sandbox.account.storage.read(key)]
    assert (view.stage, view.run_id, view.files[0].size) == (Stage.DONE, run_id, len(canvas.contents[0]))
    assert view.files[0].name == "text-to-image_4242_1.png"


async def test_several_files_arrive_in_one_end(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(images=4, seconds=1, queue_seconds=0, cold_seconds=0)
    canvas = Canvas()
    await bench.start(canvas)

    view = await canvas.end()

    assert [item.name for item in view.files] == [f"text-to-image_4242_{number}.png" for number in (1, 2, 3, 4)]
    assert len(set(canvas.contents)) == 4


async def test_more_files_than_are_shown_of_one_run_are_left_out(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(images=52, seconds=1, queue_seconds=0, cold_seconds=0)
    canvas = Canvas()
    await bench.start(canvas)

    view = await canvas.end()

    assert (len(view.files), len(view.left_out)) == (50, 2)
    assert all(left.beyond for left in view.left_out)


async def test_words_are_a_result_too(bench: Bench) -> None:
    url = bench.sandbox.account.storage.plain_url("inputs/sample.png")
    canvas = Canvas()
    await bench.start(canvas, "caption", further=f"image={url}")

    view = await canvas.end()

    assert view.stage is Stage.DONE
    assert any(text.strip() for text in view.texts)


async def test_a_file_larger_than_the_surface_takes_is_left_out_with_its_link(bench: Bench) -> None:
    canvas = Canvas(upload_limit=10)
    await bench.start(canvas)

    view = await canvas.end()

    (left,) = view.left_out
    assert (view.stage, view.files, left.limit) == (Stage.DONE, (), 10)
    assert left.size is not None
    assert left.media.url.startswith(bench.sandbox.url)


@pytest.mark.parametrize(
    "fault", [faults.EXPIRED_URL, faults.CUT, Fault(status=302, headers={"Location": "http://h/"})]
)
async def test_a_file_that_cannot_be_fetched_is_left_out(bench: Bench, fault: Fault) -> None:
    bench.sandbox.faults.add("GET", "/files/*", fault)
    canvas = Canvas()
    await bench.start(canvas)

    view = await canvas.end()

    assert (view.stage, view.files, [left.size for left in view.left_out]) == (Stage.DONE, (), [None])


@pytest.mark.parametrize("url", ["https://[broken", "javascript:alert(1)", "https://user:pw@h/", "http://h:port/", " "])
async def test_an_address_that_is_none_costs_only_its_file(bench: Bench, url: str) -> None:
    canvas = Canvas()
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    run_id = await bench.start(canvas)
    outputs = [{"data": {"images": [{"url": url, "filename": "a.png"}]}}, {"data": {"text": ["words"]}}]
    body = {"id": run_id, "status": "success", "outputs": outputs}

    bench.sandbox.faults.add("GET", f"/api/run/{run_id}", Fault(status=200, body=body))
    view = await canvas.end()

    assert (view.stage, view.files, view.texts) == (Stage.DONE, (), ("words",))
    assert [left.media.url for left in view.left_out] == [url]


async def test_a_failed_run_says_why(bench: Bench) -> None:
    failure = Failure("CUDA out of memory", node="VAEDecode")
    bench.sandbox.behaviour["text-to-image"] = Behaviour(
        outcome="failed", seconds=1, queue_seconds=0, cold_seconds=0, error=failure
    )
    canvas = Canvas()
    await bench.start(canvas)

    view = await canvas.end()

    assert view.stage is Stage.FAILED
    assert view.reason is not None
    assert (view.reason.message, view.reason.node) == ("CUDA out of memory", "VAEDecode")


async def test_a_failed_run_whose_reason_cannot_be_read_is_still_shown(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FAILING
    bench.sandbox.faults.add("GET", "/api/workflow/*/runs", faults.SERVER_ERROR)
    canvas = Canvas()
    await bench.start(canvas)

    view = await canvas.end()

    assert (view.stage, view.reason) == (Stage.FAILED, None)


async def test_a_failed_run_of_an_unknown_workflow_is_still_shown(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    bench.sandbox.end(run_id, "failed")
    canvas = Canvas()
    now = datetime.now(UTC)
    record = Record(
        id="d00d",
        user=ANNA.user,
        guild=None,
        deployment=bench.sandbox.deployment("text-to-image").id,
        address=canvas.address,
        asked_at=now,
        phase=Phase.RUNNING,
        run_id=run_id,
    )
    view = RunView(deployment="x", requester=ANNA.user, asked_at=now, run_id=run_id)

    bench.following.follow(Delivery(record, view, canvas, Ticket(ANNA.user)))
    end = await canvas.end()

    assert (end.stage, end.reason) == (Stage.FAILED, None)
    assert bench.calls("GET", "/api/workflow/") == 0


async def test_a_run_that_takes_too_long_ends_as_such(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(outcome="timeout", seconds=1, queue_seconds=0, cold_seconds=0)
    canvas = Canvas()
    await bench.start(canvas)

    assert (await canvas.end()).stage is Stage.TIMED_OUT


async def test_a_run_cancelled_elsewhere_ends_as_such(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)

    bench.sandbox.end(run_id, "cancelled")

    assert (await canvas.end()).stage is Stage.CANCELLED


async def test_a_run_that_the_api_no_longer_knows_is_lost(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)

    del bench.sandbox.runs[run_id]

    assert (await canvas.end()).stage is Stage.LOST


@pytest.mark.parametrize("outcome", ["success", "failed", "timeout", "cancelled", "gone", "unreachable"])
async def test_every_end_gives_the_place_back_and_closes_the_delivery(bench: Bench, outcome: str) -> None:
    endings = {"success": QUICK, "failed": FAILING, "unreachable": Behaviour(outcome="unreachable")}
    bench.sandbox.behaviour["text-to-image"] = endings.get(outcome, FOREVER)
    canvas = Canvas()
    run_id = await bench.start(canvas)
    taken = bench.limits.under_way

    if outcome in {"timeout", "cancelled"}:
        bench.sandbox.end(run_id, outcome)
    elif outcome == "gone":
        del bench.sandbox.runs[run_id]
    await canvas.end()
    await until(lambda: bench.deliveries.find(run_id) is None)

    assert (taken, bench.limits.under_way) == (1, 0)


async def test_a_run_whose_surface_is_lost_keeps_its_place_to_the_end(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas(lost_at=1)
    run_id = await bench.start(canvas)
    delivery = bench.deliveries.find(run_id)
    assert delivery is not None
    await until(lambda: delivery.lost)

    assert bench.limits.under_way == 1
    bench.sandbox.end(run_id)

    await until(lambda: bench.limits.under_way == 0)
    assert canvas.finished == []


async def test_a_surface_lost_at_the_end_gives_the_place_back(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    canvas = Canvas()
    run_id = await bench.start(canvas)
    await until(lambda: canvas.shown)

    canvas.lost_at = 0
    bench.sandbox.end(run_id)

    await until(lambda: bench.limits.under_way == 0)
    assert canvas.finished == []


async def test_a_surface_with_a_bug_gives_the_place_back(bench: Bench) -> None:
    canvas = Canvas(lost_at=1)
    canvas.error = ZeroDivisionError("a bug")

    await bench.start(canvas)

    await until(lambda: bench.limits.under_way == 0)


async def test_the_files_are_gone_after_the_end(bench: Bench) -> None:
    canvas = Canvas()
    await bench.start(canvas)
    view = await canvas.end()

    await until(lambda: [item.file.closed for item in view.files] == [True])
