"""What a person gave becomes values that the workflow takes, or every reason why not."""

from typing import Any

import pytest

from core.comfydeploy.fit import assign, fit, taker_of
from core.comfydeploy.inputs import MARK, parse_inputs
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Attached, Given, Source, Stored, Value
from core.errors import Fault, InputsInvalid, Problem
from tests.core.comfydeploy.giving import fitted, lowest, problems
from tests.core.comfydeploy.graphs import Node, external, graph

URL = "https://files.example/a.png"
FILE_CLASSES = ["Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "Audio", "EXR", "File"]
LIVE: Node = {"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}


def test_an_unusable_input_cannot_be_given_and_is_never_missed() -> None:
    assert [problem.fault for problem in problems(LIVE, live="x")] == [Fault.UNUSABLE]
    assert fitted(LIVE).values == {}


def test_a_problem_carries_what_would_be_right() -> None:
    found = problems(
        external("Seed", "seed", display_name="Seed", min_value=1, max_value=30),
        external("Enum", "style", options='["photo", "ink"]'),
        seed="31",
        style="oil",
    )

    assert found == [
        Problem("Seed", Fault.OUT_OF_RANGE, given="31", minimum=1, maximum=30, key="seed"),
        Problem("style", Fault.NOT_AN_OPTION, given="oil", choices=("photo", "ink"), key="style"),
    ]


def test_of_a_hard_and_a_soft_range_the_problem_tells_what_can_be_used() -> None:
    (problem,) = problems(external("NumberInt", "steps", min_value=-10, max_value=50), steps="-3")

    assert (problem.minimum, problem.maximum) == (0, 50)


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

    assert found == [Problem("Guidance", Fault.TWICE, key="cfg")]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (Given(prompt="a", named={"prompt": "b"}), "prompt"),
        (Given(negative="a", named={"negative": "b"}), "negative"),
        (Given(seed=5, named={"seed": "6"}), "seed"),
        (Given(image=Source("a.png", URL), named={"image": URL}), "image"),
        (
            Given(image=Source("a.png", URL), attached=(Attached(InputKind.IMAGE, Source("b.png", URL)),)),
            "image",
        ),
    ],
)
def test_a_role_and_something_else_for_one_input_is_twice(given: Given, name: str) -> None:
    nodes = (
        external("Text", "prompt"),
        external("Text", "negative"),
        external("Seed", "seed"),
        external("Image", "image"),
    )

    found = [problem for problem in problems(*nodes, given=given) if problem.fault is Fault.TWICE]

    assert found == [Problem(name, Fault.TWICE, key=name)]


def test_a_role_that_no_input_has_has_no_place() -> None:
    given = Given(prompt="a", negative="b", seed=1, image=Source("a.png", URL))

    assert problems(given=given) == [Problem(role, Fault.NO_PLACE) for role in ("prompt", "negative", "seed", "image")]


def test_what_was_given_is_kept_as_it_was_given() -> None:
    inputs = parse_inputs(graph(external("Text", "prompt"), external("Seed", "seed"), external("Number", "cfg")))

    assigned = assign(inputs, Given(prompt=" a lake", seed=-1, named={"cfg": "seven", "other": "1"}))

    assert assigned.values == {"prompt": " a lake", "seed": "-1", "cfg": "seven"}
    assert [problem.name for problem in assigned.problems] == ["other"]


def _file(name: str, kind: InputKind = InputKind.IMAGE) -> Attached:
    return Attached(kind, Source(name, f"https://cdn.example/{name}"))


@pytest.mark.parametrize(
    ("nodes", "attached", "taken"),
    [
        ([external("Image", "mask"), external("Image", "image")], [_file("a")], {"image": ["a"]}),
        ([external("Image", "image"), external("ImageBatch", "refs")], [_file("a"), _file("b")], {"refs": ["a", "b"]}),
        ([external("ImageBatch", "refs")], [_file("a"), _file("b")], {"refs": ["a", "b"]}),
        ([external("Image", "a"), external("Video", "b")], [_file("v", InputKind.VIDEO)], {"b": ["v"]}),
        ([external("EXR", "a"), external("EXR", "b")], [_file("x", InputKind.EXR)], {"a": ["x"]}),
    ],
)
def test_what_is_attached_goes_to_the_input_that_takes_the_like(
    nodes: list[Node], attached: list[Attached], taken: dict[str, list[str]]
) -> None:
    assigned = assign(parse_inputs(graph(*nodes)), Given(attached=tuple(attached)))

    found = {key: [file.name for file in value if not isinstance(file, str)] for key, value in assigned.values.items()}
    assert (found, assigned.problems) == (taken, [])


def test_several_files_have_no_place_without_a_batch() -> None:
    given = Given(attached=(_file("a"), _file("b")))

    assert problems(external("Image", "image", default_value=URL), given=given) == [Problem("image", Fault.NO_PLACE)]


