"""The verb of the whole project: generate, again, cancel. Each takes who asks and where it is to be shown."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from core.comfydeploy.assignments import parse_assignments
from core.comfydeploy.errors import ApiError, NotCancellable, NotFound
from core.comfydeploy.fit import Fitted, Given, draw_seed, fit, shown_values
from core.comfydeploy.inputs import Roles
from core.comfydeploy.models import Run, Status
from core.deadline import PATIENCE, deadline
from core.errors import (
    AlreadyAsked,
    AlreadyOver,
    CannotCancel,
    DeploymentGone,
    DeploymentNotFound,
    InputsInvalid,
    NothingUnderWay,
    NotYourRun,
    RunGone,
    TookTooLong,
)
from core.offer import Deployment, choose
from core.people.actor import Actor
from core.runs.deliveries import Delivery
from core.runs.mark import Mark, read_mark, shown_inputs
from core.runs.ordering import GONE, Order, Ordering, Parts
from core.runs.submission import Trail
from core.runs.view import RunView, Surface

_DOUBLE_CLICK: Final = 3.0  # seconds
_GLANCE: Final = 3.0  # seconds for the newest state of a run whose last one is known
_SHORTEST: Final = 4  # characters of a run's id that tell which one is meant

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: a deployment by name, label or id, what they gave, and further inputs as written."""

    actor: Actor
    deployment: str
    given: Given = field(default_factory=Given)
    further: str = ""


