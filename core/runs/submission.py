"""One submit for one wish. It is never repeated blindly: a run costs money, and the API has no idempotency key.

A refused connection or a 429 means that nothing was created, so it may be sent again. Anything unclear is looked up
by the mark among the newest runs.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, Self

import structlog

from core.comfydeploy.breaker import COOL_DOWN
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, BadReply, Busy, NoAnswer, Paused, ServerFault, Unreachable, WrongAddress
from core.comfydeploy.wire import checked_id
from core.errors import RunNotOurs, SubmitUnclear, SubmitUnknown
from core.offer import Deployment
from core.runs.mark import Mark, read_mark, with_mark

log = structlog.get_logger(__name__)

_LOOKS: Final = (2.0, 10.0, 30.0, 120.0)  # seconds before each look for a run that may exist
CLOCK_SKEW: Final = timedelta(seconds=120)
_TRIES: Final = 3
_LONGEST_WAIT: Final = 30.0  # seconds; a server that asks for more gets its answer passed on
_MOST_HINTS: Final = 1_000
_KNOWN: Final = 10_000  # runs whose mark is remembered, so that each is read once
_TRAIL: Final = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{32})-([0-9a-f]{1,8})-([0-9]{1,20})")


@dataclass(frozen=True, slots=True)
class Trail:
    """What an unclear submit leaves behind: all that is needed to look for its run, even in another process."""

    delivery: str
    deployment: str
    user: int
    since: datetime

    def __str__(self) -> str:
        """One word of at most 79 letters."""
        short = self.deployment.replace("-", "")
        return f"{self.delivery}-{short}-{int(self.since.timestamp()):x}-{self.user}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` for anything that `str` did not make."""
        found = _TRAIL.fullmatch(text)
        if found is None:
            raise ValueError("no trail")
        delivery, deployment, since, user = found.groups()
        trail = cls(delivery, checked_id(deployment), int(user), datetime.fromtimestamp(int(since, 16), UTC))
        if str(trail) != text:  # zeros in front
            raise ValueError("no trail")
        return trail


