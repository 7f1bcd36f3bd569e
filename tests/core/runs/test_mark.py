"""Whose run it is: written into the run's inputs, and read back from nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import MARK
from core.errors import RunNotOurs
from core.runs.mark import Mark, read_mark, shown_inputs, with_mark
from tests.anything import QUICK, json_values, texts

DEPLOYMENT = "0a1b2c3d-0000-4000-8000-00000000abcd"
PARENT = "5e6f7a8b-0000-4000-8000-00000000ef01"
WHOLE = f"1.00ff.80351110224678912.81384788765712384.{DEPLOYMENT}.{PARENT}"

marks = st.builds(
    Mark,
    delivery=st.text(alphabet="0123456789abcdef", min_size=1, max_size=32),
    user=st.integers(0, 2**64 - 1),
    guild=st.none() | st.integers(1, 2**64 - 1),
    deployment=st.uuids().map(str),
    parent=st.none() | st.uuids().map(str),
)


@QUICK
@given(marks, st.dictionaries(texts, json_values, max_size=3))
def test_a_mark_is_read_back_from_any_inputs(mark: Mark, values: dict[str, Any]) -> None:
    assert read_mark(with_mark(values, mark)) == mark


@QUICK
@given(marks)
def test_a_mark_is_short_plain_text(mark: Mark) -> None:
    text = str(mark)

    assert len(text) <= 160
    assert set(text) <= set("0123456789abcdef.-")


def test_the_parts_stand_in_their_order() -> None:
    assert str(Mark("00ff", 80351110224678912, 81384788765712384, DEPLOYMENT, PARENT)) == WHOLE


def test_without_server_and_parent_there_are_zeros() -> None:
    assert str(Mark("00ff", 0, None, DEPLOYMENT)) == f"1.00ff.0.0.{DEPLOYMENT}.0"


def test_a_mark_cannot_be_given_by_the_values() -> None:
    mark = Mark("00ff", 1, None, DEPLOYMENT)

    assert with_mark({MARK: WHOLE, "prompt": "a"}, mark) == {"prompt": "a", MARK: str(mark)}


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        5,
        [WHOLE],
        "1",
        f" {WHOLE}",
        f"{WHOLE}\n",
        f"{WHOLE}.extra",
        WHOLE.replace("1.", "2.", 1),
        WHOLE.replace("00ff", ""),
        WHOLE.replace("00ff", "00FF"),
        WHOLE.replace("00ff", "f" * 33),
        WHOLE.replace("80351110224678912", "-1"),
        WHOLE.replace("80351110224678912", "1" * 21),
        WHOLE.replace("80351110224678912", "\u0661\u0662"),
        WHOLE.replace("81384788765712384", ""),
        WHOLE.replace(DEPLOYMENT, "-" * 36),
        WHOLE.replace(DEPLOYMENT, DEPLOYMENT[:-1]),
        WHOLE.replace(DEPLOYMENT, "../workflows"),
        WHOLE.replace(PARENT, "1"),
        WHOLE.replace(PARENT, "-" * 36),
        WHOLE.replace(PARENT, ""),
    ],
)
def test_what_is_no_mark_of_ours_makes_the_run_not_ours(text: object) -> None:
    with pytest.raises(RunNotOurs):
        read_mark({MARK: text, "prompt": "a"})


@pytest.mark.parametrize("inputs", [None, {}, {"prompt": WHOLE}, [MARK], WHOLE, 5, {"_ref": WHOLE}])
def test_a_run_without_a_mark_is_not_ours(inputs: object) -> None:
    with pytest.raises(RunNotOurs):
        read_mark(inputs)


@QUICK
@given(json_values)
def test_any_json_is_a_mark_or_not_ours(value: object) -> None:
    for inputs in (value, {MARK: value}):
        with pytest.raises(RunNotOurs):
            read_mark(inputs)


def test_the_mark_is_never_shown() -> None:
    assert shown_inputs({MARK: WHOLE, "prompt": "a", "seed": 5}) == {"prompt": "a", "seed": 5}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://b.s3.amazonaws.com/inputs/img_1.png?X-Amz-Date=1&X-Amz-Signature=2", "https://b.s3.amazonaws.com/inputs/img_1.png"),
        ("https://b.example/a%2Fb.png?v=a%20b&X-Amz-Date=1", "https://b.example/a%2Fb.png?v=a%20b"),
        ('["https://b.example/1.png?X-Amz-Date=1", "https://b.example/2.png"]', '["https://b.example/1.png", "https://b.example/2.png"]'),
        ("https://cdn.example/a.png?ex=1&is=2&hm=3", "https://cdn.example/a.png?ex=1&is=2&hm=3"),
        ("what? a cat & a dog", "what? a cat & a dog"),
        (5, 5),
        (0.5, 0.5),
        (True, True),
        ([{"r": 1}], [{"r": 1}]),
    ],
)  # fmt: skip
def test_inputs_are_shown_as_sent_but_without_signatures(value: object, shown: object) -> None:
    assert shown_inputs({"x": value}) == {"x": shown}


@pytest.mark.parametrize("inputs", [None, [], "text", 5, {5: "a"}])
def test_inputs_of_another_shape_are_none(inputs: object) -> None:
    assert shown_inputs(inputs) == {}
