"""Runs as the API tells them, and a reader that tells what a test says, in place of the client."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from core.comfydeploy.errors import NotFound
from core.comfydeploy.models import Run
from core.runs.tracker import Tracker, Update, Updates

RUN = "00000000-0000-4000-8000-000000000001"


def state(status: str = "running", progress: float = 0.0, run_id: str = RUN, **more: Any) -> Run:  # noqa: ANN401 -- any field of a run
    return Run.model_validate({"id": run_id, "status": status, "progress": progress, **more})


class Reader:
    """Answers with `states`; a missing one is not found, an error is raised, and nobody passes a closed gate.

    The errors in `first` are raised before that, one for each read.
    """

    def __init__(self, *states: Run) -> None:
        self.states: dict[str, Run | Exception] = {run.id: run for run in states}
        self.first: list[Exception] = []
        self.asked: Counter[str] = Counter()
        self.positions: list[bool] = []
        self.reading = 0
        self.most_at_once = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Run:
        assert not retry, "the tracker asks again by itself"
        self.asked[run_id] += 1
        self.positions.append(queue_position)
        self.reading += 1
        self.most_at_once = max(self.most_at_once, self.reading)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.reading -= 1
        if self.first:
            raise self.first.pop(0)
        told = self.states.get(run_id, NotFound("GET /run/{id}", 404))
        if isinstance(told, Exception):
            raise told
        return told


NEVER = 3600.0
OTHER = "00000000-0000-4000-8000-000000000002"


@asynccontextmanager
async def tracking(reader: Reader, pause: float = 0.0) -> AsyncIterator[Tracker]:
    """A tracker that asks again after `pause` seconds."""
    async with Tracker.start(reader, lambda _age, _failures: pause) as tracker:
        yield tracker


async def everything(updates: Updates) -> list[Update]:
    """All updates until the end."""
    return [update async for update in updates]


def statuses(updates: list[Update]) -> list[str | None]:
    return [update.run.status if update.run else None for update in updates]
