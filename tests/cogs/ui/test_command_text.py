"""A command to be pasted: what it asks for, what has no room, and that it can be read back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui import limits
from cogs.ui.command_text import CommandText, command_text
from core.comfydeploy.assignments import parse_assignments
from core.runs.telling import Retyped, assignment
from tests.anything import QUICK, texts

DEPLOYMENT = "0a1b2c3d-0000-4000-8000-00000000abcd"


def written(retyped: Retyped, label: str = "Portraits") -> CommandText:
    return command_text(retyped, label, DEPLOYMENT)


def test_all_options_in_one_line() -> None:
    retyped = Retyped("a fox", "fog", 0, ("width=64", 'note="x; y"'))

    text = '/generate deployment:Portraits prompt:a fox negative:fog seed:0 inputs:width=64; note="x; y"'
    assert written(retyped) == CommandText(text, 0)


def test_what_was_not_given_is_not_in_it() -> None:
    assert written(Retyped()).text == "/generate deployment:Portraits"


@pytest.mark.parametrize("label", ["", " a", "a\nb", "x" * 201])
def test_a_label_that_nobody_can_type_gives_way_to_the_id(label: str) -> None:
    assert written(Retyped(), label).text == f"/generate deployment:{DEPLOYMENT}"


@pytest.mark.parametrize(("more", "left_out"), [(-1, 0), (0, 0), (1, 1)])
def test_an_option_holds_so_many_characters(more: int, left_out: int) -> None:
    long = "x" * (limits.OPTION_TEXT + more)
    value = assignment("a", long[len("a=") :]) or ""

    for retyped in (Retyped(prompt=long), Retyped(negative=long), Retyped(named=(value,))):
        assert written(retyped).left_out == left_out
        assert (long[2:] in written(retyped).text) == (left_out == 0)


def test_a_long_value_leaves_room_for_the_others_and_is_counted() -> None:
    named = ("a=1", f"b={'x' * limits.OPTION_TEXT}", "c=3")

    assert written(Retyped(named=named, lost=2)) == CommandText("/generate deployment:Portraits inputs:a=1; c=3", 3)


@pytest.mark.parametrize(("seed", "left_out"), [(limits.LARGEST_INTEGER, 0), (limits.LARGEST_INTEGER + 1, 1)])
def test_a_seed_that_discord_does_not_take_is_left_out(seed: int, left_out: int) -> None:
    assert (f"seed:{seed}" in written(Retyped(seed=seed)).text) == (left_out == 0)
    assert written(Retyped(seed=seed)).left_out == left_out


@QUICK
@given(st.lists(texts, max_size=80))
def test_what_fits_is_read_back_whole(values: list[str]) -> None:
    named = tuple(filter(None, (assignment(f"n{number}", value) for number, value in enumerate(values))))

    command = written(Retyped(named=named))

    inputs = re.sub(r"\A/generate deployment:Portraits( inputs:)?", "", command.text)
    found, problems = parse_assignments(inputs)
    assert problems == []
    assert len(inputs) <= limits.OPTION_TEXT
    assert len(found) + command.left_out == len(values)
    assert all(values[int(name[1:])] == value for name, value in found.items())
