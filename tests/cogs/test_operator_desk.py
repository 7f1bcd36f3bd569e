"""One press at a time: who comes second is told whether it was they themselves."""

from typing import Any, cast

import pytest

from cogs.operator_desk import Desk
from core.errors import AlreadyAsked, CoreError
from core.operator_errors import AskedByAnother


@pytest.fixture
def desk() -> Desk:
    nobody: Any = None  # presses are counted by what they are for, whatever else there is
    return Desk(nobody, cast("Any", nobody))


@pytest.mark.parametrize(("user", "error"), [(1, AlreadyAsked), (2, AskedByAnother)])
def test_who_comes_second_is_told_who_was_first(desk: Desk, user: int, error: type[CoreError]) -> None:
    with desk.once("this", 1), pytest.raises(error), desk.once("this", user):
        pytest.fail("it was done twice")


def test_something_else_goes_on_beside_it(desk: Desk) -> None:
    done = []

    with desk.once("this", 1), desk.once("that", 1):
        done.append("that")

    assert done == ["that"]


def test_once_it_is_over_it_can_be_done_again(desk: Desk) -> None:
    with pytest.raises(ValueError, match="broke"), desk.once("this", 1):
        raise ValueError("broke")
    done = []

    with desk.once("this", 2):
        done.append("this")

    assert done == ["this"]
