"""Which seeds are drawn, and what of a run's values is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.fit import draw_seed, shown_values
from core.comfydeploy.inputs import Input, Roles
from core.comfydeploy.kinds import InputKind
from tests.anything import QUICK, json_values

LARGEST = 2**32 - 1
SEED = Input("seed", InputKind.SEED, "Seed")
PROMPT = Input("prompt", InputKind.TEXT, "Prompt", default="a harbour")


def drawn_between(
    minimum: float | None, maximum: float | None, least: float | None = None, most: float | None = None
) -> tuple[int, int]:
    between: list[tuple[int, int]] = []

    def draw(low: int, high: int) -> int:
        between.append((low, high))
        return low

    item = Input("seed", InputKind.SEED, "Seed", minimum=minimum, maximum=maximum, least=least, most=most)
    draw_seed(item, draw)
    return between[0]


@pytest.mark.parametrize(
    ("minimum", "maximum", "between"),
    [
        (None, None, (0, LARGEST)),
        (1, 4_294_967_295, (1, LARGEST)),
        (0, 2**64 - 1, (0, LARGEST)),
        (-1, 100, (0, 100)),
        (0, 0, (0, 0)),
        (None, 0, (0, 0)),
        (0.5, 9.5, (1, 9)),
        (-9, -2, (-9, -2)),
        (2**40, 2**50, (2**40, 2**50)),
        (9, 3, (9, 9)),
    ],
)
def test_a_seed_is_drawn_from_the_range_that_every_sampler_takes(
    minimum: float | None, maximum: float | None, between: tuple[int, int]
) -> None:
    assert drawn_between(minimum, maximum) == between


bounds = st.none() | st.integers(-(2**64), 2**64)


@QUICK
@given(bounds, bounds, bounds, bounds)
def test_a_drawn_seed_is_in_any_range_hard_or_soft(
    minimum: int | None, maximum: int | None, least: int | None, most: int | None
) -> None:
    low, high = drawn_between(minimum, maximum, least, most)

    bottom = max((bound for bound in (minimum, least) if bound is not None), default=None)
    top = min((bound for bound in (maximum, most) if bound is not None), default=None)
    assert low <= high
    if bottom is None or top is None or bottom <= top:
        assert bottom is None or bottom <= low
        assert top is None or high <= max(top, 0 if bottom is None else bottom)


def test_a_drawn_seed_keeps_to_the_narrower_of_both_ranges() -> None:
    assert drawn_between(0, 90, 5, 2**40) == (5, 90)
    assert drawn_between(-3, 2**40, 1, 7) == (1, 7)


@pytest.mark.parametrize(
    ("values", "prompt"),
    [({"prompt": "a forest"}, "a forest"), ({}, "a harbour"), ({"prompt": " "}, None), ({"prompt": 5}, None)],
)
def test_the_prompt_is_the_given_one_or_the_workflows_own(values: dict[str, object], prompt: str | None) -> None:
    assert shown_values(Roles(prompt=PROMPT), values) == (prompt, None)


@pytest.mark.parametrize(
    ("values", "seed"),
    [({"seed": 5}, 5), ({"seed": 2**60 + 1}, 2**60 + 1), ({}, None), ({"seed": "5"}, None), ({"seed": True}, None)],
)
def test_the_seed_is_a_whole_number_or_unknown(values: dict[str, object], seed: int | None) -> None:
    assert shown_values(Roles(seed=SEED), values) == (None, seed)


@QUICK
@given(st.dictionaries(st.sampled_from(["prompt", "seed", "x"]), json_values))
def test_any_values_of_a_run_can_be_shown(values: dict[str, object]) -> None:
    prompt, seed = shown_values(Roles(prompt=PROMPT, seed=SEED), values)

    assert prompt is None or prompt.strip()
    assert seed is None or type(seed) is int
