"""From a submit without a clear answer to its run: looked for by the mark, and asked about when it is not found."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.errors import (
    CoreError,
    DeploymentGone,
    DeploymentNotFound,
    LookingAlready,
    RunExpired,
    SubmitUnknown,
    TookTooLong,
)
from core.offer import Deployment
from core.runs.delivery import Delivery
from core.runs.following import GONE
from core.runs.journal import Phase
from core.runs.parts import Parts
from core.runs.sheet import slot_of
from core.runs.submission import Place, Where
from core.tasks import Tasks

DAY: Final = timedelta(hours=24)  # after which nobody waits for a run any more

log = structlog.get_logger(__name__)


class Looking:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._tasks = Tasks()
        self._looking: set[str] = set()

    def recover(self, delivery: Delivery) -> None:
        """Look for the run of a submit that may have been sent by a process that is gone."""
        self._looking.add(delivery.id)  # a press that is faster than the first edit is no second look
        self._tasks.start(self._recover(delivery), f"recovery {delivery.id}")

    async def aclose(self) -> None:
        """Stop at once; what is open stays written down."""
        await self._tasks.aclose()

    async def found(self, delivery: Delivery, run_id: str, where: Where) -> None:
        """Its run is known: have it followed, unless its end was told meanwhile."""
        if delivery.ending or delivery.over.is_set():
            return
        log.info("run.submitted", run=run_id, user=delivery.owner, deployment=where.id, delivery=delivery.id)
        self._parts.metrics.run_submitted()
        if delivery.ticket.place is None:
            delivery.ticket = self._parts.limits.hold(delivery.owner)
        await self._parts.deliveries.found(delivery, run_id, where.workflow_id)
        self._parts.following.follow(delivery)

    async def look_for(self, delivery: Delivery, where: Where) -> bool:
        """Look patiently; its message asks when nothing is found. To be called within `one_look`."""
        trail = delivery.trail
        try:
            # what may have been started is looked for wherever it is shown
            await self._parts.deliveries.show(delivery, trail=str(trail))
            run_id = await self._parts.submission.find(where, trail)
            await self.found(delivery, run_id, where)
        except SubmitUnknown:
            return False
        return True

    async def question(self, delivery: Delivery) -> None:
        """Nobody knows whether there is a run: from the moment its message says so, the person decides.

        One of several shown together is given up instead.
        """
        log.warning("submit.not_found", delivery=delivery.id, user=delivery.owner)
        if slot_of(delivery) is not None:  # there is no room for questions about each
            await self._parts.deliveries.end(delivery, given_up=True)
            return
        self._parts.limits.leave(delivery.ticket)
        delivery.note(phase=Phase.ASKED)  # a click may be faster than the disk
        await self._parts.deliveries.show(delivery, unknown=True)
        await self._parts.deliveries.save(delivery)
        self.ask(delivery)

    def ask(self, delivery: Delivery) -> None:
        """Its message asks the person; the question is closed after a day."""
        self._tasks.start(self._expire(delivery), f"question {delivery.id}")

    async def _recover(self, delivery: Delivery) -> None:
        try:
            try:
                await self._parts.deliveries.show(delivery, trail=str(delivery.trail))
                is_found = await self.look_for(delivery, await self.where(delivery))
            finally:
                self._looking.discard(delivery.id)
            if not is_found:
                await self.question(delivery)
        except RunExpired:
            await self._parts.deliveries.end(delivery, expired=True)
        except CoreError:
            await self._parts.deliveries.end(delivery, given_up=True)
        except Exception:  # a bug must not leave a message that waits for ever
            log.exception("recovery.failed", delivery=delivery.id)
            await self.question(delivery)

    async def where(self, delivery: Delivery) -> Where:
        """Where its run is looked for: as it was written down, whatever is on offer now. Raises `DeploymentGone`."""
        record = delivery.record
        if record.workflow_id is not None:
            return Place(record.deployment, record.workflow_id)
        return await self.deployment_surely(delivery)

    async def deployment_surely(self, delivery: Delivery) -> Deployment:
        """However long the API is away.

        Raises:
            DeploymentGone: it is not on offer any more.
            RunExpired: a day has gone by.
        """
        while delivery.age < DAY:
            try:
                deployment = await self._parts.catalog.find(delivery.record.deployment)
            except DeploymentNotFound:
                delivery.tell(deployment=delivery.view.deployment or GONE)
                raise DeploymentGone from None
            except (ApiError, TookTooLong):
                await asyncio.sleep(self._parts.deliveries.pauses.retry)
            else:
                if delivery.view.deployment != deployment.label:
                    delivery.tell(deployment=deployment.label)
                    delivery.shown = None  # what was shown before had no name
                return deployment
        raise RunExpired

    async def _expire(self, delivery: Delivery) -> None:
        """A question that nobody answers within a day is closed."""
        for pause in self._parts.deliveries.pauses.again:
            if self._parts.deliveries.get(delivery.id) is not delivery:
                return
            is_free = delivery.id not in self._looking  # else somebody is answering it
            if is_free and await self._parts.deliveries.show(delivery):  # the last process may have shown another state
                break
            await asyncio.sleep(pause)
        await asyncio.sleep((DAY - delivery.age).total_seconds())
        if delivery.record.phase is Phase.ASKED and not delivery.over.is_set():
            await self._parts.deliveries.end(delivery, expired=True)

    def is_looked_for(self, delivery: str) -> bool:
        return delivery in self._looking

    @contextlib.contextmanager
    def one_look(self, delivery: str) -> Iterator[None]:
        """Raises `LookingAlready` while another look for the same run is under way, and hurries that."""
        if delivery in self._looking:
            self._parts.submission.hurry(delivery)
            raise LookingAlready
        self._looking.add(delivery)
        try:
            yield
        finally:
            self._looking.discard(delivery)
