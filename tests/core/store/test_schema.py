"""The migrations make the tables that the code expects, and nothing is done to a database of a newer version."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from core.errors import StoreFailed
from core.store.database import Database, open_database
from core.store.schema import HEAD, migrate
from core.store.settings import PersonSettings, ServerSettings
from core.store.store import open_store
from core.store.tables import METADATA
from core.store.upgrade import config, upgrade
from tests.core.store.stage import by_hand, url_of

OPEN = """
import asyncio, sys
from core.store.store import open_store
async def main():
    async with open_store(sys.argv[1]):
        print("alembic" in sys.modules)
asyncio.run(main())
"""


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA))


async def test_the_migrations_make_the_tables_as_they_are_described(tmp_path: Path) -> None:
    async with open_database(url_of(tmp_path / "migrated.db")) as migrated:
        await migrated.run(upgrade)

        assert await migrated.run(differences) == []


async def test_a_new_database_is_as_if_it_had_been_migrated(database: Database) -> None:
    await database.run(upgrade)

    assert await database.run(differences) == []


def test_the_newest_migration_is_the_one_expected() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


async def test_a_database_of_the_first_version_keeps_what_is_in_it(path: Path) -> None:
    async with open_database(url_of(path)) as first:
        await first.run(lambda connection: command.upgrade(config(connection), "0001"))
    with by_hand(path) as other:
        other.execute("INSERT INTO people (user, pings) VALUES (1, 0)")
        other.execute("INSERT INTO servers (guild, pings) VALUES (2, 0)")
        other.execute(
            'INSERT INTO deliveries (id, "user", deployment, phase, address, asked_at) '
            "VALUES ('d1', 1, 'd', 'running', 'a', '2026-11-20 06:00:00')"
        )
        other.execute("INSERT INTO snapshots VALUES ('deployments', '2026-11-20 06:00:00', x'626f6479')")

    async with open_store(url_of(path)) as store:
        person, server = await store.settings.get_person(1), await store.settings.get_server(2)
        await store.settings.change_server(2, lambda now: replace(now, deployments=frozenset({"a"})))
        snapshot = await store.snapshots.get("deployments")
        (record,) = await store.journal.list_open()

    assert (person, server) == (PersonSettings(pings=False), ServerSettings(pings=False))
    assert (record.id, record.private, record.hidden) == ("d1", False, False)
    assert snapshot == (datetime(2026, 11, 20, 6, tzinfo=UTC), b"body")
    async with open_database(url_of(path)) as upgraded:
        assert await upgraded.run(differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await database.run(migrate)

    assert await database.run(differences) == []


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    await database.run(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    with pytest.raises(StoreFailed, match="newer version"):
        await database.run(migrate)

    stamp = await database.run(lambda connection: connection.scalar(text("SELECT version_num FROM alembic_version")))
    assert stamp == "9999"


async def test_a_migration_that_breaks_off_leaves_nothing_behind(path: Path, database: Database) -> None:
    await database.run(METADATA.drop_all)
    await database.run(lambda connection: connection.execute(text("DROP TABLE alembic_version")))
    await database.run(lambda connection: connection.execute(text("CREATE TABLE holders (name TEXT)")))

    with pytest.raises(StoreFailed):
        await database.run(migrate)

    with by_hand(path) as other:
        assert other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("holders",)]


async def test_an_ordinary_start_does_not_import_alembic(path: Path, database: Database) -> None:
    await database.aclose()

    opened = await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, url_of(path), stdout=PIPE)
    said, _ = await opened.communicate()

    assert said.strip() == b"False"