class Where(Protocol):
    """What runs are looked for among: those of one deployment."""

    @property
    def id(self) -> str: ...
    @property
    def workflow_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A `Where` that was written down: its deployment may not be on offer any more."""

    id: str
    workflow_id: str


class Submission:
    """Submits to `api`.

    `looks` are the pauses in seconds before each look-up after an unclear answer, `pause` the first one before a
    submit that made nothing is sent again, `held_back` the one before a look that was not sent at all is tried again.
    """

    def __init__(
        self,
        api: ComfyDeploy,
        looks: tuple[float, ...] = _LOOKS,
        pause: float = 0.5,
        held_back: float = COOL_DOWN,
    ) -> None:
        self._api = api
        self._looks = looks
        self._pause = pause
        self._held_back = held_back
        self._known: OrderedDict[str, str | None] = OrderedDict()  # run: the delivery in its mark, if it has one
        self._hints: OrderedDict[str, str] = OrderedDict()  # delivery: the run that a webhook says is its own
        self._fresh: set[str] = set()  # deliveries with a hint that no look has used
        self._looking: dict[str, asyncio.Event] = {}  # delivery: set when there is reason not to wait for the next look
        self._reading: dict[str, asyncio.Event] = {}  # run: set when it has been read, or could not be

    async def submit(
        self, deployment: Deployment, values: Mapping[str, Any], mark: Mark, webhook: str | None = None
    ) -> str:
        """The id of the one run that this made; `webhook` is told what becomes of it.

        Raises:
            ApiError: the API said no, and there is no run (but for `DispatchFailed`, which leaves a failed one).
            SubmitUnclear: there was no clear answer; `find` tells whether there is a run.
        """
        try:
            run_id = await self._send(deployment, with_mark(values, mark), webhook)
        except (NoAnswer, ServerFault, BadReply) as unclear:
            log.warning("submit.unclear", delivery=mark.delivery, error=str(unclear))
            raise SubmitUnclear(mark.delivery) from None
        self._remember(run_id, mark.delivery)
        return run_id

    async def find(self, where: Where, trail: Trail, *, patiently: bool = True) -> str:
        """The run that an unclear submit made, looked for again and again, or only once.

        Raises:
            SubmitUnknown: none was found, which does not prove that there is none.
            ApiError: the only look failed.
        """
        clock = asyncio.get_running_loop().time
        for pause in self._looks if patiently else (0.0,):
            due = clock() + pause
            is_due = False
            while not is_due:
                is_due = not await self._is_hurried(trail.delivery, due - clock())
                found = await self._find_once(where, trail, patiently=patiently)
                if found is not None:
                    log.info("submit.found", delivery=trail.delivery, run=found)
                    return found
        raise SubmitUnknown(trail.delivery)

    async def _find_once(self, where: Where, trail: Trail, *, patiently: bool) -> str | None:
        try:
            return await (self._look_patiently if patiently else self._look)(where, trail)
        except ApiError as error:
            log.warning("submit.look_failed", delivery=trail.delivery, error=str(error))
            if not patiently and not isinstance(error, WrongAddress):  # older servers list no runs
                raise
            return None

    def hint(self, delivery: str, run_id: str) -> None:
        """Somebody says that this run is the delivery's: it is looked at at once, and believed if its mark says so."""
        if self._hints.get(delivery) == run_id:
            return
        self._hints[delivery] = run_id
        self._fresh.add(delivery)
        if len(self._hints) > _MOST_HINTS:
            self._fresh.discard(self._hints.popitem(last=False)[0])
        self.hurry(delivery)

    def hurry(self, delivery: str) -> None:
        """Do not wait for the next look."""
        if delivery in self._looking:
            self._looking[delivery].set()

    async def _is_hurried(self, delivery: str, pause: float) -> bool:
        """Wait for the next look; whether there is reason to look before that."""
        if delivery in self._fresh:
            self._fresh.discard(delivery)
            return True
        hurried = self._looking.setdefault(delivery, asyncio.Event())
        try:
            async with asyncio.timeout(pause):
                await hurried.wait()
        except TimeoutError:
            return False
        else:
            self._fresh.discard(delivery)
            return True
        finally:
            self._looking.pop(delivery, None)

    async def _send(self, deployment: Deployment, values: Mapping[str, Any], webhook: str | None) -> str:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._api.runs.submit(deployment.id, values, webhook=webhook)
            except (Unreachable, Busy) as nothing_made:
                wait = nothing_made.retry_after if isinstance(nothing_made, Busy) else None
                if attempt == _TRIES or (wait or 0.0) > _LONGEST_WAIT or not nothing_made.retryable:
                    raise
                await asyncio.sleep(wait if wait is not None else self._pause * 2 ** (attempt - 1))

    async def _look_patiently(self, where: Where, trail: Trail) -> str | None:
        """A look that was not even tried is none: many lost answers at once make the breaker hold back all calls."""
        for _ in range(_TRIES):
            try:
                return await self._look(where, trail)
            except Paused:
                await asyncio.sleep(self._held_back)
        return await self._look(where, trail)

    async def _look(self, where: Where, trail: Trail) -> str | None:
        hinted = self._hints.get(trail.delivery)
        if hinted is not None and await self._is_of(hinted, trail.delivery):
            return hinted
        rows = await self._api.runs.list_recent(where.workflow_id, where.id, trail.since)
        for row in rows:
            if await self._is_of(row.id, trail.delivery):
                return row.id
        return None

    async def _is_of(self, run_id: str, delivery: str) -> bool:
        if run_id not in self._known:
            await self._read_once(run_id)
        return self._known.get(run_id) == delivery

    async def _read_once(self, run_id: str) -> None:
        """As `_read`, asked once for all who look at the same time: after an outage many do."""
        under_way = self._reading.get(run_id)
        if under_way is not None:
            await under_way.wait()
            return
        read = self._reading[run_id] = asyncio.Event()
        try:
            await self._read(run_id)
        finally:
            del self._reading[run_id]
            read.set()

    async def _read(self, run_id: str) -> None:
        """Whose run it is; one that cannot be read now is asked for again by the next look."""
        try:
            self._remember(run_id, read_mark((await self._api.runs.get(run_id)).workflow_inputs).delivery)
        except ApiError as error:
            log.warning("submit.run_unread", run=run_id, error=str(error))
        except RunNotOurs:
            self._remember(run_id, None)

    def _remember(self, run_id: str, delivery: str | None) -> None:
        self._known[run_id] = delivery
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
