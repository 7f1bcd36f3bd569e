"""How one process reaches the world outside: the API, a message, the disk, the catalog.

Each takes a moment before and after what it does, and in each of these moments the process can end: from then on it
changes nothing.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.cache import Kept
from core.comfydeploy import errors
from core.comfydeploy.models import Run, RunRow, Status
from core.errors import AlreadyAsked, StoreFailed, SurfaceLost, SurfaceSilent, TakenByAnother
from core.forms.wish import IN_PUBLIC
from core.offer import Deployment, Offer
from core.runs.journal import Phase, Record
from core.runs.mark import read_mark
from core.runs.view import RunView
from tests.core.runs.world import FLOW, FOREVER, NOTHING_SENT, SUBMITS, TROUBLES, End, Made, Message, World

HOURS: Final = 6_600.0  # seconds of silence after which core need not try again


class Life:
    """One process: whether it lives, and at which moment from now it ends."""

    def __init__(self, number: int, moments: Iterator[float]) -> None:
        self.number = number
        self.left: int | None = None
        self.over = asyncio.Event()
        self._moments = moments

    async def moment(self) -> None:
        """Raises `CancelledError` when the process is at its end."""
        if not self.over.is_set():
            await asyncio.sleep(next(self._moments))
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.over.set()
        if self.over.is_set():
            raise asyncio.CancelledError


class Api:
    """The calls of `api.runs` that core uses, as one process reaches them."""

    def __init__(self, world: World, life: Life) -> None:
        self._world = world
        self._life = life

    async def submit(self, deployment_id: str, inputs: Mapping[str, Any], *, webhook: str | None = None) -> str:
        world, delivery = self._world, read_mark(inputs).delivery
        again = world.submitted.setdefault(delivery, self._life.number) != self._life.number
        await self._life.moment()
        if again or delivery in world.settled:
            world.doubled.append(delivery)
        error, wait = SUBMITS[world.answers.popleft() if world.answers else "taken"]
        if not isinstance(error, NOTHING_SENT):
            world.settled.add(delivery)
        run_id = (
            ""
            if wait is None
            else world.make(inputs, wait, is_dispatched=not isinstance(error, errors.DispatchFailed)).id
        )
        await self._life.moment()
        if error is not None:
            raise error.with_traceback(None)
        return run_id

    async def get(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Run:
        await self._reach()
        made = self._world.runs.get(run_id)
        if made is None or made.gone or made.begins > self._world.now:
            raise errors.NotFound("get", 404)
        if made.broken:
            raise errors.NotFoundOrBroken("get", 500)
        row = self._row(made)
        await self._life.moment()
        return Run(**row.model_dump(), workflow_id=FLOW.workflow_id, workflow_inputs=made.inputs)

    async def cancel(self, run_id: str) -> None:
        await self._reach()
        made, now = self._world.runs.get(run_id), self._world.now
        if made is None or made.gone or made.status(now) == Status.QUEUED:
            raise errors.NotCancellable("cancel", 500)
        if made.stopped == FOREVER:
            made.stopped = now + 1
        await self._life.moment()

    async def list_recent(self, workflow_id: str, deployment_id: str, since: datetime) -> list[RunRow]:
        return await self._rows()

    async def list_newest(self, workflow_id: str, deployment_id: str, since: datetime) -> list[RunRow]:
        return await self._rows()

    async def list_states(self, workflow_id: str, since: datetime, *, retry: bool = True) -> Sequence[RunRow]:
        return await self._rows()

    async def find_status(self, workflow_id: str, run_id: str) -> str | None:
        return next((row.status for row in await self._rows() if row.id == run_id), None)

    async def list_raw_outputs(self, workflow_id: str, run_id: str) -> list[object]:
        await self._reach()
        return []

    async def _reach(self) -> None:
        await self._life.moment()
        if self._world.trouble is not None:
            self._world.was_away = True
            raise TROUBLES[self._world.trouble]

    async def _rows(self) -> list[RunRow]:
        await self._reach()
        now = self._world.now
        rows = [self._row(made) for made in self._world.runs.values() if not made.gone and made.begins <= now]
        await self._life.moment()
        return rows[::-1]

    def _row(self, made: Made) -> RunRow:
        status = made.status(self._world.now)
        ended = made.asked_at + timedelta(seconds=min(made.ends, made.stopped) - made.begins)
        over = self._world.now >= min(made.ends, made.stopped)
        return RunRow(id=made.id, status=status, created_at=made.asked_at, ended_at=ended if over else None)


class Canvas:
    """A `Surface`: one process's way to a message."""

    lane: str | None = None
    manner = IN_PUBLIC

    def __init__(self, world: World, life: Life, message: Message) -> None:
        self._world = world
        self._life = life
        self._message = message

    @property
    def address(self) -> str:
        return f"{self._message.number} {'known' if self._message.exists else 'new'}"

    async def find_limit(self) -> int:
        return 2**20

    async def show(self, view: RunView) -> bool:
        await self._reach()
        was_there, is_heard = self._message.exists, self._world.discord is None
        if self._world.discord != "silent":
            self._world.see(self._message, view)
        await self._life.moment()
        if not (is_heard or was_there):
            raise SurfaceSilent("no answer")
        return is_heard

    async def finish(self, view: RunView) -> None:
        await self._reach()
        self._count_silence()
        took, heard = self._world.discord != "silent", self._world.discord is None
        if took:
            self._world.see(self._message, view)
            self._world.ends.append(End(self._life.number, self._world.now, self._message, view, heard))
        await self._life.moment()
        if not heard:
            raise SurfaceSilent("no answer")

    def _count_silence(self) -> None:
        message, now = self._message, self._world.now
        message.silent_from = min(message.silent_from, now) if self._world.discord is not None else FOREVER
        message.is_unreachable |= now - message.silent_from > HOURS

    async def _reach(self) -> None:
        await self._life.moment()
        if self._message.deleted:
            raise SurfaceLost("deleted")


