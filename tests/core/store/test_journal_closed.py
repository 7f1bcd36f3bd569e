"""A person's history: their runs, each once, newest first, under way or over."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from core.errors import StoreFailed
from core.runs.journal import Phase, Record
from core.runs.past import Past, PastRuns
from core.store.database import Database
from core.store.journal import MOST_CLOSED, KeptJournal
from core.store.tables import deliveries
from tests.core.store.stage import NOW, RECORD, locked, record

WORKFLOW = "e6b4c18d-520f-461f-b2e4-3faf10a91804"
OTHER = "5b1e3c64-0000-4000-8000-000000000002"


def run_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-00000000abcd"


def begun(number: int, **changes: object) -> Record:
    """The record of a run that is under way."""
    facts = {"phase": Phase.RUNNING, "run_id": run_id(number), "workflow_id": WORKFLOW}
    return record(number, **(facts | changes))


def shown_again(number: int, of: int, **changes: object) -> Record:
    """The record of a run that is shown once more: nobody asked for it anew."""
    return begun(number, run_id=run_id(of), cause=None, **changes)


async def over(journal: KeptJournal, *records: Record) -> None:
    for item in records:
        await journal.add(item)
        await journal.close(item.id)


async def listed(journal: KeptJournal, deployment: str | None = None) -> list[str]:
    return [past.run_id for past in await journal.list_runs(RECORD.user, deployment)]


def test_it_keeps_past_runs(journal: KeptJournal) -> None:
    used: PastRuns = journal

    assert isinstance(used, KeptJournal)


async def test_runs_that_are_over_and_under_way_come_newest_first(journal: KeptJournal) -> None:
    await over(journal, begun(1), begun(3))
    await journal.add(begun(2))

    found = await journal.list_runs(RECORD.user)

    def past(number: int, *, is_open: bool) -> Past:
        return Past(run_id(number), RECORD.deployment, WORKFLOW, NOW + timedelta(seconds=number), is_open)

    assert found == [past(3, is_open=False), past(2, is_open=True), past(1, is_open=False)]


async def test_only_this_persons_runs_are_listed(journal: KeptJournal) -> None:
    await over(journal, begun(1), begun(2, user=RECORD.user + 1))

    assert await listed(journal) == [run_id(1)]


async def test_of_one_deployment(journal: KeptJournal) -> None:
    await over(journal, begun(1), begun(2, deployment=OTHER))

    assert await listed(journal, OTHER) == [run_id(2)]


async def test_what_never_became_a_run_is_not_listed(journal: KeptJournal) -> None:
    await over(journal, begun(1, run_id=None))
    await journal.add(begun(2, run_id=None))

    assert await listed(journal) == []


async def test_a_run_shown_once_more_is_listed_once_by_its_first_time(journal: KeptJournal) -> None:
    await over(journal, begun(1))
    await journal.add(shown_again(2, of=1))

    (found,) = await journal.list_runs(RECORD.user)

    assert (found.asked_at, found.is_open) == (NOW + timedelta(seconds=1), True)


@pytest.mark.parametrize("manner", [{"private": True}, {"hidden": True}], ids=str)
@pytest.mark.parametrize("first", [True, False], ids=["at first", "once more"])
async def test_what_was_private_or_hidden_once_is_remembered_so(
    journal: KeptJournal, manner: dict[str, bool], first: bool
) -> None:
    await over(journal, begun(1, **(manner if first else {})))
    await journal.add(shown_again(2, of=1, **({} if first else manner)))

    (found,) = await journal.list_runs(RECORD.user)

    assert {"private": found.private, "hidden": found.hidden} == {"private": False, "hidden": False} | manner


async def test_anybodys_run_is_found_by_its_id(journal: KeptJournal) -> None:
    await over(journal, begun(1), begun(2, user=RECORD.user + 1, private=True))

    found = await journal.get_run(run_id(2))

    assert found is not None
    assert (found.run_id, found.private) == (run_id(2), True)
    assert await journal.get_run(run_id(3)) is None


async def test_showing_a_run_often_takes_no_room_from_others(journal: KeptJournal, database: Database) -> None:
    await over(journal, begun(1), *(shown_again(number, of=1) for number in (2, 3, 4)))

    rows = await database.run(lambda connection: connection.execute(select(deliveries.c.id)).scalars().all())

    assert rows == [begun(1).id]


async def test_a_run_that_is_only_remembered_by_a_showing_stays(journal: KeptJournal) -> None:
    await over(journal, shown_again(5, of=1))

    assert await listed(journal) == [run_id(1)]


async def test_a_full_history_is_listed_whole(journal: KeptJournal, database: Database) -> None:
    closed = {"address": None, "order": None, "closed_at": NOW}
    rows = [asdict(begun(number)) | closed for number in range(MOST_CLOSED)]
    await database.run(lambda connection: connection.execute(insert(deliveries), rows))

    found = await listed(journal)

    assert found == [run_id(number) for number in reversed(range(MOST_CLOSED))]


async def test_what_cannot_be_read_is_told(journal: KeptJournal, database: Database, path: Path) -> None:
    async with locked(database, path):
        with pytest.raises(StoreFailed):
            await journal.list_runs(RECORD.user)


async def test_nobody_waits_long_for_their_history(
    journal: KeptJournal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.journal._PATIENCE", 0.01)
    async with database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        with pytest.raises(StoreFailed, match="does not answer in time"):
            await journal.list_runs(RECORD.user)
