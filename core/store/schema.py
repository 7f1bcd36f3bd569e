"""Brings the tables to what this version of the bot expects, at its start."""

from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from core.store.tables import METADATA

HEAD: Final = "0003"  # the newest migration; with it in place, Alembic need not even be imported
STAMP: Final = "alembic_version"
_STAMPS: Final = Table(STAMP, MetaData(), Column("version_num", String(32), primary_key=True))  # as Alembic has it


def migrate(connection: Connection) -> None:
    """All in the caller's transaction: a start that is killed leaves the tables as they were.

    Raises:
        StoreFailed: a newer version of the bot made them.
    """
    names = inspect(connection).get_table_names()
    if not names:  # what all migrations together make, without the time and memory that Alembic takes
        METADATA.create_all(connection)
        _STAMPS.create(connection)
        connection.execute(insert(_STAMPS).values(version_num=HEAD))
    elif STAMP not in names or connection.scalar(select(_STAMPS.c.version_num)) != HEAD:
        from core.store.upgrade import upgrade  # noqa: PLC0415 -- Alembic is slow to import, and rarely needed

        upgrade(connection)
