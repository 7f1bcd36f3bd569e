"""What the demo reads off a form: which button leads on, what is asked for, and the lines of it in a terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stationthis_discord.demo_forms import asked_in, next_button, uploads_in
from stationthis_discord.demo_tour import DemoFailed, Tour, buttons_of, lines_of, picture_of

MENU = {"type": 3, "custom_id": "st:go:1"}


def message(text: str, buttons: Mapping[str, bool]) -> dict[str, Any]:
    """Buttons by label, with whether they can be pressed."""
    row = [{"type": 2, "label": label, "disabled": not ready} for label, ready in buttons.items()]
    return {"embeds": [{"description": text}], "components": [{"components": row}, {"components": [MENU]}]}


def modal(**fields: int) -> dict[str, Any]:
    """Fields by label, with the type of component."""
    return {
        "components": [
            {"label": label, "component": {"type": kind, "custom_id": f"id of {label}"}}
            for label, kind in fields.items()
        ]
    }


@pytest.mark.parametrize(
    ("buttons", "is_filled", "pressed"),
    [
        ({"Run": True, "Discard": True}, False, "Run"),
        ({"Fix (2)": True, "Fill in": True, "Run": False}, False, "Fix (2)"),
        ({"Fill in: Text": True, "Fill in (2)": True, "Run": False}, False, "Fill in (2)"),
        ({"Fix (1)": True, "Run": True}, False, "Run"),
        ({"Fill in": True, "Run with what fits": True}, True, "Run with what fits"),
    ],
)
def test_run_is_pressed_or_what_opens_the_fields_that_are_missing(
    buttons: dict[str, bool], is_filled: bool, pressed: str
) -> None:
    assert next_button(message("", buttons), is_filled=is_filled) == pressed


@pytest.mark.parametrize("is_filled", [True, False])
def test_where_the_demo_cannot_go_on_it_says_what_else_to_try(is_filled: bool) -> None:
    with pytest.raises(DemoFailed, match="try --deployment text-to-image, which needs nothing"):
        next_button(message("", {"Fix": is_filled, "Run": False}), is_filled=is_filled)


def test_a_refusal_is_passed_on_as_it_is() -> None:
    with pytest.raises(DemoFailed, match=r"^❌ There is no deployment x on offer\. ref 0011$"):
        next_button(message("❌ There is no deployment `x` on offer.\n-# ref `0011`", {}), is_filled=False)


def test_of_a_field_that_can_be_filled_in_two_ways_one_is_named_and_takes_the_file() -> None:
    shown = modal(**{"Picture": 19, "…or a link to Picture": 4, "Words": 4})

    assert asked_in(shown) == ["Picture", "Words"]
    assert list(uploads_in(shown)) == ["id of Picture"]


def test_a_form_reads_well_without_discords_marks() -> None:
    shown = message(
        "Ready. Press **Run**.\n\n__Size__\n✅ **Width** `768`\n-# Steps `20` (default)\n\\*odd\\*", {"Run": True}
    )

    assert lines_of(shown) == ["Ready. Press Run.", "Size", "✅ Width 768", "Steps 20 (default)", "*odd*"]
    assert buttons_of(shown) == {"Run": True}


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    tour = Tour("x", None, tmp_path / "none.png", tmp_path, None, once=True)

    with pytest.raises(DemoFailed, match=r"none\.png cannot be read: No such file or directory\."):
        picture_of(tour)
