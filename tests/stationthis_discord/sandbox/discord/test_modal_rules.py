"""What Discord refuses as a modal, beyond the sizes of the table."""

import pytest

from stationthis_discord.sandbox.discord.modal_rules import check_modal
from stationthis_discord.sandbox.discord.refusals import Problems, Refusal
from tests.stationthis_discord.sandbox.discord.conftest import Object

OPTIONS = [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}]
PICKED = [{**option, "default": True} for option in OPTIONS]


def label(**field: object) -> Object:
    return {"type": 18, "label": "l", "component": {"custom_id": "f", **field}}


def row(*items: Object) -> Object:
    return {"type": 1, "components": list(items)}


TEXT: Object = {"type": 4, "custom_id": "f", "style": 1, "label": "l"}


@pytest.mark.parametrize(
    "component",
    [
        label(type=4, style=2, min_length=0, max_length=1, required=None),
        label(type=3, options=OPTIONS, min_values=0, required=False),
        label(type=3, options=PICKED, max_values=2),
        label(type=7, default_values=[{"type": "role", "id": "1"}]),
        label(type=19, min_values=1, max_values=10),
        label(type=21, options=OPTIONS),
        label(type=22, options=PICKED),
        label(type=23, default=True),
        {"type": 10, "content": "hint", "id": 7},
        row(TEXT),
    ],
)
def test_good_ones(component: Object) -> None:
    _check(component)


@pytest.mark.parametrize(
    ("component", "field"),
    [
        ({}, "type"),
        ({"type": 4, "custom_id": "f", "style": 1}, "type"),
        ({"type": 18, "label": "l"}, "component"),
        ({"type": 18, "component": label(type=23)["component"]}, "label"),
        (label(type=2, style=1, label="no buttons"), "component"),
        (label(type=4), "style"),
        (label(type=4, style=3), "style"),
        (label(type=4, style=1, custom_id=None), "custom_id"),
        (label(type=4, style=1, min_length=5, max_length=4), "min_length"),
        (label(type=4, style=1, min_length=-1), "min_length"),
        (label(type=4, style=1, max_length=0), "max_length"),
        (label(type=4, style=1, value="abc", max_length=2), "value"),
        (label(type=3), "options"),
        (label(type=3, options=PICKED), "options"),
        (label(type=3, options=OPTIONS, disabled=True), "disabled"),
        (label(type=3, options=OPTIONS, min_values=0), "min_values"),
        (label(type=3, options=OPTIONS, max_values=3), "options"),
        (label(type=3, options=OPTIONS, min_values=2, max_values=1), "min_values"),
        (label(type=5, default_values=[{"type": "role", "id": "1"}]), "default_values"),
        (label(type=8, default_values=[{"type": "channel", "id": "1"}] * 2), "default_values"),
        (label(type=6, default_values=[{"type": "role", "id": "x"}]), "default_values"),
        (label(type=19, min_values=0), "min_values"),
        (label(type=21, options=OPTIONS[:1]), "options"),
        (label(type=21, options=PICKED), "options"),
        (label(type=22, options=[]), "options"),
        (label(type=22, options=PICKED, max_values=1), "options"),
        (row(), "components"),
        (row(TEXT, {**TEXT, "custom_id": "g"}), "components"),
        (row({**TEXT, "label": None}), "label"),
        (row({"type": 3, "custom_id": "s", "options": OPTIONS}), "type"),
    ],
)
def test_refused_ones(component: Object, field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        _check(component)

    assert field in str(refusal.value.body["errors"])


@pytest.mark.parametrize("twins", [[label(type=23), label(type=23)], [{"type": 10, "content": "x", "id": 3}] * 2])
def test_names_are_used_once(twins: list[Object]) -> None:
    with pytest.raises(Refusal, match="50035"):
        _check(*twins)


def _check(*components: Object) -> None:
    problems = Problems()
    check_modal(problems, (), {"custom_id": "m", "title": "t", "components": list(components)})
    problems.raise_any()
