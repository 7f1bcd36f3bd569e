"""Several runs in one place: what they look like together, who shows the end, and what another process makes of it."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media
from core.errors import RunGone, SurfaceLost, SurfaceSilent
from core.forms.wish import Manner
from core.result_errors import SurfaceTooSmall
from core.runs.sheet import Sheet, Slot, together
from core.runs.view import Fetched, RunView, Stage
from tests.core.runs.bench import Canvas
from tests.waiting import until

ASKED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NEW = RunView(deployment="Portraits", requester=1, asked_at=ASKED, prompt="fox")
LEFT = replace(NEW, left=True)
FAILED = replace(NEW, refused=RunGone())
ID = "0123456789abcdef"
RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"


def picture(name: str) -> Fetched:
    return Fetched(Media(f"https://files.example/{name}", name), io.BytesIO(b"x"), name, 1)


def done(*names: str) -> RunView:
    return replace(NEW, delivered=True, files=tuple(map(picture, names)))


class Small(Canvas):
    """A place that takes no end before its files are smaller."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    async def finish(self, view: RunView) -> None:
        if not self.refused:
            self.refused += 1
            raise SurfaceTooSmall(100)
        await super().finish(view)


def sheet(canvas: Canvas, size: int = 3) -> list[Slot]:
    slots = Sheet(canvas, size).slots()
    for slot in slots:
        slot.know(NEW)
    return slots


async def waits(slot: Slot, view: RunView) -> "asyncio.Task[None]":
    """The end of a slot, which waits for those of the others."""
    task = asyncio.create_task(slot.finish(view))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.parametrize(
    ("views", "stage"),
    [
        ([NEW, NEW], Stage.RUNNING),
        ([NEW, done("a.png")], Stage.RUNNING),
        ([done("a.png"), FAILED], Stage.DONE),
        ([done("a.png"), LEFT], Stage.DONE),
        ([LEFT, FAILED], Stage.FAILED),
        ([LEFT, LEFT], Stage.CANCELLED),
    ],
)
def test_together_they_are_under_way_until_all_are_over(views: list[RunView], stage: Stage) -> None:
    assert together(views, ID).stage is stage


def test_files_that_are_there_are_previews_until_all_are_over() -> None:
    early = replace(NEW, previews=(picture("c.png"),))

    under_way = together([done("a.png", "b.png"), early], ID)
    over = together([done("a.png", "b.png"), done("d.png")], ID)

    assert [item.name for item in under_way.previews] == ["a.png", "b.png", "c.png"]
    assert under_way.files == ()
    assert [item.name for item in over.files] == ["a.png", "b.png", "d.png"]
    assert over.previews == ()


def test_files_of_one_name_keep_apart() -> None:
    whole = together([done("a_1.png"), done("a_1.png"), done("a_1.png")], ID)

    assert [item.name for item in whole.files] == ["a_1.png", "2_a_1.png", "3_a_1.png"]


def test_whoever_is_to_be_called_for_one_is_called_for_all() -> None:
    assert together([NEW, replace(NEW, ping=True)], ID).ping
    assert not together([NEW, NEW], ID).ping


def test_a_stop_looks_the_same_however_many_say_it() -> None:
    gone = replace(NEW, pausing=True)

    assert together([gone, NEW], ID).looks == together([gone, gone], ID).looks


async def test_each_state_is_shown_with_those_of_the_others() -> None:
    canvas = Canvas()
    first, second, _ = sheet(canvas)
    running = replace(NEW, run_id=RUN, run=Run(id=RUN, status="running"))

    await first.show(running)
    await second.show(replace(NEW, place=2))

    assert [run.stage for run in canvas.shown[-1].runs] == [Stage.RUNNING, Stage.IN_LINE, Stage.PREPARING]


async def test_what_looks_the_same_is_shown_once() -> None:
    canvas = Canvas()
    first, second, _ = sheet(canvas)

    assert [await first.show(NEW), await second.show(NEW)] == [True, True]

    assert len(canvas.shown) == 1


