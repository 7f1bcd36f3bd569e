"""What people write is read as the node reads it, and a run's values come back as people would write them."""

import json
from typing import Any

import pytest

from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.values import Adjusted, Stored, Value
from core.comfydeploy.written import read_value, text_of
from core.errors import Fault
from tests.core.comfydeploy.giving import fitted, problems
from tests.core.comfydeploy.graphs import external, graph

URL = "https://files.example/a.png"
OPTIONS = '["photo", "Ink", "ink", " "]'


def one(kind: str, **fields: object) -> Input:
    (item,) = parse_inputs(graph(external(kind, **fields)))
    return item


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("Text", "two\nlines ", "two\nlines "),
        ("Text", " ", " "),
        ("TextAny", "euler", "euler"),
        ("TextSingleLine", "a", "a"),
        ("SomethingNew", "7", "7"),
        ("Lora", "detail.safetensors", "detail.safetensors"),
        ("Lora", " styles\\ink.safetensors ", "styles\\ink.safetensors"),
        ("Lora", "https://models.example/a?token=b", "https://models.example/a?token=b"),
        ("Checkpoint", "base.safetensors", "base.safetensors"),
        ("FaceModel", "face.safetensors", "face.safetensors"),
        ("Audio", " waves.wav", "waves.wav"),
        ("Number", "7.5", 7.5),
        ("Number", "-7,5", -7.5),
        ("Number", "0,125", 0.125),
        ("Number", " 7 ", 7.0),
        ("Number", "1e3", 1000.0),
        ("Number", "-2147483647", -2147483647.0),
        ("NumberInt", "20", 20),
        ("NumberInt", "3.0", 3),
        ("NumberInt", "3,0", 3),
        ("NumberInt", "1e3", 1000),
        ("NumberInt", "0", 0),
        ("NumberInt", "-0", 0),
        ("NumberInt", "0e999999999", 0),
        ("NumberInt", "2147483647", 2147483647),
        ("NumberSlider", "0", 0.0),
        ("NumberSlider", "1", 1.0),
        ("NumberSliderInt", "10", 10),
        ("Seed", "4294967295", 4294967295),
        ("Boolean", "yes", True),
        ("Boolean", " TRUE ", True),
        ("Boolean", "1", True),
        ("Boolean", "Off", False),
        ("Boolean", "n", False),
        ("Enum", "photo", "photo"),
        ("Enum", "PHOTO ", "photo"),
        ("Enum", " ", " "),
        ("Color", "#FF8800", [{"r": 255, "g": 136, "b": 0}]),
        ("Color", "0a0B0c", [{"r": 10, "g": 11, "b": 12}]),
        ("Color", " #f80 ", [{"r": 255, "g": 136, "b": 0}]),
    ],
)
def test_text_becomes_what_the_node_takes(kind: str, written: str, value: object) -> None:
    result = fitted(external(kind, options=OPTIONS), x=written)

    assert (result.values, result.adjusted) == ({"x": value}, ())
    assert type(result.values["x"]) is type(value)


