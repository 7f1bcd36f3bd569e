"""Which inputs take the prompt, the negative prompt, the picture and the seed: by kind first, then by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input, Roles, find_roles
from core.comfydeploy.kinds import InputKind
from tests.anything import QUICK, texts

TEXT, WHOLE, SEED, NUMBER = InputKind.TEXT, InputKind.WHOLE, InputKind.SEED, InputKind.NUMBER
IMAGE, IMAGES, CHOICE = InputKind.IMAGE, InputKind.IMAGES, InputKind.CHOICE


def make(
    key: str, kind: InputKind = TEXT, name: str = "", *, default: str | None = None, is_line: bool = False
) -> Input:
    return Input(key, kind, name or key, default=default, is_line=is_line)


def keys(roles: Roles) -> dict[str, str]:
    named = {"prompt": roles.prompt, "negative": roles.negative, "image": roles.image, "seed": roles.seed}
    return {role: item.key for role, item in named.items() if item is not None}


@pytest.mark.parametrize(
    ("inputs", "prompt"),
    [
        ([make("prompt")], "prompt"),
        ([make("a"), make("prompt")], "prompt"),
        ([make("positive_prompt"), make("prompt")], "positive_prompt"),
        ([make("style"), make("positive")], "positive"),
        ([make("style"), make("input_text")], "input_text"),
        ([make("style"), make("inputText")], "inputText"),
        ([make("style"), make("prompt2")], "prompt2"),
        ([make("style"), make("a", name="Your Prompt")], "a"),
        ([make("text"), make("prompt")], "prompt"),
        ([make("sampler"), make("scheduler")], "sampler"),
        ([make("negative"), make("x")], "x"),
        ([make("prompt", NUMBER), make("x")], "x"),
        ([make("prompt", CHOICE)], None),
        ([make("negative_prompt")], None),
        ([make("sampler", is_line=True)], None),
        ([make("sampler", is_line=True), make("x")], "x"),
        ([make("x"), make("prompt", is_line=True)], "prompt"),
        ([], None),
    ],
)
def test_the_prompt_is_a_text_that_says_so_or_else_the_first(inputs: list[Input], prompt: str | None) -> None:
    assert keys(find_roles(inputs)).get("prompt") == prompt


@pytest.mark.parametrize(
    ("item", "is_negative"),
    [
        (make("negative"), True),
        (make("negative_prompt"), True),
        (make("negativePrompt"), True),
        (make("NegativePrompt"), True),
        (make("negativeprompt"), True),
        (make("Negative-Prompt"), True),
        (make("NEGATIVE"), True),
        (make("neg"), True),
        (make("a", name="Negative prompt"), True),
        (make("negotiator"), False),
        (make("prompt"), False),
        (make("negative", CHOICE), False),
    ],
)
def test_the_negative_prompt_is_a_text_that_says_so(item: Input, is_negative: bool) -> None:
    assert ("negative" in keys(find_roles([item]))) == is_negative


def test_one_text_has_one_role() -> None:
    roles = find_roles([make("negative_prompt"), make("prompt")])

    assert keys(roles) == {"prompt": "prompt", "negative": "negative_prompt"}


@pytest.mark.parametrize(
    ("inputs", "image"),
    [
        ([make("a", IMAGE)], "a"),
        ([make("mask", IMAGE), make("image", IMAGE)], "image"),
        ([make("mask", IMAGE), make("b", IMAGE, name="Start image")], "b"),
        ([make("refs", IMAGES)], "refs"),
        ([make("mask", IMAGE), make("pose", IMAGE)], "pose"),
        ([make("mask", IMAGE)], "mask"),
        ([make("style", IMAGE, default="a.png"), make("face", IMAGE)], "face"),
        ([make("image")], None),
        ([make("image", InputKind.VIDEO)], None),
        ([make("image", InputKind.UNUSABLE)], None),
    ],
)
def test_the_picture_is_an_image_that_says_so_or_else_the_first(inputs: list[Input], image: str | None) -> None:
    assert keys(find_roles(inputs)).get("image") == image


@pytest.mark.parametrize(
    ("inputs", "seed"),
    [
        ([make("a", SEED)], "a"),
        ([make("seed", WHOLE), make("a", SEED)], "a"),
        ([make("steps", WHOLE), make("noise_seed", WHOLE)], "noise_seed"),
        ([make("noiseSeed", WHOLE)], "noiseSeed"),
        ([make("a", WHOLE, name="Seed")], "a"),
        ([make("steps", WHOLE)], None),
        ([make("seed")], None),
        ([make("seed", NUMBER)], None),
        ([make("seedling", WHOLE)], None),
    ],
)
def test_the_seed_is_a_seed_or_else_a_whole_number_that_says_so(inputs: list[Input], seed: str | None) -> None:
    assert keys(find_roles(inputs)).get("seed") == seed


@QUICK
@given(st.lists(st.builds(Input, texts, st.sampled_from(InputKind), texts), max_size=6))
def test_any_inputs_have_roles_among_them_each_for_one(inputs: list[Input]) -> None:
    roles = find_roles(inputs)

    found = [item for item in (roles.prompt, roles.negative, roles.image, roles.seed) if item is not None]
    assert all(item in inputs for item in found)
    assert len({(item.kind is TEXT, item.key, item.name) for item in found}) == len(found)
