"""The store as a process uses it: opened, crashed, opened again, and by two at once."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import AlreadyAsked
from core.runs.journal import Phase
from core.store.lock import Holder, Terms
from core.store.settings import PersonSettings
from core.store.store import Store, open_store
from tests.core.store.stage import NOW, RECORD, locked, record, url_of
from tests.waiting import until_told

ROOT = Path(__file__).parents[3]
CRASH = """
import asyncio, os, sys
from dataclasses import replace
from core.runs.journal import Phase
from core.store.lock import Holder, Terms
from core.store.store import open_store
from tests.core.store.stage import NOW, RECORD
async def main():
    async with open_store(sys.argv[1]) as store, store.lock("bot", Holder("studio", os.getpid(), NOW), lambda _: True):
        await store.journal.add(RECORD)
        await store.journal.claim(replace(RECORD, phase=Phase.SENDING))
        os._exit(9)
asyncio.run(main())
"""


async def test_what_a_crashed_process_wrote_is_there_at_once_for_the_next(path: Path) -> None:
    crashed = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASH, url_of(path), cwd=ROOT)
    assert await crashed.wait() == 9

    us = Holder("studio", crashed.pid + 1, NOW)
    async with open_store(url_of(path)) as store, store.lock("bot", us, lambda _pid: False):
        assert await store.journal.list_open() == [replace(RECORD, phase=Phase.SENDING)]


async def test_everything_is_there_after_a_new_start(path: Path) -> None:
    async with open_store(url_of(path)) as store:
        await store.journal.add(RECORD)
        await store.settings.change_person(5, lambda now: replace(now, pings=True))
        await store.snapshots.put("deployments", NOW, b"[]")

    async with open_store(url_of(path)) as store:
        assert await store.journal.list_open() == [RECORD]
        assert await store.settings.get_person(5) == PersonSettings(pings=True)
        assert await store.snapshots.get("deployments") == (NOW, b"[]")


async def test_two_stores_on_one_new_file_see_each_others_records(path: Path) -> None:
    both = asyncio.Barrier(2)

    async def use(number: int) -> list[str]:
        async with open_store(url_of(path)) as store:
            await store.journal.add(record(number))
            await both.wait()
            with pytest.raises(AlreadyAsked):
                await store.journal.add(record(number + 2, cause=record(3 - number).cause))
            found = [each.id for each in await store.journal.list_open()]
            await both.wait()
            return found

    found = await asyncio.gather(use(1), use(2))

    assert list(found) == [[record(1).id, record(2).id]] * 2


async def test_what_waits_is_written_with_the_next_beat(path: Path) -> None:
    async with open_store(url_of(path)) as store:
        await store.journal.add(RECORD)
        async with store.lock("bot", Holder("studio", 1, NOW), lambda _pid: True, Terms(beat=0.001)):
            async with locked(store.journal._database, path):  # noqa: SLF001 -- to make it fail
                await store.journal.close(RECORD.id)

            await until_told(lambda: closed(store))


async def closed(store: Store) -> bool:
    return not await store.journal.list_open()


async def test_what_waits_is_written_at_the_end(path: Path) -> None:
    async with open_store(url_of(path)) as store:
        await store.journal.add(RECORD)
        async with locked(store.journal._database, path):  # noqa: SLF001 -- to make it fail
            await store.journal.close(RECORD.id)

    async with open_store(url_of(path)) as store:
        assert await store.journal.list_open() == []
