"""What a person may do about a submit of which nobody knows whether it made a run: look, submit again, give up."""

import contextlib
from dataclasses import replace

from core.comfydeploy.errors import ApiError
from core.deadline import PATIENCE, deadline
from core.errors import (
    CoreError,
    DeploymentGone,
    DeploymentNotFound,
    NotYourRun,
    OrderForgotten,
    SubmitUnknown,
    TookTooLong,
)
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.delivery import Delivery
from core.runs.following import GONE
from core.runs.journal import Phase
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.submission import Trail
from core.runs.view import RunView, Surface


class Unclear:
    """Each verb takes the trail that stands in the message, so that it works with an empty disk, too."""

    def __init__(self, parts: Parts, ordering: Ordering) -> None:
        self._parts = parts
        self._ordering = ordering

    async def look(self, trail: Trail, actor: Actor, surface: Surface) -> str | None:
        """Look for the run once more, and its id; None, and the question again, when it is not found.

        Raises:
            NotYourRun: only who asked for it may.
            AlreadyAsked: it is being looked for now.
            CoreError: its deployment is gone, or the API failed.
        """
        _check_owner(trail, actor)
        with self._ordering.one_look(trail.delivery):
            known = self._known(trail)
            deployment = await self._deployment(trail, known)
            try:
                run_id = await self._parts.submission.find(deployment, trail, patiently=False)
            except SubmitUnknown:
                view = known.view if known is not None else _view(trail, deployment.label)
                await surface.show(replace(view, unknown=True))
                return None
            if known is not None:
                known.tell(unknown=False)
                await self._parts.deliveries.move(known, surface)
                await self._ordering.found(known, run_id, deployment)
        return run_id

    async def anew(self, trail: Trail, actor: Actor, surface: Surface, cause: str | None = None) -> None:
        """Submit again what it was for, on the person's own word.

        Raises:
            OrderForgotten: what was asked for is not written down any more.
            CoreError: as `look`, and as `Ordering.order`.
        """
        _check_owner(trail, actor)
        with self._ordering.one_look(trail.delivery):
            known = self._known(trail)
            if known is None:
                raise OrderForgotten
            async with deadline(PATIENCE):
                order = await self._ordering.order_of(known)
            try:
                await self._ordering.order(order, surface, cause, replaces=known.id)
            except CoreError:
                await self._parts.deliveries.move(known, surface)  # the question stays open, so ask it again
                raise
            await self._parts.deliveries.close(known)

    async def give_up(self, trail: Trail, actor: Actor, surface: Surface) -> None:
        """Look no more; moderators may do that, too. Raises as `look`."""
        if not actor.may_moderate:
            _check_owner(trail, actor)
        with self._ordering.one_look(trail.delivery):
            known = self._known(trail)
            if known is not None:
                await self._parts.deliveries.move(known, surface)
                await self._parts.deliveries.end(known, given_up=True)
                return
            label = GONE
            with contextlib.suppress(DeploymentGone, ApiError, TookTooLong):  # nothing is asked of it any more
                async with deadline(PATIENCE):
                    label = (await self._deployment(trail, None)).label
            await surface.finish(replace(_view(trail, label), given_up=True))

    def _known(self, trail: Trail) -> Delivery | None:
        known = self._parts.deliveries.get(trail.delivery)
        return known if known is not None and known.record.phase is Phase.ASKED else None

    async def _deployment(self, trail: Trail, known: Delivery | None) -> Deployment:
        if known is not None and known.order is not None:
            return known.order.deployment
        try:
            return await self._parts.catalog.find(trail.deployment)
        except DeploymentNotFound:
            raise DeploymentGone from None


def _view(trail: Trail, label: str) -> RunView:
    return RunView(deployment=label, requester=trail.user, asked_at=trail.since, trail=str(trail))


def _check_owner(trail: Trail, actor: Actor) -> None:
    if actor.user != trail.user:
        raise NotYourRun(trail.user)
