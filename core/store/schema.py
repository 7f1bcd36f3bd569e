"""Brings the tables to what this version of the bot expects, at its start."""

from typing import Final

from sqlalchemy import Connection, inspect, text

HEAD: Final = "0001"  # the newest migration; with it in place, Alembic need not even be imported
STAMP: Final = "alembic_version"


def migrate(connection: Connection) -> None:
    """All in the caller's transaction: a start that is killed leaves the tables as they were.

    Raises:
        StoreFailed: a newer version of the bot made them.
    """
    if _stamped(connection) != HEAD:
        from core.store.upgrade import upgrade  # noqa: PLC0415 -- Alembic is slow to import, and rarely needed

        upgrade(connection)


def _stamped(connection: Connection) -> str | None:
    if not inspect(connection).has_table(STAMP):
        return None
    stamp: str | None = connection.scalar(text(f"SELECT version_num FROM {STAMP}"))  # noqa: S608 -- our own word
    return stamp