@pytest.mark.parametrize(
    ("kind", "written", "fault"),
    [
        ("Number", "many", Fault.NOT_A_NUMBER),
        ("Number", "nan", Fault.NOT_A_NUMBER),
        ("Number", "inf", Fault.NOT_A_NUMBER),
        ("Number", "1e999", Fault.NOT_A_NUMBER),
        ("Number", "1,000", Fault.NOT_A_NUMBER),
        ("Number", "1,234,567", Fault.NOT_A_NUMBER),
        ("Number", "1,000.5", Fault.NOT_A_NUMBER),
        ("NumberInt", "2.5", Fault.NOT_WHOLE),
        ("NumberInt", "2,5", Fault.NOT_WHOLE),
        ("NumberInt", "1e-400", Fault.NOT_WHOLE),
        ("NumberInt", "1e-9999999999999999999", Fault.NOT_A_NUMBER),
        ("NumberInt", "1,024", Fault.NOT_A_NUMBER),
        ("NumberInt", "9" * 5000, Fault.NOT_A_NUMBER),
        ("NumberInt", "0x10", Fault.NOT_A_NUMBER),
        ("NumberInt", "-1", Fault.OUT_OF_RANGE),
        ("NumberInt", "-5.0", Fault.OUT_OF_RANGE),
        ("NumberInt", "2147483648", Fault.OUT_OF_RANGE),
        ("NumberInt", "9" * 300, Fault.OUT_OF_RANGE),
        ("Number", "-2147483648", Fault.OUT_OF_RANGE),
        ("Number", "1e300", Fault.OUT_OF_RANGE),
        ("Seed", "0", Fault.OUT_OF_RANGE),
        ("Seed", "-2", Fault.OUT_OF_RANGE),
        ("Seed", "4294967296", Fault.OUT_OF_RANGE),
        ("Seed", "1.5", Fault.NOT_WHOLE),
        ("Seed", "new", Fault.NOT_A_NUMBER),
        ("Boolean", "maybe", Fault.NOT_YES_OR_NO),
        ("Enum", "oil", Fault.NOT_AN_OPTION),
        ("Enum", "INK", Fault.NOT_AN_OPTION),
        ("Color", "red", Fault.NOT_AN_OPTION),
        ("Color", "#ff88", Fault.NOT_AN_OPTION),
        ("Color", "#gg8800", Fault.NOT_AN_OPTION),
        ("Lora", "http://models.example/a", Fault.NOT_A_LINK),
        ("Lora", "ftp://models.example/a", Fault.NOT_A_LINK),
        ("Checkpoint", "https://models.example/a b", Fault.NOT_A_LINK),
        ("FaceModel", "file:///etc/passwd", Fault.NOT_A_LINK),
        ("Image", "a.png", Fault.NOT_A_LINK),
        ("Image", "https://", Fault.NOT_A_LINK),
        ("Image", "ftp://files.example/a.png", Fault.NOT_A_LINK),
        ("Image", f"{URL} {URL}", Fault.NOT_A_LINK),
        ("Image", f"{URL}\n{URL}", Fault.NOT_A_LINK),
        ("Image", "data:image/png;base64,AAAA", Fault.NOT_A_LINK),
        ("Video", "waves.mp4", Fault.NOT_A_LINK),
        ("Audio", "ftp://files.example/a.wav", Fault.NOT_A_LINK),
        ("ImageBatch", f"{URL} a.png", Fault.NOT_A_LINK),
        ("ImageBatch", f"{URL} " * 11, Fault.TOO_MANY),
    ],
)
def test_text_that_does_not_fit_is_a_fault(kind: str, written: str, fault: Fault) -> None:
    (problem,) = problems(external(kind, options=OPTIONS), x=written)

    assert (problem.name, problem.fault, problem.given, problem.key) == ("x", fault, written[:100], "x")


@pytest.mark.parametrize(
    ("kind", "fields", "written", "used", "shown"),
    [
        ("NumberSlider", {}, "1.01", 1.0, "1"),
        ("NumberSlider", {}, "-1e300", 0.0, "0"),
        ("NumberSlider", {"min_value": 0.25, "max_value": 0.5}, "0", 0.25, "0.25"),
        ("NumberSliderInt", {}, "-1", 0, "0"),
        ("NumberSliderInt", {}, "11", 10, "10"),
        ("NumberSliderInt", {"min_value": 1.5, "max_value": 8.5}, "1", 2, "2"),
        ("NumberSliderInt", {"min_value": 1.5, "max_value": 8.5}, "9", 8, "8"),
        ("Number", {"min_value": 1, "max_value": 30}, "31", 30.0, "30"),
        ("NumberInt", {"min_value": 64, "max_value": 2048}, "5000", 2048, "2048"),
        ("NumberInt", {"min_value": -5, "max_value": 2048}, "0", 0, None),
    ],
)
def test_a_number_beyond_a_soft_range_is_set_to_its_end_and_that_is_told(
    kind: str, fields: dict[str, Any], written: str, used: float, shown: str | None
) -> None:
    item, result = one(kind, **fields), fitted(external(kind, **fields), x=written)

    assert result.values == {"x": used}
    assert type(result.values["x"]) is type(used)
    assert result.adjusted == (() if shown is None else (Adjusted("x", written, shown, *item.span),))


