"""What people and servers set for themselves. `None`: they have not said."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Final, Generic, TypeVar

import structlog
from sqlalchemy import Connection, Table, select

from core.errors import StoreFailed
from core.store import failures
from core.store.database import Database, put
from core.store.tables import people, servers

log = structlog.get_logger(__name__)

MOST_KEPT: Final = 10_000  # people, and as many servers, whose settings are kept in memory
PATIENCE: Final = 1.0  # seconds; somebody waits for what is read, and three are all that Discord gives
COOL_DOWN: Final = 5.0  # seconds after a reading that failed, in which nobody waits for another


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """`pings`: whether the end of a run calls them; `last`: the id of the deployment they ran last."""

    pings: bool | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`pings`: whether the ends of runs call people there; `deployments`: ids of what may be run there.

    `default_deployment` is the id of what is run where nobody says what, `upscaler` of what makes a result larger.
    `owners_only`: whether the buttons of a result are for who asked for it alone. `gallery` is the channel for results
    that people keep.
    """

    pings: bool | None = None
    deployments: frozenset[str] | None = None
    default_deployment: str | None = None
    owners_only: bool | None = None
    upscaler: str | None = None
    gallery: int | None = None


S = TypeVar("S", bound=PersonSettings | ServerSettings)


class KeptSettings:
    """`get_person` and `get_server` never fail: without a database everybody has the defaults.

    Those that end in `_surely` raise `StoreFailed` instead. Reading takes a second at most, and after one that failed
    none at all for some seconds. Changing raises `StoreFailed`. A change is given what is kept at that moment, so that
    two at a time are both kept; after one that failed what was known last holds, unless the database says otherwise.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        pause = _Pause(clock)
        self._people = _Rows(database, people, "user", PersonSettings(), pause)
        self._servers = _Rows(database, servers, "guild", ServerSettings(), pause)

    async def get_person(self, user: int) -> PersonSettings:
        return await self._people.get(user)

    async def get_person_surely(self, user: int) -> PersonSettings:
        return await self._people.get_surely(user)

    async def change_person(self, user: int, change: Callable[[PersonSettings], PersonSettings]) -> PersonSettings:
        """What they are from now on."""
        return await self._people.change(user, change)

    async def get_server(self, guild: int) -> ServerSettings:
        return await self._servers.get(guild)

    async def get_server_surely(self, guild: int) -> ServerSettings:
        """For what a server forbids: that it cannot be read must not allow it."""
        return await self._servers.get_surely(guild)

    async def change_server(self, guild: int, change: Callable[[ServerSettings], ServerSettings]) -> ServerSettings:
        """What they are from now on."""
        return await self._servers.change(guild, change)


def needed(kept: KeptSettings | None) -> KeptSettings:
    """For who is about to change something; raises `StoreFailed` where nothing is kept."""
    if kept is None:
        raise StoreFailed("there is no database")
    return kept


class _Pause:
    """While it lasts the database is not asked: one person's wish reads several times, and would wait each time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: float | None = None

    def begin(self) -> None:
        self._until = self._clock() + COOL_DOWN

    def end(self) -> None:
        self._until = None

    def check(self) -> None:
        """Raises `StoreFailed` while it lasts."""
        if self._until is not None and self._clock() < self._until:
            raise StoreFailed(failures.NO_ANSWER)


class _Rows(Generic[S]):
    """The settings of one table, those used last in memory."""

    def __init__(self, database: Database, table: Table, key: str, default: S, pause: _Pause) -> None:
        self._database = database
        self._table = table
        self._key = key
        self._default = default
        self._pause = pause
        self._kept: OrderedDict[int, S] = OrderedDict()
        self._doubtful: set[int] = set()  # of those kept: a change of them failed, and may have been done all the same

    async def get(self, key: int) -> S:
        try:
            return await self.get_surely(key)
        except StoreFailed:
            return self._default

    async def get_surely(self, key: int) -> S:
        if self._is_known(key):
            return self._keep(key, self._kept[key])
        try:
            found = await self._ask(key)
        except StoreFailed:
            if key in self._kept:
                return self._kept[key]
            raise
        return self._keep(key, self._kept[key] if self._is_known(key) else found)  # what was changed meanwhile is newer

    async def change(self, key: int, change: Callable[[S], S]) -> S:
        try:
            changed = await self._database.run(partial(self._change, key, change))
        except BaseException:
            if key in self._kept:
                self._doubtful.add(key)
            raise
        self._pause.end()
        return self._keep(key, changed)

    def _is_known(self, key: int) -> bool:
        return key in self._kept and key not in self._doubtful

    async def _ask(self, key: int) -> S:
        self._pause.check()
        try:
            return await self._answer(key)
        except StoreFailed as error:
            log.warning("store.read_failed", what=self._table.name, reason=error.reason)
            if not isinstance(error.__cause__, ValueError):  # a broken row is told at once, and says nothing of others
                self._pause.begin()
            raise

    async def _answer(self, key: int) -> S:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._database.run(partial(self._read, key))
        except TimeoutError as late:
            raise StoreFailed(failures.NO_ANSWER) from late

    def _read(self, key: int, connection: Connection) -> S:
        columns = [self._table.c[field.name] for field in fields(self._default)]
        row = connection.execute(select(*columns).where(self._table.c[self._key] == key)).mappings().one_or_none()
        return self._default if row is None else replace(self._default, **row)

    def _change(self, key: int, change: Callable[[S], S], connection: Connection) -> S:
        changed = change(self._read(key, connection))
        put(connection, self._table, {self._key: key}, asdict(changed))
        return changed

    def _keep(self, key: int, settings: S) -> S:
        self._kept[key] = settings
        self._kept.move_to_end(key)
        self._doubtful.discard(key)
        if len(self._kept) > MOST_KEPT:
            self._doubtful.discard(self._kept.popitem(last=False)[0])
        return settings
