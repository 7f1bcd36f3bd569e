"""The questions about runs to the API, and what their answers mean: a read of one run, and the list of a workflow."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from core.comfydeploy.errors import ApiError, NotFound
from core.comfydeploy.models import FINAL, Run, RunRow
from core.errors import RunGone
from core.runs.followed import Followed, Group, Why
from core.runs.rates import Rates
from core.runs.updates import Update, moved

log = structlog.get_logger(__name__)

_GLANCE_AFTER: Final = 4  # failed reads
_PIECE: Final = 200  # rows that are looked at in one go


class Runs(Protocol):
    """How runs are asked for: once, without retries, since the tracker asks again anyway."""

    def get(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Awaitable[Run]: ...
    def list_states(self, workflow_id: str, since: datetime, *, retry: bool = True) -> Awaitable[Sequence[RunRow]]: ...
    def find_status(self, workflow_id: str, run_id: str) -> Awaitable[str | None]: ...


class Asking:
    """Sends questions; `counts` says how many of each kind were sent.

    `settle` is called with each run that stands otherwise than before its workflow's list was read.
    """

    def __init__(self, runs: Runs, rates: Rates, settle: Callable[[Followed], None]) -> None:
        self.counts: Counter[Why] = Counter()
        self._runs = runs
        self._rates = rates
        self._settle = settle
        self._clock = asyncio.get_running_loop().time

    async def read(self, item: Followed, why: Why) -> Run | None:
        """A run's state, or None: then what that means was told to its followers, or it has to be asked again."""
        place = item.waits and item.claim is None and item.is_watched
        try:
            run = await self._get(item, why, place=place)
        except NotFound:
            item.fail(RunGone())
            return None
        except ApiError as error:
            self._not_read(item, error)
            return await self._look_from_afar(item)
        item.failed = 0
        return run

    async def read_list(self, group: Group) -> None:
        """Take in the list of a workflow."""
        since = group.reach(datetime.now(UTC))
        if since is None:
            return
        asked = {item.run_id: item for item in group}
        self.counts[Why.LIST] += 1
        try:
            rows = await self._runs.list_states(group.workflow_id, since, retry=False)
        except ApiError as error:
            self._list_not_read(group, error)
            return
        group.failed = 0
        if not group.shallow:
            group.rows = len(rows)
        await self._take(rows, asked)
        for item in asked.values():
            if item.created is not None and item.created >= since:
                item.missing = True
                self._settle(item)

    async def _get(self, item: Followed, why: Why, *, place: bool = False) -> Run:
        self.counts[why] += 1
        return await self._runs.get(item.run_id, queue_position=place, retry=False)

    def _not_read(self, item: Followed, error: ApiError) -> None:
        item.failed += 1
        tell = log.warning if item.failed == 1 else log.debug  # an outage is told once for each run
        tell("run.read_failed", run=item.run_id, error=str(error), failures=item.failed)
        if not item.is_listed:  # else the list has news of it
            item.not_heard(self._clock(), self._rates.patience)

    async def _look_from_afar(self, item: Followed) -> Run | None:
        """Some runs can never be read again: a stored output can make the server answer 500 for good."""
        group = item.group
        if item.failed < _GLANCE_AFTER or group is None or item.is_over:
            return None
        self.counts[Why.STATUS] += 1
        try:
            status = await self._runs.find_status(group.workflow_id, item.run_id)
        except ApiError:
            return None
        if status is None or status not in FINAL:
            return None
        try:
            return await self._get(item, Why.CONFIRM)  # once more: the API may have come back only now
        except ApiError:
            item.tell(Update(moved(item.run, item.run_id, group.workflow_id, status), unread=True))
            return None

    def _list_not_read(self, group: Group, error: ApiError) -> None:
        covered = [item for item in group if item.is_listed]
        group.failed += 1
        tell = log.warning if group.failed == 1 else log.debug
        tell("run.list_failed", workflow=group.workflow_id, error=str(error), failures=group.failed)
        for item in covered:
            item.not_heard(self._clock(), self._rates.patience)
            self._settle(item)  # after several failures they are read one by one

    async def _take(self, rows: Sequence[RunRow], asked: dict[str, Followed]) -> None:
        """What the list has is taken out of `asked`."""
        for number, row in enumerate(rows):
            if number % _PIECE == 0:
                await asyncio.sleep(0)  # a long list must not hold up everything else
            item = asked.pop(row.id, None)
            if item is None or item.is_over:
                continue
            known, claim = item.update, item.claim
            item.hear_row(row, self._clock())
            if item.update is not known or item.claim != claim:
                self._settle(item)
