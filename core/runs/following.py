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
from core.runs.deliveries import Deliveries
from core.runs.delivery import Delivery
from core.runs.estimates import Estimates
from core.runs.mark import shown_inputs
from core.runs.results import Results
from core.runs.tracker import Tracker
from core.runs.updates import Updates
from core.runs.view import Stage
from core.tasks import Tasks
from core.webhook import Heard

log = structlog.get_logger(__name__)

GONE: Final = "a deployment that is gone"
_PING_AFTER: Final = 30.0  # seconds; who waits less is still looking
_CALLED_FOR: Final = {Stage.DONE, Stage.FAILED, Stage.TIMED_OUT, Stage.UNREAD, Stage.LOST, Stage.REFUSED, Stage.EXPIRED}


@dataclass(frozen=True, slots=True)
class Means:
    """What runs are followed with. `wants_ping(user, guild)` says whether a person is to be called at the end."""

    deliveries: Deliveries
    tracker: Tracker
    results: Results
    catalog: Catalog
    estimates: Estimates
    wants_ping: Callable[[int, int | None], Awaitable[bool]]


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
                await self._follow(delivery)
                await self._gather(delivery, files)
            except Exception:  # a bug must not leave a message that waits for ever
                log.exception("run.delivery_failed", run=delivery.run_id)
                delivery.tell(unread=True)
            await self._deliveries.end(delivery)

    async def _follow(self, delivery: Delivery) -> None:
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
            prompt, seed = shown_values(deployment.roles, shown_inputs(run.workflow_inputs))
            delivery.tell(deployment=deployment.label, prompt=prompt, seed=seed)

    async def _gather(self, delivery: Delivery, files: AsyncExitStack) -> None:
        """All that the end needs."""
        view, run = delivery.view, delivery.view.run
        if view.stage is Stage.FETCHING and run is not None:
            fetched = asyncio.Event()
            slow = asyncio.create_task(self._show_when_slow(delivery, fetched))
            try:
                complete = await self._means.results.fetch(view, run, delivery.surface.upload_limit, files)
            finally:
                fetched.set()  # an edit on its way is not given up: it may land after the end
                await asyncio.gather(slow, return_exceptions=True)
            delivery.tell(files=complete.files, texts=complete.texts, left_out=complete.left_out, delivered=True)
            if run.created_at is not None and run.ended_at is not None:  # without what it waited in our own line
                seconds = (run.ended_at - run.created_at).total_seconds()
                self._means.estimates.learn(delivery.record.deployment, seconds)
        elif view.stage is Stage.FAILED:
            reason = await self._means.results.reason(delivery.record.workflow_id, delivery.run_id or "")
            delivery.tell(reason=reason)
        delivery.tell(ping=await self.is_called(delivery))

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
