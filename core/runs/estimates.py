"""How long runs of a deployment take, from its last ones; nothing is said before there are three."""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.models import RunRow, Status
from core.deadline import deadline
from core.errors import TookTooLong
from core.offer import Deployment

log = structlog.get_logger(__name__)

ENOUGH: Final = 3  # runs; fewer say too little
_LAST: Final = 30  # runs of a deployment that count: its graph and its machine change
_DEPLOYMENTS: Final = 1_000  # that are remembered
_AGAIN: Final = timedelta(hours=1)  # between two looks at the list of one deployment
_SOON: Final = timedelta(minutes=1)  # the same, where the last look was cut short
BRIEFLY: Final = 1.5  # seconds that somebody waits for what may be shown beside
_AT_ONCE: Final = 4  # lists asked for
_RECENT: Final = timedelta(days=7)  # older runs say little about today's


@dataclass(frozen=True, slots=True)
class Usual:
    """Seconds at ComfyUI Deploy: half of the last runs took at most `half`, nine of ten at most `most`."""

    half: float
    most: float


@dataclass(slots=True)
class _Known:
    """The last durations of one deployment in seconds, the newest last, and from when on its list may be asked for."""

    durations: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST))
    asks_from: datetime | None = None


RowList = Callable[[str, str, datetime], Awaitable[Sequence[RunRow]]]


class Estimates:
    """Learns from runs that ended well. In memory only: a new process asks ComfyUI Deploy for the last ones.

    `list_rows` gives the newest runs of a workflow's deployment that began after a moment, the newest first; a page of
    some thirty is enough. `now` gives aware times.
    """

    def __init__(self, list_rows: RowList, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._list_rows = list_rows
        self._now = now
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def usual(self, deployment_id: str) -> Usual | None:
        """What is known now; None as long as that is too little. Never waits."""
        known = self._known.get(deployment_id)
        if known is None or len(known.durations) < ENOUGH:
            return None
        self._known.move_to_end(deployment_id)
        ordered = sorted(known.durations)
        return Usual(_nearest_rank(ordered, 0.5), _nearest_rank(ordered, 0.9))

    def learn(self, deployment_id: str, seconds: float) -> None:
        """Note how long a run took that ended well."""
        if math.isfinite(seconds) and seconds > 0:
            self._of(deployment_id).durations.append(seconds)

    async def prime(self, deployment_id: str, workflow_id: str) -> None:
        """Learn from earlier runs, where too little is known; asks at most once an hour, whatever the answer was."""
        known, now = self._of(deployment_id), self._now()
        is_soon = known.asks_from is not None and now < known.asks_from
        if is_soon or len(known.durations) >= ENOUGH:
            return
        known.asks_from = now + _AGAIN
        try:
            rows = await self._list_rows(workflow_id, deployment_id, now - _RECENT)
        except ApiError as error:
            log.warning("estimates.unread", deployment=deployment_id, error=str(error))
            return
        except asyncio.CancelledError:
            known.asks_from = now + _SOON
            raise
        found = list(_durations(rows))[:_LAST]
        if len(found) >= len(known.durations):  # the list has them, too
            known.durations = deque(reversed(found), maxlen=_LAST)

    async def usual_of(self, deployments: Iterable[Deployment], within: float = BRIEFLY) -> dict[str, Usual]:
        """What is known of several, by id, where it is enough.

        Where it is not, it is asked for as `prime` does, for at most `within` seconds in all; 0 asks nothing.
        """
        wanted = list(deployments)
        if within > 0:
            await self._prime_all(wanted, within)
        found = {item.id: self.usual(item.id) for item in wanted}
        return {deployment_id: usual for deployment_id, usual in found.items() if usual is not None}

    async def _prime_all(self, deployments: Iterable[Deployment], within: float) -> None:
        places = asyncio.Semaphore(_AT_ONCE)

        async def ask(item: Deployment) -> None:
            async with places:
                await self.prime(item.id, item.workflow_id)

        with suppress(TookTooLong):
            async with deadline(within), asyncio.TaskGroup() as group:
                for item in deployments:
                    group.create_task(ask(item))

    def _of(self, deployment_id: str) -> _Known:
        known = self._known.setdefault(deployment_id, _Known())
        self._known.move_to_end(deployment_id)
        if len(self._known) > _DEPLOYMENTS:
            self._known.popitem(last=False)
        return known


def _durations(rows: Iterable[RunRow]) -> Iterable[float]:
    for row in rows:
        if row.status == Status.SUCCESS and row.created_at is not None and row.ended_at is not None:
            seconds = (row.ended_at - row.created_at).total_seconds()
            if seconds > 0:
                yield seconds


def _nearest_rank(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]