class Generation:
    """Starts, repeats and cancels runs.

    `draw(low, high)` picks seeds; a second click within `double_click` seconds is none.
    """

    def __init__(
        self, parts: Parts, draw: Callable[[int, int], int] = random.randint, double_click: float = _DOUBLE_CLICK
    ) -> None:
        self._parts = parts
        self._ordering = Ordering(parts)
        self._draw = draw
        self._double_click = double_click
        self._repeating: set[tuple[int, str]] = set()

    def check(self, wish: Wish) -> None:
        """Raise what can be known from memory alone, so that a wish can be refused before it is acknowledged.

        A memory older than the catalog's time to live refuses nothing: there may be more on offer by now.

        Raises:
            InputsInvalid, DeploymentNotFound, DeploymentAmbiguous, TooManyRuns: as `start` would.
        """
        offer = self._parts.catalog.recall()
        if offer is not None:
            self._fitted(choose(offer, wish.deployment), wish)
        self._parts.limits.check(wish.actor)

    async def start(self, wish: Wish, surface: Surface) -> str | None:
        """Submit one run, have it shown until its end, and return its id.

        None when nobody knows whether it was started: then its message asks the person.

        Raises:
            CoreError: nothing was started; which one tells why.
        """
        deployment = await self._parts.catalog.find(wish.deployment)
        return await self._ordering.order(Order(deployment, self._fitted(deployment, wish), wish.actor), surface)

    async def owner_of(self, run_id: str) -> int:
        """Who asked for a run, by its mark. Raises `RunGone`, `RunNotOurs` or `ApiError`."""
        return read_mark((await self._read(run_id)).workflow_inputs).user

    async def again(self, run_id: str, actor: Actor, surface: Surface) -> str | None:
        """Run the same inputs with a new seed, for the person who asks now; the inputs are read back from the run.

        Raises:
            AlreadyAsked: the same person asked for the same a moment ago.
            CoreError: as `start`, or the run is gone or was made elsewhere.
        """
        key = (actor.user, run_id)
        if key in self._repeating:
            raise AlreadyAsked
        self._parts.limits.check(actor)
        self._repeating.add(key)
        try:
            async with deadline(PATIENCE):
                order = await self._repeated(run_id, actor)
            new_id = await self._ordering.order(order, surface)
        except BaseException:
            self._repeating.discard(key)  # nothing is on its way, so asking again is no double click
            raise
        asyncio.get_running_loop().call_later(self._double_click, self._repeating.discard, key)
        return new_id

    async def refresh(self, run_id: str, surface: Surface) -> None:
        """Follow a run on `surface` to its end, unless it is followed and shown already.

        Raises:
            CoreError: the run is gone, was made elsewhere, or the API failed.
        """
        followed = self._parts.deliveries.find(run_id)
        if followed is not None:
            await self._parts.deliveries.move(followed, surface)
            return
        run = await self._read(run_id)
        await self._adopt(run, read_mark(run.workflow_inputs), surface)

    async def look(self, trail: str, actor: Actor, surface: Surface) -> None:
        """Look once more for the run of an unclear submit, and follow it on `surface` if it is found.

        Raises:
            ValueError: `trail` is none.
            CoreError: as `Ordering.look`.
        """
        found = await self._ordering.look(Trail.parse(trail), actor, surface)
        if found is not None:
            await self.refresh(found[0], surface)

    async def anew(self, trail: str, actor: Actor, surface: Surface) -> None:
        """Submit again what an unclear submit was for; raises `ValueError`, or as `Ordering.anew`."""
        await self._ordering.anew(Trail.parse(trail), actor, surface)

    async def give_up(self, trail: str, actor: Actor, surface: Surface) -> None:
        """Look no more for the run of an unclear submit; raises `ValueError`, or as `Ordering.give_up`."""
        await self._ordering.give_up(Trail.parse(trail), actor, surface)

    async def pause(self, patience: float = 3.0) -> None:
        """Before the process ends: wait a few seconds for submits under way, and say where each run stands."""
        await self._ordering.pause(patience)
        await self._parts.deliveries.pause()

    async def cancel(self, run_id: str, actor: Actor, surface: Surface | None = None) -> None:
        """Ask for a run's end; its message shows what comes of it.

        A run that nobody follows (its bot process is gone) is followed from now on, shown on `surface`.

        Raises:
            NotYourRun: only the owner or a moderator may.
            AlreadyOver: it has ended, and its message says so.
            CannotCancel: its machine kind cannot.
            CoreError: the run is gone, was made elsewhere, or the API failed.
        """
        followed = self._parts.deliveries.find(run_id)
        run = await (self._read(run_id) if followed is None else self._newest(followed))
        mark = read_mark(run.workflow_inputs) if followed is None else None
        owner = mark.user if mark is not None else followed.owner if followed is not None else 0
        if owner != actor.user and not actor.may_moderate:
            raise NotYourRun(owner)
        if surface is not None and mark is not None:
            await self._adopt(run, mark, surface)
            if run.is_final:
                return
        if run.is_final:
            raise AlreadyOver(run.status)
        await self._stop(run)
        log.info("run.cancelled", run=run_id, by=actor.user)

    async def cancel_mine(self, run_id: str | None, actor: Actor) -> None:
        """Cancel a run of the person under way, by default the newest; raises `NothingUnderWay`, or as `cancel`."""
        start = "" if run_id is None else run_id.strip().lower()
        mine = [delivery.run_id for delivery in self._parts.deliveries.list_of(actor.user)]
        chosen = [item for item in mine if item.startswith(start)]
        if not chosen or (run_id is not None and len(start) < _SHORTEST):
            raise NothingUnderWay
        await self.cancel(chosen[0], actor)

    async def _newest(self, followed: Delivery) -> Run:
        """A followed run, as it was last seen when it cannot be read now."""
        try:
            async with deadline(_GLANCE):
                return await self._read(followed.run_id)
        except (ApiError, TookTooLong):
            return followed.view.run or Run(id=followed.run_id, status=Status.RUNNING)

    async def _stop(self, run: Run) -> None:
        stopped = False
        await self._parts.deliveries.show_cancelling(run.id, cancelling=True)
        try:
            await self._parts.api.runs.cancel(run.id)
            stopped = True
        except NotCancellable:
            raise CannotCancel(run.machine_type) from None
        finally:
            await self._parts.deliveries.show_cancelling(run.id, cancelling=stopped)

    async def _adopt(self, run: Run, mark: Mark, surface: Surface) -> None:
        label, roles = GONE, Roles()
        with contextlib.suppress(DeploymentNotFound, ApiError, TookTooLong):
            deployment = await self._parts.catalog.find(mark.deployment)
            label, roles = deployment.label, deployment.roles
        prompt, seed = shown_values(roles, shown_inputs(run.workflow_inputs))
        view = RunView(
            deployment=label,
            requester=mark.user,
            asked_at=run.created_at or datetime.now(UTC),
            prompt=prompt,
            seed=seed,
            parent=mark.parent,
            run_id=run.id,
        )
        if self._parts.deliveries.find(run.id) is None:  # a second click may have been faster while this one waited
            self._ordering.deliver(view, run.workflow_id, surface, self._parts.limits.hold(mark.user))

    def _fitted(self, deployment: Deployment, wish: Wish) -> Fitted:
        named, problems = parse_assignments(wish.further)
        try:
            fitted = fit(deployment.inputs, replace(wish.given, named={**wish.given.named, **named}), self._draw)
        except InputsInvalid as invalid:
            raise InputsInvalid([*problems, *invalid.problems], deployment.label) from None
        if problems:
            raise InputsInvalid(problems, deployment.label)
        return fitted

    async def _repeated(self, run_id: str, actor: Actor) -> Order:
        run = await self._read(run_id)
        mark = read_mark(run.workflow_inputs)
        try:
            deployment = await self._parts.catalog.find(mark.deployment)
        except DeploymentNotFound:
            raise DeploymentGone from None
        values = shown_inputs(run.workflow_inputs)
        roles = deployment.roles
        if roles.seed:
            values[roles.seed.key] = draw_seed(roles.seed, self._draw)
        return Order(deployment, Fitted(values, {}, *shown_values(roles, values)), actor, parent=run.id)

    async def _read(self, run_id: str) -> Run:
        try:
            async with deadline(PATIENCE):
                return await self._parts.api.runs.get(run_id)
        except NotFound:
            raise RunGone from None
