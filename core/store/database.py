"""One connection to the database, used in turn: each piece of work is one transaction and is done to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Table, event, insert, make_url, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from core.errors import StoreFailed
from core.store import failures

T = TypeVar("T")

PATIENCE: Final = 15.0  # seconds; nobody waits longer for the database
_TURN: Final = 10.0  # seconds; work that has not begun by then is not begun at all
_HURRY: Final = 0.5  # seconds for each piece of work once the process ends: what is not written waits for the next
_BUSY: Final = 1.0  # seconds for which SQLite waits for another process
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_TROUBLE: Final = (SQLAlchemyError, OSError, ValueError, OverflowError)  # all that drivers and column types raise


class Database:
    """Work is done one piece after the other, in the order it was asked for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        self._patience = PATIENCE

    def hurry(self) -> None:
        """The process ends: nobody waits long for the database any more."""
        self._patience = _HURRY

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction; an error undoes it.

        It goes on to its end if nobody waits for it any more: a connection is never left in the middle of something.

        Raises:
            StoreFailed: the database does not do it.
        """
        if self._is_closed:
            raise StoreFailed(failures.CLOSED)
        task = asyncio.create_task(self._do(work), name="store")
        self._under_way.add(task)
        task.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(task)
        except _TROUBLE as error:
            raise StoreFailed(failures.reason_of(error)) from error

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be waiting for it any more, and that is no error of the loop

    async def _do(self, work: Callable[[Connection], T]) -> T:
        async with asyncio.timeout(_TURN):
            await self._turn.acquire()
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            self._turn.release()

    async def aclose(self) -> None:
        """Take no more work, wait for what is under way, and close the connection."""
        self._is_closed = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._patience)
        await self._engine.dispose()


@asynccontextmanager
async def open_database(address: str) -> AsyncIterator[Database]:
    """`address` is a database URL; a SQLite file is made if there is none. Nothing is connected before the first work.

    Raises:
        StoreFailed: the address is of no use, or its file cannot be made.
    """
    database = Database(_engine(address))
    try:
        yield database
    finally:
        await database.aclose()


def put(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Replace the row of this key, or make it: in words that every database understands."""
    same = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*same).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))


def _engine(address: str) -> AsyncEngine:
    try:
        url = make_url(address)
        is_sqlite = url.get_backend_name() == "sqlite"
        engine = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,  # they hold the tokens of interactions
            # no transactions by the driver: it would begin them late, and then fail at the first write
            connect_args={"isolation_level": None, "timeout": _BUSY} if is_sqlite else {},
        )
    except (SQLAlchemyError, ImportError, ValueError):
        raise StoreFailed(failures.UNUSABLE_ADDRESS) from None  # what is raised may quote the address
    if is_sqlite:
        _make_file(url)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _make_file(url: URL) -> None:
    """The file and its folder, for the bot's own account only: it holds the tokens of interactions."""
    name = url.database or ":memory:"
    if name.startswith((":memory:", "file:")):
        return
    path = Path(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(failures.NO_FOLDER) from error
    try:
        if path.is_dir():
            raise StoreFailed(failures.NO_FILE)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreFailed(failures.NO_FILE) from error
    with suppress(OSError):  # another account's file may be shared on purpose
        path.chmod(0o600)


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        connection.close()  # else its thread stays: the pool has not heard of it yet
        raise


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a read that turns into a write would fail at once when busy
