"""Faults that need another stage than two sandboxes and a process, with the test that holds each promise."""

from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]


class Link(NamedTuple):
    """A line of the table, and its test, as `file::name` from the tests' folder."""

    fault: str
    promise: str
    test: str

    @property
    def line(self) -> str:
        return f"| {self.fault} | {self.promise} | `tests/{self.test}` |"

    @property
    def is_there(self) -> bool:
        file, _, name = self.test.partition("::")
        path = ROOT / "tests" / file
        return path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8")


LINKS: Final = (
    Link(
        "Any sequence of API faults around submits, one after another and at the same time",
        "One run for each click that says so, and none that nobody can find",
        "core/runs/test_any_faults.py::test_one_run_for_each_click_that_says_so_and_none_that_nobody_can_find",
    ),
    Link(
        "The connection to Discord ends in each of six ways while runs stand at every step",
        "Every run ends once, with its file",
        "e2e/test_cuts.py::test_every_run_ends_once_whatever_becomes_of_the_connection",
    ),
    Link(
        "The acknowledgement of a click never reaches Discord",
        "It is made up for, or nothing is started and the person is told",
        "e2e/test_broken_answers.py::test_an_acknowledgement_that_never_arrived_is_made_up_for",
    ),
    Link(
        "The bot is removed from the server, and the interaction's token is over",
        "The run is followed on without a word, since nobody can be told; few calls fail for it",
        "e2e/test_places.py::test_a_run_whose_place_is_lost_goes_on_and_its_end_goes_to_the_person",
    ),
    Link(
        "`kill -9` while a wish stands in the bot's own line",
        "It keeps its place, and is submitted when its turn comes",
        "e2e/test_line.py::test_a_wish_in_line_survives_the_process",
    ),
    Link(
        "The database file is damaged",
        "The bot does not start, and says why",
        "core/store/test_database.py::test_a_damaged_file_is_refused",
    ),
    Link(
        "The disk is full while states are written down",
        "They are written with the next that fits",
        "core/store/test_journal_failures.py::test_what_a_full_disk_does_not_take_is_written_with_the_next",
    ),
    Link(
        "The clock of the computer is set back by an hour",
        "A lock that was never given back is taken over all the same",
        "core/store/test_lock.py::test_who_was_not_heard_of_for_long_holds_it_no_more",
    ),
    Link(
        "The date of the computer jumps while a run is under way",
        "No delivery is older or younger by that: none is given up",
        "core/runs/test_delivery.py::test_a_jump_of_the_date_makes_no_delivery_older_or_younger",
    ),
    Link(
        "A start finds a delivery that is over a day old by the clock",
        "It is not waited for, and its message says so",
        "core/runs/test_resuming_odd.py::test_what_was_asked_for_more_than_a_day_ago_is_not_waited_for",
    ),
)
