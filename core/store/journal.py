"""The deliveries, written down: open ones for the next process, closed ones as a short history of each person.

What cannot be written waits in memory, the newest state of each delivery, and goes along with the next write.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.errors import AlreadyAsked, StoreFailed, TakenByAnother
from core.runs.journal import Phase, Record
from core.runs.past import Past
from core.store import failures
from core.store.database import Database
from core.store.tables import deliveries

log = structlog.get_logger(__name__)

MOST_CLOSED: Final = 200  # kept of each person
LONGEST: Final = timedelta(days=90)  # for which a closed one is kept
MOST_WAITING: Final = 1000  # deliveries whose newest state is kept until it can be written
_MOST_LISTED: Final = 300  # runs of a person: the closed ones, and those under way
_PATIENCE: Final = 1.0  # seconds that somebody waits for their history
_COLUMNS: Final = [column for column in deliveries.c if column is not deliveries.c.closed_at]
_OPEN: Final = deliveries.c.closed_at.is_(None)
_FIXED: Final = {"id", "user", "guild", "cause", "asked_at"}  # whose it is, and why
_ORDER: Final = (deliveries.c.asked_at, deliveries.c.id)


class KeptJournal:
    """A `core.runs.journal.Journal` on the bot's own database."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._waiting: OrderedDict[str, Record | datetime] = OrderedDict()  # the newest state, or when it was closed

    async def add(self, record: Record) -> None:
        """Write down a wish before anything is done for it.

        Raises:
            AlreadyAsked: its cause, or its delivery, was written down before.
            StoreFailed: it cannot be written down, so it must not be begun.
        """
        if not _is_storable(record):
            raise StoreFailed(failures.UNSTORABLE)
        try:
            await self._database.run(partial(_insert, record))
        except StoreFailed:
            self._wait(record.id, self._now())  # it may be on the disk all the same, and nobody is to go on with it
            raise
        self._waiting.pop(record.id, None)  # an earlier try that failed
        await self._flush()

    async def save(self, record: Record) -> None:
        """Replace what is written down of an open delivery, but for whose it is and what asked for it, and when."""
        if _is_storable(record):
            self._wait(record.id, record)
            await self._flush()
        else:
            log.warning("store.write_failed", deliveries=[record.id], reason=failures.UNSTORABLE)

    async def claim(self, record: Record) -> None:
        """Write down that the submit is about to be sent, if nobody else did.

        Raises:
            TakenByAnother: another process has begun to submit it, or closed it.
            StoreFailed: it is not on the disk, so it must not be sent.
        """
        if not _is_storable(record):
            raise StoreFailed(failures.UNSTORABLE)
        if not isinstance(self._waiting.get(record.id), datetime):
            self._waiting.pop(record.id, None)  # what waits is older, and must not be written over this
        if not await self._database.run(partial(_claim, record)):
            raise TakenByAnother

    async def close(self, delivery: str) -> None:
        """Its end was shown: forget the address and the order, keep ids, times and manner for the person's history."""
        self._wait(delivery, self._now())
        await self._flush()

    async def list_open(self) -> Sequence[Record]:
        """All open deliveries that can be read, the oldest first. Raises `StoreFailed`."""
        return await self._database.run(_list_open)

    async def list_runs(self, user: int, deployment: str | None = None) -> Sequence[Past]:
        """A person's runs, of one deployment or of all, each once, newest first; waits for a second at most.

        Raises:
            StoreFailed: they cannot be read.
        """
        wanted = [deliveries.c.user == user, deliveries.c.run_id.is_not(None)]
        wanted += [] if deployment is None else [deliveries.c.deployment == deployment]
        return await self._list(wanted)

    async def get_run(self, run_id: str) -> Past | None:
        """A run of anybody's, None if it is not written down; waits, and raises, as `list_runs`."""
        return next(iter(await self._list([deliveries.c.run_id == run_id])), None)

    async def _list(self, wanted: Sequence[ColumnElement[bool]]) -> list[Past]:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._database.run(partial(_list_runs, wanted))
        except TimeoutError as late:
            raise StoreFailed(failures.NO_ANSWER) from late

    async def flush(self) -> None:
        """Write what waits to be written. Never raises `StoreFailed`: what cannot be written waits on."""
        await self._flush()

    async def _flush(self) -> StoreFailed | None:
        if not self._waiting:
            return None
        try:
            written = await self._database.run(self._write)
        except StoreFailed as error:
            log.warning("store.write_failed", deliveries=list(self._waiting)[-5:], reason=error.reason)
            return error
        for delivery, state in written.items():
            if self._waiting.get(delivery) is state:
                del self._waiting[delivery]
        return None

    def _wait(self, delivery: str, state: Record | datetime) -> None:
        if isinstance(self._waiting.get(delivery), datetime):
            return  # closed stays closed
        self._waiting[delivery] = state
        self._waiting.move_to_end(delivery)
        if len(self._waiting) > MOST_WAITING:
            dropped, _ = self._waiting.popitem(last=False)
            log.error("store.write_dropped", delivery=dropped)

    def _write(self, connection: Connection) -> dict[str, Record | datetime]:
        """What waits when its turn comes, which is newer than what waited when it was asked for."""
        states = dict(self._waiting)
        for delivery, state in states.items():
            if isinstance(state, Record):
                _update(connection, state)
            else:
                _close(connection, delivery, state)
        return states


