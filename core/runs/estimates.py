"""How long runs of a deployment take, from its last ones; nothing is said before there are three."""

import math
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.models import RunRow, Status

log = structlog.get_logger(__name__)

ENOUGH: Final = 3  # runs; fewer say too little
_LAST: Final = 30  # runs of a deployment that count: its graph and its machine change
_DEPLOYMENTS: Final = 1_000  # that are remembered
_AGAIN: Final = timedelta(hours=1)  # between two looks at the list of one deployment
_RECENT: Final = timedelta(days=7)  # older runs say little about today's


@dataclass(frozen=True, slots=True)
class Usual:
    """Seconds at ComfyUI Deploy: half of the last runs took at most `half`, nine of ten at most `most`."""

    half: float
    most: float


@dataclass(slots=True)
class _Known:
    """The last durations of one deployment in seconds, the newest last, and when its list was asked for."""

    durations: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST))
    asked_at: datetime | None = None


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
        is_soon = known.asked_at is not None and now - known.asked_at < _AGAIN
        if is_soon or len(known.durations) >= ENOUGH:
            return
        known.asked_at = now
        try:
            rows = await self._list_rows(workflow_id, deployment_id, now - _RECENT)
        except ApiError as error:
            log.warning("estimates.unread", deployment=deployment_id, error=str(error))
            return
        found = list(_durations(rows))[:_LAST]
        if len(found) >= len(known.durations):  # the list has them, too
            known.durations = deque(reversed(found), maxlen=_LAST)

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
