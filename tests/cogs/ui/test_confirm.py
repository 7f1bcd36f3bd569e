"""The question before something is deleted: what it names, and buttons that any process understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import is_ours
from cogs.ui.confirm import (
    Question,
    about_deployment,
    about_machine,
    about_machine_in_use,
    about_workflow,
    question_buttons,
    question_embed,
)
from core.offer import Deployment, Named
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import ASKED, RUN, check_embed, deployment, deployments

THING = Named(RUN, "Faces", None, "Fa_ces")
LONG_NAME = "*_~|`[]<>@everyone " * 300


def test_a_deployment_is_named_with_its_environment() -> None:
    question = about_deployment("deldep", deployment(1, environment="public-share"))

    assert question.text.startswith("Delete the deployment **Portraits 1** (public-share)?")
    assert question.id == deployment(1).id


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (0, "None of its deployments is on offer."),
        (1, "**1 deployment on offer** cannot be run any more then:"),
        (3, "**3 deployments on offer** cannot be run any more then:"),
    ],
)
def test_the_deployments_that_go_with_a_workflow_are_counted_and_named(count: int, line: str) -> None:
    lines = about_workflow("delwork", THING, [deployment(number) for number in range(count)]).text.splitlines()

    assert lines[:2] == [r"Delete the workflow **Fa\_ces** with all its versions and deployments?", line]
    assert lines[2:] == [f"- Portraits {number}" for number in range(count)]


def test_more_than_can_be_named_are_counted() -> None:
    lines = about_workflow("delwork", THING, [deployment(number) for number in range(14)]).text.splitlines()

    assert lines[-2:] == ["- Portraits 9", "…and 4 more."]


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (0, "No deployment on offer runs on it."),
        (1, "1 deployment on offer runs on it."),
        (2, "2 deployments on offer run on it."),
    ],
)
def test_what_runs_on_a_machine_is_counted(count: int, line: str) -> None:
    question = about_machine("delmach", THING, [deployment(number) for number in range(count)])

    assert question.text.splitlines() == [r"Delete the machine **Fa\_ces**?", line]


def test_the_second_question_names_the_workflows_and_offers_to_go_on() -> None:
    question = about_machine_in_use("forcemach", THING, ["a*b", "c", "a*b"])

    assert question.text.splitlines() == [
        r"**Fa\_ces** was not deleted: these workflows still use it.",
        r"- a\*b",
        "- c",
        "Without it they cannot be run.",
    ]
    assert (question.verb, question.yes) == ("forcemach", "Delete anyway")


async def test_its_buttons_carry_all_that_another_process_needs() -> None:
    view = question_buttons(Question("delwork", RUN, "Delete it?"))

    buttons = [item.to_component_dict() for item in view.children]
    assert [(button["label"], button["custom_id"]) for button in buttons] == [
        ("Delete", f"st:delwork:{RUN}"),
        ("Keep it", f"st:keepit:{RUN}"),
    ]
    assert all(is_ours(button["custom_id"]) for button in buttons)
    assert view.is_persistent()


def test_a_question_about_what_could_not_be_read_anew_says_so() -> None:
    mark = f"⚠ This is from <t:{int(ASKED.timestamp())}:R>: it could not be read anew."

    old = [
        about_deployment("a", deployment(1), ASKED),
        about_workflow("a", THING, [deployment(number) for number in range(40)], ASKED),
        about_machine("a", THING, [], ASKED),
    ]

    assert [question.text.splitlines()[-1] for question in old] == [mark] * 3
    assert "anew" not in about_machine("a", THING, []).text


@pytest.mark.parametrize("name", ["x", LONG_NAME])
def test_a_question_fits_from_small_to_huge(name: str) -> None:
    thing, many = Named(RUN, name, None, name), [deployment(number, (), name) for number in range(500)]

    for question in (about_workflow("a", thing, many), about_machine("a", thing, many)):
        check_embed(question_embed(question))
    check_embed(question_embed(about_machine_in_use("a", thing, [name] * 500)))


@QUICK
@given(deployments, texts, st.lists(texts, max_size=12))
def test_any_names_make_a_question_that_discord_takes(found: Deployment, name: str, workflows: list[str]) -> None:
    thing = Named(RUN, name, None, name)

    check_embed(question_embed(about_deployment("a", found)))
    check_embed(question_embed(about_workflow("a", thing, [found])))
    check_embed(question_embed(about_machine_in_use("a", thing, workflows)))
