"""`name=value; name="quoted; value"`: what people write, read into pairs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.comfydeploy.assignments import parse_assignments
from core.errors import Fault, Problem
from tests.anything import QUICK, texts

HOSTILE_LENGTH = 6000  # what one option of a Discord command may hold


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        (" \n\t", {}),
        (" ; ;; ", {}),
        ("a=1", {"a": "1"}),
        ("a=1;", {"a": "1"}),
        ("a=1;b=2", {"a": "1", "b": "2"}),
        ("  a =  1  ;\n b = 2\n", {"a": "1", "b": "2"}),
        ("a=", {"a": ""}),
        ('a=""', {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a=two words", {"a": "two words"}),
        ("two words=1", {"two words": "1"}),
        ('a="x; y"', {"a": "x; y"}),
        ('a="x; y";b=2', {"a": "x; y", "b": "2"}),
        ('a = " x " ; b=2', {"a": " x ", "b": "2"}),
        (r'a="say \"hi\""', {"a": 'say "hi"'}),
        (r'a="back\\slash"', {"a": r"back\slash"}),
        (r'a="C:\new"', {"a": r"C:\new"}),
        ('a="two\nlines"', {"a": "two\nlines"}),
        ('a=5" screen', {"a": '5" screen'}),
        (r"a=\"x", {"a": r"\"x"}),
        ("a=https://files.example/a.png?x=1&y=2", {"a": "https://files.example/a.png?x=1&y=2"}),
        ("größe=1", {"größe": "1"}),
    ],
)
def test_text_is_read_as(text: str, pairs: dict[str, str]) -> None:
    assert parse_assignments(text) == (pairs, [])


def test_pairs_keep_the_order_they_were_written_in() -> None:
    assert list(parse_assignments("b=1; a=2; c=3")[0]) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a cat", [Problem("a cat", Fault.UNREADABLE, given="a cat")]),
        ("a=1; cat", [Problem("cat", Fault.UNREADABLE, given="cat")]),
        ("=5", [Problem("", Fault.UNREADABLE, given="=5")]),
        ('a="open', [Problem("a", Fault.UNREADABLE, given='a="open')]),
        ('a="x" y', [Problem("a", Fault.UNREADABLE, given='a="x" y')]),
        (r'a="x\"', [Problem("a", Fault.UNREADABLE, given=r'a="x\"')]),
        ("a=1; a=2", [Problem("a", Fault.TWICE)]),
        ("a=1; a=2; =3; b", [
            Problem("a", Fault.TWICE),
            Problem("", Fault.UNREADABLE, given="=3"),
            Problem("b", Fault.UNREADABLE, given="b"),
        ]),
        ("x" * 500, [Problem("x" * 100, Fault.UNREADABLE, given="x" * 100)]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_all_told_at_once(text: str, problems: list[Problem]) -> None:
    assert parse_assignments(text)[1] == problems


def test_what_can_be_read_is_read_beside_what_cannot() -> None:
    assert parse_assignments("a=1; oops; b=2")[0] == {"a": "1", "b": "2"}


def test_names_in_other_cases_are_other_names() -> None:
    assert parse_assignments("a=1; A=2") == ({"a": "1", "A": "2"}, [])


def written(pairs: dict[str, str]) -> str:
    """Pairs as a careful person writes them: everything in quotes."""
    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in pairs.items()}
    return "; ".join(f'{name}="{value}"' for name, value in quoted.items())


names = st.text(min_size=1, max_size=20).map(lambda text: text.replace("=", "").replace(";", "").strip()).filter(bool)
values = st.one_of(texts, st.text(alphabet='ab \\";=\n', max_size=20))


@QUICK
@given(st.dictionaries(names, values, max_size=6))
@example({"a": '\\"; b=2', "b": "\\", "c": '"', "d": "\x1c", "e": "\x85x"})
def test_what_is_written_is_read_back(pairs: dict[str, str]) -> None:
    assert parse_assignments(written(pairs)) == (pairs, [])


@QUICK
@given(st.one_of(texts, st.text(alphabet='ab \\";=\n', max_size=60)))
def test_any_text_is_pairs_or_problems(text: str) -> None:
    pairs, problems = parse_assignments(text)

    assert all(name == name.strip() != "" for name in pairs)
    assert bool(pairs or problems) == bool(text.replace(";", "").strip())


@pytest.mark.parametrize(
    ("start", "again", "end"),
    [
        ("", " ", ""),
        ("a", " ", "b"),
        ("a=", " ", "b"),
        ('a="', " ", ""),
        ('a="x"', " ", "b"),
        ("", "a ", ""),
        ("", ";", ""),
        ("", " ;", ""),
        ("", "=", ""),
        ("", '"', ""),
        ("", '="', ""),
        ('a="', '\\"', ""),
        ('a="', "\\", ""),
        ("", 'a="b;', ""),
        ("", 'a="\\";', ""),
        ("", 'a=" ;', ""),
        ("a", "\n", "="),
    ],
)
@pytest.mark.timeout(10)  # it once took minutes
def test_hostile_text_takes_no_longer_than_other_text(start: str, again: str, end: str) -> None:
    text = start + again * (HOSTILE_LENGTH // len(again)) + end

    pairs, problems = parse_assignments(text)

    assert len(pairs) + len(problems) <= len(text)