async def test_several_changes_make_one_edit_and_what_was_asked_for_does_not_wait() -> None:
    canvas = Canvas()
    slots = Sheet(canvas, 3, pace=3600.0).slots()
    for slot in slots:
        slot.know(NEW)
    await slots[0].show(NEW)

    waiting = [asyncio.create_task(slot.show(replace(NEW, place=5))) for slot in slots[1:]]
    await asyncio.sleep(0)
    assert (await slots[0].show(NEW), len(canvas.shown)) == (False, 1)  # a submit waits for no edit
    await slots[0].show(replace(NEW, cancelling=True))

    assert [(run.cancelling, run.place) for run in canvas.shown[1].runs] == [(True, None), (False, 5), (False, 5)]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_end_does_not_wait_for_its_turn() -> None:
    canvas = Canvas()
    first, last = Sheet(canvas, 2, pace=0.2).slots()
    for slot in (first, last):
        slot.know(NEW)
    await first.show(NEW)
    waiting = await waits(first, done("a.png"))

    await last.finish(done("b.png"))

    assert (len(canvas.finished), waiting.done()) == (1, False)
    await waiting
    assert len(canvas.shown) == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_the_last_one_to_end_shows_the_end_of_all_once(order: tuple[int, ...]) -> None:
    canvas = Canvas()
    slots = sheet(canvas)
    names = ["a.png", "b.png", "c.png"]

    waiting = [await waits(slots[number], done(names[number])) for number in order[:-1]]
    assert [len(view.previews) for view in canvas.shown] == [1, 2]
    await slots[order[-1]].finish(done(names[order[-1]]))
    await asyncio.gather(*waiting)

    [view] = canvas.finished
    assert [item.name for item in view.files] == names
    assert len(canvas.shown) == 2


async def test_a_place_that_is_busy_is_tried_again_by_the_last_one_alone() -> None:
    canvas = Canvas()
    canvas.busy = 1
    first, last = sheet(canvas, 2)
    waiting = await waits(first, done("a.png"))

    with pytest.raises(SurfaceSilent):
        await last.finish(done("b.png"))
    assert not waiting.done()
    await last.finish(done("b.png"))
    await waiting

    assert len(canvas.finished) == 1


async def test_where_the_last_one_gives_up_nobody_waits_for_ever() -> None:
    canvas = Canvas()
    canvas.busy = 1
    first, last = Sheet(canvas, 2, patience=0.01).slots()
    waiting = await waits(first, done("a.png"))

    with pytest.raises(SurfaceSilent):
        await last.finish(done("b.png"))
    with pytest.raises(SurfaceLost):
        await waiting


async def test_where_files_are_too_large_all_come_back_with_smaller_ones() -> None:
    canvas = Small()
    first, last = sheet(canvas, 2)
    waiting = await waits(first, done("a.png"))

    with pytest.raises(SurfaceTooSmall):
        await last.finish(done("b.png"))
    with pytest.raises(SurfaceTooSmall):
        await waiting
    waiting = await waits(last, done("b.webp"))
    await first.finish(done("a.webp"))
    await waiting

    [view] = canvas.finished
    assert [item.name for item in view.files] == ["a.webp", "b.webp"]


async def test_a_place_that_is_lost_is_lost_for_all_at_the_end_only() -> None:
    canvas = Canvas(lost_at=0)
    first, last = sheet(canvas, 2)
    waiting = await waits(first, done("a.png"))

    with pytest.raises(SurfaceLost):
        await last.finish(done("b.png"))
    with pytest.raises(SurfaceLost):
        await waiting


async def test_a_mistake_in_the_end_keeps_nobody_waiting() -> None:
    canvas = Canvas(lost_at=0)
    first, last = sheet(canvas, 2)
    waiting = await waits(first, done("a.png"))
    canvas.error = ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await last.finish(done("b.png"))
    with pytest.raises(ValueError, match="a bug"):
        await waiting


async def test_one_that_is_given_up_on_does_not_end_the_others() -> None:
    canvas = Canvas()
    slots = sheet(canvas)
    given_up, waiting = await waits(slots[0], done("a.png")), await waits(slots[1], done("b.png"))

    given_up.cancel()
    await until(given_up.done)
    assert not waiting.done()
    await slots[2].finish(done("c.png"))

    await waiting


async def test_each_slot_is_shown_in_the_manner_of_its_place() -> None:
    canvas = Canvas()
    canvas.manner = Manner(private=True, hidden=True)

    assert {slot.manner for slot in sheet(canvas)} == {canvas.manner}
