"""Whatever a workflow declares and a person writes: all values are ones the nodes take, or there are problems.

The oracles speak of node classes and their fields, as the node package documents them; they share nothing with `fit`.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.comfydeploy.fit import Fitted, assign, fit
from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.values import Given, Source
from core.comfydeploy.written import text_of
from core.errors import InputsInvalid
from stationthis_discord.sandbox.comfydeploy.external import node_value, seed_value
from tests.anything import QUICK, texts
from tests.core.comfydeploy.graphs import CLASSES, Node, external, graph

MORE = settings(QUICK, max_examples=300)
INT32 = 2_147_483_647
LARGEST_SEED = 999_999_999_999_999
PREFIX = "ComfyUIDeployExternal"
URL = "https://files.example/a.png"
KEYS = ["prompt", "negative_prompt", "seed", "image", "cfg", "steps", "Steps", "style"]


def is_text(_: Node, value: object) -> bool:
    return isinstance(value, str)


def is_name(_: Node, value: object) -> bool:
    return isinstance(value, str) and value != ""


def is_model(node: Node, value: object) -> bool:
    return is_name(node, value) and ("://" not in str(value) or re.fullmatch(r"https://\S+", str(value)) is not None)


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


def is_seed(node: Node, value: Any) -> bool:  # noqa: ANN401 -- judged here
    declared = [node["inputs"].get(name) for name in ("min_value", "max_value")]
    low, high = (given if given is not None else usual for given, usual in zip(declared, (1, 2**32 - 1), strict=True))
    low, high = sorted([max(1, low), min(LARGEST_SEED, high)])
    return is_whole(value) and bool(low <= value <= high)


TAKES: dict[str, Callable[[Node, Any], bool]] = {
    "Text": is_text,
    "TextAny": is_text,
    "TextSingleLine": is_text,
    "SomethingNew": is_text,
    "Checkpoint": is_model,
    "Lora": is_model,
    "FaceModel": is_model,
    "Audio": is_name,
    "Number": lambda _, value: isinstance(value, float) and -INT32 <= value <= INT32,
    "NumberInt": lambda _, value: is_whole(value) and str(value).isdigit() and value <= INT32,
    "NumberSlider": lambda node, value: isinstance(value, float) and in_slider(node, value, 0, 1),
    "NumberSliderInt": lambda node, value: is_whole(value) and in_slider(node, value, 0, 10),
    "Seed": is_seed,
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


def test_the_oracle_knows_every_class() -> None:
    assert set(TAKES) == {*CLASSES, "SomethingNew"}


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
    "NumberInt": ["5", "3.0", "9", "1e3"],
    "NumberSlider": ["0", "0.5", "1", "7", "-0.5"],
    "NumberSliderInt": ["1", "10", "2.0", "-3", "99"],
    "Seed": ["1", "77", "4294967295", "-1", "random"],
    "Boolean": ["yes", "OFF"],
    "Color": ["#ff8800", "000000", "#abc"],
    "Audio": ["waves.wav", URL],
    "Lora": ["ink.safetensors", URL],
    "ImageBatch": [URL, f"{URL} {URL}?2"],
    **{kind: [URL, f" {URL} "] for kind in ("Image", "ImageAlpha", "Video", "Vid", "EXR", "File")},
}


def kind_of(node: Node) -> str:
    return str(node["class_type"]).removeprefix(PREFIX)


def sensible(node: Node) -> list[str]:
    fields = node["inputs"]
    if "options" in fields:
        return list(json.loads(fields["options"]))
    if "min_value" in fields and "max_value" in fields:
        low, high = fields["min_value"], fields["max_value"]
        return [str(low), str((low + high) // 2), str(high), str(high + 1)]
    return SENSIBLE.get(kind_of(node), ["a cat"])


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


def done(inputs: Sequence[Input], wish: Given, draw: Callable[[int, int], int]) -> Fitted | None:
    """What a wish becomes, its files uploaded; None if it has problems."""
    assigned = assign(inputs, wish)
    try:
        fitted = fit(inputs, assigned.values, draw)
    except InputsInvalid:
        return None
    for item, files in fitted.files.items():
        assert all(isinstance(file, Source) and is_link({}, file.where) for file in files)
        fitted.with_files(item, [f"https://uploads.example/{number}" for number, _ in enumerate(files)])
    return None if assigned.problems else fitted


@MORE
@given(st.data(), wishes())
def test_every_value_is_one_its_node_takes_or_there_are_problems(
    data: st.DataObject, wish: tuple[list[Node], Given]
) -> None:
    declared, given_by_person = wish
    by_key = {node["inputs"]["input_id"]: node for node in declared}
    inputs = parse_inputs(graph(*declared))

    fitted = done(inputs, given_by_person, lambda low, high: data.draw(st.integers(low, high)))

    if fitted is not None:
        for key, value in fitted.values.items():
            assert TAKES[kind_of(by_key[key])](by_key[key], value), (by_key[key], value)
        assert {item.key for item in inputs if item.required} <= set(fitted.values)
        json.dumps(fitted.values, allow_nan=False)


@QUICK
@given(st.integers(-(2**70), 2**70), st.sampled_from(["Seed", "NumberInt", "NumberSliderInt"]))
def test_every_whole_number_that_fits_comes_back_exactly(number: int, kind: str) -> None:
    (item,) = parse_inputs(graph(external(kind)))
    item = replace(item, minimum=None, maximum=None, least=None, most=None)

    for written in (str(number), f"{number}.0", f"{number},00", f" {number}e0"):
        if written != "-1" or kind != "Seed":
            fitted = fit([item], {"x": written}, lambda low, _: low)
            assert fitted.values == {"x": number}
    assert fit([item], {"x": text_of(item, number)}, lambda low, _: low).values == {"x": number} or number == -1


def _number_in(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "."))


def _colour_in(text: str) -> list[dict[str, int]]:
    digits = text.strip().lstrip("#")
    pairs = re.findall("..", digits) if len(digits) == 6 else [digit * 2 for digit in digits]
    return [{name: int(pair, 16) for name, pair in zip("rgb", pairs, strict=True)}]


MEANT: dict[str, Callable[[str], object]] = {
    "Number": lambda text: float(_number_in(text)),
    "NumberInt": _number_in,
    "NumberSlider": lambda text: float(_number_in(text)),
    "NumberSliderInt": _number_in,
    "Seed": _number_in,
    "Boolean": lambda text: text.strip().casefold() in {"yes", "true", "on", "1", "y"},
    "Color": _colour_in,
    **dict.fromkeys(("Lora", "Checkpoint", "FaceModel", "Audio"), str.strip),
}


@st.composite
def single(draw: st.DrawFn) -> tuple[Node, str]:
    """A node whose default nobody can mean, and what a person writes for it."""
    kind = draw(st.sampled_from(sorted(TAKES)))
    fields: dict[str, object] = {"default_value": "the default"}
    if kind.startswith("NumberSlider") or (kind == "Seed" and draw(st.booleans())):
        bounds = st.integers(1 if kind == "Seed" else -50, INT32)  # what the widgets take
        low, high = sorted(draw(st.tuples(bounds, bounds)))
        fields |= {"min_value": low, "max_value": high}
    if kind == "Enum":
        fields["options"] = json.dumps(["photo", "Photo", "ink", " ", "1"])
    node = external(kind, "x", **fields)
    return node, draw(st.one_of(st.sampled_from([*sensible(node), *SENSIBLE.get(kind, [])]), anything))


@MORE
@given(single())
def test_every_value_that_is_sent_comes_back_when_it_is_given_again(wish: tuple[Node, str]) -> None:
    node, written = wish
    (item,) = parse_inputs(graph(node))

    fitted = done([item], Given(named={"x": written}), lambda low, high: (low + high) // 2)

    if fitted is not None and fitted.values:
        value = fitted.values["x"]
        again = fit([item], {"x": text_of(item, value)}, lambda low, _: low)
        assert (again.values, again.adjusted, again.files) == ({"x": value}, (), {})
        assert type(again.values["x"]) is type(value)


def ends_up(node: Node, sent: object) -> object:
    """What the machine has in the end, by the sandbox's own account of the nodes; -7 is a seed by chance."""
    if kind_of(node) == "Seed":
        return seed_value(node["inputs"], sent, -7)
    return node_value(node["class_type"], node["inputs"], sent)


