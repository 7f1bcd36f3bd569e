"""What is new, gone or changed since a form was filled in, and what is no change to anybody."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.kinds import InputKind
from core.forms.drift import Drift, drift_between, drift_of_values
from tests.anything import QUICK, json_values
from tests.core.comfydeploy.graphs import CLASSES, external, graph

URL = "https://files.example/a.png"
PROMPT = Input("prompt", InputKind.TEXT, "Prompt", default="a lake")
CFG = Input("cfg", InputKind.NUMBER, "Guidance", default=7.0, minimum=1, maximum=30)
STYLE = Input("style", InputKind.CHOICE, "Style", default="ink", options=("ink", "photo"))
IMAGE = Input("image", InputKind.IMAGE, "Start", default=URL)
LORA = Input("lora", InputKind.LORA, "LoRA", default="a", options=("a", "b"))
BEFORE = (PROMPT, CFG, STYLE, IMAGE, LORA)


def now(changed: Input, **changes: Any) -> tuple[Input, ...]:  # noqa: ANN401 -- of any field
    return tuple(replace(item, **changes) if item is changed else item for item in BEFORE)


def test_nothing_changed_is_no_drift() -> None:
    assert not drift_between(BEFORE, BEFORE)


def test_an_input_more_is_new() -> None:
    added = Input("steps", InputKind.WHOLE, "Steps")

    assert drift_between(BEFORE, (added, *BEFORE)) == Drift(new=("Steps",))


def test_an_input_less_is_gone() -> None:
    assert drift_between(BEFORE, BEFORE[1:]) == Drift(gone=("Prompt",))


def test_an_input_under_another_id_is_gone_and_new() -> None:
    assert drift_between(BEFORE, now(CFG, key="guidance")) == Drift(new=("Guidance",), gone=("Guidance",))


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        (CFG, {"kind": InputKind.WHOLE}),
        (CFG, {"maximum": 20}),
        (CFG, {"minimum": 0}),
        (CFG, {"least": 5}),
        (CFG, {"most": 5}),
        (CFG, {"default": 8.0}),
        (CFG, {"default": None}),
        (PROMPT, {"default": "a forest"}),
        (STYLE, {"options": ("ink", "photo", "oil")}),
        (STYLE, {"options": ("ink",)}),
        (STYLE, {"options": ("photo", "ink"), "default": "photo"}),
        (IMAGE, {"default": None}),
        (IMAGE, {"default": f"{URL}?2"}),
        (IMAGE, {"kind": InputKind.IMAGES}),
        (IMAGE, {"kind": InputKind.FILE, "accepts": (".pdf",)}),
        (LORA, {"default": "b"}),
    ],
)
def test_an_input_that_asks_for_something_else_is_changed(item: Input, changes: dict[str, Any]) -> None:
    assert drift_between(BEFORE, now(item, **changes)) == Drift(changed=(item.name,))


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        (CFG, {"name": "CFG"}),
        (CFG, {"description": "How close"}),
        (CFG, {"order": 1.0}),
        (CFG, {"group": "Look"}),
        (CFG, {"step": 0.5}),
        (CFG, {"least": -5, "most": 50}),
        (LORA, {"options": ("a", "b", "c")}),
        (LORA, {"options": ()}),
        (IMAGE, {"default": None, "linked": True}),
    ],
)
def test_what_an_input_is_called_where_it_stands_and_what_is_only_suggested_is_no_change(
    item: Input, changes: dict[str, Any]
) -> None:
    assert not drift_between(BEFORE, now(item, **changes))
    assert not drift_between(now(item, **changes), BEFORE)


def test_another_order_is_no_change() -> None:
    assert not drift_between(BEFORE, BEFORE[::-1])


def test_a_drift_is_told_by_the_names_people_see_now() -> None:
    after = (replace(CFG, name="CFG", maximum=20), *BEFORE[2:], Input("steps", InputKind.WHOLE, "Steps"))

    assert drift_between(BEFORE, after) == Drift(new=("Steps",), gone=("Prompt",), changed=("CFG",))


@pytest.mark.parametrize(
    ("values", "drift"),
    [
        ({}, Drift()),
        ({"prompt": "a", "cfg": 7.5, "style": "ink", "image": URL, "lora": "c"}, Drift()),
        ({"cfg": 31}, Drift(changed=("Guidance",))),
        ({"cfg": "many"}, Drift(changed=("Guidance",))),
        ({"style": "oil"}, Drift(changed=("Style",))),
        ({"cfg": None, "prompt": ""}, Drift()),
        ({"steps": 20, "prompt": "a"}, Drift(gone=("steps",))),
    ],
)
def test_of_a_run_that_says_no_more_its_values_tell(values: dict[str, Any], drift: Drift) -> None:
    assert drift_of_values(values, BEFORE) == drift


@QUICK
@given(st.sampled_from(sorted(CLASSES)), st.dictionaries(st.sampled_from(["x", "y"]), json_values))
def test_any_values_can_be_compared(kind: str, values: dict[str, object]) -> None:
    inputs = parse_inputs(graph(external(kind)))

    drift = drift_of_values(values, inputs)

    assert ("y" in drift.gone) == ("y" in values)
    assert drift.new == ()
    assert drift.changed in {(), ("x",)}
