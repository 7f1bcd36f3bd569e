"""What people and servers set for themselves. `None`: they have not said."""

import asyncio
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


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """`pings`: whether the end of a run calls them; `last`: the id of the deployment they ran last."""

    pings: bool | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`pings`: whether the ends of runs call people there; `deployments`: ids of what may be run there.

    `default_deployment` is the id of what is run where nobody says what.
    """

    pings: bool | None = None
    deployments: frozenset[str] | None = None
    default_deployment: str | None = None


S = TypeVar("S", bound=PersonSettings | ServerSettings)


class KeptSettings:
    """Reading never fails, and takes a second at most: without a database everybody has the defaults.

    Changing raises `StoreFailed`. A change is given what is kept at that moment, so that two at a time are both kept.
    """

    def __init__(self, database: Database) -> None:
        self._people = _Rows(database, people, "user", PersonSettings())
        self._servers = _Rows(database, servers, "guild", ServerSettings())

    async def get_person(self, user: int) -> PersonSettings:
        return await self._people.get(user)

    async def change_person(self, user: int, change: Callable[[PersonSettings], PersonSettings]) -> PersonSettings:
        """What they are from now on."""
        return await self._people.change(user, change)

    async def get_server(self, guild: int) -> ServerSettings:
        return await self._servers.get(guild)

    async def change_server(self, guild: int, change: Callable[[ServerSettings], ServerSettings]) -> ServerSettings:
        """What they are from now on."""
        return await self._servers.change(guild, change)


def needed(kept: KeptSettings | None) -> KeptSettings:
    """For who is about to change something; raises `StoreFailed` where nothing is kept."""
    if kept is None:
        raise StoreFailed("there is no database")
    return kept


class _Rows(Generic[S]):
    """The settings of one table, those used last in memory."""

    def __init__(self, database: Database, table: Table, key: str, default: S) -> None:
        self._database = database
        self._table = table
        self._key = key
        self._default = default
        self._kept: OrderedDict[int, S] = OrderedDict()

    async def get(self, key: int) -> S:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._database.run(partial(self._read, key))
        except (StoreFailed, TimeoutError) as error:
            reason = error.reason if isinstance(error, StoreFailed) else failures.NO_ANSWER
            log.warning("store.read_failed", what=self._table.name, reason=reason)
            return self._default
        return self._keep(key, self._kept.get(key, found))  # what was changed meanwhile is newer

    async def change(self, key: int, change: Callable[[S], S]) -> S:
        try:
            changed = await self._database.run(partial(self._change, key, change))
        except BaseException:
            self._kept.pop(key, None)  # it may have been done all the same: the database knows
            raise
        return self._keep(key, changed)

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
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return settings
