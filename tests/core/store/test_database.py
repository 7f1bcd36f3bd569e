"""A database that fails says why in a few words; one that works does all it was asked, in turn and to the end."""

import asyncio
import stat
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from core.errors import StoreFailed
from core.store.database import Database, open_database
from core.store.schema import migrate
from tests.core.store.stage import by_hand, locked, url_of
from tests.waiting import until


async def fails(url: str) -> str:
    """The reason why it cannot be opened."""
    with pytest.raises(StoreFailed) as failed:
        async with open_database(url) as database:
            await database.run(migrate)
    return failed.value.reason


def put_in_place(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def damage(path: Path) -> None:
    """Only its first page stays."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))


def count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM people").scalar_one())


def write(connection: Connection) -> None:
    connection.exec_driver_sql('INSERT INTO people ("user") VALUES (5)')


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    put_in_place(path, b"a letter to the editor " * 1000)

    assert await fails(url_of(path)) == "its file is no database"


async def test_a_damaged_file_is_refused(path: Path, database: Database) -> None:
    await database.aclose()
    damage(path)

    assert await fails(url_of(path)) == "its file is damaged"


async def test_a_file_that_may_only_be_read_is_told_when_it_is_written_to(path: Path, database: Database) -> None:
    await database.aclose()

    async with open_database(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true") as read_only:
        await read_only.run(migrate)
        with pytest.raises(StoreFailed) as failed:
            await read_only.run(write)

    assert failed.value.reason == "it is read-only"


async def test_a_folder_that_cannot_be_made_is_told(path: Path) -> None:
    put_in_place(path, b"in the way")

    assert await fails(url_of(path / "bot.db")) == "its folder cannot be made"


async def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert await fails(url_of(tmp_path)) == "its file cannot be opened"


async def test_tables_of_something_else_are_left_alone(path: Path) -> None:
    with by_hand(path) as other:
        other.execute("CREATE TABLE people (name TEXT)")

    assert await fails(url_of(path)) == "its tables are not those of the bot"
    with by_hand(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("people",)]


@pytest.mark.parametrize("url", ["", "bot.db", "sqlite:///bot.db", "oracle://a:secret@b/c", "x+y://a:secret@b:port/c"])
async def test_an_address_of_no_use_is_told_without_quoting_it(url: str) -> None:
    assert await fails(url) == "its address cannot be used"


async def test_a_file_that_another_process_keeps_locked_is_told(path: Path, database: Database) -> None:
    async with locked(database, path):
        with pytest.raises(StoreFailed) as failed:
            await database.run(count)

    assert failed.value.reason == "another process keeps it locked"
    assert await database.run(count) == 0


async def test_the_file_is_for_the_bots_own_account_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "bot.db"

    async with open_database(url_of(path)) as database:
        await database.run(migrate)
        files = [each.stat().st_mode for each in path.parent.iterdir()]

    assert [stat.S_IMODE(mode) for mode in files] == [0o600] * 3  # the database and its two companions
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_it_can_live_in_memory() -> None:
    async with open_database("sqlite+aiosqlite://") as database:
        await database.run(migrate)
        await database.run(write)

        assert await database.run(count) == 1


async def test_an_error_undoes_what_the_work_did(database: Database) -> None:
    def write_and_fail(connection: Connection) -> None:
        write(connection)
        raise OSError("the disk")

    with pytest.raises(StoreFailed):
        await database.run(write_and_fail)

    assert await database.run(count) == 0


async def test_work_goes_on_when_nobody_waits_for_it(database: Database) -> None:
    waiting = asyncio.create_task(database.run(write))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
    assert await database.run(count) == 1


async def test_work_is_done_in_the_order_it_was_asked_for(database: Database) -> None:
    done: list[int] = []

    def note(number: int, _connection: Connection) -> None:
        done.append(number)

    await asyncio.gather(*(database.run(partial(note, number)) for number in range(20)))

    assert done == list(range(20))


async def test_a_closed_database_finishes_its_work_takes_no_more_and_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    async with open_database(url_of(path)) as database:
        await database.run(migrate)
        last = asyncio.create_task(database.run(write))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    await last
    with pytest.raises(StoreFailed, match="it is closed"):
        await database.run(count)
    with by_hand(path) as other:
        assert other.execute("SELECT count(*) FROM people").fetchone() == (1,)
    assert await until(lambda: set(threading.enumerate()) <= before)  # it says it is done just before it ends


async def test_what_is_told_and_logged_holds_no_values(database: Database) -> None:
    with pytest.raises(StoreFailed) as failed:
        await database.run(lambda connection: connection.exec_driver_sql("INSERT INTO nothing VALUES (?)", ("secret",)))

    assert failed.value.__cause__ is not None
    assert "secret" not in f"{failed.value}{failed.value.__cause__}"
