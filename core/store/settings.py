"""What people and servers set for themselves. `None`: they have not said."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, Final, Generic, TypeVar

import structlog
from sqlalchemy import Connection, Table, select

from core.errors import StoreFailed
from core.store.database import Database, put
from core.store.tables import people, servers

log = structlog.get_logger(__name__)

MOST_KEPT: Final = 10_000  # people, and as many servers, whose settings are kept in memory


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """`pings`: whether the end of a run calls them."""

    pings: bool | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`pings`: whether the ends of runs call people there."""

    pings: bool | None = None


S = TypeVar("S", bound=PersonSettings | ServerSettings)


class KeptSettings:
    """Reading never fails: without a database everybody has the defaults. Saving raises `StoreFailed`."""

    def __init__(self, database: Database) -> None:
        self._people = _Rows(database, people, "user", PersonSettings())
        self._servers = _Rows(database, servers, "guild", ServerSettings())

    async def get_person(self, user: int) -> PersonSettings:
        return await self._people.get(user)

    async def save_person(self, user: int, settings: PersonSettings) -> None:
        await self._people.save(user, settings)

    async def get_server(self, guild: int) -> ServerSettings:
        return await self._servers.get(guild)

    async def save_server(self, guild: int, settings: ServerSettings) -> None:
        await self._servers.save(guild, settings)


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
            row = await self._database.run(partial(self._read, key))
        except StoreFailed as error:
            log.warning("store.read_failed", what=self._table.name, reason=error.reason)
            return self._default
        found = self._default if row is None else replace(self._default, **row)
        return self._keep(key, self._kept.get(key, found))  # what was saved meanwhile is newer

    async def save(self, key: int, settings: S) -> None:
        await self._database.run(lambda connection: put(connection, self._table, {self._key: key}, asdict(settings)))
        self._keep(key, settings)

    def _read(self, key: int, connection: Connection) -> Mapping[str, Any] | None:
        columns = [self._table.c[field.name] for field in fields(self._default)]
        row = connection.execute(select(*columns).where(self._table.c[self._key] == key)).mappings().one_or_none()
        return None if row is None else dict(row)

    def _keep(self, key: int, settings: S) -> S:
        self._kept[key] = settings
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return settings
