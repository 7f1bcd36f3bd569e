"""Buttons and menus: what Discord takes, whatever the deployments are called, and how a run is found by them."""

from types import SimpleNamespace
from typing import Any, Final, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import OnShow, is_ours, list_buttons, run_buttons, run_of
from core.offer import Offer
from core.runs.view import RunView
from tests.anything import QUICK
from tests.cogs.ui.screens import RUN, deployment, deployments, offer, view, views

MENU: Final = 3
offers = st.builds(Offer, st.lists(deployments, max_size=12, unique_by=lambda item: item.id).map(tuple))
DONE: Final = view("success", delivered=True, texts=("a",))


def parts(shown: discord.ui.View) -> list[dict[str, Any]]:
    """What is sent of them, by https://docs.discord.com/developers/components/reference."""
    return [item for row in shown.to_components() for item in row["components"]]


def check(shown: discord.ui.View) -> None:
    rows = shown.to_components()
    assert len(rows) <= 5
    assert all(len(row["components"]) <= 5 for row in rows)
    ids = [item["custom_id"] for item in parts(shown)]
    assert len(ids) == len(set(ids))
    assert all(1 <= len(item) <= 100 and is_ours(item) for item in ids)
    for item in parts(shown):
        if item["type"] == MENU:
            check_menu(item)
        else:
            assert 1 <= len(item["label"]) <= 80


def check_menu(menu: dict[str, Any]) -> None:
    options = menu["options"]
    values = [option["value"] for option in options]
    assert 1 <= len(options) <= 25
    assert len(values) == len(set(values))
    for option in options:
        assert option["label"].strip()
        assert "\n" not in option["label"]
        assert all(1 <= len(option[key]) <= 100 for key in ("label", "value", "description"))
        option["label"].encode()
    assert len(menu["placeholder"]) <= 150


@QUICK
@given(views)
async def test_discord_takes_the_buttons_of_any_run(shown: RunView) -> None:
    check(run_buttons(shown))


@QUICK
@given(offers, st.integers(-3, 9))
async def test_discord_takes_the_buttons_of_any_list(shown: Offer, page: int) -> None:
    check(list_buttons(shown, page))


async def test_the_menu_names_what_is_on_the_page() -> None:
    menu = next(item for item in parts(list_buttons(offer(12), 1)) if item["type"] == MENU)

    assert [option["label"] for option in menu["options"]] == ["Portraits 10", "Portraits 11"]


@pytest.mark.parametrize("label", ["\u200b", "a" * 101, "two\nlines"])
async def test_a_deployment_of_any_name_can_be_chosen(label: str) -> None:
    check(list_buttons(Offer((deployment(name=label),)), 0))


def message(*shown: discord.ui.View) -> discord.Message:
    """As much of a message as is looked at."""
    rows = [discord.ActionRow(row) for item in shown for row in item.to_components()]  # type: ignore[arg-type]  # they are its payload
    return cast("discord.Message", SimpleNamespace(components=rows))


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (view("running"), OnShow(RUN, ended=False)),
        (DONE, OnShow(RUN, ended=True)),
        (view("success", unread=True), OnShow(RUN, ended=True)),
        (view(run_id=None), None),
    ],
)
async def test_a_run_is_found_by_its_buttons(shown: RunView, found: OnShow | None) -> None:
    assert run_of(message(run_buttons(shown))) == found


async def test_a_list_shows_no_run() -> None:
    assert run_of(message(list_buttons(offer(12), 0))) is None
