"""An order on paper: what was asked for is read back as it was, and nothing else passes for one."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.fit import Fitted
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.comfydeploy.values import Adjusted, File, Source, Stored
from core.forms.draft import Draft
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.order import Order, shown_of
from tests.anything import QUICK, json_values, texts

ANN = Actor(1, 7)
INPUTS = tuple(Input(key, InputKind.IMAGE, key) for key in ("image", "mask", "é\x00"))
DEPLOYMENT = Deployment("d", "upscale", "production", "w", 1, "", INPUTS, Kind.IMAGE)

sources = st.builds(
    Source,
    name=texts,
    where=st.one_of(st.just("https://h/a.png?b=1#c"), st.sampled_from([Path("/tmp/a b.png"), Path("a.png")])),  # noqa: S108 -- never opened
    size=st.one_of(st.none(), st.integers(0, 2**63)),
)
files = st.lists(sources | st.builds(Stored, texts, texts), min_size=1, max_size=3).map(tuple)
ends = st.none() | st.integers(-(2**53), 2**64) | st.floats(allow_nan=False, allow_infinity=False)
orders = st.builds(
    Order,
    st.just(DEPLOYMENT),
    st.builds(
        Fitted,
        values=st.dictionaries(texts, json_values, max_size=4),
        files=st.dictionaries(st.sampled_from(INPUTS), files),
        prompt=st.one_of(st.none(), texts),
        seed=st.one_of(st.none(), st.integers(-(2**63), 2**64)),
        adjusted=st.lists(st.builds(Adjusted, texts, texts, texts, ends, ends), max_size=3).map(tuple),
    ),
    st.just(ANN),
    st.sampled_from([None, "the run before"]),
)


def _read(text: str) -> Order:
    return Order.read(text, DEPLOYMENT, ANN, None)


@QUICK
@given(orders)
def test_an_order_is_read_back_as_it_was_written(order: Order) -> None:
    text = order.written()

    back = Order.read(text, DEPLOYMENT, ANN, order.parent)

    assert (back.deployment, back.owner, back.parent) == (order.deployment, order.owner, order.parent)
    assert (back.fitted.files, back.fitted.prompt, back.fitted.seed, back.fitted.adjusted) == (
        order.fitted.files,
        order.fitted.prompt,
        order.fitted.seed,
        order.fitted.adjusted,
    )
    assert back.written() == text  # not the values themselves: no number is equal to one that is none
    assert shown_of(text) == (order.fitted.prompt, order.fitted.seed)


def test_what_it_was_filled_in_with_is_not_written_down() -> None:
    draft = Draft(1, deployment="d", values={"image": "a secret of theirs"})
    order = Order(DEPLOYMENT, Fitted({}, {}, None, None), ANN, draft=draft)

    assert "secret" not in order.written()
    assert _read(order.written()).draft is None


def test_an_order_of_the_version_before_is_read() -> None:
    written = {
        "values": {"prompt": "a lake", "seed": 7},
        "files": {
            "image": {"name": "a.png", "where": "https://cdn.discordapp.com/a.png?ex=1", "size": 5},
            "mask": {"name": "b.png", "where": "b.png", "size": None},
        },
        "prompt": "a lake",
        "seed": 7,
    }

    order = _read(json.dumps(written))

    files: dict[Input, tuple[File, ...]] = {
        INPUTS[0]: (Source("a.png", "https://cdn.discordapp.com/a.png?ex=1", 5, attached=True),),
        INPUTS[1]: (Source("b.png", Path("b.png"), attached=True),),
    }
    assert order == Order(DEPLOYMENT, Fitted({"prompt": "a lake", "seed": 7}, files, "a lake", 7), ANN)


@QUICK
@given(st.one_of(texts, json_values.map(json.dumps)))
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no order"):
        _read(text)


@QUICK
@given(st.sampled_from(["values", "files", "prompt", "seed", "adjusted"]), json_values)
def test_an_order_with_something_else_in_it_is_read_or_refused(part: str, something: Any) -> None:  # noqa: ANN401 -- any JSON
    good = json.loads(Order(DEPLOYMENT, Fitted({}, {}, "a lake", 7), ANN).written())
    try:
        order = _read(json.dumps(good | {part: something}))
    except ValueError:
        return
    assert isinstance(order.fitted.values, dict)


@pytest.mark.parametrize("part", ["values", "files", "prompt", "seed"])
def test_an_order_that_lacks_something_is_refused(part: str) -> None:
    whole = json.loads(Order(DEPLOYMENT, Fitted({}, {}, None, None), ANN).written())
    del whole[part]

    with pytest.raises(ValueError, match="no order"):
        _read(json.dumps(whole))


def test_a_file_for_an_input_that_is_gone_is_refused() -> None:
    files: dict[Input, tuple[File, ...]] = {
        INPUTS[0]: (Source("a.png", "https://h/a.png"), Stored("b.png", "https://h/b.png"))
    }
    text = Order(DEPLOYMENT, Fitted({}, files, None, None), ANN).written()
    without = Deployment("d", "upscale", "production", "w", 2, "", INPUTS[1:], Kind.IMAGE)

    with pytest.raises(ValueError, match="no order"):
        Order.read(text, without, ANN, None)


def test_an_order_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ValueError, match="no order"):
        _read("[" * 100_000)
