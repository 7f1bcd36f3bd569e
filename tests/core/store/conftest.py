"""A new database with its tables, in a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store.database import Database, open_database
from core.store.journal import KeptJournal
from core.store.schema import migrate
from tests.core.store.stage import Clock, url_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(url_of(path)) as opened:
        await opened.run(migrate)
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(database: Database, clock: Clock) -> KeptJournal:
    return KeptJournal(database, clock)
