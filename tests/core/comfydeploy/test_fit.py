"""What a person gave becomes values that the workflow takes, or every reason why not."""

import pytest

from core.comfydeploy.fit import Fitted, Given, Source, fit
from core.comfydeploy.inputs import MARK, parse_inputs
from core.errors import Fault, InputsInvalid, Problem
from tests.core.comfydeploy.graphs import Node, external, graph

URL = "https://files.example/a.png"


def lowest(low: int, _: int) -> int:
    return low


def fitted(*nodes: Node, given: Given | None = None, **named: str) -> Fitted:
    return fit(parse_inputs(graph(*nodes)), given or Given(named=named), lowest)


def problems(*nodes: Node, given: Given | None = None, **named: str) -> list[Problem]:
    with pytest.raises(InputsInvalid) as caught:
        fitted(*nodes, given=given, **named)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("Text", "two\nlines ", "two\nlines "),
        ("Text", "", ""),
        ("SomethingNew", "7", "7"),
        ("Lora", "detail.safetensors", "detail.safetensors"),
        ("Audio", "waves.wav", "waves.wav"),
        ("Number", "7.5", 7.5),
        ("Number", "-7,5", -7.5),
        ("Number", "0,125", 0.125),
        ("Number", " 7 ", 7.0),
        ("Number", "1e3", 1000.0),
        ("NumberInt", "20", 20),
        ("NumberInt", "3.0", 3),
        ("NumberInt", "1e3", 1000),
        ("NumberInt", "0", 0),
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
        ("Image", URL, URL),
        ("Image", f" {URL}\n", URL),
        ("Video", "http://files.example/a.mp4", "http://files.example/a.mp4"),
        ("ImageBatch", URL, f'["{URL}"]'),
        ("ImageBatch", f"{URL}  {URL}", f'["{URL}", "{URL}"]'),
        ("Color", "#FF8800", [{"r": 255, "g": 136, "b": 0}]),
        ("Color", "0a0B0c", [{"r": 10, "g": 11, "b": 12}]),
    ],
)
def test_text_becomes_what_the_node_takes(kind: str, written: str, value: object) -> None:
    values = fitted(external(kind, options='["photo", "Ink", "ink"]'), x=written).values

    assert values == {"x": value}
    assert type(values["x"]) is type(value)


@pytest.mark.parametrize(
    ("kind", "written", "fault"),
    [
        ("Number", "many", Fault.NOT_A_NUMBER),
        ("Number", "", Fault.NOT_A_NUMBER),
        ("Number", "nan", Fault.NOT_A_NUMBER),
        ("Number", "inf", Fault.NOT_A_NUMBER),
        ("Number", "1e999", Fault.NOT_A_NUMBER),
        ("Number", "1,000", Fault.NOT_A_NUMBER),
        ("Number", "1,234,567", Fault.NOT_A_NUMBER),
        ("Number", "1,000.5", Fault.NOT_A_NUMBER),
        ("NumberInt", "2.5", Fault.NOT_WHOLE),
        ("NumberInt", "2,5", Fault.NOT_WHOLE),
        ("NumberInt", "1,024", Fault.NOT_A_NUMBER),
        ("NumberInt", "9" * 5000, Fault.NOT_A_NUMBER),
        ("NumberInt", "-1", Fault.OUT_OF_RANGE),
        ("NumberInt", "2147483648", Fault.OUT_OF_RANGE),
        ("Number", "-2147483648", Fault.OUT_OF_RANGE),
        ("NumberSlider", "1.01", Fault.OUT_OF_RANGE),
        ("NumberSliderInt", "-1", Fault.OUT_OF_RANGE),
        ("Seed", "0", Fault.OUT_OF_RANGE),
        ("Seed", "-1", Fault.OUT_OF_RANGE),
        ("Seed", "4294967296", Fault.OUT_OF_RANGE),
        ("Boolean", "maybe", Fault.NOT_YES_OR_NO),
        ("Boolean", "", Fault.NOT_YES_OR_NO),
        ("Enum", "oil", Fault.NOT_AN_OPTION),
        ("Enum", "INK", Fault.NOT_AN_OPTION),
        ("Color", "red", Fault.NOT_AN_OPTION),
        ("Color", "#ff88", Fault.NOT_AN_OPTION),
        ("Color", "#gg8800", Fault.NOT_AN_OPTION),
        ("Image", "a.png", Fault.NOT_A_LINK),
        ("Image", "", Fault.NOT_A_LINK),
        ("Image", "https://", Fault.NOT_A_LINK),
        ("Image", "ftp://files.example/a.png", Fault.NOT_A_LINK),
        ("Image", f"{URL} {URL}", Fault.NOT_A_LINK),
        ("Image", f"{URL}\n{URL}", Fault.NOT_A_LINK),
        ("Image", "data:image/png;base64,AAAA", Fault.NOT_A_LINK),
        ("Video", "waves.mp4", Fault.NOT_A_LINK),
        ("ImageBatch", f"{URL} a.png", Fault.NOT_A_LINK),
        ("ImageBatch", " ", Fault.NOT_A_LINK),
    ],
)
def test_text_that_does_not_fit_is_a_fault(kind: str, written: str, fault: Fault) -> None:
    (problem,) = problems(external(kind, options='["photo", "Ink", "ink"]'), x=written)

    assert (problem.name, problem.fault, problem.given) == ("x", fault, written[:100])


