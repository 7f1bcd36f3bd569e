"""Foreign text made safe to show; numbers as people read them."""

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.text import block, clip, code, fitting, named, number, plain, safe, seconds, size, when
from tests.anything import QUICK, texts

LIMIT = 60
ESCAPE = re.compile(r"\\([^A-Za-z0-9\s])")


def as_seen(text: str) -> str:
    """What Discord shows of text in which everything special is escaped."""
    return ESCAPE.sub(r"\1", text).replace("@\u200b", "@")


@pytest.mark.parametrize(
    ("text", "clipped"),
    [("", ""), ("abcde", "abcde"), ("abcdef", "abcd…"), ("abc   def", "abc…"), ("     x", "…")],
)
def test_clipped_text_fits_and_says_so(text: str, clipped: str) -> None:
    assert clip(text, 5) == clipped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\n\nlines\t ", "two lines"),
        ("right\u202eleft\u202c", "rightleft"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("nul\x00bell\x07escape\x1b[31m", "nulbellescape[31m"),
        ("half\ud800", "half"),
        ("fill\u3164er\u115f\u1160\uffa0", "filler"),
        ("join\u034fer", "joiner"),
        ("dots\u2800", "dots"),
        ("\ufe0f\ufe0f", ""),
        ("❤\ufe0f", "❤\ufe0f"),
        ("\n" * 5999 + "x", "x"),
        ("\u200b" * 5999 + "x", "x"),
        ("a" + "\n" * 5998 + "x", "a x"),
        ("🎨 café 画", "🎨 café 画"),
        ("https://b.example/a.png?X-Amz-Signature=1", "https://b.example/a.png"),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_plain_text_is_one_visible_line(text: str, shown: str) -> None:
    assert plain(text, LIMIT) == shown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**bold** _it_ ~~gone~~", r"\*\*bold\*\* \_it\_ \~\~gone\~\~"),
        ("||hidden|| `code`", r"\|\|hidden\|\| \`code\`"),
        ("# heading #tag", r"\# heading #tag"),
        ("-# small", r"\-# small"),
        ("- a - b", r"\- a - b"),
        ("> quote > more", r"\> quote > more"),
        ("12. item 3. item", r"12\. item 3. item"),
        ("[a](https://a.example) **b** [c](d)", r"\[a\](https:\//a.example) \*\*b\*\* \[c\](d)"),
        ("https://a.example/_x_", r"https:\//a.example/\_x\_"),
        ("<@80351110224678912>", "\\<@\u200b80351110224678912>"),
        ("<t:1:R> <:a:80351110224678912>", r"\<t:1:R> \<:a:80351110224678912>"),
        ("@everyone and @here", "@\u200beveryone and @\u200bhere"),
        ("back\\slash\\", r"back\\slash\\"),
        ("a cat, 35mm (film)", "a cat, 35mm (film)"),
        ("me@home.example", "me@home.example"),
    ],
)
def test_safe_text_has_no_markdown_and_no_mention(text: str, escaped: str) -> None:
    assert safe(text, LIMIT) == escaped


@QUICK
@given(texts, st.integers(1, 400))
def test_safe_text_looks_as_it_was_written(text: str, limit: int) -> None:
    escaped = safe(text, limit)

    assert as_seen(escaped) == plain(text, limit)
    assert len(escaped) <= 2 * limit


@QUICK
@given(st.text(alphabet="\\*_~|`[]<>#@-.:/12 \nhere", max_size=40))
def test_nothing_special_is_left_unescaped(text: str) -> None:
    left = ESCAPE.sub("x", safe(text, 100))

    assert re.search(r"[\\*_~|`\[\]<]|://|^[#>-]|^\d+\.|@here|\n", left) is None


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\x00", "\u3164", "\u034f\u2060"])
def test_a_name_is_never_empty(text: str) -> None:
    assert named(text, LIMIT) == "(no name)"


def test_a_name_is_as_safe_as_other_text() -> None:
    assert named("**x**", LIMIT) == r"\*\*x\*\*"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cfg", "`cfg`"),
        ("a`b", "`a'b`"),
        ("", "` `"),
        ("\n", "` `"),
        ("**x**", "`**x**`"),
        ("x" * 61, f"`{'x' * 59}…`"),
    ],
)
def test_code_stays_code(text: str, shown: str) -> None:
    assert code(text, LIMIT) == shown


@QUICK
@given(texts, st.integers(1, 400))
def test_any_text_fits_between_two_backticks(text: str, limit: int) -> None:
    shown = code(text, limit)

    assert re.fullmatch(r"`[^`\n]+`", shown)
    assert len(shown) <= limit + 2


@QUICK
@given(texts, st.integers(1, 400))
def test_any_text_fits_into_a_block(text: str, limit: int) -> None:
    shown = block(text, limit)

    assert shown.startswith("```\n")
    assert shown.endswith("\n```")
    assert "```" not in shown[4:-4]
    assert 0 < len(shown[4:-4]) <= limit


def test_huge_text_is_clipped_before_it_is_read() -> None:
    began = time.perf_counter()

    shown = [safe("x\u200b" * 5_000_000, LIMIT), block("x\n" * 5_000_000, LIMIT), code("?&" * 5_000_000, LIMIT)]

    assert time.perf_counter() - began < 0.5
    assert all("…" in text for text in shown)


def test_a_block_keeps_its_lines_and_loses_signatures() -> None:
    assert block(" a\n b https://b.example/?X-Amz-Date=1\x00\n", 100) == "```\na\n b https://b.example/\n```"


@pytest.mark.parametrize(
    ("lines", "limit", "most", "shown"),
    [
        ([], 100, None, ""),
        (["a", "b"], 100, None, "a\nb"),
        (["a", "b", "c"], 100, 2, "a\nb\n…and 1 more."),
        (["a", "b"], 100, 2, "a\nb"),
        (["a" * 30, "b" * 30, "c"], 80, None, f"{'a' * 30}\n…and 2 more."),
        (["a" * 200], 80, None, "…and 1 more."),
    ],
)
def test_whole_lines_are_kept_and_the_rest_is_counted(
    lines: list[str], limit: int, most: int | None, shown: str
) -> None:
    assert fitting(lines, limit, most) == shown


@QUICK
@given(st.lists(st.text(max_size=60), max_size=80), st.integers(40, 400))
def test_fitting_lines_fit(lines: list[str], limit: int) -> None:
    shown = fitting(lines, limit)

    assert len(shown) <= limit
    assert shown == "\n".join(lines) or shown.endswith(" more.")


def test_a_moment_counts_by_itself() -> None:
    assert when(datetime(2026, 11, 20, 6, 0, tzinfo=UTC)) == "<t:1795154400:R>"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "1 KB"),
        (1500, "1 KB"),
        (2**20 - 1, "1024 KB"),
        (2**20, "1.0 MB"),
        (10 * 2**20, "10.0 MB"),
        (2**30, "1024.0 MB"),
    ],
)
def test_bytes_are_said_in_a_unit_that_fits(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-2147483647, "-2147483647"),
        (1.0, "1"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (1234567.25, "1234567.25"),
        (2**64, "18446744073709551616"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_has_no_needless_digits(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1.0, "1 s"),
        (0.2, "1 s"),
        (12.5, "12 s"),
        (89.9, "90 s"),
        (90, "1 min 30 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_a_duration_is_said_in_a_unit_that_fits(value: float, words: str) -> None:
    assert seconds(value) == words
