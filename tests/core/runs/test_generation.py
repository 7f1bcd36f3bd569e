"""From a wish to one run: what is checked first, what is sent, and what is left behind when it does not work."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from core.comfydeploy.errors import DispatchFailed, Unreachable
from core.comfydeploy.values import Given, Source
from core.errors import DeploymentNotFound, Fault, InputsInvalid, SurfaceLost
from core.file_errors import FileNotAnImage
from core.forms.form import FormNeeded, PickNeeded
from core.forms.wish import Wish
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, faults
from stationthis_discord.sandbox.comfydeploy.errors import MACHINE_REFUSED
from tests.core.runs.bench import ANNA, SEED, Bench, Canvas
from tests.waiting import until


async def test_a_wish_becomes_one_run_with_the_persons_values_and_a_drawn_seed(bench: Bench) -> None:
    given = Given(prompt="a lake", negative="fog", named={"style": "Noir"})

    run_id = await bench.wish(Wish(ANNA, "text-to-image", given, "width=64; height=72"), Canvas())

    assert list(bench.sandbox.runs) == [run_id]
    sent = dict(bench.sandbox.runs[run_id].workflow_inputs)
    assert sent.pop("_stationthis") == str(bench.mark(run_id))
    assert sent == {
        "prompt": "a lake",
        "negative": "fog",
        "style": "noir",
        "width": 64,
        "height": 72,
        "seed": SEED,
    }


async def test_a_seed_that_was_given_is_the_seed(bench: Bench) -> None:
    canvas = Canvas()

    run_id = await bench.wish(Wish(ANNA, "text-to-image", Given(seed=2**32 - 1)), canvas)

    assert bench.sandbox.runs[run_id].workflow_inputs["seed"] == 2**32 - 1
    assert canvas.shown[0].seed == 2**32 - 1


async def test_the_run_says_whose_it_is(bench: Bench) -> None:
    run_id = await bench.start(Canvas())

    mark = bench.mark(run_id)
    assert (mark.user, mark.guild, mark.parent) == (ANNA.user, ANNA.guild, None)
    assert mark.deployment == bench.sandbox.deployment("text-to-image").id


async def test_the_wish_is_shown_before_anything_is_sent(bench: Bench) -> None:
    canvas = Canvas()
    canvas.gate.clear()

    starting = asyncio.ensure_future(bench.start(canvas))
    await until(lambda: bench.limits.under_way)
    before = bench.submits
    canvas.gate.set()
    run_id = await starting

    first = canvas.shown[0]
    assert (before, bench.submits) == (0, 1)
    assert (first.stage, first.deployment, first.requester) == (Stage.PREPARING, "text-to-image", ANNA.user)
    assert (first.run_id, first.seed, first.parent) == (None, SEED, None)
    assert (await canvas.end()).run_id == run_id


async def test_a_picture_is_uploaded_first_and_its_address_sent(bench: Bench, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), "teal").save(buffer, "PNG")
    (tmp_path / "mine.png").write_bytes(buffer.getvalue())
    given = Given(image=Source("mine.png", tmp_path / "mine.png"))
    canvas = Canvas()

    run_id = await bench.wish(Wish(ANNA, "upscale", given), canvas)

    key = bench.sandbox.account.storage.key_of(bench.sandbox.runs[run_id].workflow_inputs["image"])
    assert key is not None
    assert await bench.sandbox.account.storage.read(key) == buffer.getvalue()
    assert (await canvas.end()).stage is Stage.DONE


async def test_all_problems_of_a_wish_are_told_at_once_and_nothing_is_shown(bench: Bench) -> None:
    canvas = Canvas()

    with pytest.raises(InputsInvalid) as caught:
        await bench.start(canvas, further="width=-5; nonsense=1")

    assert {problem.fault for problem in caught.value.problems} == {Fault.OUT_OF_RANGE, Fault.UNKNOWN}
    assert (caught.value.deployment, canvas.shown, bench.submits) == ("text-to-image", [], 0)


@pytest.mark.parametrize(
    ("further", "wrong"),
    [
        ("no equals sign", {Fault.UNREADABLE}),
        ("no equals sign; width=-5", {Fault.UNREADABLE, Fault.OUT_OF_RANGE}),
    ],
)
async def test_further_inputs_that_cannot_be_read_are_a_problem_like_the_others(
    bench: Bench, further: str, wrong: set[Fault]
) -> None:
    with pytest.raises(InputsInvalid) as caught:
        await bench.start(Canvas(), further=further)

    assert {problem.fault for problem in caught.value.problems} == wrong
    assert caught.value.deployment == "text-to-image"


async def test_what_is_not_on_offer_cannot_be_wished_for(bench: Bench) -> None:
    with pytest.raises(PickNeeded) as caught:
        await bench.start(Canvas(), "upscal")

    assert isinstance(caught.value.cause, DeploymentNotFound)
    assert caught.value.cause.similar == ("upscale",)


async def test_a_submit_that_fails_gives_the_place_back(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.problem(MACHINE_REFUSED))

    with pytest.raises(DispatchFailed):
        await bench.start(Canvas())

    assert (bench.limits.under_way, bench.submits, bench.deliveries.list_of(ANNA.user)) == (0, 1, [])


async def test_a_file_that_is_no_picture_gives_the_place_back_and_starts_nothing(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    given = Given(image=Source("a.png", tmp_path / "a.png"))

    with pytest.raises(FormNeeded) as caught:
        await bench.generation.start(Wish(ANNA, "upscale", given), Canvas())

    (problem,) = caught.value.form.problems
    assert isinstance(problem.file, FileNotAnImage)
    assert (bench.limits.under_way, bench.submits) == (0, 0)


async def test_a_surface_lost_before_the_submit_starts_nothing(bench: Bench) -> None:
    with pytest.raises(SurfaceLost):
        await bench.start(Canvas(lost_at=0))

    assert (bench.limits.under_way, bench.submits) == (0, 0)


async def test_a_start_that_is_cancelled_gives_the_place_back(bench: Bench) -> None:
    bench.sandbox.faults.add("POST", faults.QUEUE, faults.slow(60))
    starting = asyncio.ensure_future(bench.start(Canvas()))
    await until(lambda: bench.submits)

    starting.cancel()
    await asyncio.wait({starting})

    assert (starting.cancelled(), bench.limits.under_way) == (True, 0)


async def test_a_machine_that_cannot_be_reached_leaves_a_failed_run_that_is_shown(bench: Bench) -> None:
    bench.sandbox.behaviour["text-to-image"] = Behaviour(outcome="unreachable")
    canvas = Canvas()

    await bench.start(canvas)

    assert (await canvas.end()).stage is Stage.FAILED
    assert bench.submits == 1


async def test_while_the_api_is_down_nothing_starts_and_nothing_is_shown(bench: Bench) -> None:
    await bench.sandbox.refuse()
    canvas = Canvas()

    with pytest.raises(Unreachable):
        await bench.start(canvas)

    assert (canvas.shown, bench.limits.under_way) == ([], 0)
