"""From a wish that fits to a run that is followed: the line, the submit, the search after an unclear one."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.errors import (
    AlreadyAsked,
    CoreError,
    DeploymentGone,
    DeploymentNotFound,
    NothingUnderWay,
    NotYourRun,
    OrderForgotten,
    RunExpired,
    SubmitUnclear,
    SubmitUnknown,
    TookTooLong,
)
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.delivery import Delivery, new_delivery
from core.runs.following import GONE
from core.runs.journal import Phase
from core.runs.mark import Mark
from core.runs.order import Order
from core.runs.parts import Parts
from core.runs.view import Surface
from core.tasks import Tasks

DAY: Final = timedelta(hours=24)  # after which nobody waits for a run any more
_LINE_PACE: Final = 2.0  # seconds between two looks at one's place in line, for each place in it

log = structlog.get_logger(__name__)


class Ordering:
    """Submits orders and has their runs followed."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._tasks = Tasks()
        self._sending: set[str] = set()  # deliveries whose submit is under way
        self._looking: set[str] = set()

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
        except Exception:
            await deliveries.close(delivery)
            raise
        except BaseException:  # cancelled: it stays written down, and the next process goes on
            limits.leave(delivery.ticket)
            raise
        return delivery

    def pursue(self, delivery: Delivery) -> None:
        """Submit it when its turn has come, in a task of its own; what goes wrong is said in its message."""
        self._tasks.start(self._pursue(delivery), f"order {delivery.id}")

    def recover(self, delivery: Delivery) -> None:
        """Look for the run of a submit that may have been sent by a process that is gone."""
        self._tasks.start(self._recover(delivery), f"recovery {delivery.id}")

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
        await self._parts.deliveries.end(delivery)

    def hint(self, delivery_id: str, run_id: str) -> None:
        """Somebody says which run a delivery made: it is looked at at once, also while the message asks."""
        self._parts.submission.hint(delivery_id, run_id)
        delivery = self._parts.deliveries.get(delivery_id)
        is_asked = delivery is not None and delivery.record.phase is Phase.ASKED
        if delivery is not None and is_asked and delivery_id not in self._looking:
            self._tasks.start(self._look_once(delivery), f"look {delivery_id}")

    async def pause(self, patience: float) -> None:
        """Before the process ends: wait a little for submits under way, since their answers name the runs."""
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
        except CoreError as error:
            await self._parts.deliveries.end(delivery, refused=error)
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
        for target, source in list(order.fitted.files.items()):
            order.fitted.with_file(target, await self._parts.media.upload(target, source))
            del order.fitted.files[target]  # asked for once more, its upload does
        self._sending.add(delivery.id)
        try:
            now = datetime.now(UTC)
            await deliveries.save(delivery, surely=True, phase=Phase.SENDING, sent_at=now, order=order.written())
            run_id = await self._sent(delivery, order)
            await self.found(delivery, run_id, order.deployment)
        except SubmitUnclear:
            self._sending.discard(delivery.id)
            with self.one_look(delivery.id):
                is_found = await self._look_for(delivery, order.deployment)
            if not is_found:
                await self._question(delivery)
        finally:
            self._sending.discard(delivery.id)

    async def _sent(self, delivery: Delivery, order: Order) -> str:
        owner = order.owner
        mark = Mark(delivery.id, owner.user, owner.guild, order.deployment.id, parent=order.parent)
        hook = self._parts.hook(delivery.id)
        return await self._parts.submission.submit(order.deployment, order.fitted.values, mark, hook)

    async def found(self, delivery: Delivery, run_id: str, deployment: Deployment) -> None:
        """Its run is known: have it followed, unless its end was told meanwhile."""
        if delivery.ending or delivery.over.is_set():
            return
        log.info("run.submitted", run=run_id, user=delivery.owner, deployment=deployment.id, delivery=delivery.id)
        self._parts.metrics.run_submitted()
        if delivery.ticket.place is None:
            delivery.ticket = self._parts.limits.hold(delivery.owner)
        await self._parts.deliveries.found(delivery, run_id, deployment.workflow_id)
        self._parts.following.follow(delivery)

    async def _look_for(self, delivery: Delivery, deployment: Deployment) -> bool:
        """Whether its run was found, and is followed."""
        trail = delivery.trail
        try:
            # what may have been started is looked for wherever it is shown
            await self._parts.deliveries.show(delivery, trail=str(trail))
            run_id = await self._parts.submission.find(deployment, trail)
            await self.found(delivery, run_id, deployment)
        except SubmitUnknown:
            return False
        return True

    async def _question(self, delivery: Delivery) -> None:
        """Nobody knows whether there is a run: from the moment its message says so, the person decides."""
        self._parts.limits.leave(delivery.ticket)
        delivery.note(phase=Phase.ASKED)  # a click may be faster than the disk
        await self._parts.deliveries.show(delivery, unknown=True)
        await self._parts.deliveries.save(delivery)
        self.ask(delivery)

    async def _look_once(self, delivery: Delivery) -> None:
        with contextlib.suppress(CoreError), self.one_look(delivery.id):  # not found, so the question stays
            deployment = await self._deployment_surely(delivery)
            run_id = await self._parts.submission.find(deployment, delivery.trail, patiently=False)
            await self.found(delivery, run_id, deployment)

    def ask(self, delivery: Delivery) -> None:
        """Its message asks the person; the question is closed after a day."""
        self._tasks.start(self._expire(delivery), f"question {delivery.id}")

    async def _recover(self, delivery: Delivery) -> None:
        await self._parts.deliveries.show(delivery, trail=str(delivery.trail))
        try:
            with self.one_look(delivery.id):
                is_found = await self._look_for(delivery, await self._deployment_surely(delivery))
            if not is_found:
                await self._question(delivery)
        except RunExpired:
            await self._parts.deliveries.end(delivery, expired=True)
        except CoreError:
            await self._parts.deliveries.end(delivery, given_up=True)

    async def _deployment_surely(self, delivery: Delivery) -> Deployment:
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

    async def order_of(self, delivery: Delivery) -> Order:
        """What was asked for.

        Raises:
            OrderForgotten: it was not written down, or does not fit any more.
            DeploymentGone, RunExpired: as for its deployment.
        """
        record = delivery.record
        if delivery.order is None and record.order is not None:
            deployment = await self._deployment_surely(delivery)
            owner = Actor(record.user, record.guild, upload_limit=delivery.surface.upload_limit)
            with contextlib.suppress(ValueError):
                delivery.order = Order.read(record.order, deployment, owner, record.parent)
        if delivery.order is None:
            raise OrderForgotten
        delivery.tell(prompt=delivery.order.fitted.prompt, seed=delivery.order.fitted.seed)
        return delivery.order

    async def _expire(self, delivery: Delivery) -> None:
        """A question that nobody answers within a day is closed."""
        for pause in self._parts.deliveries.pauses.again:
            if await self._parts.deliveries.show(delivery):  # again: the last process may have shown something else
                break
            await asyncio.sleep(pause)
        await asyncio.sleep((DAY - delivery.age).total_seconds())
        if delivery.record.phase is Phase.ASKED and not delivery.over.is_set():
            await self._parts.deliveries.end(delivery, expired=True)

    @contextlib.contextmanager
    def one_look(self, delivery: str) -> Iterator[None]:
        """Raises `AlreadyAsked` while another look for the same run is under way."""
        if delivery in self._looking:
            raise AlreadyAsked
        self._looking.add(delivery)
        try:
            yield
        finally:
            self._looking.discard(delivery)
