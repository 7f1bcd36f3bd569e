"""The store: all that the bot keeps for itself, opened by one call and closed with its block."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from core.store.database import open_database
from core.store.journal import KeptJournal
from core.store.keepsakes import Keepsakes
from core.store.lock import TERMS, Holder, Lease, Lock, Terms
from core.store.schema import migrate
from core.store.settings import KeptSettings
from core.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class Store:
    """What each part keeps is said there."""

    journal: KeptJournal
    settings: KeptSettings
    snapshots: Snapshots
    keepsakes: Keepsakes
    holding: Lock

    def lock(
        self, name: str, holder: Holder, is_alive: Callable[[int], bool], terms: Terms = TERMS
    ) -> AbstractAsyncContextManager[Lease]:
        """See `Lock.hold`."""
        return self.holding.hold(name, holder, is_alive, terms)


@asynccontextmanager
async def open_store(url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> AsyncIterator[Store]:
    """Open the database at `url` (`sqlite+aiosqlite:///…`), make it if there is none, and bring its tables up to date.

    Raises:
        StoreFailed: it cannot be used; `reason` says why, without the address.
    """
    async with open_database(url) as database:
        await database.run(migrate)
        journal = KeptJournal(database, now)
        try:
            yield Store(
                journal=journal,
                settings=KeptSettings(database),
                snapshots=Snapshots(database),
                keepsakes=Keepsakes(database, now),
                holding=Lock(database, now, journal.flush),
            )
        finally:
            await journal.flush()