def test_an_unusable_input_cannot_be_given() -> None:
    node = {"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}

    assert [problem.fault for problem in problems(node, live="x")] == [Fault.UNUSABLE]


def test_a_problem_carries_what_would_be_right() -> None:
    found = problems(
        external("NumberSlider", "cfg", display_name="CFG", min_value=1, max_value=30),
        external("Enum", "style", options='["photo", "ink"]'),
        cfg="31",
        style="oil",
    )

    assert found == [
        Problem("CFG", Fault.OUT_OF_RANGE, given="31", minimum=1, maximum=30),
        Problem("style", Fault.NOT_AN_OPTION, given="oil", choices=("photo", "ink")),
    ]


@pytest.mark.parametrize("name", ["nothing", "", " ", MARK, "x" * 500])
def test_a_name_that_no_input_has_is_unknown(name: str) -> None:
    given = Given(named={name: "1"})

    found = problems(external("Text", "a"), external("Text", "b"), given=given)

    assert found == [Problem(name[:100], Fault.UNKNOWN, choices=("a", "b"))]


@pytest.mark.parametrize("name", ["cfg", "CFG", " cfg ", "Guidance", "guidance"])
def test_an_input_is_found_by_id_or_shown_name_in_any_case(name: str) -> None:
    given = Given(named={name: "2"})

    assert fitted(external("Number", "cfg", display_name="Guidance"), given=given).values == {"cfg": 2.0}


def test_the_exact_id_wins_over_names_that_are_alike() -> None:
    nodes = (external("Text", "A", display_name="a"), external("Text", "a"), external("Text", "b", display_name="A"))

    assert fitted(*nodes, a="1", A="2").values == {"a": "1", "A": "2"}


@pytest.mark.parametrize("name", ["IMAGE", "Picture"])
def test_a_name_that_several_inputs_share_is_unknown(name: str) -> None:
    nodes = (external("Text", "image", display_name="Picture"), external("Text", "Image", display_name="Picture"))

    assert [problem.fault for problem in problems(*nodes, given=Given(named={name: "x"}))] == [Fault.UNKNOWN]


def test_an_input_under_two_names_is_given_twice() -> None:
    given = Given(named={"cfg": "1", "Guidance": "2"})

    found = problems(external("Number", "cfg", display_name="Guidance"), given=given)

    assert found == [Problem("Guidance", Fault.TWICE)]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (Given(prompt="a", named={"prompt": "b"}), "prompt"),
        (Given(negative="a", named={"negative": "b"}), "negative"),
        (Given(seed=5, named={"seed": "6"}), "seed"),
        (Given(image=Source("a.png", URL), named={"image": URL}), "image"),
    ],
)
def test_a_role_and_a_name_for_one_input_is_twice(given: Given, name: str) -> None:
    nodes = (
        external("Text", "prompt"),
        external("Text", "negative"),
        external("Seed", "seed"),
        external("Image", "image"),
    )

    found = [problem for problem in problems(*nodes, given=given) if problem.fault is Fault.TWICE]

    assert found == [Problem(name, Fault.TWICE)]


