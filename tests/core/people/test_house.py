"""What a server sets for results, and whom their buttons are for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.errors import StoreFailed
from core.people.actor import Actor
from core.people.house import Changes, House, Rules
from core.result_errors import NotYourResult, TakesNoPicture
from core.store.settings import ServerSettings
from core.store.store import Store, open_store
from tests.core.runs.world import FLOW

HERE, THERE = 10, 20
ANNA, BEN = Actor(1, HERE), Actor(2, HERE, may_moderate=True)
UPSCALER = replace(FLOW, inputs=(Input("picture", InputKind.IMAGE, "Picture"),))


@asynccontextmanager
async def a_process(folder: Path) -> AsyncIterator[tuple[House, Store]]:
    async with open_store(f"sqlite+aiosqlite:///{folder / 'bot.db'}") as store:
        yield House(store.settings), store


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        (Changes(owners_only=True), Rules(owners_only=True, upscaler="a", gallery=5)),
        (Changes(upscaler=None), Rules(gallery=5)),
        (Changes(gallery=None), Rules(upscaler="a")),
        (Changes(owners_only=False, upscaler="b", gallery=6), Rules(upscaler="b", gallery=6)),
    ],
)
async def test_what_is_changed_holds_for_the_next_process_and_the_rest_stays(
    tmp_path: Path, changes: Changes, rules: Rules
) -> None:
    async with a_process(tmp_path) as (house, store):
        await house.change(HERE, upscaler="a", gallery=5)
        await store.settings.change_server(HERE, lambda now: replace(now, pings=False))

        assert await house.change(HERE, **changes) == rules

    async with a_process(tmp_path) as (house, store):
        assert (await house.rules(HERE), await house.rules(THERE)) == (rules, Rules())
        assert (await store.settings.get_server(HERE)).pings is False


async def test_an_upscaler_takes_a_picture(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (house, store):
        assert (await house.name_upscaler(HERE, UPSCALER)).upscaler == UPSCALER.id

        with pytest.raises(TakesNoPicture, match=FLOW.label):
            await house.name_upscaler(HERE, FLOW)

        assert (await store.settings.get_server(HERE)).upscaler == UPSCALER.id
        assert (await house.name_upscaler(HERE, None)).upscaler is None
        assert await store.settings.get_server(THERE) == ServerSettings()


async def test_in_no_server_and_without_a_database_nothing_is_set(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (house, _):
        await house.change(HERE, owners_only=True)

        assert await house.rules(None) == Rules()
    assert await House(None).rules(HERE) == Rules()
    with pytest.raises(StoreFailed):
        await House(None).change(HERE, owners_only=True)


async def test_what_cannot_be_read_is_not_set(tmp_path: Path) -> None:
    async with a_process(tmp_path) as (house, _):
        await house.change(HERE, owners_only=True)
    async with a_process(tmp_path) as (house, _):
        closed = house

    assert await closed.rules(HERE) == Rules()


@pytest.mark.parametrize(
    ("owners_only", "actor", "admitted"), [(False, BEN, True), (True, ANNA, True), (True, BEN, False)]
)
def test_buttons_are_for_everybody_or_for_the_owner(owners_only: bool, actor: Actor, admitted: bool) -> None:
    rules, refused = Rules(owners_only=owners_only), None

    try:
        rules.admit(actor, ANNA.user, "a run")
    except NotYourResult as error:
        refused = error

    assert (refused is None) == admitted
    assert refused is None or (refused.owner, refused.run_id) == (ANNA.user, "a run")
