"""Which names of models stand in workflows: those of files that are installed, and never an address or a secret."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.model_names import MOST, ModelNames, names_in, with_names
from stationthis_discord.sandbox.comfydeploy.samples import everything
from tests.anything import QUICK, json_values, texts
from tests.core.comfydeploy.graphs import Node, external, graph

LORA, CHECKPOINT, FACE = InputKind.LORA, InputKind.CHECKPOINT, InputKind.FACE
NAME = "ink.safetensors"
LINK = ["47", 0]


def node(**fields: object) -> Node:
    return {"class_type": "SomebodysLoader", "inputs": fields}


def found(*nodes: object) -> list[tuple[InputKind, str]]:
    return list(names_in(graph(*nodes)))


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("lora_name", LORA),
        ("lora", LORA),
        ("lora_01", LORA),
        ("lora_4", LORA),
        ("lora_name_1", LORA),
        ("lora_name12", LORA),
        ("ckpt_name", CHECKPOINT),
        ("ckpt_name_2", CHECKPOINT),
        ("base_ckpt_name", CHECKPOINT),
        ("face_model", FACE),
        ("face_model_name", FACE),
    ],
)
def test_a_field_that_holds_a_models_file_names_it(field: str, kind: InputKind) -> None:
    assert found(node(**{field: NAME})) == [(kind, NAME)]


@pytest.mark.parametrize(
    "field",
    [
        *("lora_save_name", "face_model_save_name", "bearer_token", "lora_url", "face_model_url", "text", "vae_name"),
        *("lora_strength", "lora_weight_1", "lora_wt_1", "LORA_NAME", "unet_name", "filename_prefix", "lora_name_1234"),
    ],
)
def test_other_fields_are_not_looked_at(field: str) -> None:
    assert found(node(**{field: NAME})) == []


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (external("Lora", default_lora_name=NAME, lora_save_name="b.pt", bearer_token="c.pt"), [(LORA, NAME)]),
        (external("Checkpoint", default_value=NAME), [(CHECKPOINT, NAME)]),
        (external("FaceModel", default_face_model_name=NAME, face_model_url="b.pt"), [(FACE, NAME)]),
        (external("Text", default_value=NAME), []),
        (external("Lora", default_lora_name=LINK), []),
    ],
)
def test_what_an_input_falls_back_to_is_a_name_too(given: Node, names: list[tuple[InputKind, str]]) -> None:
    assert found(given) == names


def test_a_stack_of_loras_names_each() -> None:
    stack = node(
        lora_1={"on": True, "lora": "a.safetensors", "strength": 1},
        lora_2={"on": False, "lora": "b.safetensors", "strength": 1},
        lora_3={"lora": LINK},
        lora_name_4="None",
    )

    assert found(stack) == [(LORA, "a.safetensors"), (LORA, "b.safetensors")]


@pytest.mark.parametrize(
    "name",
    [
        *(NAME, "styles\\ink.safetensors", "sub folder/ink v2 (new).ckpt", "größe.PT", "x" * 200 + ".sft", "a.gguf"),
    ],
)
def test_a_files_name_is_a_name(name: str) -> None:
    assert found(node(lora_name=name)) == [(LORA, name)]


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "None", "none", "ink", ".safetensors", "a.safetensors ", "a.png", "a.json", "x" * 201 + ".pt"),
        *("https://models.example/ink.safetensors", "https://models.example/a?token=t0ken&f=.safetensors"),
        *("models.example/ink?token=t0ken.safetensors", "data:text/plain,a.pt", "C:\\ink.safetensors"),
        *("a\nb.pt", "a\x00.pt", "a\u202e.pt", "\ud800.pt", "eyJhbGciOiJIUzI1NiJ9.e30.abc", "Bearer t0ken"),
        *(None, 5, True, LINK, [NAME], {"name": NAME}, {"lora": 5}),
    ],
)
def test_anything_else_is_none(name: object) -> None:
    assert found(node(lora_name=name)) == []


def test_the_same_name_stands_there_as_often_as_it_does() -> None:
    assert found(node(lora_name=NAME), node(ckpt_name=NAME), node(lora_name=NAME)) == [
        (LORA, NAME),
        (CHECKPOINT, NAME),
        (LORA, NAME),
    ]


@pytest.mark.parametrize("given", [None, "text", [], {}, {"inputs": None}, {"inputs": [NAME]}, {"class_type": ["x"]}])
def test_what_is_no_node_names_nothing(given: object) -> None:
    assert found(given, node(lora_name=NAME)) == [(LORA, NAME)]


def test_a_workflow_may_come_as_json_text() -> None:
    workflow = graph(node(lora_name=NAME))

    assert list(names_in(json.dumps(workflow))) == list(names_in(workflow))


def test_a_whole_workflow_names_its_models() -> None:
    assert set(names_in(everything("https://files.example/a.png"))) == {
        (LORA, "detail.safetensors"),
        (CHECKPOINT, "sd_xl_base_1.0.safetensors"),
        (FACE, "face.safetensors"),
    }


@QUICK
@given(json_values, st.dictionaries(texts | st.sampled_from(["lora_name", "ckpt_name"]), json_values))
def test_any_json_can_be_looked_through(workflow: object, fields: dict[str, object]) -> None:
    for kind, name in [*names_in(workflow), *names_in(graph(node(**fields), workflow))]:
        assert kind in {LORA, CHECKPOINT, FACE}
        assert 0 < len(name) <= 215
        assert "://" not in name


def test_names_are_collected_sorted_and_once() -> None:
    names = ModelNames()

    for name in ("b.pt", "A.pt", "a.pt", "b.pt", "B.pt"):
        names.add(graph(node(lora_name=name)))
    names.add(graph(node(ckpt_name="base.pt")))
    names.add(None)

    assert names.listed() == {LORA: ("A.pt", "a.pt", "B.pt", "b.pt"), CHECKPOINT: ("base.pt",), FACE: ()}


def test_no_more_names_are_kept_than_people_could_search() -> None:
    names = ModelNames()

    names.add(graph(*(node(lora_name=f"{number}.pt") for number in range(MOST + 500))))
    names.add(graph(node(ckpt_name="base.pt")))

    listed = names.listed()
    assert (len(listed[LORA]), listed[CHECKPOINT]) == (MOST, ("base.pt",))


def test_inputs_for_models_are_given_the_names_of_their_kind() -> None:
    inputs = tuple(Input(kind.name, kind, kind.name) for kind in (LORA, InputKind.TEXT, CHECKPOINT, FACE))
    names = {LORA: ("a.pt", "b.pt"), CHECKPOINT: ("c.pt",), FACE: ()}

    assert [item.options for item in with_names(inputs, names)] == [("a.pt", "b.pt"), (), ("c.pt",), ()]


def test_inputs_without_models_stay_the_very_same() -> None:
    inputs = (Input("prompt", InputKind.TEXT, "Prompt"),)

    assert with_names(inputs, ModelNames().listed()) is inputs