@MORE
@given(single())
def test_a_node_ends_up_with_what_was_written_or_people_are_told(wish: tuple[Node, str]) -> None:
    node, written = wish
    kind = kind_of(node)

    fitted = done(parse_inputs(graph(node)), Given(named={"x": written}), lambda low, high: (low + high) // 2)

    if fitted is None:
        return
    if "x" not in fitted.values:
        assert written.strip() == ""
        return
    sent = fitted.values["x"]
    if fitted.adjusted:
        assert ends_up(node, sent) == float(fitted.adjusted[0].used) != float(_number_in(written))
    elif kind == "Seed" and written.strip().casefold() in {"", "-1", "random"}:
        assert ends_up(node, sent) == sent != -7
    elif fitted.files:
        assert ends_up(node, sent) == sent
        assert [str(getattr(file, "where", "")) for file in fitted.files.popitem()[1]] == written.split()
    elif kind == "Enum":
        assert str(ends_up(node, sent)).strip().casefold() == written.strip().casefold()
    else:
        assert ends_up(node, sent) == MEANT.get(kind, str)(written)


@QUICK
@given(st.sampled_from(sorted(TAKES)), st.dictionaries(texts, texts, max_size=3))
def test_every_name_that_is_written_is_used_or_complained_about(kind: str, named: dict[str, str]) -> None:
    inputs = parse_inputs(graph(external(kind, "x", options='["a"]', default_value=URL)))

    assigned = assign(inputs, Given(named=named))

    assert len(assigned.problems) == sum(name.strip().casefold() != "x" for name in named) + max(
        0, sum(name.strip().casefold() == "x" for name in named) - 1
    )
