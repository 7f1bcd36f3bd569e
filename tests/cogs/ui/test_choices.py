"""What autocomplete suggests."""

from dataclasses import dataclass, replace

import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.choices import any_deployment_choices, deployment_choices, run_choices
from core.comfydeploy.outputs import Kind
from core.comfydeploy.records import Workflow
from core.offer import Deployment, Named
from core.runs.view import RunView
from tests.anything import QUICK
from tests.cogs.ui.screens import RUN, deployment, deployments, offer, view, views


@dataclass
class Open:
    """A delivery that goes on."""

    view: RunView


def check_choices(choices: list[app_commands.Choice[str]]) -> None:
    """https://docs.discord.com/developers/interactions/application-commands: 25 choices, names and values of 1-100."""
    assert len(choices) <= 25
    assert all(1 <= len(choice.name) <= 100 and choice.name.strip() and "\n" not in choice.name for choice in choices)
    assert all(1 <= len(choice.value) <= 100 for choice in choices)


def test_a_deployment_is_suggested_by_label_and_chosen_by_id() -> None:
    item = deployment(7, makes=Kind.VIDEO)

    assert deployment_choices([item]) == [app_commands.Choice(name="Portraits 7 · video", value=item.id)]


def test_a_label_is_plain_text_and_not_escaped() -> None:
    assert deployment_choices([deployment(name="my_*face*\n[x]")])[0].name == "my_*face* [x] · image"


@pytest.mark.parametrize("count", [0, 1, 25, 26, 2000])
def test_no_more_is_suggested_than_discord_takes(count: int) -> None:
    assert len(deployment_choices(offer(count).deployments)) == min(count, 25)


def test_a_run_is_suggested_by_what_it_is() -> None:
    shown = view(prompt="a red\nboat")

    assert run_choices([Open(shown)]) == [app_commands.Choice(name="Portraits · 0a1b2c3d · a red boat", value=RUN)]


def test_a_run_without_prompt_is_suggested_all_the_same() -> None:
    assert run_choices([Open(view())])[0].name == "Portraits · 0a1b2c3d ·"


@pytest.mark.parametrize(
    ("place", "name"), [(2, "Portraits · in line, place 2 · a fox"), (None, "Portraits · not started yet · a fox")]
)
def test_a_wish_without_a_run_is_chosen_by_its_delivery(place: int | None, name: str) -> None:
    shown = view(run_id=None, delivery="0011223344556677", place=place, prompt="a fox")

    assert run_choices([Open(shown)]) == [app_commands.Choice(name=name, value="0011223344556677")]


def test_what_nothing_could_find_is_not_suggested() -> None:
    assert run_choices([Open(view(run_id=None))]) == []


@pytest.mark.parametrize("prompt", ["x" * 6000, None])
def test_many_runs_are_suggested_as_far_as_discord_takes(prompt: str | None) -> None:
    choices = run_choices([Open(replace(view(), prompt=prompt))] * 40)

    check_choices(choices)
    assert len(choices) == 25


@QUICK
@given(st.lists(deployments, max_size=3), st.lists(views, max_size=3))
def test_anything_can_be_suggested(items: list[Deployment], shown: list[RunView]) -> None:
    check_choices(deployment_choices(items))
    check_choices(run_choices(map(Open, shown)))


def test_an_operator_is_shown_what_is_on_offer_and_then_the_workflows_of_all_else() -> None:
    poster = Named(RUN, "poster", Workflow(id=RUN, name="poster"), "poster")

    shown = any_deployment_choices([deployment(1)], [poster])

    assert [choice.name for choice in shown] == ["Portraits 1 · image", "poster · in another environment"]
    assert [choice.value for choice in shown] == [deployment(1).id, RUN]


@pytest.mark.parametrize(("offered", "workflows"), [(40, 3), (0, 40), (40, 40)])
def test_an_operator_never_gets_more_than_discord_takes_nor_only_what_is_on_offer(offered: int, workflows: int) -> None:
    known = [Named(RUN, "x" * 300, Workflow(id=RUN, name="x"), "x" * 300)] * workflows

    shown = any_deployment_choices([deployment(number) for number in range(offered)], known)

    assert len(shown) <= 25
    assert shown[-1].value == RUN
    assert all(len(choice.name) <= 100 for choice in shown)
