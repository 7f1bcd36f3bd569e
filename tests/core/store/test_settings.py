"""What people and servers set is kept, and reading it costs the database one question."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from core.errors import StoreFailed
from core.store.database import Database
from core.store.settings import COOL_DOWN, KeptSettings, PersonSettings, ServerSettings, needed
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


async def test_a_change_that_failed_takes_nothing_away_from_what_is_known(
    settings: KeptSettings, database: Database
) -> None:
    await settings.change_server(USER, lambda _: ALL_SET)
    await database.aclose()

    with pytest.raises(StoreFailed):
        await settings.change_server(USER, lambda _: ServerSettings())

    for _ in range(2):
        assert await settings.get_server_surely(USER) == await settings.get_server(USER) == ALL_SET


async def test_a_change_that_nobody_waited_for_holds_once_the_database_says_so(
    settings: KeptSettings, database: Database
) -> None:
    await settings.change_server(USER, lambda _: ALL_SET)
    async with database._turn:  # noqa: SLF001 -- somebody else's work
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await settings.change_server(USER, lambda _: ServerSettings(pings=True))

    assert await settings.get_server_surely(USER) == ServerSettings(pings=True)


async def test_without_a_database_reading_gives_the_defaults_and_setting_says_so(
    settings: KeptSettings, database: Database
) -> None:
    await database.aclose()

    assert await settings.get_server(USER) == ServerSettings()
    with pytest.raises(StoreFailed):
        await settings.change_server(USER, lambda now: replace(now, pings=True))
    assert await settings.get_server(USER) == ServerSettings()


@pytest.mark.parametrize("text", ["{", "1", '{"a": 1}', ""])
async def test_a_list_that_cannot_be_read_is_told_to_who_must_know_and_says_nothing_of_other_servers(
    path: Path, settings: KeptSettings, text: str
) -> None:
    with by_hand(path) as other:
        other.execute("INSERT INTO servers (guild, deployments) VALUES (?, ?)", (USER, text))

    with pytest.raises(StoreFailed, match="what it holds cannot be read"):
        await settings.get_server_surely(USER)
    assert await settings.get_server(USER) == ServerSettings()
    assert await settings.get_server_surely(USER + 1) == ServerSettings()


async def test_a_database_that_does_not_answer_is_not_waited_for_long(
    settings: KeptSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.settings.PATIENCE", 0.01)
    async with database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        with pytest.raises(StoreFailed, match="does not answer in time"):
            await settings.get_server_surely(USER)
        found = await settings.get_person(USER)

    assert found == PersonSettings()


async def test_after_a_reading_that_failed_nobody_waits_for_a_while(path: Path, database: Database) -> None:
    now = [100.0]
    settings = KeptSettings(database, lambda: now[0])
    with structlog.testing.capture_logs() as log:
        async with locked(database, path):
            await settings.get_person(USER)
        now[0] += COOL_DOWN - 0.1
        for user in (USER, USER + 1):
            assert await settings.get_person(user) == PersonSettings()
            for asked in (settings.get_server_surely(user), settings.get_person_surely(user)):
                with pytest.raises(StoreFailed):
                    await asked
    now[0] += 0.1

    assert len(log) == 1
    assert await settings.get_server_surely(USER) == ServerSettings()


async def test_a_change_that_succeeds_shows_that_the_database_is_back(path: Path, database: Database) -> None:
    settings = KeptSettings(database, lambda: 100.0)
    async with locked(database, path):
        await settings.get_server(USER)

    await settings.change_person(USER, lambda now: replace(now, pings=True))

    assert await settings.get_server_surely(USER) == ServerSettings()


def test_nothing_can_be_changed_where_nothing_is_kept(settings: KeptSettings) -> None:
    assert needed(settings) is settings
    with pytest.raises(StoreFailed):
        needed(None)
