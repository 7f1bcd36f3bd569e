"""The line for a place: in turns between people, and a position that is the truth."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.actor import Actor
from core.people.limits import RunLimits
from core.people.line import Line, Ticket
from tests.anything import QUICK

people = st.lists(st.integers(1, 4), max_size=25)


def _line(users: list[int]) -> tuple[Line, list[Ticket]]:
    line, tickets = Line(), [Ticket(user) for user in users]
    for ticket in tickets:
        line.add(ticket)
    return line, tickets


def _served(line: Line) -> list[Ticket]:
    """All of them, in the order in which they are served when nobody is passed over."""
    served: list[Ticket] = []
    while (ticket := line.pop(lambda _: True)) is not None:
        served.append(ticket)
    return served


def test_people_are_served_in_turns() -> None:
    line, _ = _line([1, 1, 1, 2, 3, 2])

    assert [ticket.user for ticket in _served(line)] == [1, 2, 3, 1, 2, 1]


def test_one_persons_wishes_are_served_in_their_order() -> None:
    line, tickets = _line([1, 1, 1])

    assert _served(line) == tickets


def test_who_was_served_goes_to_the_end() -> None:
    line, (_, second, other) = _line([1, 1, 2])

    line.pop(lambda _: True)

    assert [line.position(other), line.position(second)] == [1, 2]


def test_who_is_passed_over_keeps_the_turn() -> None:
    line, (first, _, other) = _line([1, 1, 2])

    assert line.pop(lambda user: user != 1) is other
    assert line.pop(lambda _: True) is first


@QUICK
@given(people, st.data())
def test_a_position_is_the_number_in_which_one_is_served(users: list[int], data: st.DataObject) -> None:
    line, tickets = _line(users)
    _ = [line.pop(lambda _: True) for _ in range(data.draw(st.integers(0, 5)))]
    for ticket in data.draw(st.lists(st.sampled_from(tickets), max_size=5)) if tickets else []:
        line.remove(ticket)
    told = {ticket: line.position(ticket) for ticket in tickets}

    served = _served(line)

    assert {ticket: number for ticket, number in told.items() if number} == {
        ticket: number for number, ticket in enumerate(served, start=1)
    }


@QUICK
@given(people, st.integers(1, 5), st.data())
def test_a_position_is_the_number_in_which_one_really_gets_a_place(
    users: list[int], total: int, data: st.DataObject
) -> None:
    limits = RunLimits(len(users) + 1, total, waiting_per_user=len(users))  # so that nobody is passed over
    tickets = [limits.enter(Actor(user)) for user in users]
    told = {limits.position(ticket): ticket for ticket in tickets if ticket.place is None}
    admitted: list[Ticket] = []

    while limits.waiting:
        limits.leave(data.draw(st.sampled_from([ticket for ticket in tickets if ticket.place is not None])))
        admitted += [t for t in tickets if t in told.values() and t.place is not None and t not in admitted]

    assert admitted == [told[number] for number in sorted(told)]


@QUICK
@given(people, st.integers(1, 3), st.integers(1, 6), st.lists(st.integers(0, 30), max_size=40))
def test_nobody_is_starved_and_no_limit_is_passed(
    users: list[int], per_user: int, total: int, leaves: list[int]
) -> None:
    limits = RunLimits(per_user, total, waiting_per_user=25)
    tickets = [limits.enter(Actor(user)) for user in users]

    for number in [*leaves, *range(len(users)), *range(len(users))]:  # whoever is left is out at the end
        seated = Counter(ticket.user for ticket in tickets if ticket.place is not None)
        assert seated.total() == limits.under_way <= total
        assert all(count <= per_user for count in seated.values())
        idle = total > limits.under_way
        assert not any(idle and seated[t.user] < per_user for t in tickets if limits.position(t))
        if number < len(tickets):
            limits.leave(tickets[number])

    assert (limits.under_way, limits.waiting) == (0, 0)


@QUICK
@given(people, st.integers(1, 4))
def test_who_comes_later_with_many_wishes_moves_nobody_back_by_more_than_one(users: list[int], greedy: int) -> None:
    line, tickets = _line([user for user in users if user != greedy])
    before = [line.position(ticket) for ticket in tickets]

    for _ in range(10):
        line.add(Ticket(greedy))

    turns: Counter[int] = Counter()
    for ticket, was in zip(tickets, before, strict=True):
        assert line.position(ticket) <= was + turns[ticket.user]  # one for each turn that the person waits for
        turns[ticket.user] += 1


async def test_who_waits_hears_of_the_place_at_once() -> None:
    limits = RunLimits(1, 1, waiting_per_user=1)
    first, second = limits.enter(Actor(1)), limits.enter(Actor(2))
    waiting = asyncio.ensure_future(second.wait(3600))
    await asyncio.sleep(0)

    limits.leave(first)

    await asyncio.wait_for(waiting, 5)
    assert second.place is not None


@pytest.mark.parametrize("user", [1, 2])
def test_who_does_not_stand_in_line_has_no_position(user: int) -> None:
    line, _ = _line([1, 1])

    assert (line.position(Ticket(user)), line.count_of(user)) == (0, 2 if user == 1 else 0)


async def test_a_wait_is_not_longer_than_it_may_be() -> None:
    ticket = Ticket(1)

    await ticket.wait(0.01)

    assert ticket.place is None
