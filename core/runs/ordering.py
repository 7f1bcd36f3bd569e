"""From a wish that fits to a run that is followed; and what is asked when nobody knows whether there is one."""

import asyncio
import contextlib
import functools
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import Fitted
from core.deadline import PATIENCE, deadline
from core.errors import (
    AlreadyAsked,
    DeploymentGone,
    DeploymentNotFound,
    NotYourRun,
    OrderForgotten,
    SubmitUnclear,
    SubmitUnknown,
    SurfaceLost,
    TookTooLong,
)
from core.media import Media
from core.metrics import Metrics
from core.offer import Deployment
from core.people.actor import Actor
from core.people.limits import RunLimits
from core.runs.deliveries import Deliveries, Delivery
from core.runs.mark import Mark
from core.runs.submission import Submission, Trail, trail_of
from core.runs.view import RunView, Surface

_MOST_OPEN: Final = 200  # orders that wait for their person's word
GONE: Final = "a deployment that is gone"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A wish that fits: ready to be submitted for `owner`."""

    deployment: Deployment
    fitted: Fitted
    owner: Actor
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What ordering and generating are made of; each part can be used alone."""

    api: ComfyDeploy
    catalog: Catalog
    media: Media
    submission: Submission
    deliveries: Deliveries
    limits: RunLimits
    metrics: Metrics


