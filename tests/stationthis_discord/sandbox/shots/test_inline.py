"""What markdown does within a line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationthis_discord.sandbox.shots.inline import Reader, Span, Style, spans
from tests.stationthis_discord.sandbox.shots.samples import NOW, UNIX

READER = Reader(NOW, {"99": "Mila"})
BOLD, ITALIC, LINK = Style(bold=True), Style(italic=True), Style(link=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", [Span("plain")]),
        ("a **b** c", [Span("a "), Span("b", BOLD), Span(" c")]),
        ("*a* _b_", [Span("a", ITALIC), Span(" "), Span("b", ITALIC)]),
        ("***a***", [Span("a", Style(bold=True, italic=True))]),
        ("**a *b***", [Span("a ", BOLD), Span("b", Style(bold=True, italic=True))]),
        ("__a__ ~~b~~", [Span("a", Style(underline=True)), Span(" "), Span("b", Style(strike=True))]),
        ("snake_case_name.png", [Span("snake_case_name.png")]),
        ("2 * 3 * 4", [Span("2 * 3 * 4")]),
        (r"\*a\* \_b\_", [Span("*a* _b_")]),
        (r"**a\*\*b**", [Span("a**b", BOLD)]),
        ("`a *b*`", [Span("a *b*", Style(pill="code"))]),
        ("``a`b``", [Span("a`b", Style(pill="code"))]),
        ("[a **b**](https://x.y/z)", [Span("a ", LINK), Span("b", Style(bold=True, link=True))]),
        ("[a](b)", [Span("[a](b)")]),
        ("see https://x.y/z.", [Span("see "), Span("https://x.y/z", LINK), Span(".")]),
        (f"<t:{UNIX - 42}:R>", [Span("42 seconds ago", Style(pill="time"))]),
        ("<t:9999999999999>", [Span("<t:9999999999999>")]),
        ("<@99><@!7>", [Span("@Mila", Style(pill="mention")), Span("@user", Style(pill="mention"))]),
        ("<@&1> <#2>", [Span("@role", Style(pill="mention")), Span(" "), Span("#channel", Style(pill="mention"))]),
        ("</generate:5>", [Span("/generate", Style(pill="mention"))]),
        ("<:own:5>", [Span("\ufffd")]),
        ("**a\nb**", [Span("a\nb", BOLD)]),
    ],
)
def test_spans(text: str, found: list[Span]) -> None:
    assert spans(text, READER) == found


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=r"ab *_~`\[]()<>:@t"))
def test_no_text_is_too_strange(text: str) -> None:
    found = spans(text, READER)

    assert all(span.text for span in found)
    assert "".join(span.text for span in found).count("b") == text.count("b")
