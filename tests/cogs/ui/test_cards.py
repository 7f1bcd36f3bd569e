"""A page of deployments: lines, or cards as soon as one of the page has a picture."""

from collections.abc import Sequence

import discord
import pytest

from cogs.ui.cards import nothing_words, options_of, page_embeds, page_of
from core.comfydeploy.outputs import Kind
from core.offer import Deployment
from core.people.offering import Allowed
from core.runs.estimates import Usual
from tests.cogs.ui.screens import COVER, deployment, offer

USUAL = Usual(20, 45)


def embeds_of(items: Sequence[Deployment], number: int = 0, *tail: str) -> list[discord.Embed]:
    page = page_of(items, number)
    return page_embeds(discord.Embed(title="All"), page, {item.id: USUAL for item in page.items[:1]}, tail)


def covered(count: int, *numbers: int) -> list[Deployment]:
    """So many deployments, of which these have a picture."""
    return [deployment(number, cover=COVER if number in numbers else None) for number in range(count)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (2000, 200)])
def test_ten_lines_are_a_page(count: int, pages: int) -> None:
    items = offer(count).deployments

    shown = [page_of(items, number) for number in range(pages)]
    assert {page.count for page in shown} == {pages}
    assert tuple(item for page in shown for item in page.items) == items


@pytest.mark.parametrize(("page", "clamped"), [(-5, 0), (0, 0), (1, 1), (2, 2), (3, 2), (10**9, 2)])
def test_a_page_that_is_not_there_is_the_nearest(page: int, clamped: int) -> None:
    assert page_of(offer(25).deployments, page).number == clamped


def test_a_list_with_a_picture_anywhere_has_shorter_pages() -> None:
    items = covered(12, 11)

    assert [len(page_of(items, number).items) for number in range(3)] == [5, 5, 2]


def test_a_deployment_without_a_picture_is_one_line() -> None:
    items = [deployment(1, name="my_portraits", environment="staging", makes=Kind.VIDEO), deployment(2)]

    (embed,) = embeds_of(items, 0, "⚠ old")

    assert (embed.description or "").splitlines() == [
        r"**my\_portraits** · video · staging · usually 20 s",
        "**Portraits 2** · image · production",
        "⚠ old",
    ]
    assert embed.footer.text == "Page 1 of 1 · 2 in all"


def test_beside_pictures_each_is_a_card() -> None:
    head, first, second = embeds_of(covered(2, 1), 0, "⚠ old")

    assert (head.description, head.footer.text) == ("⚠ old", None)
    assert (first.title, first.description, first.thumbnail.url) == (
        "Portraits 0",
        "image · production · usually 20 s\nFaces",
        None,
    )
    assert (second.description, second.thumbnail.url) == ("image · production\nFaces", COVER)
    assert second.footer.text == "Page 1 of 1 · 2 in all"


def test_a_page_without_pictures_has_lines_in_a_list_with_pictures_too() -> None:
    items = covered(7, 0)

    assert [len(embeds_of(items, number)) for number in (0, 1)] == [6, 1]


def test_a_menu_says_what_each_makes_and_how_long_that_takes() -> None:
    page = page_of([deployment(1), deployment(2, name="\u200b")], 0)

    options = options_of(page, {page.items[0].id: USUAL})

    assert [(option.label, option.description) for option in options] == [
        ("Portraits 1", "makes: image · usually 20 s"),
        ("(no name)", "makes: image"),
    ]


@pytest.mark.parametrize(
    ("allowed", "sentence"),
    [
        (Allowed(), "Deploy a workflow in ComfyUI Deploy first."),
        (Allowed(frozenset()), "Nothing may be run in this server yet: its managers can change that"),
        (Allowed(frozenset({"gone"})), "What may be run in this server is not on offer at the moment."),
    ],
)
def test_where_there_is_nothing_it_is_said_who_can_change_that(allowed: Allowed, sentence: str) -> None:
    assert sentence in nothing_words(allowed)
