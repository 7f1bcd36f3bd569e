"""One row of the table: what is done to the bot, what it promises then, and how that is seen."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.case import DONE, REFUSED, UNANSWERED, Case


def no_settings() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`act` does the fault, with people in the middle of it, and takes it back where the bot cannot go on under it.

    `ends` are those that clicks have, each at least once, and `perhaps` others that one may have. `settings` are the
    bot's own for this world. `short` rows run with every test run, in one world. `seconds` is how long it may take
    before it counts as hung.
    """

    name: str
    fault: str
    promise: str
    act: Callable[[Case], Awaitable[None]]
    ends: tuple[str, ...] = (DONE,)
    perhaps: tuple[str, ...] = ()
    settings: Callable[[], Mapping[str, str]] = field(default=no_settings)
    short: bool = False
    seconds: float = 120.0

    @property
    def may_be_silent(self) -> bool:
        return UNANSWERED in (*self.ends, *self.perhaps)

    @property
    def line(self) -> str:
        """Of the table in the documents."""
        ends = ", ".join(end if end in (REFUSED, UNANSWERED) else f"**{end}**" for end in (*self.ends, *self.perhaps))
        return f"| {self.fault} | {self.promise} | {ends} |"
