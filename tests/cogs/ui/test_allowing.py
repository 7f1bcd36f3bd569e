"""What may be run in a server, as it is shown: each state in words, and menus that Discord takes."""

from types import SimpleNamespace
from typing import Any, Final, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.allowing import (
    PLACE,
    TURN,
    TURNED,
    Place,
    allowed_lines,
    allowing_embed,
    allowing_menus,
    first_place,
    shown_in,
)
from cogs.ui.buttons import is_ours
from cogs.ui.embeds import BLURPLE, YELLOW
from core.cache import Kept
from core.errors import Flaw
from core.offer import Deployment, Offer, Unreadable
from core.people.offering import Allowed
from core.search import Index
from stationthis_discord.sandbox.discord.component_rules import check_components
from stationthis_discord.sandbox.discord.refusals import Problems
from tests.anything import QUICK, texts
from tests.cogs.ui.rows import LONG_NAME, THEN
from tests.cogs.ui.screens import ASKED, check_embed, deployment, offer

MENU: Final = 3
FIRST: Final = Place()
NOTHING: Final = frozenset[str]()


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(deployment(number).id for number in numbers)


def words(allowed: Allowed, shown: Offer, place: Place = FIRST, *, stale: bool = False) -> str:
    embed = allowing_embed(Kept(shown, ASKED, stale), allowed, place)
    return f"{embed.description}\n{embed.footer.text or ''}"


def rows(shown: Offer, allowed: Allowed, place: Place = FIRST) -> list[list[dict[str, Any]]]:
    return [row["components"] for row in allowing_menus(shown, allowed, place).to_components()]


def parts(shown: Offer, allowed: Allowed, place: Place = FIRST) -> dict[str, dict[str, Any]]:
    """By the first words of their `custom_id`, and buttons by their label."""
    found = [item for row in rows(shown, allowed, place) for item in row]
    return {item.get("label") or item["custom_id"].split(":")[1]: item for item in found}


def picked(menu: dict[str, Any]) -> list[str]:
    return [option["label"] for option in menu["options"] if option["default"]]


@pytest.mark.parametrize(
    ("allowed", "count", "said"),
    [
        (Allowed(), 3, ["**Everything on offer may be run here**, 3 deployments.", "**No default**"]),
        (Allowed(), 1, ["**Everything on offer may be run here**, 1 deployment."]),
        (Allowed(), 0, ["Nothing is on offer yet."]),
        (Allowed(NOTHING), 3, ["⛔ **Nothing may be run here until you pick something.**"]),
        (Allowed(ids(1)), 3, ["**1 of 3 deployments** may be run here: **Portraits 1**.", "What comes on offer later"]),
        (Allowed(ids(0, 1, 7)), 3, ["**2 of 3 deployments**", "One that is allowed is not on offer"]),
        (
            Allowed(ids(7, 8)),
            3,
            ["**0 of 3 deployments**", "2 that are allowed are not on offer"],
        ),
        (Allowed(ids(7)), 0, ["Nothing is on offer yet.", "One that is allowed is not on offer"]),
        (Allowed(None, deployment(2).id), 3, ["**Default: Portraits 2**"]),
        (Allowed(ids(7), deployment(7).id), 3, ["The **default** that is set is not on offer"]),
        (Allowed(ids(*range(40))), 50, ["**Portraits 9** and 30 more."]),
    ],
)
def test_it_says_what_is_set(allowed: Allowed, count: int, said: list[str]) -> None:
    shown = words(allowed, offer(count))

    assert [part for part in said if part not in shown] == []


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        (Allowed(), "**Everything on offer may be run here**. "),
        (Allowed(NOTHING), "**Nothing may be run here until"),
        (Allowed(ids(1, 2), deployment(1).id), "**2 deployments** may be run here.\nA **default** is set."),
    ],
)
def test_it_says_what_is_set_while_nobody_knows_what_is_on_offer(allowed: Allowed, said: str) -> None:
    assert said in "\n".join(allowed_lines(allowed, None))


def test_an_old_list_says_how_old_and_what_could_not_be_read_is_named() -> None:
    shown = words(Allowed(), Offer((deployment(),), (Unreadable("bro*ken", Flaw.FAULTY),)), stale=True)

    assert f"⚠ This list is from {THEN}" in shown
    assert r"⚠ Cannot be read: **bro\*ken**. ComfyUI Deploy answered with an error" in shown
    assert "What is allowed of that stays allowed." in shown