def test_a_role_that_no_input_has_has_no_place() -> None:
    given = Given(prompt="a", negative="b", seed=1, image=Source("a.png", URL))

    assert problems(given=given) == [Problem(role, Fault.NO_PLACE) for role in ("prompt", "negative", "seed", "image")]


def test_a_required_file_is_missing() -> None:
    found = problems(external("Image", "image", display_name="Start"), external("Video", "clip"))

    assert found == [
        Problem("Start", Fault.MISSING_PICTURE, given="image"),
        Problem("clip", Fault.MISSING, given="clip"),
    ]


def test_all_problems_are_reported_at_once() -> None:
    found = problems(
        external("Number", "cfg"),
        external("NumberInt", "steps"),
        external("Image", "image"),
        given=Given(prompt="a", named={"cfg": "x", "steps": "1.5", "other": "1"}),
    )

    assert [(problem.name, problem.fault) for problem in found] == [
        ("prompt", Fault.NO_PLACE),
        ("other", Fault.UNKNOWN),
        ("cfg", Fault.NOT_A_NUMBER),
        ("steps", Fault.NOT_WHOLE),
        ("image", Fault.MISSING_PICTURE),
    ]


def test_inputs_nobody_set_are_left_to_the_workflow() -> None:
    assert (
        fitted(external("Text", "prompt", default_value="a"), external("Number", "cfg", default_value=7)).values == {}
    )


def test_a_file_waits_for_its_upload() -> None:
    source = Source("a.png", URL)
    result = fitted(external("Image", "image"), given=Given(image=source))
    (target,) = result.files

    result.with_file(target, "https://uploads.example/1.png")

    assert result.files == {target: source}
    assert result.values == {"image": "https://uploads.example/1.png"}


def test_a_file_for_a_batch_becomes_json_text() -> None:
    result = fitted(external("ImageBatch", "refs"), given=Given(image=Source("a.png", URL)))
    (target,) = result.files

    result.with_file(target, URL)

    assert result.values == {"refs": f'["{URL}"]'}


@pytest.mark.parametrize("seed", [2**53 + 1, 2**63 + 1, 999_999_999_999_999])
def test_a_large_seed_comes_through_exactly(seed: int) -> None:
    node = external("Seed", "seed", min_value=0, max_value=2**64 - 1)

    by_role, by_name = fitted(node, given=Given(seed=seed)), fitted(node, seed=str(seed))

    assert (by_role.values, by_role.seed) == ({"seed": seed}, seed)
    assert (by_name.values, by_name.seed) == ({"seed": seed}, seed)


def test_a_seed_is_drawn_only_if_none_is_given() -> None:
    drawn: list[tuple[int, int]] = []

    def draw(low: int, high: int) -> int:
        drawn.append((low, high))
        return 77

    inputs = parse_inputs(graph(external("Seed", "seed", min_value=5, max_value=90)))
    given_one, drawn_one = fit(inputs, Given(seed=6), draw), fit(inputs, Given(), draw)

    assert (given_one.seed, drawn_one.seed, drawn_one.values) == (6, 77, {"seed": 77})
    assert drawn == [(5, 90)]


def test_a_workflow_without_seed_gets_none() -> None:
    result = fitted(external("NumberInt", "steps"))

    assert (result.seed, result.values) == (None, {})