def _is_storable(record: Record) -> bool:
    """Half a letter (a lone surrogate) cannot be written, and would hold up whatever is written along with it."""
    try:
        "".join(value for value in asdict(record).values() if isinstance(value, str)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _insert(record: Record, connection: Connection) -> None:
    try:
        connection.execute(insert(deliveries).values(**asdict(record)))
    except IntegrityError:
        raise AlreadyAsked from None


def _claim(record: Record, connection: Connection) -> bool:
    values = {name: value for name, value in asdict(record).items() if name not in _FIXED}
    mine = and_(deliveries.c.id == record.id, _OPEN, deliveries.c.phase == Phase.IN_LINE)
    return connection.execute(update(deliveries).where(mine).values(**values)).rowcount == 1


def _update(connection: Connection, record: Record) -> None:
    values = {name: value for name, value in asdict(record).items() if name not in _FIXED}
    connection.execute(update(deliveries).where(deliveries.c.id == record.id, _OPEN).values(**values))


def _close(connection: Connection, delivery: str, at: datetime) -> None:
    closing = update(deliveries).where(deliveries.c.id == delivery, _OPEN)
    kept = closing.values(closed_at=at, address=None, order=None)
    closed = connection.execute(kept.returning(deliveries.c.user, deliveries.c.run_id, deliveries.c.cause))
    row = closed.mappings().one_or_none()
    if row is None:
        return
    theirs = and_(deliveries.c.user == row["user"], deliveries.c.closed_at.is_not(None))
    if row["cause"] is None and row["run_id"] is not None:  # a run shown once more is no second one
        others = theirs, deliveries.c.run_id == row["run_id"], deliveries.c.id != delivery
        if connection.scalar(select(deliveries.c.id).where(*others).limit(1)) is not None:
            connection.execute(delete(deliveries).where(deliveries.c.id == delivery))
            return
    newest = select(deliveries.c.closed_at).where(theirs).order_by(deliveries.c.closed_at.desc())
    too_many = and_(theirs, deliveries.c.closed_at <= newest.offset(MOST_CLOSED).limit(1).scalar_subquery())
    connection.execute(delete(deliveries).where(or_(deliveries.c.closed_at < at - LONGEST, too_many)))


def _list_runs(wanted: Sequence[ColumnElement[bool]], connection: Connection) -> list[Past]:
    """Of a run that was shown several times the first asking counts; private or hidden once, it is so for good."""
    first = func.min(deliveries.c.asked_at).label("first")
    columns = deliveries.c.run_id, deliveries.c.deployment, func.max(deliveries.c.workflow_id).label("workflow_id")
    flags = {"is_open": _OPEN, "private": deliveries.c.private, "hidden": deliveries.c.hidden}
    counts = [func.count().filter(flag).label(name) for name, flag in flags.items()]
    grouped = select(*columns, first, *counts).where(*wanted).group_by(deliveries.c.run_id, deliveries.c.deployment)
    newest = grouped.order_by(first.desc(), deliveries.c.run_id.desc()).limit(_MOST_LISTED)
    return [
        Past(
            row["run_id"],
            row["deployment"],
            row["workflow_id"],
            row["first"],
            **{name: row[name] > 0 for name in flags},
        )
        for row in connection.execute(newest).mappings()
    ]


def _list_open(connection: Connection) -> list[Record]:
    everything = select(*_COLUMNS).where(_OPEN).order_by(*_ORDER)
    try:
        return [_record(row) for row in connection.execute(everything).mappings()]
    except (TypeError, ValueError):  # one of them cannot be read: which?
        ids = connection.scalars(select(deliveries.c.id).where(_OPEN).order_by(*_ORDER)).all()
        return [record for delivery in ids if (record := _readable(connection, delivery)) is not None]


def _readable(connection: Connection, delivery: str) -> Record | None:
    try:
        return _record(connection.execute(select(*_COLUMNS).where(deliveries.c.id == delivery)).mappings().one())
    except (TypeError, ValueError):
        log.warning("store.unreadable", delivery=delivery)
        return None


def _record(row: RowMapping) -> Record:
    return Record(**{**row, "user": int(row["user"]), "phase": Phase(row["phase"])})
