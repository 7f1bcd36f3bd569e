"""Forms on their way to runs, and their files: run once, mended where a file is no good, kept through a restart."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from core.comfydeploy.values import Given, Source
from core.errors import AlreadyAsked, FormExpired, InputsInvalid, TooManyRuns
from core.file_errors import FileNotAnImage
from core.forms.form import Form, FormNeeded
from core.forms.wish import Wish
from core.runs.view import Stage
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from tests.core.bytes_of import SVG, drawn
from tests.core.runs.bench import ANNA, BERT, FOREVER, WISH, Bench, Canvas, Notebook, open_bench
from tests.waiting import until

PICTURE = drawn("PNG")
ONE = (1, 1, 2)  # a run at a time, and two wishes in line


@dataclass
class Host:
    """Where people's files are."""

    sandbox: ComfyDeploySandbox

    def file(self, name: str, content: bytes) -> Source:
        storage = self.sandbox.account.storage
        return Source(name, storage.plain_url(storage.put(f"people/{name}", Bytes(content))), len(content))

    def upscale(self, content: bytes = PICTURE) -> Wish:
        return Wish(ANNA, "upscale", Given(image=self.file("a.png", content)))


@pytest.fixture
def host(sandbox: ComfyDeploySandbox) -> Host:
    return Host(sandbox)


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
async def busy(sandbox: ComfyDeploySandbox, quick_retries: None, book: Notebook) -> AsyncIterator[Bench]:
    """The one place is taken."""
    async with open_bench(sandbox, limits=ONE, journal=book) as opened:
        sandbox.behaviour["text-to-image"] = FOREVER
        await opened.start(Canvas(), actor=BERT)
        yield opened


async def needed(bench: Bench, wish: Wish) -> Form:
    with pytest.raises(FormNeeded) as caught:
        await bench.generation.start(wish, Canvas())
    return caught.value.form


async def wanted(bench: Bench) -> Form:
    """A form that could be run."""
    return await needed(bench, Wish(ANNA, "text-to-image", WISH.given, WISH.further, wants_form=True))


def puts(bench: Bench) -> int:
    return bench.calls("PUT", "/files/")


# -- a form is run --


