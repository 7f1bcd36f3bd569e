"""Blocks of markdown have their own look and room."""

import pytest

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.inline import Reader
from stationthis_discord.sandbox.shots.paragraph import Type
from stationthis_discord.sandbox.shots.prose import prose
from tests.stationthis_discord.sandbox.shots.samples import NOW, colours, drawn, message, rgb

KIND = Type(16, 22)
READER = Reader(NOW, {})


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("one\ntwo", 44),
        ("- one\n- two", 44),
        ("> one\n> two", 44),
        ("-# small", 19),
        ("# large", 43),
        ("### as large", 32),
        ("```\none\ntwo\n```", 62),
    ],
)
def test_heights(text: str, height: float) -> None:
    assert prose(text, KIND, 400, READER).height == height


def test_deeper_items_stand_further_right() -> None:
    flat, deep = (prose(text, KIND, 400, READER) for text in ("- one", "  - one"))

    assert deep.width > flat.width + 16


def test_code_takes_all_of_the_room() -> None:
    assert prose("```x```", KIND, 400, READER).width == 400


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        ("```x```", palette.DEEP),
        ("`x`", palette.DEEP),
        ("> x", palette.SECONDARY),
        ("<@1>", palette.MENTION_PILL),
        ("<t:1>", palette.RAISED),
        ("__a__ ~~b~~ [c](https://x.y)", palette.LINK),
        ("**bold** ***both*** `**code**`", palette.TEXT),
        ("```illW1```", palette.TEXT),
    ],
)
def test_colours(content: str, colour: str) -> None:
    assert rgb(colour) in colours(drawn(message(content=content)))
