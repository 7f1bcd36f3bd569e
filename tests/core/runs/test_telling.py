"""A run's values as people may see them, and as they would type them: nothing is lost, and nothing is given away."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.comfydeploy.assignments import parse_assignments
from core.comfydeploy.fit import assign, fit
from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Given
from core.runs.telling import ShownInput, assignment, bare, retyped, told
from tests.anything import QUICK, json_values, texts
from tests.core.comfydeploy.graphs import external, graph

SIGNED = "https://bucket.s3.amazonaws.com/inputs/a.png?X-Amz-Date=1&X-Amz-Signature=5ecret"
PLAIN = "https://bucket.s3.amazonaws.com/inputs/a.png"
FORM = parse_inputs(
    graph(
        external("Text", "prompt", 1, display_name="Prompt", default_value="a fox"),
        external("Text", "negative", 2, display_name="Negative", default_value="blurry"),
        external("Seed", "seed", 3),
        external("NumberInt", "width", 4, display_name="Width", default_value=768),
        external("Number", "cfg", 5, default_value=7.5),
        external("Boolean", "hires", 6, default_value=False),
        external("Enum", "style", 7, default_value="ink", options='["ink", "photo; \\"old\\""]'),
        external("Color", "tint", 8),
        external("Image", "image", 9),
        external("ImageBatch", "more", 10, images='["https://files.example/0.png"]'),
        external("Lora", "lora", 11, default_lora_name="detail.safetensors"),
        external("Text", "note", 12),
    )
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a fox? yes # no", "a fox? yes # no"),
        ("me@home, a:b", "me@home, a:b"),
        (SIGNED, PLAIN),
        (f"see {SIGNED}, or {SIGNED}", f"see {PLAIN} or {PLAIN}"),
        (json.dumps([SIGNED, SIGNED]), json.dumps([PLAIN, PLAIN])),
        (json.dumps([SIGNED]).replace("/", "\\/"), json.dumps([PLAIN]).replace("/", "\\/")),
        (f"<{SIGNED}>", f"<{PLAIN}>"),
        ("https://me:5ecret@host.example/a@b.png", "https://host.example/a@b.png"),
        ("https://host.example#5ecret", "https://host.example"),
        ("https://proxy.example/https://me:5ecret@host.example/a?b", "https://proxy.example/https://host.example/a"),
        ("https://host.example/a?name='x'&token=5ecret", "https://host.example/a"),
        ("S3://key:5ecret@bucket/a", "S3://bucket/a"),
        ("bucket.example/a.png?X-Amz-Signature=5ecret", "bucket.example/a.png"),
    ],
)
def test_an_address_loses_what_may_open_something(text: str, left: str) -> None:
    assert bare(text) == left


@QUICK
@given(texts, st.sampled_from(["?k=", "#", "?a=b&Signature="]), st.sampled_from(["", "u:5ecret@"]), texts)
def test_in_any_text_no_address_keeps_a_secret(before: str, mark: str, user: str, after: str) -> None:
    text = f"{before} https://{user}host.example/a{mark}5ecret {after}"

    assert "5ecret" not in bare(text)
    assert bare(bare(text)) == bare(text)


@pytest.mark.parametrize("piece", ["https://", "a://b@", ":/", "?", "@", "https:\\/\\/a@", "a:// "])
@pytest.mark.timeout(5)
def test_hostile_text_takes_no_longer_than_other_text(piece: str) -> None:
    assert len(bare(piece * 40_000)) <= len(piece) * 40_000


def test_what_everybody_sees_is_apart_from_the_rest() -> None:
    found = told(FORM, {"prompt": f"like {SIGNED}", "seed": 5, "width": 768, "image": SIGNED, "hires": True, "old": 3})

    assert (found.prompt, found.negative, found.seed) == (f"like {PLAIN}", "blurry", 5)
    assert found.public == {"prompt", "negative", "seed"}
    assert [item for item in found.others if item.key in {"width", "cfg", "hires", "image", "old", "tint"}] == [
        ShownInput("width", "Width", "768", is_default=True),
        ShownInput("cfg", "cfg", "7.5", is_default=True),
        ShownInput("hires", "hires", "yes", is_default=False),
        ShownInput("tint", "tint", "", is_default=True),
        ShownInput("image", "image", PLAIN, is_default=False),
        ShownInput("old", "old", "3", is_default=False),
    ]


def test_without_any_form_only_what_calls_itself_so_is_a_prompt() -> None:
    values = {"secret": "mine", "prompt": "a fox", "negative": "fog", "seed": 7, "on": True, "share": 0.5, "list": [1]}

    found = told((), values)

    assert (found.prompt, found.negative, found.seed) == ("a fox", "fog", 7)
    assert [(item.key, item.text) for item in found.others] == [
        ("secret", "mine"),
        ("on", "yes"),
        ("share", "0.5"),
        ("list", "[1]"),
    ]


def test_a_prompt_that_was_emptied_is_told_as_such() -> None:
    found = told(FORM, {"negative": "", "prompt": "  "})

    assert (found.prompt, found.negative) == (None, None)
    assert [(item.key, item.text) for item in found.others if not item.is_default] == [
        ("prompt", "  "),
        ("negative", ""),
    ]


def test_what_can_never_be_set_is_not_listed() -> None:
    live = Input("live", InputKind.UNUSABLE, "Live")

    assert told((live,), {}).others == ()
    assert retyped((live,), {"live": "x"}).lost == 1


@QUICK
@given(st.dictionaries(texts, json_values, max_size=6))
def test_any_values_can_be_told_and_typed(values: dict[str, Any]) -> None:
    found = told(FORM, values)
    typed = retyped(FORM, values)

    assert values.keys() - found.public <= {item.key for item in found.others}
    assert parse_assignments("; ".join(typed.named))[1] == []


def run_again(values: dict[str, Any]) -> dict[str, Any]:
    """What is submitted when somebody types what `values` were."""
    typed = retyped(FORM, values)
    named, problems = parse_assignments("; ".join(typed.named))
    assert (problems, typed.lost) == ([], 0)
    assigned = assign(FORM, Given(typed.prompt, typed.negative, typed.seed, None, named))
    assert assigned.problems == []
    fitted = fit(FORM, assigned.values, lambda low, _: low)
    for item, files in fitted.files.items():
        fitted.with_files(item, [str(file.where) for file in files if hasattr(file, "where")])
    return fitted.values


words = st.one_of(st.text(alphabet='ab \\";=\n', max_size=20), st.text(max_size=20)).filter(
    lambda text: "://" not in text
)
links = st.integers(0, 9).map(lambda number: f"https://files.example/{number}.png")
runs = st.fixed_dictionaries(
    {"seed": st.integers(1, 2**32 - 1), "image": links},
    optional={
        "prompt": words,
        "negative": words,
        "width": st.integers(0, 4096),
        "cfg": st.floats(-1000, 1000),
        "hires": st.booleans(),
        "style": st.sampled_from(["ink", 'photo; "old"']),
        "tint": st.just([{"r": 250, "g": 160, "b": 92}]),
        "more": st.lists(links, min_size=1, max_size=3).map(json.dumps),
        "lora": st.sampled_from(["a.safetensors", "sub/b; c.safetensors", '"quoted".pt']),
        "note": words,
    },
)


@QUICK
@given(runs)
@example({"seed": 1, "image": "https://files.example/1.png", "prompt": " \n", "note": "", "negative": 'a "b"; c=\\d\n'})
def test_what_is_typed_makes_the_same(values: dict[str, Any]) -> None:
    assert run_again(values) == values


@QUICK
@given(texts.filter(lambda text: "=" not in text and ";" not in text and text.strip() == text != ""), texts)
def test_an_assignment_is_read_back(name: str, value: str) -> None:
    written = assignment(name, value)

    assert written is not None
    assert parse_assignments(f"before=1; {written}; after=2") == ({"before": "1", name: value, "after": "2"}, [])


@pytest.mark.parametrize("name", ["", " a", "a\n", "a=b", "a;b"])
def test_what_no_assignment_can_name_is_lost_and_counted(name: str) -> None:
    assert assignment(name, "x") is None
    assert retyped((Input(name, InputKind.CHOICE, "odd"),), {name: "x", "gone": 1}).lost == 2
