"""What a person gives, fitted in one go as a command does it."""

import pytest

from core.comfydeploy.fit import Fitted, assign, fit
from core.comfydeploy.inputs import parse_inputs
from core.comfydeploy.values import Given
from core.errors import InputsInvalid, Problem
from tests.core.comfydeploy.graphs import Node, graph


def lowest(low: int, _: int) -> int:
    return low


def fitted(*nodes: Node, given: Given | None = None, **named: str) -> Fitted:
    """Raises `InputsInvalid` with what could not be assigned and what does not fit."""
    inputs = parse_inputs(graph(*nodes))
    assigned = assign(inputs, given or Given(named=named))
    try:
        result = fit(inputs, assigned.values, lowest)
    except InputsInvalid as invalid:
        raise InputsInvalid([*assigned.problems, *invalid.problems]) from None
    if assigned.problems:
        raise InputsInvalid(assigned.problems)
    return result


def problems(*nodes: Node, given: Given | None = None, **named: str) -> list[Problem]:
    with pytest.raises(InputsInvalid) as caught:
        fitted(*nodes, given=given, **named)
    return list(caught.value.problems)
