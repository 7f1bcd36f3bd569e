"""How old a delivery is, whatever becomes of the computer's date; and how it was shown."""

from datetime import UTC, datetime, timedelta

import pytest

from core.forms.wish import IN_PUBLIC, Manner
from core.people.line import Ticket
from core.runs.delivery import Delivery
from core.runs.journal import Record
from core.runs.view import RunView
from tests.core.runs.bench import Canvas

ASKED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RECORD = Record(id="0" * 16, user=1, guild=None, deployment="d", address="a", asked_at=ASKED)


@pytest.mark.parametrize("jump", [timedelta(days=2), timedelta(hours=-1)])
def test_a_jump_of_the_date_makes_no_delivery_older_or_younger(jump: timedelta) -> None:
    dates, seconds = [ASKED + timedelta(minutes=5)], [100.0]
    view = RunView(deployment="d", requester=1, asked_at=ASKED)
    delivery = Delivery(RECORD, view, Canvas(), Ticket(1), today=lambda: dates[-1], clock=lambda: seconds[-1])

    dates.append(dates[-1] + jump)
    seconds.append(160.0)

    assert delivery.age == timedelta(minutes=6)


@pytest.mark.parametrize("later", [Manner(private=True), Manner(hidden=True)], ids=["private", "hidden"])
def test_what_the_place_tells_later_is_noted_and_stays(later: Manner) -> None:
    canvas = Canvas()
    delivery = Delivery(RECORD, RunView(deployment="d", requester=1, asked_at=ASKED), canvas, Ticket(1))

    for canvas.manner in (IN_PUBLIC, later, IN_PUBLIC):
        delivery.note(address=canvas.address)

    assert (delivery.record.private, delivery.record.hidden) == (later.private, later.hidden)