def test_a_long_number_is_told_in_part() -> None:
    (adjusted,) = fitted(external("NumberSliderInt"), x="9" * 300).adjusted

    assert adjusted.given == "9" * 100


def test_an_end_that_no_float_meets_is_not_overstepped() -> None:
    result = fitted(external("NumberSlider", min_value=2**53 + 1, max_value=2**54 - 1), x="1")

    assert result.values["x"] >= 2**53 + 1
    assert isinstance(result.values["x"], float)


@pytest.mark.parametrize(("low", "high"), [(9, 3), (0.2, 0.8)])
def test_nothing_is_in_a_range_without_whole_numbers(low: float, high: float) -> None:
    (problem,) = problems(external("NumberSliderInt", min_value=low, max_value=high), x="5")

    assert problem.fault is Fault.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("Text", "a\nb", "a\nb"),
        ("Text", 5, "5"),
        ("Text", None, ""),
        ("Text", True, "true"),
        ("Text", {"a": [1]}, '{"a": [1]}'),
        ("Number", 7.0, "7"),
        ("Number", 0.1, "0.1"),
        ("Number", -1e-7, "-1e-07"),
        ("Number", 1e300, "1e+300"),
        ("Number", float("inf"), "inf"),
        ("NumberInt", 3.0, "3"),
        ("Seed", 2**63 + 1, "9223372036854775809"),
        ("Boolean", True, "yes"),
        ("Boolean", False, "no"),
        ("Boolean", "true", "true"),
        ("Enum", "ink", "ink"),
        ("Color", [{"r": 255, "g": 136, "b": 0}], "#ff8800"),
        ("Color", {"r": 255, "g": 136, "b": 0}, "#ff8800"),
        ("Color", [{"r": 256, "g": 136, "b": 0}], '[{"r": 256, "g": 136, "b": 0}]'),
        ("Color", [{"r": True}], '[{"r": true}]'),
        ("Color", "#ff8800", "#ff8800"),
        ("Lora", "a.safetensors", "a.safetensors"),
        ("Image", URL, (Stored("a.png", URL),)),
        ("Image", "", ""),
        ("Image", None, ""),
        ("Image", "https://files.example/gr%C3%BCn.png?x=1", (
            Stored("grün.png", "https://files.example/gr%C3%BCn.png?x=1"),
        )),
        ("Image", "https://[broken", (Stored("file", "https://[broken"),)),
        ("ImageBatch", json.dumps([URL, URL]), (Stored("a.png", URL), Stored("a.png", URL))),
        ("ImageBatch", [URL], (Stored("a.png", URL),)),
        ("ImageBatch", URL, (Stored("a.png", URL),)),
        ("ImageBatch", "[]", ""),
        ("ImageBatch", "[1, null]", ""),
        ("Audio", "waves.wav", "waves.wav"),
        ("Audio", URL, (Stored("a.png", URL),)),
    ],
)  # fmt: skip
def test_a_value_comes_back_as_people_would_give_it(kind: str, value: object, text: Value) -> None:
    assert text_of(one(kind), value) == text


def test_a_files_name_is_the_end_of_its_address() -> None:
    read = read_value(one("File"), f"https://h/{'a' * 300}%20b.pdf/")

    assert [(len(file.name), file.name[-6:]) for file in read.files] == [(100, " b.pdf")]
