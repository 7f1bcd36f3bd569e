"""Which inputs a workflow declares: each class of nodes, its defaults, ranges, options and order."""

import json
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import MARK, Input, graph_nodes, parse_inputs
from core.comfydeploy.kinds import InputKind
from tests.anything import QUICK, json_values, texts
from tests.core.comfydeploy.graphs import CLASSES, Node, external, graph

INT32 = 2_147_483_647
LARGEST_SEED = 999_999_999_999_999
URL = "https://files.example/a.png"
LINK = ["47", 0]


def one(kind: str, **fields: object) -> Input:
    (item,) = parse_inputs(graph(external(kind, **fields)))
    return item


def test_the_websocket_image_is_there_but_cannot_be_used() -> None:
    (item,) = parse_inputs(graph({"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}))

    assert (item.key, item.kind, item.required) == ("live", InputKind.UNUSABLE, False)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("Text", "default_value", "a harbour"),
        ("Number", "default_value", 7.5),
        ("NumberInt", "default_value", 0),
        ("Boolean", "default_value", False),
        ("Seed", "default_value", -1),
        ("Image", "default_value", URL),
        ("Image", "default_value_url", URL),
        ("ImageAlpha", "default_value_url", URL),
        ("ImageBatch", "images", f'["{URL}"]'),
        ("Video", "default_value_url", URL),
        ("Video", "default_video", "waves.mp4"),
        ("Vid", "default_value", URL),
        ("Audio", "audio_file", "waves.wav"),
        ("EXR", "exr_file", URL),
        ("File", "file_url", URL),
        ("Lora", "default_lora_name", "detail.safetensors"),
        ("Checkpoint", "default_value", "base.safetensors"),
        ("FaceModel", "default_face_model_name", "face.safetensors"),
        ("Color", "default_value", "#ff8800"),
        ("SomethingNew", "default_value", "text"),
    ],
)
def test_each_class_keeps_its_default_in_its_own_field(kind: str, field: str, value: object) -> None:
    item = one(kind, **{field: value})

    assert item.default == value
    assert type(item.default) is type(value)
    assert not item.required


@pytest.mark.parametrize("kind", ["Text", "Number", "Boolean", "Enum", "Seed", "Image", "Lora", "SomethingNew"])
@pytest.mark.parametrize("value", [None, "", LINK, {}, []])
def test_a_default_that_says_nothing_is_none(kind: str, value: object) -> None:
    assert one(kind, default_value=value).default is None


@pytest.mark.parametrize(
    ("value", "default"),
    [
        ([{"r": 250, "g": 160, "b": 92}], "#faa05c"),
        ({"r": 0, "g": 0, "b": 0, "a": 1}, "#000000"),
        ([{"r": 256, "g": 160, "b": 92}], None),
        ([{"r": 250.5, "g": 160, "b": 92}], None),
        ([{"r": 250}], None),
    ],
)
def test_the_default_of_a_colour_is_told_as_people_write_it(value: object, default: str | None) -> None:
    assert one("Color", default_value=value).default == default


def test_the_secret_fields_of_a_node_are_not_read() -> None:
    item = one("Lora", lora_url="https://models.example/a?token=t0ken", bearer_token="t0ken", default_lora_name="a")

    assert "t0ken" not in repr(item)


@pytest.mark.parametrize("kind", ["Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "Audio", "EXR", "File"])
def test_a_file_without_default_is_required(kind: str) -> None:
    assert one(kind).required


def test_an_empty_batch_is_no_default() -> None:
    assert one("ImageBatch", images="[]").required


@pytest.mark.parametrize("kind", ["Image", "ImageAlpha", "Video", "Vid", "Audio"])
def test_a_file_whose_default_comes_from_another_node_is_not_required(kind: str) -> None:
    item = one(kind, default_value=LINK)

    assert (item.linked, item.default, item.required) == (True, None, False)


@pytest.mark.parametrize(
    "kind", ["Text", "Number", "NumberInt", "NumberSlider", "Seed", "Boolean", "Enum", "Lora", "Color", "SomethingNew"]
)
def test_what_is_no_file_is_never_required(kind: str) -> None:
    assert not one(kind).required


@pytest.mark.parametrize(
    ("kind", "low", "high", "minimum", "maximum"),
    [
        ("NumberSlider", -2, 2.5, -2, 2.5),
        ("NumberSliderInt", 4, 32, 4, 32),
        ("NumberSliderInt", 4, None, 4, 10),
        ("Seed", 0, 2**64 - 1, 1, LARGEST_SEED),
        ("Seed", 5, 90, 5, 90),
        ("Seed", 90, 5, 5, 90),
        ("Seed", 0, 0, 0, 1),
        ("Number", 0, 30, 0, 30),
        ("Number", -(2**40), 2**40, -INT32, INT32),
        ("NumberInt", -5, 100, 0, 100),
        ("NumberInt", 64, 2048, 64, 2048),
        ("NumberSlider", "0", True, 0, 1),
        ("NumberSlider", LINK, float("nan"), 0, 1),
        ("NumberSlider", 10**400, float("inf"), 0, 1),
    ],
)
def test_the_range_is_the_declared_one_as_far_as_the_node_takes_it(
    kind: str, low: object, high: object, minimum: float, maximum: float
) -> None:
    assert one(kind, min_value=low, max_value=high).span == (minimum, maximum)


@pytest.mark.parametrize("kind", ["Number", "NumberInt", "NumberSlider", "NumberSliderInt"])
def test_what_a_number_declares_is_no_hard_range(kind: str) -> None:
    item = one(kind, min_value=3, max_value=9)

    assert (item.minimum, item.maximum) == (3, 9)
    assert (item.least, item.most) == (one(kind).least, one(kind).most)


def test_what_a_seed_declares_is_a_hard_range() -> None:
    item = one("Seed", min_value=3, max_value=9)

    assert (item.minimum, item.maximum, item.least, item.most) == (None, None, 3, 9)


@pytest.mark.parametrize(
    ("declared", "step"), [(0.5, 0.5), (2, 2), (None, 0.01), (0, 0.01), (-1, 0.01), ("0.5", 0.01), (True, 0.01)]
)
def test_the_step_is_the_declared_one_if_it_is_any(declared: object, step: float) -> None:
    assert one("NumberSlider", step=declared).step == step


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ('["photo", "ink"]', ("photo", "ink")),
        (["photo", "ink"], ("photo", "ink")),
        ("photo\nink\n", ("photo", "ink")),
        (" photo \r\n\r\n ink ", ("photo", "ink")),
        ("photo", ("photo",)),
        ("512", ("512",)),
        ('"photo"', ('"photo"',)),
        ('["a", "b", "a"]', ("a", "b")),
        ('["", "a", " "]', ("a", " ")),
        ('["a", 5, 1.5, null, {}, []]', ("a", "5", "1.5")),
        ("[" * 5_000, ("[" * 5_000,)),
        ("[]", ()),
        ("", ()),
        (None, ()),
        (5, ()),
        ({"a": 1}, ()),
        (LINK[:1], ("47",)),
    ],
)
def test_options_are_a_json_list_or_lines(options: object, read: tuple[str, ...]) -> None:
    assert one("Enum", options=options).options == read


def test_no_more_options_are_read_than_people_could_search() -> None:
    assert len(one("Enum", options=[str(number) for number in range(5_000)]).options) == 2_000


@pytest.mark.parametrize("kind", ["File", "Lora", "Text"])
def test_only_a_choice_declares_options(kind: str) -> None:
    assert one(kind, options='["png", "jpg"]').options == ()


@pytest.mark.parametrize(
    ("options", "accepts"),
    [
        ('["pdf", ".PSD", "*.svg", " txt "]', (".pdf", ".psd", ".svg", ".txt")),
        ("pdf\npsd", (".pdf", ".psd")),
        ('["image/*", "*", "a b", ""]', ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_file_accepts_the_extensions_it_lists(options: object, accepts: tuple[str, ...]) -> None:
    assert one("File", options=options).accepts == accepts


def test_only_a_file_accepts_extensions() -> None:
    assert one("Enum", options='["png", "jpg"]').accepts == ()


def test_a_name_falls_back_to_the_id() -> None:
    shown = [one("Text", display_name=name).name for name in ("Prompt", "", " ", None, LINK)]

    assert shown == ["Prompt", "x", "x", "x", "x"]


def test_a_description_is_text_or_nothing() -> None:
    shown = [one("Text", description=text).description for text in ("What to draw", None, LINK)]

    assert shown == ["What to draw", "", ""]


def test_inputs_come_in_the_order_of_the_form() -> None:
    nodes = [external("Text", "a", order=3), external("Text", "b", order=1), external("Text", "c", order=2)]

    assert [item.key for item in parse_inputs(graph(*nodes))] == ["b", "c", "a"]


@pytest.mark.parametrize("order", [None, "1", True, LINK, float("nan")])
def test_inputs_without_a_place_come_last_as_they_stand(order: object) -> None:
    nodes = [external("Text", "a", order=order), external("Text", "b", order=order), external("Text", "c", order=9)]

    assert [item.key for item in parse_inputs(graph(*nodes))] == ["c", "a", "b"]


def _in_group(key: str, order: object = None, **meta: object) -> Node:
    node = external("Text", key, order)
    return node | {"_meta": node["_meta"] | meta}


def test_a_group_is_in_one_piece_where_its_first_input_stands() -> None:
    nodes = [
        _in_group("a", 1),
        _in_group("b", 2, cd_group_name="Look", cd_input_group_id="g1"),
        _in_group("c", 3),
        _in_group("d", 4, cd_group_name="Size", cd_input_group_id="g2"),
        _in_group("e", 5, cd_group_name="Look", cd_input_group_id="g1"),
        _in_group("f", 6),
    ]

    found = [(item.key, item.group) for item in parse_inputs(graph(*reversed(nodes)))]

    assert found == [("a", ""), ("b", "Look"), ("e", "Look"), ("c", ""), ("d", "Size"), ("f", "")]


@pytest.mark.parametrize(
    ("meta", "group"),
    [
        ({"cd_input_group_id": "g1", "cd_group_name": " Look "}, "Look"),
        ({"cd_input_group_id": "g1"}, "g1"),
        ({"cd_input_group_id": "g1", "cd_group_name": ""}, "g1"),
        ({"cd_group_name": "Look"}, "Look"),
        ({"cd_group_name": ["Look"], "cd_input_group_id": 5}, ""),
        ({}, ""),
    ],
)
def test_a_group_is_called_by_its_name_or_else_its_id(meta: dict[str, object], group: str) -> None:
    (item,) = parse_inputs(graph(_in_group("a", **meta)))

    assert item.group == group


@pytest.mark.parametrize("meta", [None, [], "text", 5])
def test_a_node_without_readable_meta_is_still_an_input(meta: object) -> None:
    assert [item.key for item in parse_inputs(graph(external("Text", "a") | {"_meta": meta}))] == ["a"]


def test_nodes_that_share_an_id_are_one_input() -> None:
    nodes = [external("Text", "a", default_value="first"), external("Number", "a", default_value=2)]

    (item,) = parse_inputs(graph(*nodes))

    assert (item.kind, item.default) == (InputKind.TEXT, "first")


def test_the_mark_is_nobodys_input() -> None:
    assert parse_inputs(graph(external("Text", MARK))) == ()


@pytest.mark.parametrize(
    "node",
    [
        external("Text", LINK),
        external("Text", ""),
        external("Text", None),
        external("Text", 5),
        {"class_type": "KSampler", "inputs": {"input_id": "x", "seed": 1}},
        {"class_type": None, "inputs": {"input_id": "x"}},
        {"class_type": ["ComfyUIDeployExternalText"], "inputs": {"input_id": "x"}},
        {"class_type": "ComfyUIDeployExternalText", "inputs": None},
        {"class_type": "ComfyUIDeployExternalText", "inputs": ["input_id"]},
        {"class_type": "ComfyUIDeployExternalText"},
        {"inputs": {"input_id": "x"}},
        {},
        None,
        "text",
        [],
    ],
)
def test_a_node_that_declares_nothing_is_skipped(node: object) -> None:
    assert [item.key for item in parse_inputs(graph(node, external("Text", "y")))] == ["y"]


def test_a_workflow_may_come_as_json_text() -> None:
    workflow = graph(external("Text", "a"), external("Seed", "b"))

    assert parse_inputs(json.dumps(workflow)) == parse_inputs(workflow)


@pytest.mark.parametrize("workflow", [None, "", "{", "[" * 100_000, "null", "[]", [], 5, True, {}])
def test_what_is_no_workflow_has_no_inputs(workflow: object) -> None:
    assert (parse_inputs(workflow), list(graph_nodes(workflow))) == ((), [])


FIELDS = [
    "default_value",
    "default_value_url",
    "images",
    "min_value",
    "max_value",
    "step",
    "options",
    "display_name",
    "description",
]
classes = st.sampled_from([*CLASSES, "New"])
fields = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values))
metas = st.dictionaries(
    st.sampled_from(["cd_input_order", "cd_input_group_id", "cd_group_name"]), json_values | st.sampled_from("ab")
)


@QUICK
@given(json_values)
def test_any_json_can_be_asked_for_inputs(workflow: object) -> None:
    parse_inputs(workflow)
    parse_inputs(graph(workflow, {"class_type": "ComfyUIDeployExternalText", "inputs": workflow, "_meta": workflow}))


@QUICK
@given(st.dictionaries(texts.filter(lambda key: key not in {"", MARK}), st.tuples(classes, fields, metas), max_size=5))
def test_each_declared_input_comes_back_once(declared: dict[str, tuple[str, dict[str, Any], Any]]) -> None:
    nodes = [external(kind, key, **fields) | {"_meta": meta} for key, (kind, fields, meta) in declared.items()]

    found = parse_inputs(graph(*nodes, *nodes))

    assert sorted(item.key for item in found) == sorted(declared)
    assert all(item.name for item in found)
    runs = [group for group, _ in groupby(item.group for item in found) if group]
    assert len(runs) == len(set(runs))
    hash(found)