async def test_a_form_is_run_once_however_often_run_is_pressed(bench: Bench) -> None:
    form, canvas = await wanted(bench), Canvas()

    outcomes = await asyncio.gather(
        *(bench.generation.start_form(form.id, ANNA, canvas) for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyAsked", "AlreadyAsked", "Delivery"]
    assert bench.submits == 1
    with pytest.raises(FormExpired):
        await bench.generation.check_form(form.id, ANNA)


async def test_while_it_is_on_its_way_a_check_says_so(bench: Bench) -> None:
    form, canvas = await wanted(bench), Canvas()
    canvas.gate.clear()
    running = asyncio.create_task(bench.generation.start_form(form.id, ANNA, canvas))
    await until(bench.deliveries.list_open)

    with pytest.raises(AlreadyAsked):
        await bench.generation.check_form(form.id, ANNA)

    canvas.gate.set()
    await running


async def test_after_a_failure_the_form_is_still_there(bench: Bench) -> None:
    form = await wanted(bench)
    with pytest.raises(Exception, match="gone"):
        await bench.generation.start_form(form.id, ANNA, Canvas(lost_at=0))

    await bench.generation.check_form(form.id, ANNA)
    await bench.generation.start_form(form.id, ANNA, Canvas())

    assert bench.submits == 1


async def test_a_check_of_a_form_minds_the_limits(sandbox: ComfyDeploySandbox, quick_retries: None) -> None:
    async with open_bench(sandbox, limits=(1, 20)) as bench:
        sandbox.behaviour["text-to-image"] = FOREVER
        form = await wanted(bench)
        await bench.start(Canvas())

        with pytest.raises(TooManyRuns):
            await bench.generation.check_form(form.id, ANNA)


# -- its files --


async def test_a_wish_whose_file_is_no_good_is_a_form_with_all_else_in_it(bench: Bench, host: Host) -> None:
    form = await needed(bench, Wish(ANNA, "image-to-image", Given(prompt="a fox", image=host.file("a.svg", SVG))))

    assert [(item.key, type(item.file)) for item in form.problems] == [("image", FileNotAnImage)]
    assert form.values == {"prompt": "a fox"}
    assert (bench.submits, bench.limits.under_way, bench.deliveries.list_open()) == (0, 0, [])


async def test_with_another_file_it_is_run(bench: Bench, host: Host) -> None:
    form, canvas = await needed(bench, host.upscale(SVG)), Canvas()
    await bench.forms.fill(form.id, ANNA, {"image": (host.file("b.png", PICTURE),)})

    delivery = await bench.generation.start_form(form.id, ANNA, canvas)

    assert (await canvas.end()).stage is Stage.DONE
    assert await bench.sandbox.opened(str(delivery.run_id)) == {"image": [PICTURE]}


async def test_a_file_that_is_no_good_is_told_at_the_end_of_the_line(busy: Bench, host: Host) -> None:
    canvas = Canvas()
    await busy.generation.start(host.upscale(SVG), canvas)

    for run_id in list(busy.sandbox.runs):
        busy.sandbox.end(run_id)
    view = await canvas.end()

    assert (view.stage, type(view.refused)) == (Stage.REFUSED, InputsInvalid)
    await until(lambda: busy.limits.under_way == 0)


# -- and a restart --


async def test_what_waits_in_line_is_uploaded_by_the_next_process(busy: Bench, host: Host, book: Notebook) -> None:
    canvas = Canvas()
    await busy.generation.start(host.upscale(), canvas)
    [run_id] = busy.sandbox.runs
    assert puts(busy) == 0
    await busy.generation.aclose()

    async with open_bench(busy.sandbox, limits=ONE, journal=book) as bench:
        await bench.generation.resume(lambda address: canvas if address == canvas.address else Canvas())
        bench.sandbox.end(run_id)
        view = await canvas.end()

        assert (view.stage, puts(bench)) == (Stage.DONE, 1)
        assert await bench.sandbox.opened(str(view.run_id)) == {"image": [PICTURE]}


async def test_who_is_killed_while_uploading_has_it_uploaded_by_the_next_process(
    sandbox: ComfyDeploySandbox, quick_retries: None, host: Host, book: Notebook
) -> None:
    canvas, rule = Canvas(), sandbox.faults.add("PUT", "/files/*", faults.slow(0.1))
    async with open_bench(sandbox, journal=book) as killed:
        starting = asyncio.create_task(killed.generation.start(host.upscale(), canvas))
        await until(lambda: rule.hits)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    async with open_bench(sandbox, journal=book) as bench:
        await bench.generation.resume({canvas.address: canvas}.__getitem__)
        view = await canvas.end()

        assert (view.stage, bench.submits) == (Stage.DONE, 1)
        assert await sandbox.opened(str(view.run_id)) == {"image": [PICTURE]}


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_what_is_submitted_again_is_not_uploaded_again(
    sandbox: ComfyDeploySandbox, quick_retries: None, host: Host, book: Notebook, is_restarted: bool
) -> None:
    canvas, new = Canvas(), Canvas()
    async with open_bench(sandbox, journal=book) as first:
        rule = sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
        await first.generation.start(host.upscale(), canvas)
        sandbox.faults.remove(rule)
        trail = canvas.shown[-1].trail or ""
        if not is_restarted:
            await first.generation.anew(trail, ANNA, new)
            await new.end()

    if is_restarted:
        async with open_bench(sandbox, journal=book) as second:
            await second.generation.resume({canvas.address: canvas}.__getitem__)
            await second.generation.anew(trail, ANNA, new)
            await new.end()

    [view] = new.finished
    assert (view.stage, puts(first)) == (Stage.DONE, 1)
    assert await sandbox.opened(str(view.run_id)) == {"image": [PICTURE]}
