"""Whole messages: anything can be drawn, and what matters can be seen."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stationthis_discord.sandbox.shots import draw_message, palette
from tests.stationthis_discord.sandbox.shots.samples import (
    NOW,
    attachment,
    colours,
    drawn,
    message,
    nothing,
    rgb,
    square,
)

TEXTS = st.text(max_size=60) | st.text(st.sampled_from("a *_`~>-#[](<@1:\\)\n▰🎨é日\ufe0f"), max_size=60)


def everywhere(text: str) -> dict[str, Any]:
    """A message that says this in each place that holds a text."""
    user = {"id": text, "username": text, "global_name": text}
    option = {"label": text, "default": True, "emoji": {"name": text}}
    return {
        "author": user | {"bot": True},
        "content": text,
        "timestamp": text,
        "mentions": [user],
        "interaction_metadata": {"name": text, "user": user},
        "attachments": [attachment(text, text), attachment(text)],
        "embeds": [
            {
                "author": {"name": text, "icon_url": text},
                "title": text,
                "url": text,
                "description": text,
                "fields": [{"name": text, "value": text, "inline": True}] * 2,
                "footer": {"text": text},
                "image": {"url": text},
                "timestamp": text,
            }
        ],
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 5, "label": text, "emoji": {"name": text}}]},
            {"type": 1, "components": [{"type": 3, "placeholder": text}]},
            {"type": 1, "components": [{"type": 3, "options": [option, option]}]},
        ],
        "reactions": [{"emoji": {"name": text}, "count": 2}],
    }


@settings(max_examples=25, deadline=None)
@given(text=TEXTS, width=st.sampled_from([1, 90, 300]))
def test_any_text_in_any_place(text: str, width: int) -> None:
    assert drawn(everywhere(text), width=width).width == 2 * width


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(everywhere(""))), inner),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from([*everywhere(""), "flags"]), JSON))
def test_any_json(content: dict[str, Any]) -> None:
    assert drawn(content, width=120).width == 240


def test_the_same_message_is_the_same_picture() -> None:
    first, second = (draw_message(everywhere("**a** 🎨"), nothing, now=NOW) for _ in range(2))

    assert first == second
    with BytesIO(first) as file, Image.open(file) as picture:
        assert picture.format == "PNG"


def test_a_huge_message_is_cut_below() -> None:
    picture = drawn(message(content="line\n" * 1000), width=120)

    assert picture.height == 20_000


def test_the_stripe_has_the_colour_of_the_embed() -> None:
    content = message(embeds=[{"title": "Failed", "color": 0xDA373C}])

    assert rgb("#da373c") in colours(drawn(content))


@pytest.mark.parametrize(
    ("style", "colour"),
    [
        (1, palette.BLURPLE),
        (2, palette.SECONDARY),
        (3, palette.SUCCESS),
        (4, palette.DANGER),
        (5, palette.SECONDARY),
    ],
)
def test_buttons_have_the_colour_of_their_style(style: int, colour: str) -> None:
    content = message(author={}, components=[{"type": 1, "components": [{"type": 2, "style": style, "label": "Go"}]}])

    assert rgb(colour) in colours(drawn(content))


def test_a_disabled_button_is_half_as_strong() -> None:
    button = {"type": 2, "style": 4, "label": "Go", "disabled": True}

    shown = colours(drawn(message(components=[{"type": 1, "components": [button]}])))

    assert rgb(palette.DANGER) not in shown
    assert any(abs(red - 133) < 3 and abs(green - 53) < 3 for red, green, _ in shown)


def test_buttons_without_room_go_on_the_next_line() -> None:
    one, five = (
        message(components=[{"type": 1, "components": [{"type": 2, "style": 1, "label": "A long label"}] * count}])
        for count in (1, 5)
    )

    assert drawn(five, width=400).height > drawn(one, width=400).height + 100


def test_unknown_components_leave_no_trace() -> None:
    strange = message(content="a", components=[{"type": 1, "components": [{"type": 99}]}, {"type": 77}])

    assert drawn(strange).tobytes() == drawn(message(content="a")).tobytes()


def test_an_ephemeral_message_has_its_own_ground() -> None:
    assert rgb(palette.EPHEMERAL) in colours(drawn(message(content="a", flags=64)))
    assert rgb(palette.EPHEMERAL) not in colours(drawn(message(content="a")))


def test_a_loading_message_is_thinking_whatever_it_says() -> None:
    assert drawn(message(flags=128, content="a")).tobytes() == drawn(message(flags=128)).tobytes()


@pytest.mark.parametrize("parts", [{"interaction_metadata": {"name": "generate"}}, {"referenced_message": {"id": "1"}}])
def test_there_is_a_line_above_an_answer(parts: dict[str, Any]) -> None:
    assert drawn(message(content="a", **parts)).height > drawn(message(content="a")).height


def test_pictures_of_embeds_are_found_by_attachment_name() -> None:
    content = message(attachments=[attachment("a.png")], embeds=[{"thumbnail": {"url": "attachment://a.png"}}])

    assert rgb("#00ff00") in colours(drawn(content, {"http://files/a.png": square("#00ff00")}))


def test_an_icon_is_found_by_its_proxy() -> None:
    content = message(embeds=[{"footer": {"text": "a", "icon_url": "gone", "proxy_icon_url": "http://proxy"}}])

    assert rgb("#00ff00") in colours(drawn(content, {"http://proxy": square("#00ff00")}))
