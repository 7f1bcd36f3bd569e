"""What could not be read is named with the reason, whatever its name and however many there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.flaws import flaw_words, unreadable_lines
from core.errors import Flaw
from core.offer import Unreadable
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import mentions_in


@pytest.mark.parametrize("reason", Flaw)
def test_every_reason_says_what_and_who_can_help(reason: Flaw) -> None:
    one, several = flaw_words(reason), flaw_words(reason, several=True)

    assert "ComfyUI Deploy" in one
    assert "Operators" in one or "the people who run this bot" in one
    assert (" it" in one, " them" in several) == (True, True)


def test_names_with_the_same_reason_share_a_line() -> None:
    lines = unreadable_lines(
        [Unreadable("a*", Flaw.FAULTY), Unreadable("b", Flaw.ODD), Unreadable("\u200b", Flaw.FAULTY)]
    )

    assert [line.partition(". ")[0] for line in lines] == [
        r"⚠ Cannot be read: **a\***, **(no name)**",
        "⚠ Cannot be read: **b**",
    ]


def test_no_more_than_five_are_named_and_the_others_counted() -> None:
    (named, counted) = unreadable_lines([Unreadable(name, Flaw.FAULTY) for name in "abcdefg"])

    assert "**e**. ComfyUI Deploy answered with an error for them" in named
    assert counted == "⚠ 2 more cannot be read."


def test_where_all_could_be_read_nothing_is_said() -> None:
    assert unreadable_lines([]) == []


@QUICK
@given(st.lists(st.builds(Unreadable, texts, st.sampled_from(Flaw)), max_size=12))
def test_any_names_are_short_and_mention_nobody(unreadable: list[Unreadable]) -> None:
    said = "\n".join(unreadable_lines(unreadable))

    assert len(said) < 1200
    assert mentions_in(said) == []
