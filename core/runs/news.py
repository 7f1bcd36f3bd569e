"""What became of earlier runs: read from the API run by run, and remembered once it cannot change any more."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError, NotFound
from core.comfydeploy.models import Run, Status
from core.errors import RunNotOurs
from core.offer import Deployment
from core.results.thumbnails import Thumbnails
from core.runs.mark import read_mark, shown_inputs
from core.runs.parts import Parts
from core.runs.telling import told

log = structlog.get_logger(__name__)

_MOST_ENDS: Final = 2_000
_PROMPT: Final = 500  # characters of a prompt that are kept

Offered = Mapping[str, Deployment]
"""What is on offer, by id."""


class Standing(Enum):
    """How a run stands, as far as a list tells it. `GONE`: the API does not know it; `SILENT`: it did not say."""

    UNDER_WAY = auto()
    DONE = auto()
    FAILED = auto()
    TIMED_OUT = auto()
    CANCELLED = auto()
    GONE = auto()
    SILENT = auto()


_ENDS: Final[dict[str, Standing]] = {
    Status.SUCCESS: Standing.DONE,
    Status.FAILED: Standing.FAILED,
    Status.TIMEOUT: Standing.TIMED_OUT,
    Status.CANCELLED: Standing.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class News:
    """One run at one moment. `owner` is None where nobody can tell, 0 for a run that was made elsewhere.

    `took` in seconds, from the asking to the end. The prompt is foreign text.
    """

    standing: Standing
    owner: int | None = None
    prompt: str | None = None
    seed: int | None = None
    took: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """News, and the run that was read for it, if one was."""

    news: News
    run: Run | None = None


class Newsroom:
    """Nothing here raises `ApiError`: a run that cannot be read is silent."""

    def __init__(self, parts: Parts, thumbnails: Thumbnails) -> None:
        self._parts = parts
        self._thumbnails = thumbnails
        self._ends: OrderedDict[str, News] = OrderedDict()

    async def hear(self, run_id: str, offered: Offered, until: float) -> Heard:
        """What there is to say of a run; `until` is when the loop's clock says that nobody waits any more."""
        known = self._ends.get(run_id)
        if known is not None:
            self._ends.move_to_end(run_id)
            return Heard(known)
        read = await self._read(run_id, until)
        if isinstance(read, Standing):
            return Heard(News(read))
        news = _news(read, offered)
        if read.is_final and offered:  # else its prompt may be missing for want of its inputs
            self._remember(run_id, news)
        return Heard(news, read)

    async def picture(self, run_id: str, heard: Heard, until: float) -> bytes | None:
        """A small picture of what the run made, as `Thumbnails.of`; what comes late is there the next time."""
        if heard.news.standing is not Standing.DONE or self._thumbnails.has(run_id):
            return self._thumbnails.recall(run_id)
        run = heard.run or await self._read(run_id, until)
        return await self._thumbnails.of(run) if isinstance(run, Run) else None

    async def _read(self, run_id: str, until: float) -> Run | Standing:
        try:
            async with asyncio.timeout_at(until):
                return await self._parts.api.runs.get(run_id)
        except NotFound:
            return Standing.GONE
        except (ApiError, TimeoutError) as error:
            log.info("history.run_unread", run=run_id, error=str(error))
            return Standing.SILENT

    def _remember(self, run_id: str, news: News) -> None:
        self._ends[run_id] = news
        if len(self._ends) > _MOST_ENDS:
            self._ends.popitem(last=False)


def _news(run: Run, offered: Offered) -> News:
    """By the inputs of today's deployment, where it is on offer."""
    standing = _ENDS.get(run.status, Standing.UNDER_WAY)
    try:
        mark = read_mark(run.workflow_inputs)
    except RunNotOurs:
        return News(standing, owner=0)
    deployment = offered.get(mark.deployment)
    shown = told(deployment.inputs if deployment is not None else (), shown_inputs(run.workflow_inputs))
    took = (run.ended_at - run.created_at).total_seconds() if run.ended_at and run.created_at else None
    return News(
        standing=standing,
        owner=mark.user,
        prompt=shown.prompt[:_PROMPT] if shown.prompt is not None else None,
        seed=shown.seed,
        took=None if took is None else max(0.0, took),
    )
