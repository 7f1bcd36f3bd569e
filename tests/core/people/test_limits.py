"""Who is served, how many runs may be under way at a time, and who may wait for a place."""

import pytest

from core.errors import NotServedHere, TooManyRuns
from core.people.actor import Actor
from core.people.limits import Admission, RunLimits

ANN, BOB, CAT = Actor(1), Actor(2), Actor(3)


@pytest.mark.parametrize("guild", [None, 1, 2])
def test_without_a_list_everybody_is_served(guild: int | None) -> None:
    Admission([]).admit(guild)


def test_a_listed_server_is_served() -> None:
    Admission([1, 2]).admit(2)


@pytest.mark.parametrize("guild", [None, 0, 3])
def test_outside_of_the_list_nobody_is_served(guild: int | None) -> None:
    with pytest.raises(NotServedHere):
        Admission([1, 2]).admit(guild)


def test_a_person_has_so_many_places_and_no_more() -> None:
    limits = RunLimits(per_user=2, total=9)
    limits.enter(ANN)
    limits.enter(ANN)

    with pytest.raises(TooManyRuns) as caught:
        limits.enter(ANN)

    assert (caught.value.limit, caught.value.everybody) == (2, False)


def test_one_persons_runs_leave_the_others_their_places() -> None:
    limits = RunLimits(per_user=1, total=9)

    limits.enter(ANN)
    limits.enter(BOB)

    assert limits.under_way == 2


def test_all_people_together_have_so_many_places_and_no_more() -> None:
    limits = RunLimits(per_user=2, total=2)
    limits.enter(ANN)
    limits.enter(BOB)

    with pytest.raises(TooManyRuns) as caught:
        limits.enter(CAT)

    assert (caught.value.limit, caught.value.everybody) == (2, True)


def test_a_persons_own_limit_is_named_first() -> None:
    limits = RunLimits(per_user=1, total=1)
    limits.enter(ANN)

    with pytest.raises(TooManyRuns) as caught:
        limits.check(ANN)

    assert not caught.value.everybody


def test_a_place_given_back_is_free() -> None:
    limits = RunLimits(per_user=1, total=1)

    limits.leave(limits.enter(ANN))

    limits.enter(BOB)


def test_a_place_given_back_twice_frees_one() -> None:
    limits = RunLimits(per_user=2, total=9)
    first, _ = limits.enter(ANN), limits.enter(ANN)

    limits.leave(first)
    limits.leave(first)

    assert limits.under_way == 1


def test_a_refused_place_is_not_taken() -> None:
    limits = RunLimits(per_user=1, total=9)
    limits.enter(ANN)

    with pytest.raises(TooManyRuns):
        limits.enter(ANN)

    assert limits.under_way == 1


def test_a_check_takes_nothing() -> None:
    limits = RunLimits(per_user=1, total=1)

    limits.check(ANN)

    assert limits.under_way == 0


def test_a_person_counts_as_the_same_in_every_place() -> None:
    limits = RunLimits(per_user=1, total=9)
    limits.enter(Actor(1, guild=5))

    with pytest.raises(TooManyRuns):
        limits.enter(Actor(1, guild=6, may_moderate=True))


def test_a_person_has_no_rights_unless_said() -> None:
    assert Actor(1) == Actor(user=1, guild=None, may_moderate=False)


def test_who_finds_no_place_waits_in_line_where_that_is_allowed() -> None:
    limits = RunLimits(1, 9, waiting_per_user=2)
    limits.enter(ANN)

    tickets = [limits.enter(ANN) for _ in range(2)]

    assert [ticket.place for ticket in tickets] == [None, None]
    assert [limits.position(ticket) for ticket in tickets] == [1, 2]
    assert (limits.under_way, limits.waiting) == (1, 2)


@pytest.mark.parametrize(("waiting", "everybody"), [(0, False), (1, False), (0, True), (2, True)])
def test_who_has_as_many_wishes_in_line_as_are_allowed_is_refused_with_the_numbers(
    waiting: int, everybody: bool
) -> None:
    limits = RunLimits(3 if everybody else 1, 1 if everybody else 9, waiting_per_user=waiting)
    for _ in range(1 + waiting):
        limits.enter(ANN)

    for refused in (limits.check, limits.enter):
        with pytest.raises(TooManyRuns) as caught:
            refused(ANN)

        assert (caught.value.limit, caught.value.everybody, caught.value.waiting) == (1, everybody, waiting)
    assert limits.waiting == waiting


def test_one_persons_full_line_keeps_nobody_else_out_of_it() -> None:
    limits = RunLimits(1, 1, waiting_per_user=1)
    for _ in range(2):
        limits.enter(ANN)

    assert limits.position(limits.enter(BOB)) == 2


def test_a_place_given_back_goes_to_the_next_in_line_at_once() -> None:
    limits = RunLimits(1, 1, waiting_per_user=1)
    first, second = limits.enter(ANN), limits.enter(BOB)

    limits.leave(first)

    assert (first.place, second.place is not None, limits.position(second)) == (None, True, 0)
    assert (limits.under_way_of(1), limits.under_way_of(2), limits.waiting) == (0, 1, 0)


def test_who_leaves_the_line_is_not_served_later() -> None:
    limits = RunLimits(1, 1, waiting_per_user=1)
    first, second, third = (limits.enter(actor) for actor in (ANN, BOB, CAT))

    for _ in range(2):
        limits.leave(second)
    limits.leave(first)

    assert (second.place, third.place is not None, limits.waiting) == (None, True, 0)


def test_who_has_a_place_to_come_to_waits_for_nobody() -> None:
    limits = RunLimits(1, 9, waiting_per_user=1)
    for _ in range(2):
        limits.enter(ANN)

    assert limits.enter(BOB).place is not None


def test_a_run_that_is_there_already_holds_a_place_beyond_the_limits() -> None:
    limits = RunLimits(1, 1, waiting_per_user=1)
    held = [limits.hold(1) for _ in range(3)]
    waiting = limits.enter(BOB)

    for ticket in held[1:]:
        limits.leave(ticket)
    early = waiting.place
    limits.leave(held[0])

    assert (early, waiting.place is not None, limits.under_way) == (None, True, 1)


def test_a_wish_that_was_let_in_before_waits_however_long_the_line_is() -> None:
    limits = RunLimits(1, 1)
    limits.enter(ANN)

    tickets = [limits.enter_surely(1) for _ in range(3)]

    assert [limits.position(ticket) for ticket in tickets] == [1, 2, 3]
