"""Lists of workflows and machines as they are shown: empty, full, old, huge, and with anything for a name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.embeds import BLURPLE, YELLOW
from cogs.ui.lists import (
    kind_words,
    machine_options,
    machines_embed,
    machines_page,
    named_choices,
    page_at,
    upload_choices,
    workflow_options,
    workflows_embed,
    workflows_page,
)
from core.cache import Kept
from core.comfydeploy.records import Machine, Workflow
from core.offer import Listing, Named
from tests.anything import QUICK, texts
from tests.cogs.ui.rows import LONG_NAME, THEN, any_machine, any_workflow, machine, workflow
from tests.cogs.ui.screens import ASKED, check_embed


def workflows_lines(*items: Named[Workflow], page: int = 0, stale: bool = False) -> list[str]:
    kept = Kept(Listing(items), ASKED, stale)
    return (workflows_embed(kept, workflows_page(kept.value, page)).description or "").splitlines()


def machines_lines(*items: Named[Machine], page: int = 0, stale: bool = False) -> list[str]:
    kept = Kept(Listing(items), ASKED, stale)
    return (machines_embed(kept, machines_page(kept.value, page)).description or "").splitlines()


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (2000, 200)])
def test_every_item_is_on_one_of_the_pages(count: int, pages: int) -> None:
    items = range(count)

    found = [page_at(items, number) for number in range(pages)]

    assert [item for page in found for item in page.items] == list(items)
    assert {(page.count, page.total) for page in found} == {(pages, count)}
    assert all(len(page.items) <= 10 for page in found)


@pytest.mark.parametrize(("wanted", "number"), [(-5, 0), (0, 0), (2, 2), (3, 2), (10**9, 2)])
def test_a_page_that_is_not_there_is_the_nearest(wanted: int, number: int) -> None:
    assert page_at(range(25), wanted).number == number


def test_pinned_workflows_come_first_and_show_it() -> None:
    lines = workflows_lines(workflow(1, "a_b"), workflow(2, "c", pinned=True), workflow(3, "d", updated_at=None))

    assert lines == [f"📌 **c** · changed {THEN}", rf"**a\_b** · changed {THEN}", "**d**"]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "**Box 0** · 🟢 ready · classic"),
        ({"type": "comfy-deploy-serverless", "gpu": "A10G"}, "**Box 0** · 🟢 ready · serverless · A10G"),
        ({"type": "runpod-serverless", "status": "not-started"}, "**Box 0** · ⚪ not started · RunPod"),
        ({"type": "quantum_box", "status": "dream*ing"}, r"**Box 0** · ❔ dream\*ing · quantum\_box"),
    ],
)
def test_a_machine_is_one_line_in_peoples_words(fields: dict[str, Any], line: str) -> None:
    assert machines_lines(machine(**fields)) == [line]


def test_empty_lists_say_what_to_do() -> None:
    rest = "`/deployments` shows what can be run all the same."
    assert workflows_lines() == [f"ComfyUI Deploy lists no workflow. {rest}"]
    assert machines_lines() == [f"ComfyUI Deploy lists no machine. {rest}"]


def test_an_old_list_says_how_old_and_a_fresh_one_nothing() -> None:
    old = Kept(Listing((machine(),)), ASKED, stale=True)
    fresh = Kept(Listing((machine(),)), ASKED)

    shown = machines_embed(old, machines_page(old.value, 0))

    assert shown.colour == YELLOW
    assert (shown.description or "").endswith(f"⚠ This list is from {THEN}: it could not be read anew.")
    assert machines_embed(fresh, machines_page(fresh.value, 0)).colour == BLURPLE
    assert workflows_lines(workflow(), stale=True)[-1].endswith("it could not be read anew.")


def test_the_footer_says_where_one_is() -> None:
    kept = Kept(Listing(tuple(workflow(number) for number in range(25))), ASKED)

    assert workflows_embed(kept, workflows_page(kept.value, 1)).footer.text == "Page 2 of 3 · 25 in all"
    assert workflows_embed(Kept(Listing(()), ASKED), page_at((), 0)).footer.text is None


@pytest.mark.parametrize("name", ["", LONG_NAME])
@pytest.mark.parametrize("count", [0, 1, 10, 11, 2000])
def test_every_screen_fits_from_empty_to_huge(count: int, name: str) -> None:
    workflows = Kept(Listing(tuple(workflow(number, name) for number in range(count))), ASKED, stale=True)
    machines = Kept(Listing(tuple(machine(number, name, gpu=LONG_NAME) for number in range(count))), ASKED, stale=True)

    for number in {0, count // 20, count // 10}:
        check_embed(workflows_embed(workflows, workflows_page(workflows.value, number)))
        check_embed(machines_embed(machines, machines_page(machines.value, number)))


def test_a_menu_offers_what_is_on_the_page() -> None:
    page = workflows_page(Listing(tuple(workflow(number) for number in range(25))), 1)

    options = workflow_options(page)

    assert [option.value for option in options] == [item.id for item in page.items]
    assert {option.description for option in options} == {"changed 2026-11-20"}
    assert machine_options(page_at((machine(0, "\u200b"),), 0))[0].to_dict() == {
        "label": "(no name)",
        "value": machine().id,
        "description": "classic · 🟢 ready",
        "default": False,
    }


def test_suggestions_have_the_label_people_know_and_the_id() -> None:
    choices = named_choices([workflow(1, "a"), workflow(2, "\u200b"), workflow(3, "x" * 300)])

    assert [choice.name for choice in choices[:2]] == ["a", "(no name)"]
    assert [choice.value for choice in choices] == [workflow(number).id for number in (1, 2, 3)]
    assert len(choices[2].name) == 100
    assert len(named_choices(map(workflow, range(40)))) == 25


@pytest.mark.parametrize(
    ("typed", "last"),
    [("castle", "New workflow: castle"), (" ", "Castle · further version"), ("CASTLE", "Castle · further version")],
)
def test_an_upload_says_before_whether_it_makes_a_new_workflow(typed: str, last: str) -> None:
    choices = upload_choices(typed, [workflow(1, "Castle")] if typed != "castle" else [])

    assert choices[-1].name == last
    assert len(upload_choices("new", map(workflow, range(40)))) == 25


@pytest.mark.parametrize(("kind", "words"), [("runpod-serverless", "RunPod"), ("classic", "classic"), ("new", "new")])
def test_types_are_told_in_peoples_words(kind: str, words: str) -> None:
    assert kind_words(kind) == words


@QUICK
@given(any_workflow, any_machine, st.booleans())
def test_any_item_of_a_list_is_an_embed_and_a_menu_that_discord_takes(
    one: Named[Workflow], other: Named[Machine], stale: bool
) -> None:
    workflows, machines = Kept(Listing((one,)), ASKED, stale), Kept(Listing((other,)), ASKED, stale)

    check_embed(workflows_embed(workflows, workflows_page(workflows.value, 0)))
    check_embed(machines_embed(machines, machines_page(machines.value, 0)))
    for option in [*workflow_options(page_at((one,), 0)), *machine_options(page_at((other,), 0))]:
        assert 0 < len(option.label.strip()) <= 100
        assert 0 < len((option.description or "").strip()) <= 100


@QUICK
@given(texts, texts)
def test_any_suggestion_is_one_that_discord_takes(typed: str, name: str) -> None:
    for choice in [*upload_choices(typed, [workflow(1, name or "x")]), *named_choices([workflow(1, name or "x")])]:
        assert 0 < len(choice.name.strip()) <= 100
        assert 0 < len(choice.value) <= 100
