"""The screen for long lists: its pages, what is found, and what is handed on."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cogs.ui.buttons import RUN
from cogs.ui.fields import hash_of
from cogs.ui.list_view import DRAFT_SECTION_PAGE, TURN, input_in, list_message, option_of, page_in
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.forms.form import Form
from tests.cogs.ui.form_screens import DRAFT, button, check_screen, declared, form_of, ids, menu, said
from tests.core.comfydeploy.graphs import external


def long_list(**values: str) -> Form:
    options = [f"style {number}" for number in range(60)]
    return form_of(declared(external("Enum", "x", options=json.dumps(options), default_value="style 7")), values)


def shown(form: Form, page: int | None = 0) -> Any:  # noqa: ANN401 -- a screen
    screen = list_message(form, form.sections[0], page)
    check_screen(screen)
    return screen


@pytest.mark.parametrize(("page", "first", "count"), [(0, "style 0", 25), (1, "style 25", 25), (9, "style 50", 10)])
def test_a_page_has_as_many_options_as_a_menu_holds(page: int, first: str, count: int) -> None:
    screen = shown(long_list(), page)

    assert menu(screen)["options"][0]["label"] == first
    assert len(menu(screen)["options"]) == count
    assert screen["embed"].footer.text == f"Page {min(page, 2) + 1} of 3"


@pytest.mark.parametrize(
    ("values", "picked"), [({}, ["style 7"]), ({"x": "STYLE 3"}, ["style 3"]), ({"x": "style 59"}, [])]
)
def test_what_is_picked_is_marked(values: dict[str, str], picked: list[str]) -> None:
    options = menu(shown(long_list(**values)))["options"]

    assert [option["label"] for option in options if option["default"]] == picked


@pytest.mark.parametrize(
    ("values", "search", "page"),
    [
        ({}, "", 1),  # the default is there
        ({"x": "STYLE 53"}, "", 3),
        ({"x": "style 53"}, "style 5", 1),
        ({"x": "style 29"}, "style", 2),
        ({"x": "style 3"}, "9", 1),  # not found, so it opens at the start
    ],
)
def test_a_list_opens_at_what_is_picked(values: dict[str, str], search: str, page: int) -> None:
    screen = shown(replace(long_list(**values), search=search), None)

    assert (screen["embed"].footer.text or "Page 1").startswith(f"Page {page}")


def test_a_list_opens_at_the_model_that_is_set() -> None:
    form = form_of([Input("x", InputKind.LORA, "LoRA", options=tuple(map(str, range(80))))], {"x": "60"})

    assert shown(form, None)["embed"].footer.text == "Page 3 of 4"


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 option."), (2, "2 options."), (25, "25 options."), (26, "26 options. **Search** is quickest.")],
)
def test_options_are_counted(count: int, words: str) -> None:
    form = form_of([Input("x", InputKind.LORA, "LoRA", options=tuple(map(str, range(count))))])

    assert said(shown(form)) == words


@pytest.mark.parametrize(
    ("search", "page", "buttons"),
    [
        ("", 1, ["st:item:-0-1", "st:turn:-0-0-0", "st:turn:-0-2-1", "st:seek:-0", "st:back:"]),
        ("style 5", 0, ["st:item:-0-0", "st:seek:-0", "st:all:-0", "st:back:"]),
        ("zebra", 0, ["st:seek:-0", "st:all:-0", "st:back:"]),
    ],
)
def test_a_list_leads_to_its_pages_and_back(search: str, page: int, buttons: list[str]) -> None:
    assert ids(shown(replace(long_list(), search=search), page)) == buttons


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("", "60 options. **Search** is quickest."),
        ("5 STY", "15 options have `5 STY` in the name."),
        ("59", "1 option has `59` in the name."),
        ("zeb`ra", "No option has `zeb'ra` in its name. Search for less of it."),
    ],
)
def test_a_search_finds_all_words_in_any_case(search: str, words: str) -> None:
    assert said(shown(replace(long_list(), search=search))).splitlines()[-1] == words


@pytest.mark.parametrize(("values", "now"), [({}, "Now: `style 7` (default)"), ({"x": "other"}, "Now: `other`")])
def test_a_list_says_what_is_picked_now(values: dict[str, str], now: str) -> None:
    assert now in said(shown(long_list(**values)))


def test_what_was_picked_can_be_its_default_again() -> None:
    assert button(shown(long_list(x="style 3")), "plain")["custom_id"] == f"st:plain:{DRAFT}-0"


def test_a_model_may_have_another_name() -> None:
    names = tuple(f"models/{'x' * 90}/{number}.safetensors" for number in range(30))
    form = form_of([Input("x", InputKind.LORA, "LoRA", options=names)])

    screen = shown(form)

    assert button(screen, "other")["custom_id"] == f"st:other:{DRAFT}-0"
    assert all(option["label"].endswith(".safetensors") for option in menu(screen)["options"])


def test_what_a_menu_hands_on_is_read_back() -> None:
    form = long_list()
    item, picked = menu(shown(form, 2)), menu(shown(form, 2))["options"][3]["value"]
    what = item["custom_id"].removeprefix("st:item:")

    assert DRAFT_SECTION_PAGE.fullmatch(what)
    assert not RUN.fullmatch(what)
    assert page_in(what) == (DRAFT, 0, 2)
    assert option_of(input_in(form, 0), picked) == "style 53"
    assert option_of(input_in(form, 0), hash_of("gone")) is None


def test_what_turns_a_page_is_read_back() -> None:
    turn = button(shown(long_list(), 1), "turn")["custom_id"].removeprefix("st:turn:")

    assert TURN.fullmatch(turn)
    assert page_in(turn) == (DRAFT, 0, 0)


def test_a_list_that_has_become_something_else_leads_back() -> None:
    screen = shown(form_of(declared(external("Text", "x"))))

    assert said(screen) == "There is nothing to pick from."
    assert ids(screen) == ["st:back:"]
