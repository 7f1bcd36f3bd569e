"""A journal whose disk fails refuses new wishes, and loses nothing of the open ones."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import StoreFailed, TakenByAnother
from core.runs.journal import Phase
from core.store.database import Database
from core.store.journal import MOST_WAITING, KeptJournal
from tests.core.store.stage import RECORD, empty, fill, locked, record

LONG = "x" * 100_000
RUNNING = replace(RECORD, phase=Phase.RUNNING)
SENDING = replace(RECORD, phase=Phase.SENDING)


async def test_a_full_disk_refuses_a_wish(journal: KeptJournal, database: Database) -> None:
    await fill(database)

    with pytest.raises(StoreFailed, match="its disk is full"):
        await journal.add(replace(RECORD, order=LONG))

    assert await journal.list_open() == []


async def test_after_a_full_disk_it_goes_on(journal: KeptJournal, database: Database) -> None:
    await fill(database)
    with pytest.raises(StoreFailed):
        await journal.add(replace(RECORD, order=LONG))
    await empty(database)

    await journal.add(RECORD)
    await journal.flush()

    assert await journal.list_open() == [RECORD]


async def test_what_a_full_disk_does_not_take_is_written_with_the_next(
    journal: KeptJournal, database: Database
) -> None:
    await journal.add(RECORD)
    await fill(database)
    with capture_logs() as logged:
        await journal.save(replace(RUNNING, address=LONG))
    await empty(database)

    await journal.add(record(2))

    assert await journal.list_open() == [replace(RUNNING, address=LONG), record(2)]
    assert [(line["event"], line["deliveries"], line["reason"]) for line in logged] == [
        ("store.write_failed", [RECORD.id], "its disk is full")
    ]


async def test_only_the_newest_state_waits(journal: KeptJournal, database: Database, path: Path) -> None:
    await journal.add(RECORD)
    async with locked(database, path):
        for phase in (Phase.SENDING, Phase.ASKED, Phase.RUNNING):
            await journal.save(replace(RECORD, phase=phase))

    await journal.flush()

    assert await journal.list_open() == [RUNNING]


async def test_an_end_that_waits_is_not_undone(journal: KeptJournal, database: Database, path: Path) -> None:
    await journal.add(RECORD)
    async with locked(database, path):
        await journal.close(RECORD.id)

    await journal.save(RUNNING)

    assert await journal.list_open() == []


async def test_a_wish_that_was_refused_is_closed_should_it_be_on_the_disk(
    journal: KeptJournal, database: Database, path: Path
) -> None:
    other_journal = KeptJournal(database, lambda: RECORD.asked_at)
    async with locked(database, path):
        with pytest.raises(StoreFailed):
            await journal.add(RECORD)
    await other_journal.add(RECORD)  # as if the disk had taken it, but nobody had heard

    await journal.flush()

    assert await journal.list_open() == []


async def test_a_claim_is_on_the_disk_or_is_refused(journal: KeptJournal, database: Database, path: Path) -> None:
    await journal.add(RECORD)
    async with locked(database, path):
        with pytest.raises(StoreFailed, match="another process keeps it locked"):
            await journal.claim(SENDING)

    assert await journal.list_open() == [RECORD]
    await journal.claim(SENDING)
    assert await journal.list_open() == [SENDING]


async def test_of_two_processes_one_claims(journal: KeptJournal, database: Database) -> None:
    other_journal = KeptJournal(database, lambda: RECORD.asked_at)
    await journal.add(RECORD)
    await journal.claim(SENDING)

    with pytest.raises(TakenByAnother):
        await other_journal.claim(SENDING)


async def test_text_that_cannot_be_written_holds_up_nothing(journal: KeptJournal) -> None:
    await journal.add(RECORD)
    await journal.add(record(2))

    await journal.save(replace(RUNNING, address="half a letter: \ud800"))
    with pytest.raises(StoreFailed):
        await journal.claim(replace(RECORD, address="half a letter: \ud800"))
    await journal.save(record(2, phase=Phase.SENDING))

    assert await journal.list_open() == [RECORD, record(2, phase=Phase.SENDING)]


async def test_a_wish_that_no_database_takes_holds_up_nothing(journal: KeptJournal) -> None:
    with pytest.raises(StoreFailed, match="it takes no such text"):
        await journal.add(replace(RECORD, user=2**70))

    await journal.add(record(2))

    assert await journal.list_open() == [record(2)]


async def test_listing_says_when_it_cannot(journal: KeptJournal, database: Database) -> None:
    await database.aclose()

    with pytest.raises(StoreFailed):
        await journal.list_open()


async def test_a_bounded_number_waits(journal: KeptJournal, database: Database) -> None:
    await database.aclose()

    with capture_logs() as logged:
        for number in range(MOST_WAITING + 1):
            await journal.close(f"{number:016x}")

    assert [line["delivery"] for line in logged if line["event"] == "store.write_dropped"] == [f"{0:016x}"]


async def test_writes_at_once_leave_the_newest(journal: KeptJournal) -> None:
    await journal.add(RECORD)

    await asyncio.gather(*(journal.save(replace(RUNNING, address=str(number))) for number in range(50)))

    assert await journal.list_open() == [replace(RUNNING, address="49")]


async def test_an_end_is_written_although_nobody_waits_for_it(journal: KeptJournal) -> None:
    await journal.add(RECORD)
    closing = asyncio.create_task(journal.close(RECORD.id))
    await asyncio.sleep(0)

    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    await journal.flush()

    assert await journal.list_open() == []
