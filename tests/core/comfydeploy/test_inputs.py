"""Which inputs a workflow declares: each class of nodes, its defaults, ranges, options and order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import MARK, Input, InputKind, graph_nodes, parse_inputs
from tests.anything import QUICK, json_values, texts
from tests.core.comfydeploy.graphs import external, graph

INT32 = 2_147_483_647
URL = "https://files.example/a.png"
LINK = ["47", 0]


def one(kind: str, **fields: object) -> Input:
    (item,) = parse_inputs(graph(external(kind, **fields)))
    return item


@pytest.mark.parametrize(
    ("kind", "is_a", "minimum", "maximum"),
    [
        ("Text", InputKind.TEXT, None, None),
        ("TextAny", InputKind.TEXT, None, None),
        ("TextSingleLine", InputKind.TEXT, None, None),
        ("Number", InputKind.NUMBER, -INT32, INT32),
        ("NumberInt", InputKind.WHOLE, 0, INT32),
        ("NumberSlider", InputKind.NUMBER, 0, 1),
        ("NumberSliderInt", InputKind.WHOLE, 0, 10),
        ("Seed", InputKind.SEED, 1, 4_294_967_295),
        ("Boolean", InputKind.SWITCH, None, None),
        ("Enum", InputKind.CHOICE, None, None),
        ("Image", InputKind.IMAGE, None, None),
        ("ImageAlpha", InputKind.IMAGE, None, None),
        ("ImageBatch", InputKind.IMAGES, None, None),
        ("Video", InputKind.VIDEO, None, None),
        ("Vid", InputKind.VIDEO, None, None),
        ("Audio", InputKind.AUDIO, None, None),
        ("EXR", InputKind.EXR, None, None),
        ("File", InputKind.FILE, None, None),
        ("Lora", InputKind.MODEL, None, None),
        ("Checkpoint", InputKind.MODEL, None, None),
        ("FaceModel", InputKind.MODEL, None, None),
        ("Color", InputKind.COLOUR, None, None),
        ("SomethingNew", InputKind.TEXT, None, None),
    ],
)
def test_each_class_has_its_kind_and_range(
    kind: str, is_a: InputKind, minimum: float | None, maximum: float | None
) -> None:
    item = one(kind)

    assert (item.kind, item.minimum, item.maximum) == (is_a, minimum, maximum)


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
        ("Seed", 0, 2**64 - 1, 0, 2**64 - 1),
        ("Number", 0, 30, 0, 30),
        ("NumberInt", -5, 100, 0, 100),
        ("NumberInt", 64, 2048, 64, 2048),
        ("NumberSlider", "0", True, 0, 1),
        ("NumberSlider", LINK, float("nan"), 0, 1),
        ("NumberSlider", 10**400, float("inf"), 0, 1),
    ],
)
def test_a_range_is_the_declared_one_as_far_as_the_node_takes_it(
    kind: str, low: object, high: object, minimum: float, maximum: float
) -> None:
    item = one(kind, min_value=low, max_value=high)

    assert (item.minimum, item.maximum) == (minimum, maximum)


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


def test_only_a_choice_has_options() -> None:
    assert one("File", options='["png", "jpg"]').options == ()


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


KINDS = ["Text", "Number", "NumberInt", "NumberSlider", "Seed", "Boolean", "Enum", "Image", "ImageBatch", "Lora", "New"]
FIELDS = [
    "default_value",
    "default_value_url",
    "images",
    "min_value",
    "max_value",
    "options",
    "display_name",
    "description",
]
fields = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values))


@QUICK
@given(json_values)
def test_any_json_can_be_asked_for_inputs(workflow: object) -> None:
    parse_inputs(workflow)
    parse_inputs(graph(workflow, {"class_type": "ComfyUIDeployExternalText", "inputs": workflow, "_meta": workflow}))


@QUICK
@given(
    st.dictionaries(
        texts.filter(lambda key: key not in {"", MARK}),
        st.tuples(st.sampled_from(KINDS), fields, json_values),
        max_size=5,
    )
)
def test_each_declared_input_comes_back_once(declared: dict[str, tuple[str, dict[str, Any], Any]]) -> None:
    nodes = [external(kind, key, order, **given_fields) for key, (kind, given_fields, order) in declared.items()]

    found = parse_inputs(graph(*nodes, *nodes))

    assert sorted(item.key for item in found) == sorted(declared)
    assert all(item.name for item in found)
