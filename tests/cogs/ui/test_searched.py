"""What was searched for comes back from a button, as far as it has room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.searched import digits_of, kept_of, search_in
from tests.anything import QUICK, texts


@pytest.mark.parametrize(
    ("search", "kept"),
    [
        (None, ("", False)),
        ("  red \n fox ", ("red fox", False)),
        ("red fox in snow", ("red fox in", True)),
        ("red fox", ("red fox", False)),
        ("red foxtrotting", ("red", True)),
        ("foxtrotting about", ("foxtrottin", True)),
        ("fünf Füchse", ("fünf", True)),
        ("🦊🦊🦊", ("🦊🦊", True)),
    ],
)
def test_what_is_too_long_is_cut_between_two_words_if_it_has_several(
    search: str | None, kept: tuple[str, bool]
) -> None:
    assert kept_of(search, 10) == kept


@QUICK
@given(texts, st.integers(4, 40))
def test_anything_that_is_kept_comes_back(search: str, room: int) -> None:
    kept, _ = kept_of(search, room)

    assert len(digits_of(kept)) <= 2 * room
    assert search_in(digits_of(kept)) == kept
