"""Who is served, and how many runs may be under way at a time."""

import pytest

from core.errors import NotServedHere, TooManyRuns
from core.people.actor import DEFAULT_UPLOAD_LIMIT, Actor
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
    limits.take(ANN)
    limits.take(ANN)

    with pytest.raises(TooManyRuns) as caught:
        limits.take(ANN)

    assert (caught.value.limit, caught.value.everybody) == (2, False)


def test_one_persons_runs_leave_the_others_their_places() -> None:
    limits = RunLimits(per_user=1, total=9)

    limits.take(ANN)
    limits.take(BOB)

    assert limits.under_way == 2


def test_all_people_together_have_so_many_places_and_no_more() -> None:
    limits = RunLimits(per_user=2, total=2)
    limits.take(ANN)
    limits.take(BOB)

    with pytest.raises(TooManyRuns) as caught:
        limits.take(CAT)

    assert (caught.value.limit, caught.value.everybody) == (2, True)


def test_a_persons_own_limit_is_named_first() -> None:
    limits = RunLimits(per_user=1, total=1)
    limits.take(ANN)

    with pytest.raises(TooManyRuns) as caught:
        limits.check(ANN)

    assert not caught.value.everybody


def test_a_place_given_back_is_free() -> None:
    limits = RunLimits(per_user=1, total=1)

    limits.give_back(limits.take(ANN))

    limits.take(BOB)


def test_a_place_given_back_twice_frees_one() -> None:
    limits = RunLimits(per_user=2, total=9)
    first, _ = limits.take(ANN), limits.take(ANN)

    limits.give_back(first)
    limits.give_back(first)

    assert limits.under_way == 1


def test_a_place_that_never_was_frees_none() -> None:
    limits = RunLimits(per_user=2, total=9)
    limits.take(ANN)

    limits.give_back("elsewhere")

    assert limits.under_way == 1


def test_a_refused_place_is_not_taken() -> None:
    limits = RunLimits(per_user=1, total=9)
    limits.take(ANN)

    with pytest.raises(TooManyRuns):
        limits.take(ANN)

    assert limits.under_way == 1


def test_a_check_takes_nothing() -> None:
    limits = RunLimits(per_user=1, total=1)

    limits.check(ANN)

    assert limits.under_way == 0


def test_a_person_counts_as_the_same_in_every_place() -> None:
    limits = RunLimits(per_user=1, total=9)
    limits.take(Actor(1, guild=5))

    with pytest.raises(TooManyRuns):
        limits.take(Actor(1, guild=6, may_moderate=True))


def test_a_person_has_no_rights_unless_said() -> None:
    assert Actor(1) == Actor(user=1, guild=None, may_moderate=False, upload_limit=DEFAULT_UPLOAD_LIMIT)