@pytest.mark.parametrize(
    ("allowed", "stale", "colour"),
    [(Allowed(), False, BLURPLE), (Allowed(), True, YELLOW), (Allowed(NOTHING), False, YELLOW)],
)
def test_what_needs_a_look_is_yellow(allowed: Allowed, stale: bool, colour: discord.Colour) -> None:
    assert allowing_embed(Kept(offer(2), ASKED, stale), allowed, Place()).colour == colour


async def test_the_first_menu_has_all_that_is_on_offer_with_what_is_allowed_picked() -> None:
    menu = parts(offer(30), Allowed(ids(1, 26)), Place(1, 0))["allow"]

    assert [option["label"] for option in menu["options"]] == [f"Portraits {number}" for number in range(25, 30)]
    assert picked(menu) == ["Portraits 26"]
    assert (menu["min_values"], menu["max_values"], menu["custom_id"]) == (0, 5, "st:allow:1-0")


async def test_where_all_is_allowed_all_is_picked_and_there_is_nothing_to_lift() -> None:
    found = parts(offer(3), Allowed())

    assert picked(found["allow"]) == ["Portraits 0", "Portraits 1", "Portraits 2"]
    assert found["Allow all"]["disabled"]
    assert not parts(offer(3), Allowed(NOTHING))["Allow all"]["disabled"]


async def test_one_can_start_from_none_unless_that_is_so_already() -> None:
    assert not parts(offer(3), Allowed())["Start from none"]["disabled"]
    assert not parts(offer(3), Allowed(ids(1)))["Start from none"]["disabled"]
    assert parts(offer(3), Allowed(NOTHING))["Start from none"]["disabled"]


async def test_the_second_menu_has_what_is_allowed_and_the_way_to_have_no_default() -> None:
    allowed = Allowed(ids(0, 2))

    menu = parts(offer(3), allowed)["default"]

    assert [option["label"] for option in menu["options"]] == ["No default", "Portraits 0", "Portraits 2"]
    assert picked(menu) == ["No default"]
    assert picked(parts(offer(3), Allowed(ids(0, 2), deployment(2).id))["default"]) == ["Portraits 2"]
    assert menu["options"][0]["value"] == "none"


async def test_what_there_is_nothing_of_has_no_menu() -> None:
    assert rows(offer(0), Allowed()) == []
    assert list(parts(offer(0), Allowed(ids(1)))) == ["Allow all", "Start from none"]
    assert list(parts(offer(2), Allowed(NOTHING))) == ["allow", "Allow all", "Start from none"]


async def test_each_menu_has_its_own_pages_and_keeps_those_of_the_other() -> None:
    found = parts(offer(60), Allowed(), Place(1, 2))

    assert {label: item["custom_id"] for label, item in found.items()} == {
        "allow": "st:allow:1-2",
        "Back": "st:allowpage:0-2-0",
        "Next": "st:allowpage:2-2-1",
        "Allow all": "st:allowall:1-2",
        "Start from none": "st:allownone:1-2",
        "default": "st:default:1-2",
        "Earlier defaults": "st:allowpage:1-1-2",
        "Later defaults": "st:allowpage:1-3-3",
    }
    assert [label for label, item in found.items() if item.get("disabled")] == ["Allow all", "Later defaults"]
    assert "First menu: page 2 of 3 · second: page 3 of 3" in words(Allowed(), offer(60), Place(1, 2))


async def test_buttons_stand_below_their_menu() -> None:
    verbs = [[item["custom_id"].split(":")[1] for item in row] for row in rows(offer(60), Allowed())]

    assert verbs == [
        ["allow"],
        ["allowpage", "allowpage", "allowall", "allownone"],
        ["default"],
        ["allowpage", "allowpage"],
    ]


async def test_a_page_that_is_not_there_any_more_is_the_nearest() -> None:
    assert parts(offer(3), Allowed(), Place(9, 9))["allow"]["custom_id"] == "st:allow:0-0"


FOXES: Final = tuple(deployment(number, name=f"fox {number}") for number in range(60))
MANY: Final = (*FOXES, deployment(60, name="castle"))
SEARCHED: Final = Offer(MANY, search=Index((item, item.label, "") for item in MANY))


