"""Words of any script, and how far a typed word is from the one that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spelling import Reading, edits, parts_of, words_of
from tests.anything import QUICK, texts

words = st.text("abcdef", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Flux portrait_v1.0 (staging)", ["flux", "portrait", "v1", "0", "staging"]),
        ("C++/C#", ["c", "c"]),
        ("Ünïcödé", ["unicode"]),
        ("don’t — stop…", ["don", "t", "stop"]),  # noqa: RUF001 -- as people write
        ("5€+3", ["5", "3"]),
        ("🔥🚀 go", ["🔥🚀", "go"]),
        ("zero\u200bwidth", ["zero", "width"]),
        ("-- --", ["--", "--"]),
        ("  ", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words_of(text, 100) == expected


def test_only_the_first_letters_count() -> None:
    assert words_of("abcdef", 3) == ["abc"]


def test_a_letter_may_be_made_of_many_but_a_text_stays_short() -> None:
    assert len("".join(words_of("ﷺ" * 100, 100))) <= 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ControlNet", ["control", "net"]),
        ("myUIDesign2Go", ["my", "ui", "design2", "go"]),
        ("SDXL turbo", ["sdxl", "turbo"]),
        ("МояМодель", ["моя", "модель"]),
        ("ÉtéFin", ["ete", "fin"]),
        ("", []),
    ],
)
def test_parts_of_camel_case(text: str, expected: list[str]) -> None:
    assert parts_of(text, 100) == expected


@pytest.mark.parametrize(
    ("typed", "word", "wrong"),
    [
        ("flux", "flux", 0),
        ("flu", "flux", 0),
        ("flxu", "flux", 1),
        ("flx", "flux", 1),
        ("fluxx", "flux", 1),
        ("glux", "flux", 1),
        ("potr", "portrait", 1),
        ("portarti", "portrait", 2),
        ("prtrat", "portrait", 2),
        ("ontrolnett", "controlnet", 2),
    ],
)
def test_wrong_letters_are_counted(typed: str, word: str, wrong: int) -> None:
    assert int(Reading(typed)[word]) == wrong


@pytest.mark.parametrize(
    ("typed", "word"), [("fl", "lf"), ("flux", "sdxl"), ("uflx", "flux"), ("potiart", "logo"), ("portrait", "port")]
)
def test_too_many_wrong_letters_are_another_word(typed: str, word: str) -> None:
    assert not Reading(typed).allows(word)


def test_what_is_left_to_type_is_a_fraction() -> None:
    assert 1 <= Reading("flxu")["flux"] < Reading("flxu")["fluxes"] < 2


@QUICK
@given(st.text("abcdef", min_size=3, max_size=9), st.data())
def test_one_error_is_always_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    wrong = data.draw(
        st.sampled_from(
            [
                f"{word[:at]}x{word[at:]}",
                f"{word[:at]}x{word[at + 1 :]}",
                f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}",
                *([f"{word[:at]}{word[at + 1 :]}"] if len(word) > 3 else []),
            ]
        )
    )

    assert Reading(wrong)[word] < 2


@QUICK
@given(texts, texts)
def test_any_word_is_within_what_is_counted(typed: str, word: str) -> None:
    reading = Reading(typed)

    assert 0 <= reading[word] <= reading.forgiven + 1


@pytest.mark.parametrize(
    ("typed", "wrong"), [(["flux"], 0), (["portriat", "flxu"], 2), (["logo"], None), (["flux", "v2"], None), ([], 0)]
)
def test_every_typed_word_is_meant_to_be_in_the_label(typed: list[str], wrong: int | None) -> None:
    found = edits([Reading(word) for word in typed], " flux portrait v1")

    assert found == wrong
