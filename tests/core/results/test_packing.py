"""Files in messages: all of them, in their order, and never too much at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.results.packing import packed, request_bytes
from tests.anything import QUICK

MIB = 2**20

sizes = st.lists(st.integers(0, 30 * MIB), max_size=40)
limits = st.sampled_from([8 * MIB, 10 * MIB, 25 * MIB, 50 * MIB, 500 * MIB])


@QUICK
@given(sizes, limits, st.integers(1, 10))
def test_all_of_them_in_their_order(found: list[int], limit: int, most: int) -> None:
    assert [index for part in packed(found, limit, most) for index in part] == list(range(len(found)))


@QUICK
@given(sizes, limits, st.integers(1, 10))
def test_no_part_has_too_much(found: list[int], limit: int, most: int) -> None:
    for part in packed(found, limit, most):
        assert 1 <= len(part) <= most
        assert len(part) == 1 or sum(found[index] for index in part) <= request_bytes(limit)


@QUICK
@given(sizes, limits)
def test_a_part_ends_only_where_the_next_file_has_no_place(found: list[int], limit: int) -> None:
    parts = packed(found, limit)

    for part, following in pairwise(parts):
        held = sum(found[index] for index in part)
        assert len(part) == 10 or held + found[following[0]] > request_bytes(limit)


def test_eleven_small_files_are_two_parts() -> None:
    assert [len(part) for part in packed([1] * 11, 10 * MIB)] == [10, 1]


def test_a_request_may_carry_more_than_one_file_may_have() -> None:
    assert packed([9 * MIB] * 3, 10 * MIB) == [[0, 1], [2]]


def test_a_file_that_is_too_large_stands_alone_and_those_after_it_go_together() -> None:
    assert packed([1, 30 * MIB, 0, 1], 10 * MIB) == [[0], [1], [2, 3]]


def test_nothing_makes_no_part() -> None:
    assert packed([], 10 * MIB) == []
