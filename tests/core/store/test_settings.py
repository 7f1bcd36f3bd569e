"""What people and servers set is kept, and reading it costs the database one question."""

import pytest

from core.errors import StoreFailed
from core.store.database import Database
from core.store.settings import KeptSettings, PersonSettings, ServerSettings

USER = 80351110224678912


@pytest.fixture
def settings(database: Database) -> KeptSettings:
    return KeptSettings(database)


async def test_who_said_nothing_has_the_defaults(settings: KeptSettings) -> None:
    assert await settings.get_person(USER) == PersonSettings(pings=None)
    assert await settings.get_server(USER) == ServerSettings(pings=None)


@pytest.mark.parametrize("pings", [True, False, None])
async def test_what_was_set_last_is_kept(settings: KeptSettings, database: Database, pings: bool | None) -> None:
    await settings.save_person(USER, PersonSettings(pings=not pings))
    await settings.save_person(USER, PersonSettings(pings=pings))
    await settings.save_server(USER, ServerSettings(pings=pings))

    for each in (settings, KeptSettings(database)):
        assert await each.get_person(USER) == PersonSettings(pings=pings)
        assert await each.get_server(USER) == ServerSettings(pings=pings)


async def test_what_was_read_once_is_known_without_the_database(settings: KeptSettings, database: Database) -> None:
    await settings.save_person(USER, PersonSettings(pings=True))
    known = KeptSettings(database)
    await known.get_person(USER)

    await database.aclose()

    assert await known.get_person(USER) == PersonSettings(pings=True)


async def test_what_was_set_after_a_reading_holds(settings: KeptSettings) -> None:
    await settings.get_person(USER)

    await settings.save_person(USER, PersonSettings(pings=True))

    assert await settings.get_person(USER) == PersonSettings(pings=True)


async def test_without_a_database_reading_gives_the_defaults_and_setting_says_so(
    settings: KeptSettings, database: Database
) -> None:
    await database.aclose()

    assert await settings.get_server(USER) == ServerSettings()
    with pytest.raises(StoreFailed):
        await settings.save_server(USER, ServerSettings(pings=True))
    assert await settings.get_server(USER) == ServerSettings()
