"""A transport on its own: the calls it is tried with, a clock that stands still, and what it counts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from core.comfydeploy import operations
from core.comfydeploy.transport import TIMEOUTS, Call, Timeouts, Transport
from core.metrics import Metrics
from tests.core.comfydeploy.samples import DEPLOYMENT, MACHINE, RUN, WORKFLOW

KEY = "sk-THE-KEY-0123456789"
SHORT = Timeouts(*(aiohttp.ClientTimeout(total=0.1) for _ in range(4)))
LONG = aiohttp.ClientTimeout(total=30)

READ = Call(operations.LIST_WORKFLOWS)
POST = Call(operations.SAVE_DEPLOYMENT, json={"environment": "staging"})
PATCH = Call(operations.UPDATE_DEPLOYMENT, ids={"id": DEPLOYMENT}, json={"gpu": "T4"})
DELETE = Call(operations.DELETE_MACHINE, ids={"id": MACHINE})
WRITES = (POST, PATCH, DELETE)

RUN_OLD = Call(operations.GET_RUN.before, query={"run_id": RUN})
RUN_READ = Call(operations.GET_RUN, ids={"id": RUN}, older=RUN_OLD)
VERSION_OLD = Call(operations.ADD_VERSION.before, json={"workflow_id": WORKFLOW})
VERSION_SEND = Call(operations.ADD_VERSION, ids={"id": WORKFLOW}, json={"workflow": {}}, older=VERSION_OLD)

Send = Callable[[Transport], Awaitable[bytes]]


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Counts:
    """What was counted: outcomes of calls by operation, repeats, and calls that were not sent."""

    called: list[tuple[str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Counting(Metrics):
    """Counts into lists."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = Counts()

    def called(self, operation: str, outcome: str, seconds: float) -> None:
        self.counts.called.append((operation, outcome))
        self.counts.seconds.append(seconds)

    def retried(self, operation: str) -> None:
        self.counts.retried.append(operation)

    def refused(self, operation: str) -> None:
        self.counts.refused.append(operation)


@dataclass(slots=True)
class Line:
    """A transport and what it is made of."""

    transport: Transport
    clock: Clock
    counts: Counts

    async def once(self, call: Call = READ) -> bytes:
        """A read that is not repeated."""
        return await self.transport.read(call, retry=False)


@asynccontextmanager
async def line(url: str, key: str = KEY, timeouts: Timeouts = TIMEOUTS) -> AsyncIterator[Line]:
    clock, metrics = Clock(), Counting()
    async with Transport.connect(url, key, timeouts, metrics, clock) as transport:
        yield Line(transport, clock, metrics.counts)