async def test_a_search_narrows_both_menus_down_and_every_button_keeps_it() -> None:
    allowed = Allowed(ids(0, 60))

    found = parts(SEARCHED, allowed, first_place("fox"))

    assert {label: item["custom_id"] for label, item in found.items()} == {
        "allow": "st:allow:0-0--666f78",
        "Back": "st:allowpage:0-0-0--666f78",
        "Next": "st:allowpage:1-0-1--666f78",
        "Show all": "st:allowpage:0-0-4",
        "default": "st:default:0-0--666f78",
    }
    assert [option["label"] for option in found["default"]["options"]] == ["No default", "fox 0"]
    shown = words(allowed, SEARCHED, first_place("fox"))
    assert "**2 of 61 deployments** may be run here" in shown
    assert "The menus have only what is found by `fox`: 60 deployments." in shown


async def test_where_a_search_finds_nothing_there_is_a_way_out() -> None:
    shown = words(Allowed(), SEARCHED, first_place("zyzzyva"))

    assert "Nothing on offer is found by `zyzzyva`. **Show all** leads to the whole list." in shown
    assert list(parts(SEARCHED, Allowed(), first_place("zyzzyva"))) == ["Show all"]


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("0-0", Place(0, 0)),
        ("12-3", Place(12, 3)),
        ("1-2-3", Place(1, 2)),
        ("1-2--666f78", Place(1, 2, "fox")),
        ("1-2-3--666f78", Place(1, 2, "fox")),
    ],
)
def test_a_place_is_read_from_what_buttons_hand_on(what: str, place: Place) -> None:
    assert Place.read(what) == place


async def test_a_menu_is_known_by_all_that_it_showed() -> None:
    sent = allowing_menus(offer(3), Allowed(ids(1)), Place()).to_components()
    message = SimpleNamespace(components=[discord.ActionRow(row) for row in sent])  # type: ignore[arg-type]  # they are its payload

    def used(custom_id: str | None) -> discord.Interaction:
        return cast("discord.Interaction", SimpleNamespace(message=message, data={"custom_id": custom_id}))

    assert shown_in(used("st:allow:0-0")) == [deployment(number).id for number in range(3)]
    assert shown_in(used("st:default:0-0")) == ["none", deployment(1).id]
    assert shown_in(used("st:allow:1-0")) == []
    assert shown_in(cast("discord.Interaction", SimpleNamespace(message=None, data=None))) == []


numbers = st.integers(0, 9) | st.integers(0, 999_999)
many = st.integers(0, 200).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.none() | st.frozensets(st.integers(0, 210), max_size=210),
        st.none() | st.integers(0, 210),
        st.sampled_from(["", LONG_NAME, "\u200b"]) | texts,
    )
)


@QUICK
@given(
    many,
    st.tuples(st.integers(0, 999_999), st.integers(0, 999_999)) | st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.none() | texts,
)
async def test_any_panel_is_one_that_discord_takes(
    made: tuple[int, frozenset[int] | None, int | None, str], at: tuple[int, int], search: str | None
) -> None:
    count, numbers, default, name = made
    items = tuple(_called(number, name) for number in range(count))
    unreadable = tuple(Unreadable(name, reason) for reason in list(Flaw) * (count % 3))
    shown = Offer(items, unreadable, Index((item, item.label, "") for item in items))
    place = Place(*at, first_place(search).search)
    wanted = None if default is None else deployment(default).id
    allowed = Allowed(None if numbers is None else ids(*numbers), wanted)

    check_embed(allowing_embed(Kept(shown, ASKED, stale=bool(count % 2)), allowed, place))
    sent = allowing_menus(shown, allowed, place).to_components()

    problems = Problems()
    check_components(problems, ("components",), sent, v2=False)
    assert problems.tree == {}
    for item in (item for row in sent for item in row["components"]):
        _, verb, what = item["custom_id"].split(":")
        assert is_ours(item["custom_id"])
        assert (TURNED if verb == TURN else PLACE).fullmatch(what)


def _called(number: int, name: str) -> Deployment:
    return deployment(number, name=f"{name}{number}" if number % 3 else name, environment=name or "production")
