"""One process for each name: who holds it says so every few seconds, and the next waits until that stops."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from core.errors import StoreFailed, StoreHeld
from core.store.database import Database
from core.store.tables import holders

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: the computer it is on, its number there, and when it began."""

    host: str
    pid: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds: between two beats, after the last beat until anybody may take it, to wait for it, between two looks."""

    beat: float = 5.0
    valid: float = 15.0
    patience: float = 20.0
    look: float = 0.5


TERMS: Final = Terms()


@dataclass(frozen=True, slots=True)
class Lease:
    """What a holder has. `lost` is set once somebody else holds the name."""

    lost: asyncio.Event = field(default_factory=asyncio.Event)


class Lock:
    """`is_alive` says whether a process of this computer runs; `after_beat` is called whenever a beat was written."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], after_beat: Callable[[], Awaitable[None]]
    ) -> None:
        self._database = database
        self._now = now
        self._after_beat = after_beat

    @asynccontextmanager
    async def hold(
        self, name: str, holder: Holder, is_alive: Callable[[int], bool], terms: Terms = TERMS
    ) -> AsyncIterator[Lease]:
        """Hold `name` from here to the end of the block.

        Raises:
            StoreHeld: another process holds it, and did so for as long as was waited.
            StoreFailed: the database does not say.
        """
        await self._take(name, holder, is_alive, terms)
        lease = Lease()
        beats = asyncio.create_task(self._beat(name, holder, lease, terms.beat), name="store lease")
        try:
            yield lease
        finally:
            self._database.hurry()
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
            await self._let_go(name, holder)

    async def _take(self, name: str, holder: Holder, is_alive: Callable[[int], bool], terms: Terms) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + terms.patience
        is_told = False
        while True:
            valid = timedelta(seconds=terms.valid)
            work = partial(_take, name, holder, partial(_is_free, holder, is_alive, valid), self._now())
            held = await self._database.run(work)
            if held is None:
                return
            if not is_told:
                facts = {"host": held.host, "pid": held.pid, "since": held.since, "beat_at": held.beat_at}
                log.warning("store.held", name=name, waiting=terms.patience, **facts)
                is_told = True
            if loop.time() >= end:
                raise held
            await asyncio.sleep(terms.look)

    async def _beat(self, name: str, holder: Holder, lease: Lease, pace: float) -> None:
        is_failing = False
        while True:
            await asyncio.sleep(pace)
            try:
                is_ours = await self._database.run(partial(_touch, name, holder, self._now()))
            except StoreFailed as error:
                if not is_failing:
                    log.warning("store.beat_failed", name=name, reason=error.reason)
                is_failing = True
                continue
            is_failing = False
            if not is_ours:
                log.error("store.lease_lost", name=name)
                lease.lost.set()
                return
            await self._after_beat()

    async def _let_go(self, name: str, holder: Holder) -> None:
        try:
            await self._database.run(lambda connection: connection.execute(delete(holders).where(_same(name, holder))))
        except StoreFailed as error:
            log.warning("store.release_failed", name=name, reason=error.reason)


def _same(name: str, holder: Holder) -> ColumnElement[bool]:
    columns = holders.c
    return and_(
        columns.name == name, columns.host == holder.host, columns.pid == holder.pid, columns.since == holder.since
    )


def _is_free(holder: Holder, is_alive: Callable[[int], bool], valid: timedelta, now: datetime, held: StoreHeld) -> bool:
    """Whether it may be taken from who is written down: nobody has heard of them, or they are gone from here.

    A time in the future is as good as none: a clock was set back.
    """
    if abs(now - held.beat_at) >= valid:
        return True
    return held.host == holder.host and (held.pid == holder.pid or not is_alive(held.pid))


def _take(
    name: str,
    holder: Holder,
    is_free: Callable[[datetime, StoreHeld], bool],
    now: datetime,
    connection: Connection,
) -> StoreHeld | None:
    """None if it was taken, else who holds it. Of two at once, one changes the row and the other none."""
    row = connection.execute(select(holders).where(holders.c.name == name)).mappings().one_or_none()
    mine = {"host": holder.host, "pid": holder.pid, "since": holder.since, "beat_at": now}
    if row is None:
        connection.execute(insert(holders).values(name=name, **mine))
        return None
    held = _held(row)
    if not is_free(now, held):
        return held
    unchanged = and_(_same(name, Holder(held.host, held.pid, held.since)), holders.c.beat_at == held.beat_at)
    taken = connection.execute(update(holders).where(unchanged).values(**mine))
    return None if taken.rowcount == 1 else held


def _held(row: RowMapping) -> StoreHeld:
    return StoreHeld(row["host"], row["pid"], row["since"], row["beat_at"])


def _touch(name: str, holder: Holder, now: datetime, connection: Connection) -> bool:
    return connection.execute(update(holders).where(_same(name, holder)).values(beat_at=now)).rowcount == 1
