"""Times as Discord writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stationthis_discord.sandbox.shots.times import relative, stamp, written
from tests.stationthis_discord.sandbox.shots.samples import NOW, UNIX


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (-1, "a second ago"),
        (-42, "42 seconds ago"),
        (30, "in 30 seconds"),
        (-60, "a minute ago"),
        (-179, "2 minutes ago"),
        (3600, "in an hour"),
        (-7200, "2 hours ago"),
        (86400, "in a day"),
        (-40 * 86400, "a month ago"),
        (-800 * 86400, "2 years ago"),
    ],
)
def test_relative_times(seconds: int, words: str) -> None:
    assert relative(NOW + timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("t", "14:35"),
        ("T", "14:35:00"),
        ("d", "01/06/2025"),
        ("D", "1 June 2025"),
        ("f", "1 June 2025 at 14:35"),
        ("F", "Sunday, 1 June 2025 at 14:35"),
        ("R", "now"),
    ],
)
def test_stamps(style: str, words: str) -> None:
    assert stamp(UNIX, style, NOW) == words


def test_stamps_are_in_the_zone_of_now() -> None:
    assert stamp(UNIX, "t", NOW.astimezone(timezone(timedelta(hours=2)))) == "16:35"


def test_there_is_no_stamp_beyond_the_calendar() -> None:
    assert stamp(9_999_999_999_999, "F", NOW) is None


@pytest.mark.parametrize(
    ("timestamp", "words"),
    [
        ("2025-06-01T14:32:00.123000+00:00", "Today at 14:32"),
        ("2025-05-31T09:00:00Z", "Yesterday at 09:00"),
        ("2025-05-30T09:00:00", "30/05/2025 09:00"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("soon", ""),
        (None, ""),
    ],
)
def test_the_time_beside_a_name(timestamp: str | None, words: str) -> None:
    assert written(timestamp, datetime(2025, 6, 1, 20, tzinfo=UTC)) == words
