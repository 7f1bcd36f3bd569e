"""After a start: every delivery that is written down and open goes on where the last process left it."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from core.comfydeploy.models import Run
from core.errors import OrderForgotten
from core.people.line import Ticket
from core.runs.delivery import Delivery
from core.runs.journal import Journal, Phase, Record
from core.runs.looking import DAY, Looking
from core.runs.mark import Mark
from core.runs.order import shown_of
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.sheet import Sheets, Slot
from core.runs.view import RunView, Surface
from core.tasks import Tasks

log = structlog.get_logger(__name__)

Restore = Callable[[str], Surface]
"""Makes a surface from its address; raises `ValueError` when it is none."""


class Resuming:
    def __init__(self, parts: Parts, ordering: Ordering, looking: Looking, journal: Journal) -> None:
        self._parts = parts
        self._ordering = ordering
        self._looking = looking
        self._journal = journal
        self._tasks = Tasks()
        self._adopting: set[str] = set()

    async def resume(self, restore: Restore) -> int:
        """Take up all of them; how many. Places under the limits are taken at once, so that new wishes see them.

        Raises:
            StoreFailed: what is open cannot be read.
        """
        records = await self._journal.list_open()
        replaced = {record.replaces for record in records}
        sheets = Sheets(restore, records, self._parts.deliveries.pauses.pace)
        for record in sorted(records, key=lambda record: record.phase is Phase.IN_LINE):  # whoever waits comes last
            if record.id in replaced or sheets.is_shown(record):
                await self._journal.close(record.id)
                continue
            try:
                surface = sheets.surface(record)
            except ValueError:
                log.warning("run.address_unreadable", delivery=record.id, run=record.run_id)
                await self._journal.close(record.id)
                continue
            self._take_up(record, surface, is_cut_off=sheets.is_cut_off(record))
        if records:
            log.info("runs.resumed", count=len(records))
        return len(records)

    async def adopt(self, run: Run, mark: Mark, surface: Surface) -> None:
        """Take up a run that no open delivery is for, in a new one. Raises `StoreFailed`."""
        record = Record(
            id=secrets.token_hex(8),
            user=mark.user,
            guild=mark.guild,
            deployment=mark.deployment,
            address=surface.address,
            asked_at=run.created_at or datetime.now(UTC),
            phase=Phase.RUNNING,
            run_id=run.id,
            workflow_id=run.workflow_id,
            parent=mark.parent,
            private=surface.manner.private,
            hidden=surface.manner.hidden,
        )
        if self._parts.deliveries.find(run.id) is not None or run.id in self._adopting:
            return  # another click was faster
        delivery = Delivery(record, self._view(record), surface, self._parts.limits.hold(mark.user))
        delivery.adopted = True
        self._adopting.add(run.id)
        try:
            await self._parts.deliveries.begin(delivery)  # nothing is shown before it is written down
        except BaseException:
            self._parts.limits.leave(delivery.ticket)
            raise
        finally:
            self._adopting.discard(run.id)
        self._parts.following.follow(delivery)

    async def aclose(self) -> None:
        await self._tasks.aclose()

    def _take_up(self, record: Record, surface: Surface, *, is_cut_off: bool = False) -> None:
        delivery = Delivery(record, self._view(record), surface, self._ticket(record))
        self._parts.deliveries.keep(delivery)
        if isinstance(surface, Slot):
            surface.know(delivery.view)
        if is_cut_off:
            end = self._parts.deliveries.end(delivery, refused=OrderForgotten())
            self._tasks.start(end, f"cut off {record.id}")
        elif delivery.age > DAY:
            self._tasks.start(self._parts.deliveries.end(delivery, expired=True), f"expiry {record.id}")
        elif record.run_id is not None:
            self._parts.following.follow(delivery)
        elif record.phase is Phase.SENDING:
            self._looking.recover(delivery)
        elif record.phase is Phase.ASKED:
            delivery.tell(trail=str(delivery.trail), unknown=True)
            self._looking.ask(delivery)
        else:
            self._ordering.pursue(delivery)

    def _ticket(self, record: Record) -> Ticket:
        limits = self._parts.limits
        if record.phase is Phase.IN_LINE:
            return limits.enter_surely(record.user)
        ticket = limits.hold(record.user)
        if record.phase is Phase.ASKED:
            limits.leave(ticket)
        return ticket

    def _view(self, record: Record) -> RunView:
        prompt, seed = shown_of(record.order) if record.order is not None else (None, None)
        return RunView(
            deployment=self._parts.catalog.recall_label(record.deployment) or "",
            prompt=prompt,
            seed=seed,
            requester=record.user,
            asked_at=record.asked_at,
            delivery=record.id,
            run_id=record.run_id,
            parent=record.parent,
        )
