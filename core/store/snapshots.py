"""What was last read elsewhere, with its time, for a start at which nothing can be read. It is never the truth."""

from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from core.errors import StoreFailed
from core.store.database import Database, put
from core.store.tables import snapshots

log = structlog.get_logger(__name__)


class Snapshots:
    """One body of bytes for each kind. Neither reading nor writing raises `StoreFailed`: there is a log line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, kind: str) -> tuple[datetime, bytes] | None:
        """When it was taken, and its bytes."""
        try:
            return await self._database.run(lambda connection: _read(connection, kind))
        except StoreFailed as error:
            log.warning("store.read_failed", what=snapshots.name, kind=kind, reason=error.reason)
            return None

    async def put(self, kind: str, taken_at: datetime, body: bytes) -> None:
        values = {"taken_at": taken_at, "body": body}
        try:
            await self._database.run(lambda connection: put(connection, snapshots, {"kind": kind}, values))
        except StoreFailed as error:
            log.warning("store.write_failed", what=snapshots.name, kind=kind, reason=error.reason)


def _read(connection: Connection, kind: str) -> tuple[datetime, bytes] | None:
    found = select(snapshots.c.taken_at, snapshots.c.body).where(snapshots.c.kind == kind)
    row = connection.execute(found).one_or_none()
    return None if row is None else (row.taken_at, bytes(row.body))
