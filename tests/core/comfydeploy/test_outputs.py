"""What a run made, why it failed, and what a workflow will make."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.models import Output
from core.comfydeploy.outputs import Kind, Media, Reason, Results, kind_of, made_by, read_reason, read_results
from tests.anything import QUICK, json_values, texts
from tests.core.comfydeploy.graphs import external, graph


def media(name: str, **more: object) -> dict[str, object]:
    return {"url": f"https://files.example/{name}", "type": "output", "filename": name, "subfolder": ""} | more


def output(data: object, second: int | None = None) -> Output:
    created_at = None if second is None else f"2026-11-20T06:00:{second:02}Z"
    return Output.model_validate({"data": data, "created_at": created_at})


def names(*data: object) -> list[str]:
    return [item.filename for item in read_results(map(output, data)).files]


@pytest.mark.parametrize(
    "key", ["images", "gifs", "files", "text_file", "audio", "model_file", "result", "mesh", "from_a_new_node"]
)
def test_files_are_found_under_any_key(key: str) -> None:
    assert read_results([output({key: [media("a.bin")]})]) == Results((Media("https://files.example/a.bin", "a.bin"),))


def test_a_file_that_is_signed_twice_counts_once() -> None:
    twice = [media("a.png", url=f"https://files.example/a.png?X-Amz-Signature={sign}") for sign in ("1", "2")]

    assert names({"images": twice}) == ["a.png"]


def test_what_is_shown_on_the_way_is_no_result_but_can_be_asked_for() -> None:
    made = [output({"images": [media("a.png"), media("b.png", type="temp")]})]

    assert [item.filename for item in read_results(made).files] == ["a.png"]
    assert [item.filename for item in read_results(made, previews=True).files] == ["a.png", "b.png"]


def test_all_keys_of_an_output_count() -> None:
    data = {"images": [media("a.png"), media("b.png")], "gifs": [media("c.gif")], "animated": [True], "text": ["a cat"]}

    results = read_results([output(data)])

    assert [item.filename for item in results.files] == ["a.png", "b.png", "c.gif"]
    assert results.texts == ("a cat",)


def test_old_and_new_nodes_give_the_same_kinds() -> None:
    old = {"gifs": [media("a.mp4")], "audio": [media("b.flac")], "mesh": [media("c.glb")]}
    new = {"files": [media("a.mp4"), media("b.flac"), media("c.glb")]}

    assert [[item.kind for item in read_results([output(data)]).files] for data in (old, new)] == [
        [Kind.VIDEO, Kind.AUDIO, Kind.MODEL]
    ] * 2


def test_previews_are_left_out() -> None:
    assert names({"images": [media("preview.png", type="temp"), media("a.png")]}) == ["a.png"]


@pytest.mark.parametrize("kind", [None, "input", 5])
def test_another_type_is_a_file_all_the_same(kind: object) -> None:
    assert names({"images": [media("a.png", type=kind)]}) == ["a.png"]


@pytest.mark.parametrize(
    "item", [None, True, 5, 1.5, [], {}, {"url": None}, {"url": ""}, {"url": 5}, {"filename": "a"}]
)
def test_what_is_neither_file_nor_text_is_left_out(item: object) -> None:
    assert read_results([output({"images": [item, media("a.png")]})]) == Results(
        (Media("https://files.example/a.png", "a.png"),)
    )


@pytest.mark.parametrize(
    "data", [None, [], "text", 5, {"images": None}, {"images": "a.png"}, {"images": {"url": "x"}}, {}]
)
def test_data_of_another_shape_holds_nothing(data: object) -> None:
    assert read_results([output(data)]) == Results()


def test_a_failed_nodes_error_is_no_result() -> None:
    data = {"exception_message": "out of memory", "traceback": ["line 1", "line 2"], "executed": [], "node_id": "3"}

    assert read_results([output(data)]).files == ()


def test_blank_texts_are_left_out() -> None:
    assert read_results([output({"text": ["", " \n", "a cat"]})]).texts == ("a cat",)


@pytest.mark.parametrize("name", [None, "", 5])
def test_a_file_without_name_is_called_file(name: object) -> None:
    assert names({"images": [media("a.png", filename=name)]}) == ["file"]


def test_results_come_in_the_order_they_were_made_in() -> None:
    outputs = [
        output({"images": [media("third.png")]}, second=3),
        output({"images": [media("last.png")]}),
        output({"images": [media("first.png"), media("second.png")]}, second=1),
    ]

    assert [item.filename for item in read_results(outputs).files] == [
        "first.png",
        "second.png",
        "third.png",
        "last.png",
    ]


def test_a_file_listed_twice_is_one() -> None:
    assert names({"images": [media("a.png")]}, {"files": [media("a.png"), media("b.png")]}) == ["a.png", "b.png"]


def test_texts_that_are_alike_stay_two() -> None:
    assert read_results([output({"text": ["a", "a"]})]).texts == ("a", "a")


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("a.png", Kind.IMAGE),
        ("A.JPEG", Kind.IMAGE),
        ("a.b.webp", Kind.IMAGE),
        ("a.exr", Kind.IMAGE),
        ("a.gif", Kind.ANIMATION),
        ("a.mp4", Kind.VIDEO),
        ("sub/folder/a.webm", Kind.VIDEO),
        ("a.flac", Kind.AUDIO),
        ("a.txt", Kind.TEXT),
        ("a.json", Kind.TEXT),
        ("a.glb", Kind.MODEL),
        ("a.zip", Kind.FILE),
        ("a.safetensors", Kind.FILE),
        ("png", Kind.FILE),
        (".png", Kind.FILE),
        ("a.", Kind.FILE),
        ("", Kind.FILE),
        ("a\x00b.png", Kind.IMAGE),
    ],
)
def test_the_extension_tells_the_kind(filename: str, kind: Kind) -> None:
    assert kind_of(filename) is kind


def test_a_failed_run_says_why() -> None:
    data = {
        "node_id": "3",
        "node_type": "KSampler",
        "exception_type": "torch.OutOfMemoryError",
        "exception_message": " CUDA out of memory\n",
        "traceback": ["File x", "line 1"],
        "current_inputs": {},
    }
    raw = [None, {"data": None}, {"data": {"images": [media("a.png")]}}, {"data": data, "node_meta": None}]

    assert read_reason(raw) == Reason("CUDA out of memory", "KSampler", "torch.OutOfMemoryError")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"exception_message": "", "exception_type": "ValueError"}, Reason("ValueError", kind="ValueError")),
        ({"exception_message": " ", "exception_type": None, "node_type": 5}, Reason("")),
        ({"exception_message": "a\nb"}, Reason("a\nb")),
        ({"exception_message": None, "exception_type": "ValueError"}, None),
        ({"exception_message": ["a"]}, None),
        ({"images": []}, None),
        ([], None),
    ],
)
def test_a_reason_needs_a_message(data: object, reason: Reason | None) -> None:
    assert read_reason([{"data": data}]) == reason


@pytest.mark.parametrize(
    ("classes", "kind"),
    [
        (["SaveImage"], Kind.IMAGE),
        (["ComfyDeployOutputImage"], Kind.IMAGE),
        (["ComfyDeployOutputEXR"], Kind.IMAGE),
        (["ComfyDeployStdOutputImage"], Kind.IMAGE),
        (["Image Save"], Kind.IMAGE),
        (["VHS_VideoCombine"], Kind.VIDEO),
        (["SaveVideo"], Kind.VIDEO),
        (["SaveWEBM"], Kind.VIDEO),
        (["SaveAnimatedWEBP"], Kind.ANIMATION),
        (["SaveAudioMP3"], Kind.AUDIO),
        (["SaveGLB"], Kind.MODEL),
        (["ComfyDeployOutputText"], Kind.TEXT),
        (["ShowText|pysssss"], Kind.TEXT),
        (["ComfyDeployOutputFile"], Kind.FILE),
        (["PreviewImage"], Kind.FILE),
        (["KSampler", "VAEDecode"], Kind.FILE),
        ([], Kind.FILE),
        (["SaveImage", "VHS_VideoCombine", "ShowText|pysssss"], Kind.VIDEO),
        (["ComfyDeployOutputText", "SaveImage"], Kind.IMAGE),
        (["ComfyDeployOutputFile", "ComfyDeployOutputText"], Kind.TEXT),
        ([None, 5, "SaveImage"], Kind.IMAGE),
    ],
)
def test_the_last_nodes_tell_what_a_workflow_makes(classes: list[object], kind: Kind) -> None:
    workflow = graph(*({"class_type": name, "inputs": {}} for name in classes), external("Text"), None, "text")

    assert made_by(workflow) is kind
    assert made_by(json.dumps(workflow)) is kind


@QUICK
@given(
    st.lists(json_values, max_size=3), st.lists(st.dictionaries(texts, st.lists(json_values, max_size=3), max_size=3))
)
def test_any_json_can_be_asked_for_results(outputs: list[object], data: list[dict[str, Any]]) -> None:
    results = read_results(map(output, [*outputs, *data]))

    assert all(item.url and item.filename for item in results.files)
    assert all(text.strip() for text in results.texts)


@QUICK
@given(json_values, st.lists(json_values, max_size=3))
def test_any_json_can_be_asked_for_reasons_and_kinds(value: object, more: list[object]) -> None:
    reason = read_reason([value, {"data": value}, {"data": {"exception_message": value}}, *more])

    assert reason is None or isinstance(reason.message, str)
    assert made_by(value) in Kind
    assert made_by({"1": {"class_type": value}}) in Kind
