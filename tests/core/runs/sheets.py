"""Several runs of one wish in one place, for tests."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from core.runs.delivery import Delivery
from core.runs.sheet import Slot
from core.runs.view import RunView, Stage
from tests.core.runs.bench import (
    FOREVER,
    WISH,
    Bench,
    Canvas,
)
from tests.waiting import until

ROOM: Final = (2, 20, 5)  # two runs of a person at a time, and five more in line
FOUR: Final = replace(WISH, count=4)


def sheet_of(delivery: Delivery) -> str:
    assert isinstance(delivery.surface, Slot)
    return delivery.surface.sheet.id


def stages(view: RunView) -> list[Stage]:
    return [run.stage for run in view.runs]


def back(*canvases: Canvas) -> Callable[[str], Canvas]:
    return {canvas.address: canvas for canvas in canvases}.__getitem__


async def two_under_way(bench: Bench, canvas: Canvas, count: int = 4) -> Delivery:
    """The first one of so many, of which two run for ever and the others stand in line."""
    bench.sandbox.behaviour["text-to-image"] = FOREVER
    first = await bench.generation.start(replace(WISH, count=count), canvas)
    await until(lambda: len(bench.sandbox.runs) == 2)
    await until(lambda: sum(item.stands_in_line for item in bench.deliveries.list_open()) == count - 2)
    await until(lambda: all(item.run_id or item.stands_in_line for item in bench.deliveries.list_open()))
    return first
