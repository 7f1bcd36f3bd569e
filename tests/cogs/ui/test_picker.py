"""The picker: a page of what can be run, a menu, and pages that know which draft they are for."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import is_ours
from cogs.ui.picker import GENERATE, PICKED, TURNED, Place, Question, picker, place_in
from core.offer import Deployment
from core.runs.estimates import Usual
from tests.anything import QUICK
from tests.cogs.ui.screens import COVER, check_screen, deployment, deployments_without_inputs, offer, usuals

DRAFT = "0011223344556677"
HERE = Place(DRAFT, 1)
MENU = 3


def parts(view: discord.ui.View) -> list[dict[str, Any]]:
    return [item for row in view.to_components() for item in row["components"]]


def test_a_menu_picks_and_the_buttons_turn_the_pages_of_the_same_draft() -> None:
    _, view = picker(offer(25).deployments, HERE, {})

    menu, back, following = parts(view)
    assert (menu["type"], menu["custom_id"]) == (MENU, f"st:pick:{DRAFT}-1")
    assert [option["value"] for option in menu["options"]] == [item.id for item in offer(25).deployments[10:20]]
    assert (back["custom_id"], following["custom_id"]) == (f"st:pickpage:{DRAFT}-0-0", f"st:pickpage:{DRAFT}-2-1")


@pytest.mark.parametrize(("what", "place"), [(f"{DRAFT}-3", Place(DRAFT, 3)), (f"{DRAFT}-12-1", Place(DRAFT, 12))])
def test_what_is_handed_on_says_the_draft_and_the_page(what: str, place: Place) -> None:
    assert PICKED.fullmatch(what) or TURNED.fullmatch(what)
    assert place_in(what) == place


def test_the_question_stands_above_the_cards() -> None:
    asked = Question("Use this picture for…", "Pick what takes it.")

    (head, card), _ = picker([deployment(1, cover=COVER)], Place(DRAFT, 0), {}, asked)

    assert (head.title, head.description) == ("Use this picture for…", "Pick what takes it.")
    assert (card.title, card.thumbnail.url) == ("Portraits 1", COVER)


def test_where_there_is_nothing_to_pick_that_is_said_and_there_is_no_menu() -> None:
    (head,), view = picker((), HERE, {}, Question("Use this picture for…", "Pick one.", "Nothing takes a picture."))

    assert head.description == "Nothing takes a picture."
    assert parts(view) == []
    assert "no deployment is on offer" in GENERATE.nothing


@QUICK
@given(
    st.lists(deployments_without_inputs, max_size=7, unique_by=lambda item: item.id),
    st.integers(0, 10**9 - 1),
    st.none() | usuals,
)
async def test_any_picker_is_a_screen_that_discord_takes(
    found: list[Deployment], page: int, usual: Usual | None
) -> None:
    known = {} if usual is None else {item.id: usual for item in found}

    embeds, view = picker(found, Place(DRAFT, page), known)

    check_screen(embeds, view)
    for item in parts(view):
        shape = PICKED if item["type"] == MENU else TURNED
        assert is_ours(item["custom_id"])
        assert shape.fullmatch(item["custom_id"].split(":")[2])
