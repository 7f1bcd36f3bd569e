"""What people and servers set is kept, and reading it costs the database one question."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import StoreFailed
from core.store.database import Database
from core.store.settings import KeptSettings, PersonSettings, ServerSettings, needed
from tests.core.store.stage import by_hand, empty, fill, locked

USER = 80351110224678912
ALL_SET = ServerSettings(pings=False, deployments=frozenset({"a", "é \N{SNOWMAN}"}), default_deployment="a")


@pytest.fixture
def settings(database: Database) -> KeptSettings:
    return KeptSettings(database)


async def test_who_said_nothing_has_the_defaults(settings: KeptSettings) -> None:
    assert await settings.get_person(USER) == PersonSettings(pings=None, last=None)
    assert await settings.get_server(USER) == ServerSettings(pings=None, deployments=None, default_deployment=None)


@pytest.mark.parametrize(
    "wanted", [PersonSettings(pings=True, last="a"), PersonSettings(pings=False), PersonSettings()]
)
async def test_what_a_person_set_last_is_kept(
    settings: KeptSettings, database: Database, wanted: PersonSettings
) -> None:
    await settings.change_person(USER, lambda now: replace(now, pings=not wanted.pings, last="before"))
    changed = await settings.change_person(USER, lambda _: wanted)

    assert changed == wanted
    for each in (settings, KeptSettings(database)):
        assert await each.get_person(USER) == wanted


@pytest.mark.parametrize("wanted", [ALL_SET, replace(ALL_SET, deployments=frozenset()), ServerSettings()])
async def test_what_was_set_for_a_server_last_is_kept(
    settings: KeptSettings, database: Database, wanted: ServerSettings
) -> None:
    await settings.change_server(USER, lambda now: replace(now, pings=True, deployments=frozenset({"before"})))
    changed = await settings.change_server(USER, lambda _: wanted)

    assert changed == wanted
    for each in (settings, KeptSettings(database)):
        assert await each.get_server(USER) == wanted


async def test_two_changes_at_a_time_are_both_kept(settings: KeptSettings, database: Database) -> None:
    def allowing(name: str) -> Callable[[ServerSettings], ServerSettings]:
        return lambda now: replace(now, deployments=(now.deployments or frozenset()) | {name})

    await asyncio.gather(*(settings.change_server(USER, allowing(name)) for name in "abc"))

    for each in (settings, KeptSettings(database)):
        assert (await each.get_server(USER)).deployments == frozenset("abc")


async def test_a_change_is_of_what_is_kept_even_if_that_could_not_be_read_before(
    path: Path, settings: KeptSettings, database: Database
) -> None:
    await settings.change_server(USER, lambda _: ALL_SET)
    fresh = KeptSettings(database)
    async with locked(database, path):
        unread = await fresh.get_server(USER)

    changed = await fresh.change_server(USER, lambda now: replace(now, pings=True))

    assert (unread, changed) == (ServerSettings(), replace(ALL_SET, pings=True))


async def test_what_was_read_once_is_known_without_the_database(settings: KeptSettings, database: Database) -> None:
    await settings.change_person(USER, lambda _: PersonSettings(pings=True))
    known = KeptSettings(database)
    await known.get_person(USER)

    await database.aclose()

    assert await known.get_person(USER) == PersonSettings(pings=True)


async def test_what_was_set_after_a_reading_holds(settings: KeptSettings) -> None:
    await settings.get_person(USER)

    await settings.change_person(USER, lambda now: replace(now, last="a"))

    assert await settings.get_person(USER) == PersonSettings(last="a")


async def test_what_could_not_be_changed_is_as_it_was(settings: KeptSettings, database: Database) -> None:
    await settings.change_server(USER, lambda _: ALL_SET)
    await fill(database)

    with pytest.raises(StoreFailed, match="full"):
        await settings.change_server(USER, lambda now: replace(now, default_deployment="x" * 100_000))
    await empty(database)

    assert await settings.get_server(USER) == ALL_SET


async def test_without_a_database_reading_gives_the_defaults_and_setting_says_so(
    settings: KeptSettings, database: Database
) -> None:
    await database.aclose()

    assert await settings.get_server(USER) == ServerSettings()
    with pytest.raises(StoreFailed):
        await settings.change_server(USER, lambda now: replace(now, pings=True))
    assert await settings.get_server(USER) == ServerSettings()


@pytest.mark.parametrize("text", ["{", "1", '{"a": 1}', ""])
async def test_a_list_that_cannot_be_read_is_as_if_nothing_was_set(
    path: Path, settings: KeptSettings, text: str
) -> None:
    with by_hand(path) as other:
        other.execute("INSERT INTO servers (guild, deployments) VALUES (?, ?)", (USER, text))

    assert await settings.get_server(USER) == ServerSettings()


async def test_a_database_that_does_not_answer_is_not_waited_for_long(
    settings: KeptSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.settings.PATIENCE", 0.01)
    async with database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        found = await settings.get_person(USER)

    assert found == PersonSettings()


def test_nothing_can_be_changed_where_nothing_is_kept(settings: KeptSettings) -> None:
    assert needed(settings) is settings
    with pytest.raises(StoreFailed):
        needed(None)
