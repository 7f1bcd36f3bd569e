"""What a person may do about a submit of which nobody knows whether it made a run: look, submit again, give up."""

import contextlib
from dataclasses import replace

import structlog

from core.comfydeploy.errors import ApiError
from core.deadline import PATIENCE, deadline
from core.errors import (
    CoreError,
    DeploymentGone,
    DeploymentNotFound,
    NotYourRun,
    OrderForgotten,
    StillNotFound,
    SubmitUnknown,
    TookTooLong,
)
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.delivery import Delivery
from core.runs.following import GONE
from core.runs.journal import Phase
from core.runs.looking import Looking
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.submission import Trail
from core.runs.view import RunView, Surface
from core.tasks import Tasks

log = structlog.get_logger(__name__)


class Unclear:
    """Each verb takes the trail that stands in the message, so that it works with an empty disk, too."""

    def __init__(self, parts: Parts, ordering: Ordering, looking: Looking) -> None:
        self._parts = parts
        self._ordering = ordering
        self._looking = looking
        self._tasks = Tasks()

    async def aclose(self) -> None:
        await self._tasks.aclose()

    def hint(self, delivery_id: str, run_id: str) -> None:
        """Somebody says which run a delivery made: it is looked at at once, also while the message asks."""
        self._parts.submission.hint(delivery_id, run_id)
        delivery = self._parts.deliveries.get(delivery_id)
        is_asked = delivery is not None and delivery.record.phase is Phase.ASKED
        if delivery is not None and is_asked and not self._looking.is_looked_for(delivery_id):
            self._tasks.start(self._look_once(delivery), f"look {delivery_id}")

    async def look(self, trail: Trail, actor: Actor, surface: Surface) -> str:
        """Look for the run once more, and its id.

        Raises:
            NotYourRun: only who asked for it may.
            LookingAlready: it is being looked for now; the next look is at once then.
            StillNotFound: it is not found, and the question is put again.
            CoreError: its deployment is gone, or the API failed.
        """
        _check_owner(trail, actor)
        with self._looking.one_look(trail.delivery):
            known = self._known(trail)
            where = await (self._deployment(trail) if known is None else self._looking.where(known))
            try:
                run_id = await self._parts.submission.find(where, trail, patiently=False)
            except SubmitUnknown:
                view = known.view if known is not None else _view(trail, self._label(trail))
                await surface.show(replace(view, unknown=True))
                raise StillNotFound from None
            if known is not None:
                known.tell(unknown=False)
                await self._parts.deliveries.move(known, surface)
                await self._looking.found(known, run_id, where)
        return run_id

    async def anew(self, trail: Trail, actor: Actor, surface: Surface, cause: str | None = None) -> None:
        """Submit again what it was for, on the person's own word.

        Raises:
            OrderForgotten: what was asked for is not written down any more.
            CoreError: as `look`, and as `Ordering.order`.
        """
        _check_owner(trail, actor)
        with self._looking.one_look(trail.delivery):
            known = self._known(trail)
            if known is None:
                raise OrderForgotten
            async with deadline(PATIENCE):
                order = await self._ordering.order_of(known)
            try:
                new = await self._ordering.order(order, surface, cause, replaces=known.id)
            except CoreError:
                await self._parts.deliveries.move(known, surface)  # the question stays open, so it is put again
                self._looking.ask(known)
                raise
            log.info("submit.replaced", delivery=known.id, by=new.id)
            await self._parts.deliveries.close(known)

    async def give_up(self, trail: Trail, actor: Actor, surface: Surface) -> None:
        """Look no more; moderators may do that, too. Raises as `look`."""
        if not actor.may_moderate:
            _check_owner(trail, actor)
        with self._looking.one_look(trail.delivery):
            known = self._known(trail)
            if known is not None:
                await self._parts.deliveries.move(known, surface)
                await self._parts.deliveries.end(known, given_up=True)
                return
            label = GONE
            with contextlib.suppress(DeploymentGone, ApiError, TookTooLong):  # nothing is asked of it any more
                async with deadline(PATIENCE):
                    label = (await self._deployment(trail)).label
            await surface.finish(replace(_view(trail, label), given_up=True))

    async def _look_once(self, delivery: Delivery) -> None:
        with contextlib.suppress(CoreError), self._looking.one_look(delivery.id):  # not found, so the question stays
            where = await self._looking.where(delivery)
            run_id = await self._parts.submission.find(where, delivery.trail, patiently=False)
            await self._looking.found(delivery, run_id, where)

    def _known(self, trail: Trail) -> Delivery | None:
        known = self._parts.deliveries.get(trail.delivery)
        return known if known is not None and known.record.phase is Phase.ASKED else None

    def _label(self, trail: Trail) -> str:
        return self._parts.catalog.recall_label(trail.deployment) or GONE

    async def _deployment(self, trail: Trail) -> Deployment:
        try:
            return await self._parts.catalog.find(trail.deployment)
        except DeploymentNotFound:
            raise DeploymentGone from None


def _view(trail: Trail, label: str) -> RunView:
    return RunView(deployment=label, requester=trail.user, asked_at=trail.since, trail=str(trail))


def _check_owner(trail: Trail, actor: Actor) -> None:
    if actor.user != trail.user:
        raise NotYourRun(trail.user, moderators=False)
