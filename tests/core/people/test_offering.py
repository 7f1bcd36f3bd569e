"""What is on offer where: only what a server allows, found and suggested, and what is run where nobody says what."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.errors import DeploymentAmbiguous, DeploymentNotFound, DeploymentNotHere, StoreFailed
from core.people.offering import MOST_PARTS, Allowed, Offering
from core.store.database import Database, open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings
from tests.core.shelf import Shelf, item, named
from tests.core.stub import nobody

ANNA, BEN, HERE, THERE = 1, 2, 10, 20
NAMES = ["fox", "castle", "portrait", "portraits of cats", "upscale"]


def key(number: int) -> str:
    return str(item(number)["id"])


ALL = [key(number) for number in range(len(NAMES))]


@dataclass
class Shop:
    """An offering of deployments with these numbers, and all behind it."""

    offering: Offering
    catalog: Catalog
    database: Database

    async def labels(self, guild: int | None) -> list[str]:
        return [found.label for found in (await self.offering.list(guild)).value.deployments]

    def reopened(self) -> Offering:
        """As another process has it."""
        return Offering(self.catalog, KeptSettings(self.database))


@asynccontextmanager
async def a_shop(items: Iterable[object]) -> AsyncIterator[Shop]:
    async with Shelf(list(items)) as shelf, open_database("sqlite+aiosqlite:///:memory:") as database:
        await database.run(migrate)
        yield Shop(Offering(shelf.catalog, KeptSettings(database)), shelf.catalog, database)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with a_shop(named(number, name) for number, name in enumerate(NAMES)) as opened:
        yield opened


# -- what is allowed --


async def test_where_nothing_was_set_all_is_on_offer(shop: Shop) -> None:
    everything = await shop.catalog.list_deployments()

    assert await shop.offering.list(HERE) == everything
    assert (await shop.offering.list(HERE)).value is everything.value
    assert await shop.offering.allowed(HERE) == Allowed(None, None)


async def test_a_server_has_only_what_it_allows_and_no_other_place_has_less(shop: Shop) -> None:
    changed = await shop.offering.change(HERE, [key(1), key(4)], key(4))

    for each in (shop.offering, shop.reopened()):
        assert await each.allowed(HERE) == changed == Allowed(frozenset({key(1), key(4)}), key(4))
    assert await shop.labels(HERE) == ["castle", "upscale"]
    assert await shop.labels(THERE) == await shop.labels(None) == sorted(NAMES)


async def test_an_empty_list_allows_nothing(shop: Shop) -> None:
    await shop.offering.change(HERE, [])

    assert await shop.labels(HERE) == []
    assert await shop.offering.suggest("", 5, HERE) == []


async def test_what_is_left_out_of_a_change_stays(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)], key(1))

    assert await shop.offering.change(HERE, default=None) == Allowed(frozenset({key(1)}), None)
    assert await shop.offering.change(HERE, default=key(1)) == Allowed(frozenset({key(1)}), key(1))
    assert await shop.offering.change(HERE, ids=None) == Allowed(None, key(1))


async def test_a_default_that_is_not_allowed_any_more_does_not_count_until_it_is(shop: Shop) -> None:
    await shop.offering.change(HERE, None, key(1))

    assert await shop.offering.change(HERE, [key(2)]) == Allowed(frozenset({key(2)}), None)
    assert await shop.offering.usual(ANNA, HERE) is None
    assert await shop.offering.change(HERE, [key(1)]) == Allowed(frozenset({key(1)}), key(1))


async def test_what_is_gone_from_the_account_stays_allowed(shop: Shop) -> None:
    await shop.offering.change(HERE, ["gone", key(1)], "gone")

    assert await shop.labels(HERE) == ["castle"]
    assert await shop.offering.allowed(HERE) == Allowed(frozenset({"gone", key(1)}), "gone")
    assert await shop.offering.usual(ANNA, HERE) is None


@pytest.mark.parametrize(("ids", "told"), [([key(0)], []), ([key(0), "gone"], ["broken"])])
async def test_what_cannot_be_read_is_told_only_where_something_is_missing(ids: list[str], told: list[str]) -> None:
    async with a_shop([named(0, "fox"), {"id": None, "workflow": {"name": "broken"}}]) as shop:
        await shop.offering.change(HERE, ids)

        here, there = (await shop.offering.list(HERE)).value, (await shop.offering.list(THERE)).value
        assert [[item.name for item in offer.unreadable] for offer in (here, there)] == [told, ["broken"]]


# -- picking page by page --


async def test_the_first_pick_takes_away_what_was_not_picked(shop: Shop) -> None:
    allowed = await shop.offering.pick(HERE, ALL[:3], ALL[:1])

    assert allowed.ids == frozenset({key(0), key(3), key(4)})


@pytest.mark.parametrize(("shown", "picked"), [(ALL[:3], ALL[:3]), (["gone", *ALL[:3]], ALL[:3]), ([], [])])
async def test_a_pick_that_takes_nothing_away_where_all_is_allowed_changes_nothing(
    shop: Shop, shown: list[str], picked: list[str]
) -> None:
    assert (await shop.offering.pick(HERE, shown, picked)).ids is None


async def test_a_pick_replaces_the_choices_of_its_page_only(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(0), key(3), "gone"])

    allowed = await shop.offering.pick(HERE, ALL[:3], [key(1)])

    assert allowed.ids == frozenset({key(1), key(3), "gone"})


async def test_a_pick_of_what_is_not_on_offer_allows_nothing_more(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(0)])

    assert (await shop.offering.pick(HERE, ["else"], ["else"])).ids == frozenset({key(0)})


async def test_two_picks_at_a_time_both_count(shop: Shop) -> None:
    await shop.offering.change(HERE, [])

    await asyncio.gather(*(shop.offering.pick(HERE, [one], [one]) for one in ALL))

    assert (await shop.offering.allowed(HERE)).ids == frozenset(ALL)


# -- finding and suggesting --


async def test_what_is_allowed_is_found_by_id_label_and_name(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)])

    assert [(await shop.offering.find(wanted, HERE)).id for wanted in (key(1), "castle", " CASTLE ")] == [key(1)] * 3


@pytest.mark.parametrize("wanted", [key(0), "fox", "FOX"])
async def test_what_is_not_allowed_is_refused_by_its_label(shop: Shop, wanted: str) -> None:
    await shop.offering.change(HERE, [key(1)])

    with pytest.raises(DeploymentNotHere) as caught:
        await shop.offering.find(wanted, HERE)

    assert caught.value.label == "fox"
    assert (await shop.offering.find(wanted, None)).label == "fox"


async def test_what_is_nowhere_is_told_with_what_comes_close_there(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(3)])

    with pytest.raises(DeploymentNotFound) as caught:
        await shop.offering.find("portraet", HERE)

    assert caught.value.similar == ("portraits of cats",)


async def test_equal_names_are_told_apart_only_where_several_are_allowed() -> None:
    twins = [named(0, "twin"), named(1, "twin", version=2), named(2, "fox")]
    async with a_shop(twins) as shop:
        await shop.offering.change(HERE, [key(1)])
        await shop.offering.change(THERE, [key(2)])

        assert (await shop.offering.find("twin", HERE)).id == key(1)
        with pytest.raises(DeploymentNotHere) as refused:
            await shop.offering.find("twin", THERE)
        with pytest.raises(DeploymentAmbiguous) as unclear:
            await shop.offering.find("twin", None)

    assert refused.value.label == "twin"
    assert len(unclear.value.choices) == 2


async def test_suggestions_are_of_what_is_allowed_with_typing_errors_forgiven(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(2), key(3)])
    await shop.offering.list(HERE)

    for typed, wanted in {"": [2, 3], "port": [2, 3], "cats": [3], "protraits": [3], "fox": []}.items():
        found = await shop.offering.suggest(typed, 25, HERE)
        assert [each.id for each in found] == [key(number) for number in wanted], typed
    assert [each.label for each in await shop.offering.suggest("fox", 25, None)] == ["fox"]


async def test_before_the_first_load_there_is_nothing_to_suggest_or_recall(shop: Shop) -> None:
    assert await shop.offering.suggest("", 5, HERE) == []
    assert (await shop.offering.peek(HERE), await shop.offering.recall(HERE)) == (None, None)


async def test_what_is_recalled_is_what_is_allowed(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)])
    here = (await shop.offering.list(HERE)).value

    assert await shop.offering.recall(HERE) is here
    shop.catalog.invalidate()
    assert await shop.offering.recall(HERE) is None
    assert await shop.offering.peek(HERE) is here


@pytest.mark.parametrize("count", [5, 150, 290])
async def test_a_short_list_and_a_long_one_are_searched_alike(count: int) -> None:
    async with a_shop(named(number, f"portrait {number:03}") for number in range(300)) as shop:
        allowed = [key(number) for number in range(299, 299 - count, -1)]
        await shop.offering.change(HERE, allowed)
        here = (await shop.offering.list(HERE)).value.deployments

        for typed in ("", "port", "portrait 2"):
            found = await shop.offering.suggest(typed, 25, HERE)
            assert found == [each for each in here if typed in each.label][:25]
        assert [each.label for each in await shop.offering.suggest("portrait 299", 1, HERE)] == ["portrait 299"]
        assert await shop.offering.suggest("nothing of that", 25, HERE) == []
        assert await shop.offering.suggest("port", 0, HERE) == []


async def test_a_part_is_made_once_and_anew_for_another_offer(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)])
    await shop.offering.change(THERE, [key(1)])

    first = (await shop.offering.list(HERE)).value
    same = (await shop.offering.list(THERE)).value
    shop.catalog.invalidate()
    another = (await shop.offering.list(HERE)).value

    assert first is same
    assert another is not first
    assert another == first


async def test_parts_of_many_servers_are_not_all_kept(shop: Shop) -> None:
    for guild in range(MOST_PARTS + 1):
        await shop.offering.change(guild, [key(0), f"gone {guild}"])

    first = [(await shop.offering.list(guild)).value for guild in range(MOST_PARTS + 1)]
    kept = [(await shop.offering.list(guild)).value is first[guild] for guild in range(MOST_PARTS, -1, -1)]

    assert kept == [True] * MOST_PARTS + [False]


@pytest.mark.parametrize("wanted", [*ALL[:3], "fox", "portrait", "Castle", "nothing", ""])
async def test_of_any_list_what_is_allowed_is_found_and_nothing_else(shop: Shop, wanted: str) -> None:
    everywhere = await found_in(shop, None, wanted)
    for ids in ({*ALL[:2], "gone"}, {*ALL[1:]}, {ALL[2]}, {*ALL}):
        await shop.offering.change(HERE, ids)

        here = await found_in(shop, HERE, wanted)

        assert here == (everywhere if everywhere is None or everywhere in ids else "not here")


async def found_in(shop: Shop, guild: int | None, wanted: str) -> str | None:
    """The id, None for what is nowhere."""
    try:
        return (await shop.offering.find(wanted, guild)).id
    except DeploymentNotHere:
        return "not here"
    except DeploymentNotFound:
        return None


# -- what is run where nobody says what --


async def test_what_a_person_ran_last_goes_before_the_default_of_the_server(shop: Shop) -> None:
    await shop.offering.change(HERE, None, key(1))
    await shop.offering.remember(ANNA, key(2))

    for each in (shop.offering, shop.reopened()):
        usual = [await each.usual(user, guild) for user in (ANNA, BEN) for guild in (HERE, THERE, None)]
        assert [found and found.id for found in usual] == [key(2), key(2), key(2), key(1), None, None]


async def test_what_a_person_ran_elsewhere_is_not_taken_where_it_is_not_allowed(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)], key(1))
    await shop.offering.remember(ANNA, key(2))

    found = await shop.offering.usual(ANNA, HERE)

    assert found is not None
    assert found.id == key(1)


async def test_what_was_run_last_and_is_gone_is_not_taken(shop: Shop) -> None:
    await shop.offering.remember(ANNA, "gone")

    assert await shop.offering.usual(ANNA, None) is None


async def test_what_is_remembered_already_is_not_written_again(shop: Shop) -> None:
    await shop.offering.remember(ANNA, key(1))
    await shop.database.aclose()

    with structlog.testing.capture_logs() as log:
        await shop.offering.remember(ANNA, key(1))

    assert log == []


async def test_what_cannot_be_remembered_stands_in_the_log_and_stops_nobody(shop: Shop) -> None:
    await shop.database.aclose()

    with structlog.testing.capture_logs() as log:
        await shop.offering.remember(ANNA, key(1))

    assert [line["event"] for line in log] == ["store.read_failed", "offering.not_remembered"]


async def test_nobody_waits_long_for_remembering(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.people.offering._PATIENCE", 0.01)

    async with shop.database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        with structlog.testing.capture_logs() as log:
            await shop.offering.remember(ANNA, key(1))

    assert [line["event"] for line in log] == ["offering.not_remembered"]


# -- a database that does not say what a server forbids --

ASKED: list[Callable[[Offering], Awaitable[object]]] = [
    lambda offering: offering.allowed(HERE),
    lambda offering: offering.list(HERE),
    lambda offering: offering.find("fox", HERE),
    lambda offering: offering.suggest("fox", 5, HERE),
    lambda offering: offering.peek(HERE),
    lambda offering: offering.recall(HERE),
    lambda offering: offering.usual(ANNA, HERE),
]


@pytest.mark.parametrize("ask", ASKED)
async def test_where_the_database_hangs_nothing_is_on_offer_in_a_server(
    shop: Shop, ask: Callable[[Offering], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.settings.PATIENCE", 0.01)
    await shop.offering.change(HERE, [key(1)])
    another = shop.reopened()
    await another.list(None)

    async with shop.database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        for _ in range(2):
            with pytest.raises(StoreFailed):
                await ask(another)
        assert (await another.find("fox", None)).id == key(0)
        assert await shop.labels(HERE) == ["castle"]


@pytest.mark.parametrize("ask", ASKED)
async def test_where_a_servers_list_is_broken_nothing_is_on_offer_there(
    shop: Shop, ask: Callable[[Offering], Awaitable[object]]
) -> None:
    await shop.offering.change(HERE, [key(1)])
    await shop.database.run(lambda it: it.exec_driver_sql("UPDATE servers SET deployments = '{'"))
    another = shop.reopened()
    await another.list(None)

    with pytest.raises(StoreFailed):
        await ask(another)
    assert (await another.find("fox", THERE)).id == key(0)


async def test_a_change_that_failed_lifts_no_limits(shop: Shop) -> None:
    await shop.offering.change(HERE, [key(1)])
    await shop.database.aclose()

    with pytest.raises(StoreFailed):
        await shop.offering.change(HERE, None)

    assert await shop.labels(HERE) == ["castle"]


async def test_what_a_person_ran_last_is_asked_of_nobody_while_the_database_hangs(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.settings.PATIENCE", 0.01)
    await shop.offering.change(HERE, None, key(1))

    async with shop.database._turn:  # noqa: SLF001 -- somebody else's work that does not end
        found = await shop.offering.usual(ANNA, HERE)
        with structlog.testing.capture_logs() as log:
            await shop.offering.remember(ANNA, key(1))

    assert found is not None
    assert found.id == key(1)
    assert [line["event"] for line in log] == ["offering.not_remembered"]


# -- without a database, without an API --


async def test_without_a_database_all_is_on_offer_and_nothing_can_be_set(shop: Shop) -> None:
    offering = Offering(shop.catalog, None)
    await offering.remember(ANNA, key(1))

    assert await offering.list(HERE) == await shop.catalog.list_deployments()
    assert await offering.allowed(HERE) == Allowed()
    assert await offering.usual(ANNA, HERE) is None
    with pytest.raises(StoreFailed):
        await offering.change(HERE, [])
    with pytest.raises(StoreFailed):
        await offering.pick(HERE, ALL, [])


async def test_without_an_api_what_is_set_is_known_and_the_list_says_why(tmp_path: Path, quick_retries: None) -> None:
    async with (
        nobody() as stub,
        ComfyDeploy.connect(stub.url, "key") as api,
        open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as database,
    ):
        await database.run(migrate)
        catalog = Catalog(api, Terms())
        offering = Offering(catalog, KeptSettings(database))
        await offering.change(HERE, [key(1)], key(1))

        assert await offering.allowed(HERE) == Allowed(frozenset({key(1)}), key(1))
        assert await offering.suggest("", 5, HERE) == []
        for asked in (offering.list(HERE), offering.find("fox", HERE), offering.usual(ANNA, HERE)):
            with pytest.raises(ApiError):
                await asked
        with pytest.raises(ApiError):
            await offering.pick(HERE, ALL, [])
        await catalog.aclose()
