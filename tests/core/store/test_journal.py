"""Deliveries are written down once, go on where they were, and leave a short history behind."""

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.errors import AlreadyAsked, StoreFailed
from core.runs.journal import Journal, Phase, Record
from core.store.database import Database
from core.store.journal import LONGEST, MOST_CLOSED, KeptJournal
from core.store.tables import deliveries
from tests.anything import QUICK
from tests.core.store.stage import RECORD, Clock, by_hand, record

RUN_ID = "0a1b2c3d-0000-4000-8000-00000000abcd"
WORKFLOW_ID = "e6b4c18d-520f-461f-b2e4-3faf10a91804"


async def left_of(database: Database) -> list[dict[str, Any]]:
    """The rows of closed deliveries."""
    query = "SELECT * FROM deliveries WHERE closed_at IS NOT NULL ORDER BY closed_at"
    rows = await database.run(lambda connection: connection.exec_driver_sql(query).mappings().all())
    return [dict(row) for row in rows]


def test_each_part_of_a_record_has_a_column() -> None:
    assert {field.name for field in fields(Record)} | {"closed_at"} == set(deliveries.c.keys())


def test_it_is_a_journal(journal: KeptJournal) -> None:
    used: Journal = journal

    assert isinstance(used, KeptJournal)


async def test_a_record_comes_back_as_it_was(journal: KeptJournal) -> None:
    whole = replace(RECORD, phase=Phase.ASKED, run_id=RUN_ID, workflow_id=WORKFLOW_ID, parent=RUN_ID)
    whole = replace(whole, private=True, hidden=True)

    await journal.add(whole)

    assert await journal.list_open() == [whole]


async def test_what_a_record_need_not_have_may_be_missing(journal: KeptJournal) -> None:
    bare = replace(RECORD, guild=None, cause=None, order=None)

    await journal.add(bare)
    await journal.add(replace(bare, id="00000000000000a2"))

    assert await journal.list_open() == [bare, replace(bare, id="00000000000000a2")]


@pytest.mark.parametrize("second", [record(2, cause=RECORD.cause), record(2, id=RECORD.id)], ids=["cause", "delivery"])
async def test_the_same_wish_is_refused(journal: KeptJournal, second: Record) -> None:
    await journal.add(RECORD)

    with pytest.raises(AlreadyAsked):
        await journal.add(second)

    assert await journal.list_open() == [RECORD]


async def test_the_same_wish_is_refused_after_its_end(journal: KeptJournal) -> None:
    await journal.add(RECORD)
    await journal.close(RECORD.id)

    with pytest.raises(AlreadyAsked):
        await journal.add(record(2, cause=RECORD.cause))


async def test_what_is_saved_replaces_what_was(journal: KeptJournal) -> None:
    await journal.add(RECORD)
    later = replace(
        RECORD, phase=Phase.RUNNING, address="elsewhere", order=None, run_id=RUN_ID, workflow_id=WORKFLOW_ID
    )

    await journal.save(later)

    assert await journal.list_open() == [later]


async def test_open_ones_are_listed_oldest_first(journal: KeptJournal) -> None:
    for number in (3, 1, 2):
        await journal.add(record(number))

    assert [each.id for each in await journal.list_open()] == [record(number).id for number in (1, 2, 3)]


async def test_closed_stays_closed(journal: KeptJournal) -> None:
    await journal.add(RECORD)
    await journal.close(RECORD.id)

    await journal.save(replace(RECORD, phase=Phase.RUNNING))

    assert await journal.list_open() == []


async def test_of_a_closed_one_ids_and_times_are_left(journal: KeptJournal, database: Database, clock: Clock) -> None:
    await journal.add(replace(RECORD, run_id=RUN_ID))
    clock.pass_by(seconds=90)

    await journal.close(RECORD.id)

    (left,) = await left_of(database)
    assert (left["address"], left["order"]) == (None, None)
    assert (left["user"], left["run_id"], left["cause"]) == (RECORD.user, RUN_ID, RECORD.cause)
    assert left["closed_at"] == "2026-11-20 06:01:30.123456"


async def test_a_second_close_and_one_of_nothing_change_nothing(
    journal: KeptJournal, database: Database, clock: Clock
) -> None:
    await journal.add(RECORD)
    await journal.close(RECORD.id)
    before = await left_of(database)
    clock.pass_by(seconds=1)

    await journal.close(RECORD.id)
    await journal.close("00000000000000ff")

    assert await left_of(database) == before


async def test_a_persons_history_is_bounded(journal: KeptJournal, database: Database, clock: Clock) -> None:
    other = record(999, user=7)
    await journal.add(other)
    await journal.close(other.id)
    insert = (
        'INSERT INTO deliveries (id, "user", deployment, phase, asked_at, closed_at) '
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "SELECT 'old' || i, ?, 'd', 'running', '2026-11-19', '2026-11-19 00:00:00.' || (100000 + i) FROM n"
    )
    await database.run(lambda connection: connection.exec_driver_sql(insert, (MOST_CLOSED, RECORD.user)))
    await journal.add(RECORD)
    clock.pass_by(seconds=1)

    await journal.close(RECORD.id)

    left = [row["id"] for row in await left_of(database)]
    assert len(left) == MOST_CLOSED + 1
    assert {other.id, RECORD.id, "old2"} <= set(left)
    assert "old1" not in left


async def test_history_is_forgotten_in_time_and_open_ones_are_not(
    journal: KeptJournal, database: Database, clock: Clock
) -> None:
    for number in (1, 2, 3):
        await journal.add(record(number))
    await journal.close(record(1).id)
    clock.time += LONGEST + timedelta(seconds=1)

    await journal.close(record(2).id)

    assert [row["id"] for row in await left_of(database)] == [record(2).id]
    assert await journal.list_open() == [record(3)]


@pytest.mark.parametrize("change", ["phase = 'flying'", "asked_at = 'noon'", "asked_at = x'00'", "\"user\" = 'me'"])
async def test_a_row_that_cannot_be_read_does_not_hide_the_others(
    path: Path, journal: KeptJournal, change: str
) -> None:
    for number in (1, 2):
        await journal.add(record(number))
    with by_hand(path) as other:
        other.execute(f"UPDATE deliveries SET {change} WHERE id = ?", (record(1).id,))  # noqa: S608 -- our own words

    with capture_logs() as logged:
        found = await journal.list_open()

    assert found == [record(2)]
    assert [(line["event"], line["delivery"]) for line in logged] == [("store.unreadable", record(1).id)]


anything = st.one_of(st.text(st.characters(), max_size=60), st.sampled_from(["nul\x00", "👩\u200d👧", "é" * 100_000]))


@settings(QUICK, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=anything, order=anything)
async def test_any_text_comes_back_or_is_refused(
    journal: KeptJournal, database: Database, address: str, order: str
) -> None:
    wish = replace(RECORD, cause=None, address=address, order=order)
    is_whole = all(letter < "\ud800" or letter > "\udfff" for letter in address + order)

    try:
        await journal.add(wish)
    except StoreFailed as failed:
        assert failed.reason == "it takes no such text"  # noqa: PT017 -- it need not be raised
        assert not is_whole
    else:
        assert await journal.list_open() == [wish]
    finally:
        await database.run(lambda connection: connection.exec_driver_sql("DELETE FROM deliveries"))
