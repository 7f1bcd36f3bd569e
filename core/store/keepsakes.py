"""Results that are in a server's gallery, and where: each is there once, whoever keeps it and however often.

A row is claimed before anything is sent, and settled after that. What is older than `LONGEST` is forgotten, and of a
server what is beyond its newest `MOST_OF_A_SERVER`: such a result may be kept once more, and nothing else is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.result_errors import AlreadyKept
from core.store.database import Database
from core.store.tables import keepsakes

LONGEST: Final = timedelta(days=400)
MOST_OF_A_SERVER: Final = 20_000
PATIENCE: Final = timedelta(minutes=2)  # after which a claim without a message counts as given up


@dataclass(frozen=True, slots=True)
class Keepsake:
    """Where the result is, or is to be; `message` is None while it is being sent. `kept_at` tells claims apart."""

    guild: int
    run_id: str
    channel: int
    message: int | None
    kept_at: datetime


class Keepsakes:
    """All methods raise `StoreFailed`."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def find(self, guild: int, run_id: str) -> Keepsake | None:
        """None for what is not kept there, as for what somebody gave up to keep."""
        return await self._database.run(partial(_find, guild, run_id, self._now() - PATIENCE))

    async def claim(self, guild: int, run_id: str, channel: int, instead: Keepsake | None = None) -> Keepsake:
        """The right to send it, until it is settled or dropped, for two minutes at most.

        Args:
            guild: the server.
            run_id: whose result it is.
            channel: where it is to be.
            instead: what was found to be gone.

        Raises:
            AlreadyKept: somebody else has it, or had.
        """
        claim = Keepsake(guild, run_id, channel, None, self._now())
        await self._database.run(partial(_claim, claim, instead))
        return claim

    async def settle(self, claim: Keepsake, message: int) -> None:
        """It was sent, or found there."""
        settled = update(keepsakes).where(_same(claim)).values(message=message)
        await self._database.run(lambda connection: connection.execute(settled))

    async def drop(self, claim: Keepsake) -> None:
        """It was not sent after all."""
        dropped = delete(keepsakes).where(_same(claim))
        await self._database.run(lambda connection: connection.execute(dropped))


def _find(guild: int, run_id: str, given_up: datetime, connection: Connection) -> Keepsake | None:
    row = connection.execute(select(keepsakes).where(_of(guild, run_id))).mappings().one_or_none()
    if row is None or (row["message"] is None and row["kept_at"] < given_up):
        return None
    return Keepsake(**row)


def _claim(claim: Keepsake, instead: Keepsake | None, connection: Connection) -> None:
    there = _find(claim.guild, claim.run_id, claim.kept_at - PATIENCE, connection)
    if there is not None and there != instead:
        raise AlreadyKept
    connection.execute(delete(keepsakes).where(_of(claim.guild, claim.run_id)))
    connection.execute(delete(keepsakes).where(keepsakes.c.kept_at < claim.kept_at - LONGEST))
    _make_room(claim.guild, connection)
    values = {"guild": claim.guild, "run_id": claim.run_id, "channel": claim.channel, "kept_at": claim.kept_at}
    try:
        connection.execute(insert(keepsakes).values(**values))
    except IntegrityError:  # another process, on a database that lets two write at once
        raise AlreadyKept from None


def _make_room(guild: int, connection: Connection) -> None:
    mine = keepsakes.c.guild == guild
    too_many = connection.execute(select(func.count()).where(mine)).scalar_one() - MOST_OF_A_SERVER + 1
    if too_many > 0:
        oldest = select(keepsakes.c.run_id).where(mine).order_by(keepsakes.c.kept_at).limit(too_many)
        connection.execute(delete(keepsakes).where(mine, keepsakes.c.run_id.in_(oldest)))


def _of(guild: int, run_id: str) -> ColumnElement[bool]:
    return and_(keepsakes.c.guild == guild, keepsakes.c.run_id == run_id)


def _same(claim: Keepsake) -> ColumnElement[bool]:
    """Only what was claimed: after two minutes it may be somebody else's."""
    return and_(_of(claim.guild, claim.run_id), keepsakes.c.kept_at == claim.kept_at)
