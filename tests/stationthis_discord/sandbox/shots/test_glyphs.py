"""Every character has a picture and a width."""

import ast
from pathlib import Path

import pytest

from stationthis_discord.sandbox.discord.emoji import is_emoji
from stationthis_discord.sandbox.shots.emoji import EMOJI
from stationthis_discord.sandbox.shots.glyphs import Glyph, glyphs, width
from stationthis_discord.sandbox.shots.letters import Face
from stationthis_discord.sandbox.shots.signs import BOX, SIGNS

FACE = Face(16)
COGS = Path(__file__).parents[4] / "cogs"


@pytest.mark.parametrize("char", "✅❌⏳🎨🧊🎲🔁⏱🚫⚠✖ℹ⭐🗑↗⬆➡✏⬅📦🖼🎬🔊📝📄🧩")  # noqa: RUF001 (the emojis themselves)
def test_emojis_are_drawn_in_colour(char: str) -> None:
    (glyph,) = glyphs(f"{char}\ufe0f")

    assert glyph.coloured
    assert glyph.shapes == EMOJI[char]


def test_every_emoji_that_the_bot_writes_has_a_drawing() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in COGS.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    written = {
        char for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) for char in node.value
    }

    used = set(filter(is_emoji, written))

    assert {"✅", "ℹ"} <= used  # noqa: RUF001 (one of them is written by its name)
    assert used - EMOJI.keys() == set()


@pytest.mark.parametrize("char", "▰▱█░–—•×→")  # noqa: RUF001 (the signs themselves)
def test_signs_are_drawn_in_the_colour_of_the_text(char: str) -> None:
    (glyph,) = glyphs(char)

    assert not glyph.coloured
    assert glyph.shapes == SIGNS[char].shapes


def test_letters_stay_together() -> None:
    assert glyphs("a station") == (Glyph("a station"),)


def test_letters_of_code_are_equally_wide() -> None:
    code = Face(16, mono=True)

    assert width("iii", code) == width("WWW", code) == width("▰░日", code)


@pytest.mark.parametrize("char", "éÄñçůő")
def test_accents_are_put_on_letters(char: str) -> None:
    (glyph,) = glyphs(char)

    assert glyph.letters
    assert glyph.shapes


@pytest.mark.parametrize(
    ("char", "plain"), [("ß", "ss"), ("\u2011", "-"), ("\t", " "), ("\uff21", "A"), ("\u00a0", " ")]
)
def test_some_characters_have_a_plain_form(char: str, plain: str) -> None:
    assert glyphs(char) == (Glyph(plain),)


@pytest.mark.parametrize("char", ["日", "Ж", "\ud800", "\x00", "👽"])
def test_other_characters_are_boxes(char: str) -> None:
    (glyph,) = glyphs(char)

    assert glyph.shapes == BOX.shapes


@pytest.mark.parametrize("text", ["", "\u200b", "\ufe0f", "🏽", "\u0301"])
def test_some_characters_take_no_room(text: str) -> None:
    assert width(text, FACE) == 0
