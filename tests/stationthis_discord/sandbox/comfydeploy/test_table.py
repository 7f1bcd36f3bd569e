"""Rows are kept in order and found by id."""

from dataclasses import dataclass

from stationthis_discord.sandbox.comfydeploy.table import Table


@dataclass(frozen=True)
class Thing:
    id: str


def test_rows_come_in_order_and_are_found_by_id() -> None:
    table: Table[Thing] = Table()
    things = [table.add(Thing(name)) for name in "bca"]

    assert (list(table), table.get("c"), table.get("x")) == (things, things[1], None)
    assert (table[0], table[-1], len(table)) == (things[0], things[2], 3)


def test_what_was_removed_is_still_counted() -> None:
    table: Table[Thing] = Table()
    thing = table.add(Thing("a"))

    table.remove(thing)
    table.add(Thing("b"))
    table.clear()

    assert (list(table), table.added) == ([], 2)