class Disk:
    """A `Journal`. What a full disk does not take waits in the process, and goes along with the next write."""

    def __init__(self, world: World, life: Life) -> None:
        self._world = world
        self._life = life
        self._waiting: dict[str, Record | None] = {}

    @property
    def waiting(self) -> set[str]:
        """Deliveries whose newest state would be lost with the process."""
        return set(self._waiting)

    async def add(self, record: Record) -> None:
        await self._life.moment()
        if self._world.full:
            raise StoreFailed("full")
        if record.cause is not None and record.cause in self._world.causes:
            raise AlreadyAsked
        self._world.causes.add(record.cause or "")
        self._world.book[record.id] = record
        self._world.history[record.id] = record
        self._world.began[record.id] = self._world.now
        if record.run_id is not None:
            self._world.adopted.add(record.id)
        await self._life.moment()

    async def claim(self, record: Record) -> None:
        await self._life.moment()
        if self._world.full:
            raise StoreFailed("full")
        written = self._world.book.get(record.id)
        if written is None or written.phase is not Phase.IN_LINE:
            raise TakenByAnother
        self._waiting.pop(record.id, None)
        self._world.book[record.id] = self._world.history[record.id] = record
        await self._life.moment()

    async def save(self, record: Record) -> None:
        self._waiting[record.id] = record
        await self._write()

    async def close(self, delivery: str) -> None:
        self._waiting[delivery] = None
        await self._write()

    async def flush(self) -> None:
        await self._write()

    async def list_open(self) -> list[Record]:
        """As old as they have become: the loop's time passes, the clock's does not."""
        await self._life.moment()
        return [self._aged(record) for record in self._world.book.values()]

    def _aged(self, record: Record) -> Record:
        age = timedelta(seconds=self._world.now - self._world.began[record.id])
        return replace(record, asked_at=min(record.asked_at, datetime.now(UTC) - age))

    async def _write(self) -> None:
        await self._life.moment()
        if not self._world.full:
            for delivery, record in self._waiting.items():
                if record is None:
                    self._world.book.pop(delivery, None)
                elif delivery in self._world.book:
                    self._world.book[delivery] = record
                    self._world.history[delivery] = record
            self._waiting.clear()
        await self._life.moment()


class Shelf:
    """The catalog of one process: it has the offer once it could be read."""

    def __init__(self, world: World, life: Life) -> None:
        self._world = world
        self._life = life
        self._kept: Kept[Offer] | None = None

    async def find(self, _: str) -> Deployment:
        await self.list_deployments()
        return FLOW

    async def list_deployments(self) -> Kept[Offer]:
        await self._life.moment()
        if self._kept is None:
            if self._world.trouble is not None:
                raise TROUBLES[self._world.trouble]
            self._kept = Kept(Offer((FLOW,)), datetime.now(UTC))
        return self._kept

    def recall(self) -> Offer | None:
        return None if self._kept is None else self._kept.value

    def recall_label(self, _: str) -> str | None:
        return None if self._kept is None else FLOW.label
