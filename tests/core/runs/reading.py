"""Runs as the API tells them, and an API that tells what a test says, in place of the client."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from core.comfydeploy.errors import NotFound
from core.comfydeploy.models import Run, RunRow
from core.runs.rates import Rates
from core.runs.tracker import Tracker
from core.runs.updates import Update, Updates

RUN = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
WORKFLOW = "00000000-0000-4000-8000-00000000000f"
NEVER = 3600.0

EAGER = Rates(youngest=0.0, oldest=0.0, listed=0.0, retry=0.0, progress=0.0)
"""Everything is asked again and again."""
IDLE = Rates(youngest=NEVER, oldest=NEVER, listed=NEVER, hooked=NEVER, retry=NEVER, longest_retry=NEVER)
"""Each run is asked for once, and then only for a reason."""


def state(status: str = "running", progress: float = 0.0, run_id: str = RUN, **more: Any) -> Run:  # noqa: ANN401 -- any field of a run
    return Run.model_validate({"id": run_id, "status": status, "progress": progress, **more})


def number(index: int) -> str:
    """An id for each of many runs."""
    return f"{index:08x}-0000-4000-8000-000000000000"


def crowd(size: int, status: str = "running") -> list[Run]:
    return [state(status, run_id=number(index), workflow_id=WORKFLOW) for index in range(1, size + 1)]


class Reader:
    """Answers with `states`; a missing one is not found, an error is raised, and nobody passes a closed gate.

    The errors in `first` are raised before that, one for each read. The list of the workflow has the same states, but
    for those in `rows`, which has statuses by run, or None for a run that it lacks; `broken` is raised in its place.
    """

    def __init__(self, *states: Run) -> None:
        self.states: dict[str, Run | Exception] = {run.id: run for run in states}
        self.rows: dict[str, str | None] = {}
        self.broken: Exception | None = None
        self.first: list[Exception] = []
        self.asked: Counter[str] = Counter()
        self.lists: list[datetime] = []
        self.workflows: list[str] = []
        self.positions: list[bool] = []
        self.reading = 0
        self.most_at_once = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def get(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Run:
        assert not retry, "the tracker asks again by itself"
        self.asked[run_id] += 1
        self.positions.append(queue_position)
        await self._pass()
        if self.first:
            raise self.first.pop(0)
        told = self.states.get(run_id, NotFound("GET /run/{id}", 404))
        if isinstance(told, Exception):
            raise told
        return told

    async def list_states(self, workflow_id: str, since: datetime, *, retry: bool = True) -> list[RunRow]:
        assert not retry, "the tracker asks again by itself"
        self.lists.append(since)
        self.workflows.append(workflow_id)
        await self._pass()
        if self.broken is not None:
            raise self.broken
        known = {run_id: told.status for run_id, told in self.states.items() if isinstance(told, Run)} | self.rows
        return [RunRow(id=run_id, status=status) for run_id, status in known.items() if status is not None]

    async def find_status(self, workflow_id: str, run_id: str) -> str | None:
        if self.broken is not None:
            raise self.broken
        return self.rows.get(run_id)

    async def _pass(self) -> None:
        self.reading += 1
        self.most_at_once = max(self.most_at_once, self.reading)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.reading -= 1


@asynccontextmanager
async def tracking(reader: Reader, rates: Rates = EAGER) -> AsyncIterator[Tracker]:
    async with Tracker.start(reader, rates) as tracker:
        yield tracker


def follow_all(tracker: Tracker, runs: list[Run], stack: ExitStack) -> list[Updates]:
    """Followers of runs of one workflow, asked for just now."""
    asked_at = datetime.now(UTC)
    return [stack.enter_context(tracker.follow(run.id, WORKFLOW, asked_at=asked_at)) for run in runs]


async def everything(updates: Updates) -> list[Update]:
    """All updates until the end."""
    return [update async for update in updates]


def statuses(updates: list[Update]) -> list[str | None]:
    return [update.run.status if update.run else None for update in updates]
