"""Lines are broken where the room ends."""

from stationthis_discord.sandbox.shots.inline import Span, Style
from stationthis_discord.sandbox.shots.paragraph import Type, label, paragraph

KIND = Type(16, 22)


def test_a_short_text_is_as_wide_as_it_is() -> None:
    box = paragraph([Span("a word")], KIND, 500)

    assert box.width < 60
    assert box.height == 22


def test_words_wrap() -> None:
    box = paragraph([Span("one two three four five six")], KIND, 80)

    assert box.width <= 80
    assert box.height > 22


def test_line_ends_are_kept() -> None:
    assert paragraph([Span("a\n\nb")], KIND, 500).height == 3 * 22


def test_a_long_word_is_broken() -> None:
    box = paragraph([Span("x" * 200)], KIND, 100)

    assert box.width <= 100
    assert box.height >= 10 * 22


def test_a_word_in_two_styles_stays_whole() -> None:
    room = paragraph([Span("aaaa bbbb")], KIND, 500).width + 2

    box = paragraph([Span("aaaa "), Span("bbbb", Style(bold=True)), Span(",,,,")], KIND, room)

    assert box.height == 2 * 22
    assert box.width < room - 20


def test_there_is_a_way_out_of_no_room() -> None:
    assert paragraph([Span("ab c")], KIND, -5).height == 3 * 22


def test_a_label_is_cut() -> None:
    box = label("a label that is much too long\nfor one line", KIND, 100)

    assert 60 < box.width <= 100
    assert box.height == 22
