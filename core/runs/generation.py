"""The verb of the whole project: generate, again, cancel. Each takes who asks and where it is to be shown."""

import asyncio
import contextlib
import functools
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from core.catalog import Catalog, Deployment, choose
from core.comfydeploy.assignments import parse_assignments
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.fit import Fitted, Given, draw_seed, fit, shown_values
from core.comfydeploy.inputs import Roles
from core.comfydeploy.models import Run, Status
from core.errors import (
    AlreadyAsked,
    AlreadyOver,
    ApiError,
    CannotCancel,
    DeploymentGone,
    DeploymentNotFound,
    InputsInvalid,
    NotCancellable,
    NotFound,
    NothingUnderWay,
    NotYourRun,
    RunGone,
    SurfaceLost,
)
from core.media import Media
from core.people.actor import Actor
from core.people.limits import RunLimits
from core.runs.deliveries import Deliveries, Delivery
from core.runs.mark import Mark, read_mark, shown_inputs
from core.runs.submission import Submission
from core.runs.view import RunView, Surface

_DOUBLE_CLICK: Final = 3.0  # seconds

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: a deployment by name, label or id, what they gave, and further inputs as written."""

    actor: Actor
    deployment: str
    given: Given = field(default_factory=Given)
    further: str = ""


@dataclass(frozen=True, slots=True)
class _Order:
    """A wish that fits: ready to be submitted for `owner`."""

    deployment: Deployment
    fitted: Fitted
    owner: Actor
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What generating is made of; each part can be used alone."""

    api: ComfyDeploy
    catalog: Catalog
    media: Media
    submission: Submission
    deliveries: Deliveries
    limits: RunLimits


class Generation:
    """Starts, repeats and cancels runs.

    `draw(low, high)` picks seeds; a second click within `double_click` seconds is none.
    """

    def __init__(
        self, parts: Parts, draw: Callable[[int, int], int] = random.randint, double_click: float = _DOUBLE_CLICK
    ) -> None:
        self._parts = parts
        self._draw = draw
        self._double_click = double_click
        self._repeating: set[tuple[int, str]] = set()
        self._ordering: dict[str, tuple[RunView, Surface]] = {}

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

    async def start(self, wish: Wish, surface: Surface) -> str:
        """Submit one run, have it shown until its end, and return its id.

        Raises:
            CoreError: nothing was started; which one tells why.
        """
        deployment = await self._parts.catalog.find(wish.deployment)
        return await self._order(_Order(deployment, self._fitted(deployment, wish), wish.actor), surface)

    async def owner_of(self, run_id: str) -> int:
        """Who asked for a run, by its mark. Raises `RunGone`, `RunNotOurs` or `ApiError`."""
        return read_mark((await self._read(run_id)).workflow_inputs).user

    async def again(self, run_id: str, actor: Actor, surface: Surface) -> str:
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
            new_id = await self._order(await self._repeated(run_id, actor), surface)
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

    async def pause(self, patience: float = 3.0) -> None:
        """Before the process ends: wait a few seconds for submits under way, and say where each run stands."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._ordering:  # noqa: ASYNC110 -- a submit ends in one of many tasks
                    await asyncio.sleep(0.05)
        for view, surface in list(self._ordering.values()):
            with contextlib.suppress(SurfaceLost):
                await surface.show(replace(view, pausing=True))
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
        mine = self._parts.deliveries.list_of(actor.user)
        chosen = [delivery.run_id for delivery in mine if run_id is None or delivery.run_id.startswith(run_id.strip())]
        if not chosen:
            raise NothingUnderWay
        await self.cancel(chosen[0], actor)

    async def _newest(self, followed: Delivery) -> Run:
        """A followed run, as it was last seen when it cannot be read now."""
        try:
            return await self._read(followed.run_id)
        except ApiError:
            return followed.view.run or Run(id=followed.run_id, status=Status.RUNNING)

    async def _stop(self, run: Run) -> None:
        stopped = False
        await self._parts.deliveries.show_cancelling(run.id, cancelling=True)
        try:
            await self._parts.api.cancel(run.id)
            stopped = True
        except NotCancellable:
            raise CannotCancel(run.machine_type) from None
        finally:
            await self._parts.deliveries.show_cancelling(run.id, cancelling=stopped)

    async def _adopt(self, run: Run, mark: Mark, surface: Surface) -> None:
        label, roles = "a deployment that is gone", Roles()
        with contextlib.suppress(DeploymentNotFound, ApiError):
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
            self._deliver(view, run.workflow_id, surface, self._parts.limits.hold(mark.user))

    def _fitted(self, deployment: Deployment, wish: Wish) -> Fitted:
        named, problems = parse_assignments(wish.further)
        try:
            fitted = fit(deployment.inputs, replace(wish.given, named={**wish.given.named, **named}), self._draw)
        except InputsInvalid as invalid:
            raise InputsInvalid([*problems, *invalid.problems], deployment.label) from None
        if problems:
            raise InputsInvalid(problems, deployment.label)
        return fitted

    async def _repeated(self, run_id: str, actor: Actor) -> _Order:
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
        return _Order(deployment, Fitted(values, {}, *shown_values(roles, values)), actor, parent=run.id)

    async def _order(self, order: _Order, surface: Surface) -> str:
        parts, fitted = self._parts, order.fitted
        view = RunView(
            deployment=order.deployment.label,
            requester=order.owner.user,
            asked_at=datetime.now(UTC),
            prompt=fitted.prompt,
            seed=fitted.seed,
            parent=order.parent,
        )
        place = parts.limits.take(order.owner)
        self._ordering[place] = (view, surface)
        try:
            await surface.show(view)
            for target, source in fitted.files.items():
                fitted.with_file(target, await parts.media.upload(target, source))
            run_id = await parts.submission.submit(order.deployment, fitted.values, _mark(order))
        except BaseException:
            parts.limits.give_back(place)
            raise
        finally:
            del self._ordering[place]
        log.info("run.submitted", run=run_id, user=order.owner.user, deployment=order.deployment.id)
        self._deliver(replace(view, run_id=run_id), order.deployment.workflow_id, surface, place)
        return run_id

    def _deliver(self, view: RunView, workflow_id: str | None, surface: Surface, place: str) -> None:
        limits, run_id = self._parts.limits, view.run_id or ""
        settle = functools.partial(limits.give_back, place)
        self._parts.deliveries.open(Delivery(run_id, view.requester, workflow_id, view, surface, settle))

    async def _read(self, run_id: str) -> Run:
        try:
            return await self._parts.api.get_run(run_id)
        except NotFound:
            raise RunGone from None


def _mark(order: _Order) -> Mark:
    return Mark(secrets.token_hex(8), order.owner.user, order.owner.guild, order.deployment.id, parent=order.parent)
