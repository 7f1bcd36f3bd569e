"""Which blocks a text is made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationthis_discord.sandbox.shots.markdown import Block, Code, Heading, Item, Paragraph, Quote, Small, blocks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one\ntwo", [Paragraph("one\ntwo")]),
        ("one\n\ntwo", [Paragraph("one\n\ntwo")]),
        ("# Title\nrest", [Heading("Title", 1), Paragraph("rest")]),
        ("#channel", [Paragraph("#channel")]),
        ("-# small", [Small("small")]),
        ("- a\n  - b\n* c", [Item("a", "•"), Item("b", "•", 1), Item("c", "•")]),
        ("1. a\n12. b", [Item("a", "1."), Item("b", "12.")]),
        ("**not a list**", [Paragraph("**not a list**")]),
        ("> a\n> b\nc", [Quote((Paragraph("a\nb"),)), Paragraph("c")]),
        ("> - a", [Quote((Item("a", "•"),))]),
        ("> > a", [Quote((Paragraph("> a"),))]),
        ("a\n>>> b\nc", [Paragraph("a"), Quote((Paragraph("b\nc"),))]),
        (">no quote", [Paragraph(">no quote")]),
        ("a\n```py\nx = 1\n```\nb", [Paragraph("a"), Code("x = 1"), Paragraph("b")]),
        ("```one line```", [Code("one line")]),
        ("``` never closed", [Paragraph("``` never closed")]),
    ],
)
def test_blocks(text: str, found: list[Block]) -> None:
    assert list(blocks(text)) == found


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="a! \n>-#*`1."))
def test_every_text_has_blocks_and_loses_none_of_its_words(text: str) -> None:
    assert repr(blocks(text)).count("!") == text.count("!")