class Ordering:
    """Submits orders and hands their runs to the deliveries."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._under_way: dict[str, tuple[RunView, Surface]] = {}
        self._unclear: OrderedDict[str, tuple[Order, RunView]] = OrderedDict()  # by delivery
        self._looking: set[str] = set()

    async def order(self, order: Order, surface: Surface) -> str | None:
        """Submit, and have the run shown until its end; its id.

        None when nobody knows whether there is one: then its message asks the person.

        Raises:
            CoreError: nothing was started; which one tells why.
        """
        view = RunView(
            deployment=order.deployment.label,
            requester=order.owner.user,
            asked_at=datetime.now(UTC),
            prompt=order.fitted.prompt,
            seed=order.fitted.seed,
            parent=order.parent,
        )
        place = self._parts.limits.take(order.owner)
        self._under_way[place] = (view, surface)
        run_id = None
        try:
            await surface.show(view)
            for target, source in order.fitted.files.items():
                order.fitted.with_file(target, await self._parts.media.upload(target, source))
            run_id = await self._submitted(order, view, surface, place)
        finally:
            del self._under_way[place]
            if run_id is None:
                self._parts.limits.give_back(place)
        if run_id is not None:
            log.info("run.submitted", run=run_id, user=order.owner.user, deployment=order.deployment.id)
            self._parts.metrics.run_submitted()
            self.deliver(replace(view, run_id=run_id), order.deployment.workflow_id, surface, place)
        return run_id

    async def look(self, trail: Trail, actor: Actor, surface: Surface) -> tuple[str, Deployment] | None:
        """Look for the run of an unclear submit once more; None, and the question again, when it is not found.

        Raises:
            NotYourRun: only who asked for it may.
            AlreadyAsked: it is being looked for now.
            CoreError: its deployment is gone, or the API failed.
        """
        _check_owner(trail, actor)
        with self._one_at_a_time(trail):
            deployment = await self._deployment(trail)
            try:
                run_id = await self._parts.submission.find(deployment, trail, patiently=False)
            except SubmitUnknown:
                await self._ask(self._view(trail, deployment.label), surface)
                return None
        if self._unclear.pop(trail.delivery, None) is not None:
            self._parts.metrics.run_submitted()
        return run_id, deployment

    async def anew(self, trail: Trail, actor: Actor, surface: Surface) -> str | None:
        """Submit again what an unclear submit was for, on the person's own word.

        Raises:
            OrderForgotten: this process does not know what was asked for.
            CoreError: as `look` and `order`.
        """
        _check_owner(trail, actor)
        with self._one_at_a_time(trail):
            order, view = self._unclear.get(trail.delivery) or (None, None)
            if order is None or view is None:
                raise OrderForgotten
            del self._unclear[trail.delivery]
            try:
                return await self.order(order, surface)
            except BaseException:
                self._unclear[trail.delivery] = (order, view)
                raise

    async def give_up(self, trail: Trail, actor: Actor, surface: Surface) -> None:
        """Look no more for the run of an unclear submit; moderators may do that, too. Raises as `look`."""
        if not actor.may_moderate:
            _check_owner(trail, actor)
        with self._one_at_a_time(trail):
            label = GONE
            with contextlib.suppress(DeploymentGone, ApiError, TookTooLong):  # nothing is asked of it any more
                async with deadline(PATIENCE):
                    label = (await self._deployment(trail)).label
            view = self._view(trail, label)
            self._unclear.pop(trail.delivery, None)
            await surface.finish(replace(view, given_up=True))

    async def pause(self, patience: float) -> None:
        """Before the process ends: wait a few seconds for submits under way, and say of the others where they stand."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._under_way:  # noqa: ASYNC110 -- a submit ends in one of many tasks
                    await asyncio.sleep(0.05)
        farewells = [surface.show(replace(view, pausing=True)) for view, surface in self._under_way.values()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):  # no place that hangs may keep the process
                await asyncio.gather(*farewells, return_exceptions=True)

    def deliver(self, view: RunView, workflow_id: str | None, surface: Surface, place: str) -> None:
        """Follow a run to its end, shown on `surface`; `place` is given back then."""
        settle = functools.partial(self._parts.limits.give_back, place)
        self._parts.deliveries.open(Delivery(view.run_id or "", view.requester, workflow_id, view, surface, settle))

    async def _submitted(self, order: Order, view: RunView, surface: Surface, place: str) -> str | None:
        mark = Mark(secrets.token_hex(8), order.owner.user, order.owner.guild, order.deployment.id, parent=order.parent)
        trail = trail_of(mark)
        looking = replace(view, trail=str(trail))
        self._under_way[place] = (looking, surface)  # a process that ends before the answer leaves the trail
        try:
            return await self._parts.submission.submit(order.deployment, order.fitted.values, mark)
        except SubmitUnclear:
            self._remember(trail, order, looking)
        try:
            with self._one_at_a_time(trail):
                with contextlib.suppress(SurfaceLost):  # what may have been started is looked for wherever it is shown
                    await surface.show(looking)
                run_id = await self._parts.submission.find(order.deployment, trail)
        except SubmitUnknown:
            with contextlib.suppress(SurfaceLost):  # "nothing was started" would be a guess
                await self._ask(looking, surface)
            return None
        self._unclear.pop(trail.delivery, None)
        return run_id

    async def _ask(self, view: RunView, surface: Surface) -> None:
        await surface.show(replace(view, unknown=True))

    async def _deployment(self, trail: Trail) -> Deployment:
        known = self._unclear.get(trail.delivery)
        if known is not None:
            return known[0].deployment
        try:
            return await self._parts.catalog.find(trail.deployment)
        except DeploymentNotFound:
            raise DeploymentGone from None

    def _view(self, trail: Trail, label: str) -> RunView:
        known = self._unclear.get(trail.delivery)
        if known is not None:
            return known[1]
        return RunView(deployment=label, requester=trail.user, asked_at=trail.since, trail=str(trail))

    def _remember(self, trail: Trail, order: Order, view: RunView) -> None:
        self._unclear[trail.delivery] = (order, view)
        if len(self._unclear) > _MOST_OPEN:
            self._unclear.popitem(last=False)

    @contextlib.contextmanager
    def _one_at_a_time(self, trail: Trail) -> Iterator[None]:
        if trail.delivery in self._looking:
            raise AlreadyAsked
        self._looking.add(trail.delivery)
        try:
            yield
        finally:
            self._looking.discard(trail.delivery)


def _check_owner(trail: Trail, actor: Actor) -> None:
    if actor.user != trail.user:
        raise NotYourRun(trail.user)
