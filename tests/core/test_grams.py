"""Which texts have a piece, told by bits, as if each text had been read."""

from collections import Counter
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grams import Grams, Words, cut, numbers
from tests.anything import QUICK

short = st.text("ab", max_size=6)


def of(texts: list[str]) -> Grams:
    grams = Grams()
    for number, text in enumerate(texts):
        grams.add(set(cut(text, 1, 2, 3)), number)
    for _ in grams.seal(len(texts)):
        pass
    return grams


@QUICK
@given(st.sets(st.integers(0, 3000), max_size=50))
def test_numbers_of_bits(chosen: set[int]) -> None:
    mask = reduce(or_, (1 << number for number in chosen), 0)

    assert list(numbers(mask)) == sorted(chosen)


@pytest.mark.parametrize("times", [1, 20])  # few texts have a gram, or many
@QUICK
@given(
    texts=st.lists(short, max_size=9), pieces=st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3)
)
def test_what_has_short_pieces(times: int, texts: list[str], pieces: list[str]) -> None:
    all_texts = texts * times
    expected = [number for number, text in enumerate(all_texts) if all(piece in text for piece in pieces)]

    assert list(numbers(of(all_texts).having(pieces))) == expected


@QUICK
@given(st.lists(short, max_size=30), st.text("ab", min_size=1, max_size=6))
def test_nothing_that_has_a_long_piece_is_missing(texts: list[str], piece: str) -> None:
    having = set(numbers(of(texts).having([piece])))

    assert {number for number, text in enumerate(texts) if piece in text} <= having


@QUICK
@given(
    st.lists(short, max_size=60), st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=9, unique=True)
)
def test_those_with_most_grams_come_first(texts: list[str], grams: list[str]) -> None:
    counts = {number: sum(gram in text for gram in grams) for number, text in enumerate(texts)}
    expected = [(count, number) for number, count in counts.items() if count and count >= len(grams) / 2]

    assert list(of(texts).ranked(grams, 0.5)) == sorted(expected, key=lambda pair: (-pair[0], pair[1]))


@QUICK
@given(st.lists(st.lists(short.filter(bool), max_size=4), max_size=50), st.text("ab", min_size=1, max_size=5))
def test_what_has_a_word_that_starts_so(texts: list[list[str]], start: str) -> None:
    words = Words()
    for number, text in enumerate(texts):
        words.add_words(text, number)
    for _ in words.seal(len(texts)):
        pass

    expected = [number for number, text in enumerate(texts) if any(word.startswith(start) for word in text)]

    assert list(numbers(words.starting(start))) == expected


@pytest.mark.parametrize(
    ("text", "sizes", "pieces"), [("abcd", (2, 3), "ab bc cd abc bcd"), ("ab", (3,), ""), ("", (1,), "")]
)
def test_cut(text: str, sizes: tuple[int, ...], pieces: str) -> None:
    assert cut(text, *sizes) == pieces.split()


def test_each_text_counts_once() -> None:
    counted = Counter(number for _, number in of(["abab", "ab"]).ranked(["ab", "ba"], 0.5))

    assert counted == {0: 1, 1: 1}