def test_what_is_attached_has_no_place_without_an_input_for_it() -> None:
    given = Given(attached=(_file("v", InputKind.VIDEO),))

    assert problems(external("Text", "prompt"), given=given) == [Problem("video", Fault.NO_PLACE)]


@pytest.mark.parametrize("kind", [InputKind.IMAGE, InputKind.VIDEO, InputKind.AUDIO, InputKind.EXR, InputKind.FILE])
def test_nothing_takes_a_file_of_a_kind_that_no_input_asks_for(kind: InputKind) -> None:
    assert taker_of(parse_inputs(graph(external("Text", "prompt"), LIVE)), [_file("a", kind)]) is None


def test_a_required_file_is_missing() -> None:
    found = problems(external("Image", "image", display_name="Start"), external("Video", "clip"))

    assert found == [
        Problem("Start", Fault.MISSING_PICTURE, given="image", key="image"),
        Problem("clip", Fault.MISSING, given="clip", key="clip"),
    ]


@pytest.mark.parametrize("kind", FILE_CLASSES)
@pytest.mark.parametrize("blank", ["", " \n", ()])
def test_a_required_file_that_is_given_empty_is_missing(kind: str, blank: Value) -> None:
    with pytest.raises(InputsInvalid) as caught:
        fit(parse_inputs(graph(external(kind))), {"x": blank}, lowest)

    assert [problem.fault for problem in caught.value.problems] in ([Fault.MISSING], [Fault.MISSING_PICTURE])


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
    nodes = (external("Text", "prompt", default_value="a"), external("Number", "cfg", default_value=7))

    assert fitted(*nodes).values == {}


@pytest.mark.parametrize(
    "kind",
    [
        *("Number", "NumberInt", "NumberSlider", "NumberSliderInt", "Boolean", "Enum"),
        *("Lora", "Checkpoint", "FaceModel", "Color"),
    ],
)
@pytest.mark.parametrize("blank", ["", ()])
def test_an_empty_value_is_the_default(kind: str, blank: Value) -> None:
    inputs = parse_inputs(graph(external(kind, default_value="something")))

    assert fit(inputs, {"x": blank}, lowest).values == {}


@pytest.mark.parametrize("kind", ["Text", "TextAny", "SomethingNew"])
def test_a_text_may_be_nothing(kind: str) -> None:
    inputs = parse_inputs(graph(external(kind, default_value="something")))

    assert fit(inputs, {"x": ""}, lowest).values == {"x": ""}


@pytest.mark.parametrize("kind", FILE_CLASSES)
def test_an_empty_value_for_a_file_with_a_default_is_the_default(kind: str) -> None:
    nodes = external(kind, default_value=["47", 0])

    assert (fitted(nodes, x=" ").values, fitted(nodes, x=" ").files) == ({}, {})


def test_a_file_waits_for_its_upload() -> None:
    source = Source("a.png", URL)
    result = fitted(external("Image", "image"), given=Given(image=source))
    (target,) = result.files

    result.with_files(target, ["https://uploads.example/1.png"])

    assert result.files == {target: (source,)}
    assert result.values == {"image": "https://uploads.example/1.png"}


def test_files_for_a_batch_become_json_text() -> None:
    result = fitted(external("ImageBatch", "refs"), given=Given(image=Source("a.png", URL)))
    (target,) = result.files

    result.with_files(target, [URL, f"{URL}?2"])

    assert result.values == {"refs": f'["{URL}", "{URL}?2"]'}


@pytest.mark.parametrize("kind", FILE_CLASSES)
def test_a_link_is_a_file_that_is_fetched_first(kind: str) -> None:
    result = fitted(external(kind), x=f" {URL}?x=1\n")

    assert list(result.files.values()) == [(Source("a.png", f"{URL}?x=1"),)]
    assert result.values == {}


def test_several_links_are_the_files_of_a_batch() -> None:
    result = fitted(external("ImageBatch"), x=f"{URL}\n{URL}  https://files.example/")

    assert list(result.files.values()) == [
        (Source("a.png", URL), Source("a.png", URL), Source("file", "https://files.example/"))
    ]


@pytest.mark.parametrize(("kind", "value"), [("Image", URL), ("Video", URL), ("ImageBatch", f'["{URL}"]')])
def test_a_file_that_is_stored_already_is_used_at_once(kind: str, value: str) -> None:
    result = fit(parse_inputs(graph(external(kind))), {"x": (Stored("a.png", URL),)}, lowest)

    assert (result.values, result.files) == ({"x": value}, {})


def test_a_batch_waits_for_those_of_its_files_that_are_not_stored() -> None:
    files = (Stored("a.png", URL), Source("b.png", f"{URL}?b"))

    result = fit(parse_inputs(graph(external("ImageBatch"))), {"x": files}, lowest)

    assert (result.values, list(result.files.values())) == ({}, [files])


