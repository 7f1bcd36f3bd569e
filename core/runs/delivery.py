"""One delivery: the promise to show one run in one place, from the click to the end."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from core.errors import SurfaceLost
from core.people.line import Ticket
from core.runs.journal import Phase, Record
from core.runs.order import Order
from core.runs.submission import CLOCK_SKEW, Trail
from core.runs.view import RunView, Surface


@dataclass(eq=False)
class Delivery:
    """`record` is what is written down of it, `view` what is known, `surface` where it is shown.

    `order` is what may still have to be submitted, `ticket` its place under the limits or in line. `lost` is set when
    the place does not take messages any more, `ending` once the end is being shown, `over` after it, whatever it was.
    `furnished`: the view has the deployment's name, prompt and seed, as far as there are any. `adopted`: somebody
    looked at a run that nobody followed. `refit(limit)` makes the end's files fit a smaller place. `today` is asked
    once, `clock` (in seconds) tells what passes.
    """

    record: Record
    view: RunView
    surface: Surface
    ticket: Ticket
    order: Order | None = None
    shown: object = None
    lane: str | None = None
    lost: SurfaceLost | None = None
    edits: int = 0
    furnished: bool = False
    ending: bool = False
    adopted: bool = False
    refit: Callable[[int], Awaitable[RunView]] | None = None
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    today: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._age_at_first, self._first = self.today() - self.record.asked_at, self.clock()

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def run_id(self) -> str | None:
        return self.record.run_id

    @property
    def owner(self) -> int:
        return self.record.user

    @property
    def guild(self) -> int | None:
        return self.record.guild

    @property
    def age(self) -> timedelta:
        """Since it was asked for; no change of the date while this process runs makes it jump."""
        return self._age_at_first + timedelta(seconds=self.clock() - self._first)

    @property
    def trail(self) -> Trail:
        """What its run can be looked for by."""
        record = self.record
        return Trail(record.id, record.deployment, record.user, (record.sent_at or record.asked_at) - CLOCK_SKEW)

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to wait for, and to cancel."""
        return self.record.phase is not Phase.ASKED and not self.ending

    @property
    def stands_in_line(self) -> bool:
        return self.record.phase is Phase.IN_LINE and self.ticket.place is None and not self.view.left

    def tell(self, **facts: object) -> None:
        """Take in what is known now, by the names of `RunView`."""
        self.view = replace(self.view, **facts)  # type: ignore[arg-type]  # whoever calls knows the names

    def note(self, **facts: object) -> None:
        """Take in what is to be written down, by the names of `Record`; and how it is shown, which answers may tell.

        What was private or hidden once stays so.
        """
        record, manner = self.record, self.surface.manner
        shown = {"private": record.private or manner.private, "hidden": record.hidden or manner.hidden}
        self.record = replace(record, **(shown | facts))  # type: ignore[arg-type]  # as above


def new_delivery(order: Order, surface: Surface, ticket: Ticket, cause: str | None) -> Delivery:
    """The promise for an order that was made now."""
    now, owner, fitted, manner = datetime.now(UTC), order.owner, order.fitted, surface.manner
    record = Record(
        id=secrets.token_hex(8),
        cause=cause,
        user=owner.user,
        guild=owner.guild,
        deployment=order.deployment.id,
        address=surface.address,
        asked_at=now,
        order=order.written(),
        parent=order.parent,
        private=manner.private,
        hidden=manner.hidden,
    )
    view = RunView(
        deployment=order.deployment.label,
        requester=owner.user,
        asked_at=now,
        delivery=record.id,
        prompt=fitted.prompt,
        seed=fitted.seed,
        parent=order.parent,
        is_made_from=order.is_made_from,
        adjusted=fitted.adjusted,
    )
    return Delivery(record, view, surface, ticket, order, furnished=True)
