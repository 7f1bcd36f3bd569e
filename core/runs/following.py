"""From a run that is known to its end: each delivery has a task that follows it, shows it, and brings the results."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from core.catalog import Catalog
from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import shown_values
from core.comfydeploy.models import Run, Status
from core.errors import DeploymentNotFound, RunExpired, RunGone, RunSilent, TookTooLong
from core.people.house import Rules
from core.results.gathering import Basket, Gathering
from core.runs.deliveries import Deliveries
from core.runs.delivery import Delivery
from core.runs.estimates import Estimates
from core.runs.mark import is_made_from, shown_inputs
from core.runs.tracker import Tracker
from core.runs.updates import Updates
from core.runs.view import Stage
from core.tasks import Tasks
from core.webhook import Heard

log = structlog.get_logger(__name__)

GONE: Final = "a deployment that is gone"
_PING_AFTER: Final = 30.0  # seconds; who waits less is still looking
_BROKEN_OFF: Final = {Stage.FAILED, Stage.TIMED_OUT, Stage.CANCELLED}  # what was made by then is shown all the same
_CALLED_FOR: Final = {Stage.DONE, Stage.FAILED, Stage.TIMED_OUT, Stage.UNREAD, Stage.LOST, Stage.REFUSED, Stage.EXPIRED}


@dataclass(frozen=True, slots=True)
class Means:
    """What runs are followed with.

    `wants_ping(user, guild)` says whether a person is to be called at the end, `rules(guild)` what is set for results.
    """

    deliveries: Deliveries
    tracker: Tracker
    gathering: Gathering
    catalog: Catalog
    estimates: Estimates
    wants_ping: Callable[[int, int | None], Awaitable[bool]]
    rules: Callable[[int | None], Awaitable[Rules]]


class Following:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._deliveries = means.deliveries
        self._tasks = Tasks()

    def follow(self, delivery: Delivery) -> None:
        """Take over: from here on the run's end is shown and settled, whatever happens to who called."""
        self._tasks.start(self._deliver(delivery), f"delivery {delivery.id}")
        record = delivery.record
        if record.workflow_id is not None:
            self._tasks.start(self._means.estimates.prime(record.deployment, record.workflow_id), "estimates")

    def hear(self, heard: Heard) -> bool:
        """Take in what a webhook says; whether it is of a delivery whose run is not known yet."""
        delivery = self._deliveries.get(heard.delivery)
        if delivery is None:
            log.debug("hook.late", delivery=heard.delivery)
        elif delivery.run_id is None:
            return True
        elif delivery.run_id == heard.run.id:
            self._means.tracker.hear(heard.run)
        else:
            log.warning("hook.of_another_run", delivery=heard.delivery, run=delivery.run_id)
        return False

    async def show_cancelling(self, run_id: str, cancelling: bool) -> None:
        """Show whether a cancel is under way, and look at the run at once."""
        delivery = self._deliveries.find(run_id)
        if delivery is not None:
            self._means.tracker.ask_now(run_id)
            await self._deliveries.show(delivery, cancelling=cancelling)

    async def aclose(self) -> None:
        """Stop following, without a word; what is open stays written down."""
        await self._tasks.aclose()

    async def _deliver(self, delivery: Delivery) -> None:
        async with AsyncExitStack() as files:
            try:
                basket = self._means.gathering.basket(files)
                await self._follow(delivery, basket)
                await self._gather(delivery, basket)
            except Exception:  # a bug must not leave a message that waits for ever
                log.exception("run.delivery_failed", run=delivery.run_id)
                delivery.tell(unread=True)
            await self._deliveries.end(delivery)

    async def _follow(self, delivery: Delivery, basket: Basket) -> None:
        record = delivery.record
        follow = self._means.tracker.follow
        with follow(record.run_id or "", record.workflow_id, asked_at=record.asked_at) as updates:
            try:
                if delivery.furnished:  # else it is shown already, by the process that is gone
                    await self._show(delivery, updates)
                async for update in updates:
                    await self._furnish(delivery, update.run)
                    if not delivery.view.deployment:
                        label = self._means.catalog.recall_label(record.deployment)
                        delivery.tell(deployment=label or "")
                    unread = update.unread and update.run is not None and update.run.status == Status.SUCCESS
                    usual = self._means.estimates.usual(record.deployment)
                    delivery.tell(run=update.run, silent_since=update.silent_since, unread=unread, usual=usual)
                    if update.run is None or not update.run.is_final:
                        await self._look_ahead(delivery, basket)
                        await self._show(delivery, updates)
            except RunGone:
                delivery.tell(gone=True)
            except RunSilent:
                delivery.tell(unread=True)
            except RunExpired:
                delivery.tell(expired=True)

    async def _show(self, delivery: Delivery, updates: Updates) -> None:
        is_shown = await self._deliveries.show(delivery)
        updates.wants_progress = delivery.lost is None
        await updates.rest(self._deliveries.pace_of(delivery))
        while not is_shown and not updates.has_news:  # the place was busy, and nothing newer will come by itself
            is_shown = await self._deliveries.show(delivery)
            await updates.rest(self._deliveries.pauses.retry)

    async def _furnish(self, delivery: Delivery, run: Run | None) -> None:
        """What a process that did not start the run has to read back: the deployment's name, prompt and seed."""
        if delivery.furnished or run is None:
            return
        delivery.furnished = True
        try:
            deployment = await self._means.catalog.find(delivery.record.deployment)
        except (DeploymentNotFound, ApiError, TookTooLong):
            delivery.tell(deployment=delivery.view.deployment or GONE)
        else:
            values = shown_inputs(run.workflow_inputs)
            prompt, seed = shown_values(deployment.roles, values)
            made_from = is_made_from(delivery.record.parent, values.values())
            delivery.tell(deployment=deployment.label, prompt=prompt, seed=seed, is_made_from=made_from)

    async def _look_ahead(self, delivery: Delivery, basket: Basket) -> None:
        """What a run has made before its end is shown as it comes: a picture is there sooner than the rest."""
        view, run = delivery.view, delivery.view.run
        if run is not None and run.outputs and delivery.lost is None:
            limit = await delivery.surface.find_limit()
            delivery.tell(previews=await basket.previews(view, run, limit))

    async def _gather(self, delivery: Delivery, basket: Basket) -> None:
        """All that the end needs."""
        view, run = delivery.view, delivery.view.run
        if run is not None and (view.stage is Stage.FETCHING or (view.stage in _BROKEN_OFF and run.outputs)):
            await self._fetch(delivery, basket, run)
        if view.stage is Stage.FAILED:
            reason = await self._means.gathering.reason(delivery.record.workflow_id, delivery.run_id or "")
            delivery.tell(reason=reason)
        if view.stage is Stage.FETCHING and run is not None:
            delivery.tell(delivered=True)
            if run.created_at is not None and run.ended_at is not None:  # without what it waited in our own line
                seconds = (run.ended_at - run.created_at).total_seconds()
                self._means.estimates.learn(delivery.record.deployment, seconds)
        delivery.tell(ping=await self.is_called(delivery))

    async def _fetch(self, delivery: Delivery, basket: Basket, run: Run) -> None:
        """The files, in the size that the place takes; and what can be done with them there."""
        fetched = asyncio.Event()
        slow = asyncio.create_task(self._show_when_slow(delivery, fetched))
        try:
            limit = await delivery.surface.find_limit()
            complete = await basket.fill(delivery.view, run, limit)
            rules = await self._means.rules(delivery.guild)
        finally:
            fetched.set()  # an edit on its way is not given up: it may land after the end
            await asyncio.gather(slow, return_exceptions=True)
        delivery.tell(files=complete.files, texts=complete.texts, left_out=complete.left_out)
        delivery.tell(can_enlarge=rules.upscaler is not None, can_keep=rules.gallery is not None)
        delivery.refit = lambda limit: basket.fill(delivery.view, run, limit)

    async def is_called(self, delivery: Delivery) -> bool:
        """Whether the end is to call the person: who waited long, and wants that."""
        waited = delivery.view.duration or (datetime.now(UTC) - delivery.record.asked_at).total_seconds()
        if waited <= _PING_AFTER or delivery.view.stage not in _CALLED_FOR or delivery.adopted:
            return False
        return await self._means.wants_ping(delivery.owner, delivery.guild)

    async def _show_when_slow(self, delivery: Delivery, fetched: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._deliveries.pauses.pace):
                await fetched.wait()
        if delivery.edits and not fetched.is_set():  # else the last process may have shown the end already
            await self._deliveries.show(delivery)
