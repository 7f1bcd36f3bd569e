"""What people and servers set, and who is called then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.errors import StoreFailed
from core.people.pings import Pings
from core.people.preferences import Personal, Preferences
from core.store.store import Store, open_store

ANNA, BEN, HERE, THERE = 1, 2, 10, 20


@asynccontextmanager
async def a_process(folder: Path) -> AsyncIterator[tuple[Preferences, Store]]:
    async with open_store(f"sqlite+aiosqlite:///{folder / 'bot.db'}") as store:
        yield Preferences(store.settings), store


async def test_who_has_said_nothing_is_called(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (preferences, _):
        assert await preferences.of_person(ANNA, HERE) == Personal(pings=True, is_quiet=False)
        assert await preferences.server_pings(HERE)


async def test_what_was_set_holds_for_the_next_process_and_for_nobody_else(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (preferences, _):
        now = await preferences.change_person(ANNA, HERE, pings=False)
        await preferences.change_server(THERE, pings=False)

    async with a_process(tmp_path) as (preferences, _):
        assert now == await preferences.of_person(ANNA, HERE) == Personal(pings=False)
        assert await preferences.of_person(BEN, HERE) == Personal()
        assert await preferences.of_person(BEN, THERE) == Personal(is_quiet=True)
        assert await preferences.of_person(BEN, None) == Personal()
        assert (await preferences.server_pings(HERE), await preferences.server_pings(THERE)) == (True, False)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("server", [True, False])
async def test_who_is_called_is_what_was_set(tmp_path: Path, own: bool, server: bool) -> None:
    async with a_process(tmp_path) as (preferences, store):
        pings = Pings(store.settings)
        await preferences.change_person(ANNA, HERE, pings=own)
        await preferences.change_server(HERE, pings=server)

        assert await pings.are_wanted(ANNA, HERE) == (own and server)
        assert await pings.are_wanted(ANNA, None) == own
        assert await pings.are_wanted(BEN, HERE) == server


async def test_what_was_switched_off_can_be_switched_on_again(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (preferences, _):
        for wanted in (False, True):
            assert (await preferences.change_person(ANNA, None, pings=wanted)).pings is wanted
            assert await preferences.change_server(HERE, pings=wanted) is wanted


async def test_without_a_database_the_usual_holds_and_nothing_can_be_changed() -> None:
    preferences = Preferences(None)

    assert await preferences.of_person(ANNA, HERE) == Personal()
    assert await preferences.server_pings(HERE)
    with pytest.raises(StoreFailed):
        await preferences.change_person(ANNA, HERE, pings=False)
    with pytest.raises(StoreFailed):
        await preferences.change_server(HERE, pings=False)