@pytest.mark.parametrize(
    ("kind", "count", "fault"),
    [("Image", 2, Fault.TOO_MANY), ("Video", 2, Fault.TOO_MANY), ("ImageBatch", 11, Fault.TOO_MANY)],
)
def test_more_files_than_an_input_takes_are_too_many(kind: str, count: int, fault: Fault) -> None:
    with pytest.raises(InputsInvalid) as caught:
        fit(parse_inputs(graph(external(kind))), {"x": (Stored("a", URL),) * count}, lowest)

    assert [problem.fault for problem in caught.value.problems] == [fault]


def test_a_batch_takes_as_many_files_as_one_message_brings() -> None:
    result = fit(parse_inputs(graph(external("ImageBatch"))), {"x": (Stored("a", URL),) * 10}, lowest)

    assert result.values["x"].count(URL) == 10


@pytest.mark.parametrize("kind", ["Text", "Number", "Seed", "Boolean", "Enum", "Lora", "Color"])
def test_what_is_no_file_takes_none(kind: str) -> None:
    with pytest.raises(InputsInvalid) as caught:
        fit(parse_inputs(graph(external(kind))), {"x": (Stored("a", URL),)}, lowest)

    assert [problem.fault for problem in caught.value.problems] == [Fault.NO_FILE]


@pytest.mark.parametrize("seed", [2**53 + 1, 2**63 + 1, 999_999_999_999_999])
def test_a_large_seed_comes_through_exactly(seed: int) -> None:
    node = external("NumberSliderInt", "seed", min_value=0, max_value=2**64 - 1)

    by_role, by_name = fitted(node, given=Given(seed=seed)), fitted(node, seed=str(seed))

    assert (by_role.values, by_role.seed) == ({"seed": seed}, seed)
    assert (by_name.values, by_name.seed) == ({"seed": seed}, seed)


def test_a_seed_is_drawn_only_if_none_is_given() -> None:
    drawn: list[tuple[int, int]] = []

    def draw(low: int, high: int) -> int:
        drawn.append((low, high))
        return 77

    inputs = parse_inputs(graph(external("Seed", "seed", min_value=5, max_value=90)))
    given_one, drawn_one = fit(inputs, {"seed": "6"}, draw), fit(inputs, {}, draw)

    assert (given_one.seed, drawn_one.seed, drawn_one.values) == (6, 77, {"seed": 77})
    assert drawn == [(5, 90)]


@pytest.mark.parametrize("node", [external("Seed", "seed"), external("NumberInt", "noise_seed")])
@pytest.mark.parametrize("written", ["", " ", "-1", " -1 ", "random", "Random", ()])
def test_a_seed_that_is_asked_to_be_new_is_drawn(node: dict[str, Any], written: Value) -> None:
    key = node["inputs"]["input_id"]

    result = fit(parse_inputs(graph(node)), {key: written}, lambda _, high: high)

    assert result.values == {key: result.seed}
    assert result.seed in {2**31 - 1, 2**32 - 1}


def test_minus_one_by_the_option_is_a_new_seed() -> None:
    assert fitted(external("Seed", "seed", min_value=7), given=Given(seed=-1)).seed == 7


def test_minus_one_is_a_number_where_a_number_called_seed_takes_it() -> None:
    node = external("NumberSliderInt", "seed", min_value=-5, max_value=5)

    assert (fitted(node, seed="-1").seed, fitted(node, seed="").seed) == (-1, 0)


@pytest.mark.parametrize(
    ("default", "written", "values"),
    [
        (None, "", {"further": 5}),
        (-1, "", {"further": 5}),
        (-1, "9", {"further": 9}),
        (42, "", {}),
        (42, "random", {"further": 5}),
        (42, "-1", {"further": 5}),
        (["47", 0], "", {}),
        (["47", 0], "random", {"further": 5}),
    ],
)
def test_a_further_seed_is_drawn_unless_it_has_a_default(default: object, written: str, values: dict[str, int]) -> None:
    nodes = (external("Seed", "seed"), external("Seed", "further", min_value=5, default_value=default))

    assert fitted(*nodes, seed="1", further=written).values == {"seed": 1} | values


def test_the_seed_is_drawn_even_if_it_has_a_default() -> None:
    assert fitted(external("Seed", "seed", min_value=5, default_value=42)).values == {"seed": 5}


def test_a_number_called_seed_is_only_drawn_if_it_has_the_role() -> None:
    assert fitted(external("Seed", "seed"), external("NumberInt", "noise_seed")).values == {"seed": 1}


def test_a_workflow_without_seed_gets_none() -> None:
    result = fitted(external("NumberInt", "steps"))

    assert (result.seed, result.values) == (None, {})
