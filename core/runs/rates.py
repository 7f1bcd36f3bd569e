"""How often the API is asked about runs: all pauses and limits of the tracker in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """In seconds, unless it says otherwise; the defaults are meant for the real API.

    A run is read by itself every `youngest` seconds, with its age up to `oldest`. From `crowd` open runs of a workflow
    on, their list is read instead, every `listed` seconds; half as often where all lists together are long (a thousand
    rows), and more rarely still where they would bring more than `rows` rows a second. A run that webhooks tell of is
    looked after only every `hooked` seconds, and one whose row does not change for `unchanged` seconds is read once,
    since some ends are told nowhere else.

    `budget` is how many reads a second may serve progress, in the whole process (0: none), `progress` the pause between
    two of them for one run. After a failure it is asked again after `retry` seconds, twice that, up to `longest_retry`.
    `patience` is how long nobody may hear of a run, `lifetime` how long after it was asked for it is followed at most,
    and `at_once` how many reads may be under way.
    """

    budget: float = 5.0
    progress: float = 2.0
    youngest: float = 0.8
    oldest: float = 3.0
    listed: float = 0.5
    rows: float = 3000.0
    hooked: float = 15.0
    unchanged: float = 120.0
    retry: float = 2.0
    longest_retry: float = 8.0
    patience: float = 1800.0
    lifetime: float = 90_000.0  # an hour more than the API itself takes to time a run out
    crowd: int = 3
    at_once: int = 16

    def alone(self, age: float) -> float:
        """Seconds between two reads of a run by itself."""
        return min(self.oldest, max(self.youngest, 0.015 * age))

    def after_failures(self, failures: int) -> float:
        """Seconds until the next try after so many failures in a row."""
        return min(self.longest_retry, self.retry * 2.0 ** (min(failures, 32) - 1)) if failures else 0.0

    def between_lists(self, rows: int) -> float:
        """Seconds between two readings of a list, when one reading of all lists brings so many rows."""
        return max(self.listed, min(2 * self.listed, rows / 1000), rows / self.rows)
