"""From a wish that fits to a run that is followed: the line, the files it needs, the submit."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from core.errors import (
    CoreError,
    NothingUnderWay,
    NotYourRun,
    OrderForgotten,
    RunExpired,
    Stopping,
    SubmitUnclear,
    TakenByAnother,
)
from core.people.actor import Actor
from core.runs.delivery import Delivery, new_delivery
from core.runs.journal import Phase
from core.runs.looking import DAY, Looking
from core.runs.mark import Mark
from core.runs.order import Order
from core.runs.parts import Parts
from core.runs.sheet import Slot, slot_of
from core.runs.uploading import Uploading
from core.runs.view import Surface
from core.tasks import Tasks

_LINE_PACE: Final = 2.0  # seconds between two looks at one's place in line, for each place in it

log = structlog.get_logger(__name__)


class Ordering:
    """Submits orders and has their runs followed."""

    def __init__(self, parts: Parts, looking: Looking) -> None:
        self._parts = parts
        self._looking = looking
        self._uploading = Uploading(parts)
        self._tasks = Tasks()
        self._sending: set[str] = set()  # deliveries whose submit is under way
        self._stopping = asyncio.Event()

    async def order(
        self, order: Order, surface: Surface, cause: str | None = None, *, replaces: str | None = None
    ) -> Delivery:
        """Write it down, submit it, and have its run shown until its end.

        `replaces` is the delivery whose unclear submit the person does not want to wait for any more.

        With no place free it stands in line, and its message says so. Nobody may know in the end whether there is a
        run: then its message asks the person.

        Raises:
            AlreadyAsked: `cause` has led to a delivery before.
            CoreError: nothing was started; which one tells why.
        """
        if self._stopping.is_set():
            raise Stopping
        limits, deliveries = self._parts.limits, self._parts.deliveries
        delivery = new_delivery(order, surface, limits.enter(order.owner), cause)
        delivery.note(replaces=replaces)
        try:
            await deliveries.begin(delivery)
        except BaseException:
            limits.leave(delivery.ticket)
            raise
        if delivery.ticket.place is None:
            await deliveries.show(delivery, place=limits.position(delivery.ticket))
            self.pursue(delivery)
            return delivery
        try:
            await self._submit(delivery, order)
        except Exception as error:
            is_answer = delivery.record.phase is Phase.SENDING and isinstance(error, CoreError)
            if self._stopping.is_set() and not is_answer:  # all is being closed: the next process goes on
                limits.leave(delivery.ticket)
                return delivery
            await deliveries.close(delivery)
            raise
        except BaseException:  # cancelled: it stays written down, and the next process goes on
            limits.leave(delivery.ticket)
            raise
        return delivery

    async def order_all(
        self, orders: Sequence[Order], slots: Sequence[Slot], cause: str | None = None
    ) -> list[Delivery]:
        """Write all down and have them submitted, shown together in these slots: all of them, or none.

        Each is submitted when its turn has come; what goes wrong from then on is said in its slot.

        Raises:
            AlreadyAsked, TooManyRuns, StoreFailed, Stopping: nothing was started.
        """
        if self._stopping.is_set():
            raise Stopping
        limits, deliveries = self._parts.limits, self._parts.deliveries
        limits.check(orders[0].owner, len(orders))
        made: list[Delivery] = []
        for number, (order, slot) in enumerate(zip(orders, slots, strict=True), start=1):
            own_cause = None if cause is None else f"{cause} {number}"
            made.append(new_delivery(order, slot, limits.enter_surely(order.owner.user), own_cause))
            slot.know(made[-1].view)
        try:
            for delivery in made:
                await deliveries.begin(delivery)
        except BaseException:
            for delivery in made:
                await deliveries.close(delivery)
            raise
        for delivery in made:
            self.pursue(delivery)
        return made

    def pursue(self, delivery: Delivery) -> None:
        """Submit it when its turn has come, in a task of its own; what goes wrong is said in its message."""
        self._tasks.start(self._pursue(delivery), f"order {delivery.id}")

    async def leave(self, delivery_id: str, actor: Actor) -> None:
        """Take a wish out of the line.

        Raises:
            NotYourRun: only the owner or a moderator may.
            NothingUnderWay: it does not stand in line any more.
        """
        delivery = self._parts.deliveries.get(delivery_id)
        if delivery is not None and delivery.owner != actor.user and not actor.moderates(delivery.guild):
            raise NotYourRun(delivery.owner)
        if delivery is None or not delivery.stands_in_line:
            raise NothingUnderWay
        delivery.tell(left=True)
        self._parts.limits.leave(delivery.ticket)
        await self._parts.deliveries.save(delivery, order=None)  # a next process must not submit it
        if slot_of(delivery) is None:
            await self._parts.deliveries.end(delivery)
        else:  # its end is shown when the others are over, too
            self._tasks.start(self._parts.deliveries.end(delivery), f"end {delivery.id}")

    async def pause(self, patience: float) -> None:
        """Before the process ends: wait a little for submits under way, since their answers name the runs."""
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._sending:  # noqa: ASYNC110 -- a submit ends in one of many tasks
                    await asyncio.sleep(0.02)
        await self.aclose()

    async def aclose(self) -> None:
        """Stop at once; what is open stays written down."""
        await self._tasks.aclose()

    async def _pursue(self, delivery: Delivery) -> None:
        try:
            order = await self.order_of(delivery)
            await self._stand_in_line(delivery)
            if not delivery.view.left:
                await self._submit(delivery, order)
        except RunExpired:
            await self._parts.deliveries.end(delivery, expired=True)
        except Stopping:
            return  # the next process goes on
        except CoreError as error:
            kind = type(error).__name__
            log.warning("order.refused", delivery=delivery.id, user=delivery.owner, kind=kind, error=str(error))
            delivery.tell(refused=error)
            await self._parts.deliveries.end(delivery, ping=await self._parts.following.is_called(delivery))
        except Exception as error:  # a bug must not leave a message that waits for ever
            log.exception("order.failed", delivery=delivery.id)
            await self._parts.deliveries.end(delivery, refused=CoreError(type(error).__name__))

    async def _stand_in_line(self, delivery: Delivery) -> None:
        while delivery.stands_in_line:
            if delivery.age > DAY:
                raise RunExpired
            position = self._parts.limits.position(delivery.ticket)
            await self._parts.deliveries.show(delivery, place=position)
            await delivery.ticket.wait(max(_LINE_PACE, min(30.0, _LINE_PACE * position)))
        delivery.tell(place=None)

    async def _submit(self, delivery: Delivery, order: Order) -> None:
        deliveries = self._parts.deliveries
        await deliveries.show(delivery)
        if delivery.lost is not None:
            raise delivery.lost
        await self._uploading.upload(delivery, order.fitted)
        if self._stopping.is_set():
            raise Stopping
        self._sending.add(delivery.id)
        try:
            now = datetime.now(UTC)
            where, text = order.deployment.workflow_id, order.written()
            await deliveries.claim(delivery, phase=Phase.SENDING, sent_at=now, workflow_id=where, order=text)
            run_id = await self._sent(delivery, order)
            await self._looking.found(delivery, run_id, order.deployment)
        except TakenByAnother:
            self._looking.recover(delivery)  # by a process that took our lock, or lost it to us
        except SubmitUnclear:
            self._sending.discard(delivery.id)
            with self._looking.one_look(delivery.id):
                is_found = await self._looking.look_for(delivery, order.deployment)
            if not is_found:
                await self._looking.question(delivery)
        finally:
            self._sending.discard(delivery.id)

    async def _sent(self, delivery: Delivery, order: Order) -> str:
        owner = order.owner
        mark = Mark(delivery.id, owner.user, owner.guild, order.deployment.id, parent=order.parent)
        hook = self._parts.hook(delivery.id)
        return await self._parts.submission.submit(order.deployment, order.fitted.values, mark, hook)

    async def order_of(self, delivery: Delivery) -> Order:
        """What was asked for.

        Raises:
            OrderForgotten: it was not written down, or does not fit any more.
            DeploymentGone, RunExpired: as for its deployment.
        """
        record = delivery.record
        if delivery.order is None and record.order is not None:
            deployment = await self._looking.deployment_surely(delivery)
            owner = Actor(record.user, record.guild)
            with contextlib.suppress(ValueError):
                delivery.order = Order.read(record.order, deployment, owner, record.parent)
        if delivery.order is None:
            raise OrderForgotten
        fitted = delivery.order.fitted
        made_from = delivery.order.is_made_from
        delivery.tell(prompt=fitted.prompt, seed=fitted.seed, adjusted=fitted.adjusted, is_made_from=made_from)
        return delivery.order
