"""What is said of an input or a file that does not fit."""

from typing import Final

import pytest

from cogs.ui.problems import fault_words, problem_words
from core.errors import Fault, Problem

NO_SIGN: Final = "cannot take negative numbers: the machine would use its default."


@pytest.mark.parametrize(
    ("written", "choices", "hint"),
    [
        ("stepz", ("steps", "cfg"), " Did you mean `steps`?"),
        ("STEPZ", ("Steps", "cfg"), " Did you mean `Steps`?"),
        ("steps", ("STEPS1", "STEPS2", "cfg"), " Did you mean `STEPS2` or `STEPS1`?"),
        ("step", ("step1", "step2", "step3"), " Did you mean `step3` or `step2`?"),
        ("zebra", ("steps", "cfg"), ""),
        ("", ("steps", "cfg"), ""),
    ],
)
def test_for_an_unknown_name_those_like_it_are_suggested(written: str, choices: tuple[str, ...], hint: str) -> None:
    words = fault_words(Problem(written, Fault.UNKNOWN, choices=choices))

    listed = ", ".join(f"`{choice}`" for choice in choices)
    assert words == f"is not an input of this deployment.{hint} It has: {listed}."


@pytest.mark.parametrize(
    ("given", "minimum", "words"),
    [
        ("-3", 0, f"{NO_SIGN} It must be 0 to 9 (you wrote `-3`)."),
        (" -3", 0.0, f"{NO_SIGN} It must be 0 to 9 (you wrote `-3`)."),
        ("12", 0, "must be 0 to 9 (you wrote `12`)."),
        ("-3", 1, "must be 1 to 9 (you wrote `-3`)."),
        ("-30", -9, "must be -9 to 9 (you wrote `-30`)."),
    ],
)
def test_where_numbers_begin_with_nought_a_negative_one_is_told_so(given: str, minimum: float, words: str) -> None:
    assert fault_words(Problem("n", Fault.OUT_OF_RANGE, given, minimum, 9)) == words


@pytest.mark.parametrize("fault", [Fault.NOT_A_LINK, Fault.NOT_A_NUMBER, Fault.NOT_AN_OPTION, Fault.UNREADABLE])
def test_nothing_that_was_written_is_not_quoted(fault: Fault) -> None:
    words = problem_words(Problem("x", fault))

    assert "you wrote" not in words
    assert words.endswith((".", ".`", "`."))
