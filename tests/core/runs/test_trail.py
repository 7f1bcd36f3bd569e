"""The trail of an unclear submit: one short word that any process can read back, and nothing else passes for one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.line import Ticket
from core.runs.delivery import Delivery
from core.runs.journal import Record
from core.runs.submission import Trail
from core.runs.view import RunView
from tests.core.runs.bench import Canvas

DEPLOYMENT = "0a1b2c3d-0000-4000-8000-00000000abcd"
GOOD = str(Trail("00ff00ff00ff00ff", DEPLOYMENT, 1001, datetime(2026, 11, 20, tzinfo=UTC)))
DELIVERY, SHORT, SINCE, USER = GOOD.split("-")
LONGEST = "st:" + "x" * 10 + ":"  # what stands before it in a button, at most

trails = st.builds(
    Trail,
    delivery=st.integers(0, 2**64 - 1).map("{:016x}".format),
    deployment=st.uuids().map(str),
    user=st.integers(0, 2**64 - 1),
    since=st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)


@given(trails)
def test_a_trail_is_read_back_as_it_was_written(trail: Trail) -> None:
    assert Trail.parse(str(trail)) == trail


@given(trails)
def test_a_trail_fits_into_the_id_of_a_button(trail: Trail) -> None:
    text = str(trail)

    assert len(text) <= 85
    assert len(LONGEST + text) <= 100
    assert set(text) <= set("0123456789abcdef-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "---",
        GOOD + "\n",
        GOOD + "-1",
        " " + GOOD,
        GOOD.upper(),
        "0x" + GOOD[2:],
        "+" + GOOD[1:],
        "0_0" + GOOD[3:],
        f"{DELIVERY}-{SHORT}-{SINCE}-0{USER}",
        f"{DELIVERY}-{SHORT}-{SINCE}-+{USER}",
        f"{DELIVERY}-{SHORT}-{SINCE}-\u0661",  # a digit elsewhere
        f"{DELIVERY}-{SHORT}-{SINCE}-" + "9" * 21,
        f"{DELIVERY}-{SHORT}-{SINCE}-",
        f"{DELIVERY}-{SHORT}-{SINCE}",
        f"{DELIVERY}-{SHORT}-ffffffffffff-{USER}",
        f"{DELIVERY}-{SHORT}-0{SINCE}-{USER}",
        f"{DELIVERY}-{DEPLOYMENT}-{SINCE}-{USER}",
        f"{DELIVERY}-{{{SHORT[2:]}}}-{SINCE}-{USER}",
    ],
)
def test_what_is_no_trail_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no trail"):
        Trail.parse(text)


@given(st.one_of(st.text(), st.text("0123456789abcdef-", max_size=100)))
def test_whatever_is_taken_is_what_would_be_written(text: str) -> None:
    try:
        trail = Trail.parse(text)
    except ValueError:
        return
    assert str(trail) == text


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_one_other_letter_is_another_trail_or_none(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    try:
        trail = Trail.parse(changed)
    except ValueError:
        return
    assert (trail == Trail.parse(GOOD)) == (changed == GOOD)


def test_a_trail_begins_before_the_submit_for_clocks_differ() -> None:
    now = datetime.now(UTC)
    record = Record(id="d00d", user=42, guild=77, deployment=DEPLOYMENT, address="", asked_at=now)
    view = RunView(deployment="", requester=42, asked_at=now)

    trail = Delivery(record, view, Canvas(), Ticket(42)).trail

    assert replace(trail, since=now) == Trail("d00d", DEPLOYMENT, 42, now)
    assert timedelta(seconds=60) < now - trail.since < timedelta(minutes=10)
