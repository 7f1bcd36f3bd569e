"""The last of each kind is kept; a database that fails costs a line in the log."""

from datetime import timedelta

from structlog.testing import capture_logs

from core.store.database import Database
from core.store.snapshots import Snapshots
from tests.core.store.stage import NOW


async def test_the_last_one_of_each_kind_is_kept(database: Database) -> None:
    snapshots = Snapshots(database)
    await snapshots.put("deployments", NOW, b"old")
    await snapshots.put("workflows", NOW, b"\x00\xff" * 500_000)

    await snapshots.put("deployments", NOW + timedelta(hours=1), b"new")

    assert await snapshots.get("deployments") == (NOW + timedelta(hours=1), b"new")
    assert await snapshots.get("workflows") == (NOW, b"\x00\xff" * 500_000)
    assert await snapshots.get("machines") is None


async def test_a_failing_database_costs_a_line_in_the_log(database: Database) -> None:
    snapshots = Snapshots(database)
    await database.aclose()

    with capture_logs() as logged:
        await snapshots.put("deployments", NOW, b"body")
        found = await snapshots.get("deployments")

    assert found is None
    assert [line["event"] for line in logged] == ["store.write_failed", "store.read_failed"]
