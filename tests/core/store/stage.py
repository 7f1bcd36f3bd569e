"""A clock that stands still, records to write down, and a file that can be made to fail."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.runs.journal import Phase, Record
from core.store.database import Database

NOW = datetime(2026, 11, 20, 6, 0, 0, 123456, tzinfo=UTC)
RECORD = Record(
    id="00000000000000a1",
    user=80351110224678912,
    guild=81384788765712384,
    deployment="5b1e3c64-0000-4000-8000-000000000001",
    address='{"token": "aW50ZXJhY3Rpb24"}',
    asked_at=NOW,
    cause="interaction:1",
    order='{"prompt": "a fox"}',
)


class Clock:
    """Says what it was set to."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **parts: float) -> None:
        self.time += timedelta(**parts)


def record(number: int, **changes: Any) -> Record:  # noqa: ANN401 -- any field of a record
    """The record of that number, asked for as many seconds after the first."""
    facts = {
        "id": f"{number:016x}",
        "cause": f"interaction:{number}",
        "asked_at": NOW + timedelta(seconds=number),
        "phase": Phase.IN_LINE,
    }
    return replace(RECORD, **{**facts, **changes})


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def pragma(database: Database, text: str) -> None:
    await database.run(lambda connection: connection.exec_driver_sql(f"PRAGMA {text}"))


async def fill(database: Database) -> None:
    """Its disk is full: the file may not grow by a page."""
    await pragma(database, "max_page_count=1")  # SQLite takes the present size instead


async def empty(database: Database) -> None:
    await pragma(database, "max_page_count=1000000")


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program opens it; what it changes is there at once."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@asynccontextmanager
async def locked(database: Database, path: Path) -> AsyncIterator[None]:
    """Another program keeps the file locked, and nobody waits for it."""
    await pragma(database, "busy_timeout=0")
    with by_hand(path) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
