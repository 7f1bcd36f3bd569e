"""What counts as one Unicode emoji."""

import pytest

from stationthis_discord.sandbox.discord.emoji import is_emoji


@pytest.mark.parametrize(
    "text",
    [
        *("🎲", "⭐", "✖", "✖\ufe0f", "⬅", "➡\ufe0f", "⏱", "▶"),
        *("👍🏽", "1\ufe0f\u20e3", "1\u20e3", "#\ufe0f\u20e3"),
        *("🇩🇪", "🇦", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
        *("👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "❤\ufe0f\u200d🔥", "👩🏽\u200d🚀"),
    ],
)
def test_good_ones(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a", "1", "#", "smile", "é", "漢", "½", "→", "♫"),
        *("🎲🎲", "🎲 ", "🎲x", "🇩🇪🇫", "1\ufe0f", "\ufe0f", "\u200d", "🎲\u200d", "\u200b"),
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_emoji(text)
