"""Whatever a workflow declares and a person writes: all values are ones the nodes take, or there are problems.

The oracle speaks of node classes and their fields, as the node package documents them; it shares nothing with `fit`.
"""

import contextlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.comfydeploy.fit import Given, fit
from core.comfydeploy.inputs import parse_inputs
from core.errors import InputsInvalid
from tests.anything import QUICK, texts
from tests.core.comfydeploy.graphs import Node, external, graph

INT32 = 2_147_483_647
URL = "https://files.example/a.png"
KEYS = ["prompt", "negative_prompt", "seed", "image", "cfg", "steps", "Steps", "style"]


def is_text(_: Node, value: object) -> bool:
    return isinstance(value, str)


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_link(_: Node, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https?://\S+", value) is not None


def is_batch(node: Node, value: object) -> bool:
    listed = json.loads(value) if isinstance(value, str) else None
    return isinstance(listed, list) and len(listed) > 0 and all(is_link(node, item) for item in listed)


def is_colour(_: Node, value: object) -> bool:
    colours = value if isinstance(value, list) else []
    return len(colours) == 1 and set(colours[0]) == set("rgb") and all(0 <= part <= 255 for part in colours[0].values())


def in_slider(node: Node, value: Any, low: float, high: float) -> bool:  # noqa: ANN401 -- judged just before
    declared = [node["inputs"].get(name) for name in ("min_value", "max_value")]
    low, high = (given if given is not None else usual for given, usual in zip(declared, (low, high), strict=True))
    return bool(low <= value <= high)


def is_option(node: Node, value: object) -> bool:
    return value in json.loads(node["inputs"]["options"])


TAKES: dict[str, Callable[[Node, Any], bool]] = {
    "Text": is_text,
    "TextAny": is_text,
    "TextSingleLine": is_text,
    "SomethingNew": is_text,
    "Checkpoint": is_text,
    "Lora": is_text,
    "FaceModel": is_text,
    "Audio": is_text,
    "Number": lambda _, value: is_number(value) and -INT32 <= value <= INT32,
    "NumberInt": lambda _, value: is_whole(value) and str(value).isdigit() and value <= INT32,
    "NumberSlider": lambda node, value: is_number(value) and in_slider(node, value, 0, 1),
    "NumberSliderInt": lambda node, value: is_whole(value) and in_slider(node, value, 0, 10),
    "Seed": lambda node, value: is_whole(value) and in_slider(node, value, 1, 4_294_967_295),
    "Boolean": lambda _, value: isinstance(value, bool),
    "Enum": is_option,
    "Image": is_link,
    "ImageAlpha": is_link,
    "ImageBatch": is_batch,
    "Video": is_link,
    "Vid": is_link,
    "EXR": is_link,
    "File": is_link,
    "Color": is_colour,
}


@st.composite
def nodes(draw: st.DrawFn, key: str) -> Node:
    kind = draw(st.sampled_from(sorted(TAKES)))
    fields: dict[str, object] = {"display_name": draw(st.sampled_from(["", "Prompt", "Negative", "Seed", key.upper()]))}
    if kind in {"NumberSlider", "NumberSliderInt", "Seed"} and draw(st.booleans()):
        low, high = sorted(draw(st.tuples(st.integers(-50, 2**40), st.integers(-50, 2**64))))
        fields |= {"min_value": low, "max_value": high}
    if kind == "NumberInt":
        fields |= draw(st.sampled_from([{}, {"min_value": -100}, {"min_value": 3, "max_value": 9}]))
    if kind == "Enum":
        fields["options"] = json.dumps(
            draw(st.lists(st.sampled_from(["photo", "Photo", "ink", "1"]), min_size=1, max_size=4))
        )
    if draw(st.booleans()):
        fields["default_value"] = draw(st.sampled_from(["", "a", ["47", 0], None, URL]))
    return external(kind, key, **fields)


SENSIBLE = {
    "Number": ["7,5", "-3", "1e3", "2147483647"],
    "NumberInt": ["5", "3.0", "9"],
    "NumberSlider": ["0", "0.5", "1"],
    "NumberSliderInt": ["1", "10", "2.0"],
    "Seed": ["1", "77", "4294967295"],
    "Boolean": ["yes", "OFF"],
    "Color": ["#ff8800", "000000"],
    **{kind: [URL, f" {URL} "] for kind in ("Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "EXR", "File")},
}


def sensible(node: Node) -> list[str]:
    fields = node["inputs"]
    if "options" in fields:
        return list(json.loads(fields["options"]))
    if "min_value" in fields and "max_value" in fields:
        return [
            str(fields["min_value"]),
            str((fields["min_value"] + fields["max_value"]) // 2),
            str(fields["max_value"]),
        ]
    return SENSIBLE.get(node["class_type"].removeprefix("ComfyUIDeployExternal"), ["a cat"])


anything = st.one_of(st.integers(-60, 2**64).map(str), texts)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[list[Node], Given]:
    """Some nodes, and what a person gives for them: mostly sensible, as otherwise hardly anything would fit."""
    declared = [draw(nodes(key)) for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4))]
    named = {}
    for node in declared:
        if luck := draw(st.integers(0, 9)):
            named[node["inputs"]["input_id"]] = draw(anything if luck == 1 else st.sampled_from(sensible(node)))
    if draw(st.integers(0, 3)):
        return declared, Given(named=named)
    roles = st.builds(Given, st.none() | anything, st.none() | anything, st.none() | st.integers(-5, 2**53))
    return declared, replace(draw(roles), named=named)


@settings(QUICK, max_examples=300)
@given(st.data(), wishes())
def test_every_value_is_one_its_node_takes_or_there_are_problems(
    data: st.DataObject, wish: tuple[list[Node], Given]
) -> None:
    declared, given_by_person = wish
    by_key = {node["inputs"]["input_id"]: node for node in declared}
    inputs = parse_inputs(graph(*declared))

    with contextlib.suppress(InputsInvalid):
        result = fit(inputs, given_by_person, lambda low, high: data.draw(st.integers(low, high)))

        for key, value in result.values.items():
            kind = by_key[key]["class_type"].removeprefix("ComfyUIDeployExternal")
            assert TAKES[kind](by_key[key], value), (kind, value)
        assert {item.key for item in inputs if item.required} <= set(result.values)
        json.dumps(result.values, allow_nan=False)


@QUICK
@given(st.sampled_from(sorted(TAKES)), st.dictionaries(texts, texts, max_size=3))
def test_every_name_that_is_written_is_used_or_complained_about(kind: str, named: dict[str, str]) -> None:
    inputs = parse_inputs(graph(external(kind, "x", options='["a"]', default_value=URL)))

    try:
        fit(inputs, Given(named=named), lambda low, _: low)
    except InputsInvalid as invalid:
        complaints = len(invalid.problems)
    else:
        complaints = 0

    assert complaints >= sum(name.strip().casefold() != "x" for name in named)
