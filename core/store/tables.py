"""The tables of the bot's own database. What changes here needs a migration; a test compares the two."""

import json
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

METADATA: Final = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)


class Moment(TypeDecorator[datetime]):
    """An aware time, in and out: SQLite keeps none of its zone, so it is kept there as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- theirs
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- theirs
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Ids(TypeDecorator[frozenset[str]]):
    """A set of ids as a JSON list; equal sets are equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- theirs
        return None if value is None else json.dumps(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:  # noqa: ARG002 -- theirs
        if value is None:
            return None
        ids = json.loads(value)
        if not isinstance(ids, list):
            raise ValueError("no list of ids")  # noqa: TRY004 -- as for what is no JSON at all
        return frozenset(map(str, ids))


# `closed_at` is null while a delivery is open; `address` and `order` are null once it is closed
deliveries: Final = Table(
    "deliveries",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("cause", String(100), unique=True),
    Column("user", BigInteger, nullable=False),
    Column("guild", BigInteger),
    Column("deployment", String(100), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("address", Text),
    Column("order", Text),
    Column("run_id", String(100)),
    Column("workflow_id", String(100)),
    Column("parent", String(100)),
    Column("replaces", String(16)),
    Column("asked_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("closed_at", Moment),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("hidden", Boolean, nullable=False, server_default=false()),
)
Index(None, deliveries.c.closed_at)
Index(None, deliveries.c.run_id)
Index(None, deliveries.c.user, deliveries.c.closed_at)

# null: the person or server has not said; `last`, `default_deployment` and `upscaler` are ids that may be gone from the
# account, `gallery` is a channel
people: Final = Table(
    "people",
    METADATA,
    Column("user", BigInteger, primary_key=True, autoincrement=False),
    Column("pings", Boolean),
    Column("last", String(100)),
)

servers: Final = Table(
    "servers",
    METADATA,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("pings", Boolean),
    Column("deployments", Ids),
    Column("default_deployment", String(100)),
    Column("owners_only", Boolean),
    Column("upscaler", String(100)),
    Column("gallery", BigInteger),
)

# results that are in a server's gallery, and where; `message` is null while it is being sent
keepsakes: Final = Table(
    "keepsakes",
    METADATA,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", String(100), primary_key=True),
    Column("channel", BigInteger, nullable=False),
    Column("message", BigInteger),
    Column("kept_at", Moment, nullable=False),
)
Index(None, keepsakes.c.kept_at)

snapshots: Final = Table(
    "snapshots",
    METADATA,
    Column("kind", String(100), primary_key=True),
    Column("taken_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# who runs the bot: one process for each name
holders: Final = Table(
    "holders",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
)
