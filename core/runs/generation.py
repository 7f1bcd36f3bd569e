"""The verb of the whole project: generate, again, cancel. Each takes who asks and where it is to be shown."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

import structlog

from core.deadline import PATIENCE, deadline
from core.errors import AlreadyAsked, CoreError, InputsInvalid
from core.forms.wish import Wish
from core.people.actor import Actor
from core.runs.cancelling import Cancelling
from core.runs.delivery import Delivery
from core.runs.journal import Journal
from core.runs.looking import Looking
from core.runs.mark import read_mark
from core.runs.order import Order
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.repeating import Repeats
from core.runs.resuming import Restore, Resuming
from core.runs.submission import Trail
from core.runs.unclear import Unclear
from core.runs.view import Surface
from core.webhook import Heard

_DOUBLE_CLICK: Final = 3.0  # seconds
_FAREWELL: Final = 1.5  # seconds for submits whose answers are on their way

log = structlog.get_logger(__name__)


class Generation:
    """Starts, repeats and cancels runs, and goes on with those of the last process.

    `draw(low, high)` picks seeds; a second click within `double_click` seconds is none.
    """

    def __init__(
        self,
        parts: Parts,
        journal: Journal,
        draw: Callable[[int, int], int] = random.randint,
        double_click: float = _DOUBLE_CLICK,
    ) -> None:
        self._parts = parts
        self._looking = Looking(parts)
        self._ordering = Ordering(parts, self._looking)
        self._unclear = Unclear(parts, self._ordering, self._looking)
        self._resuming = Resuming(parts, self._ordering, self._looking, journal)
        self._cancelling = Cancelling(parts, self._ordering, self._resuming)
        self._repeats = Repeats(parts, draw)
        self._double_click = double_click
        self._repeating: set[tuple[int, str]] = set()

    async def check(self, wish: Wish) -> None:
        """Raise what can be known from memory alone, so that a wish can be refused before it is acknowledged.

        Raises:
            TooManyRuns: there is neither a place nor room in the line.
            FormNeeded, PickNeeded, DeploymentNotFound, DeploymentAmbiguous: as `Forms.check`.
        """
        await self._parts.forms.check(wish)
        self._parts.limits.check(wish.actor)

    async def start(self, wish: Wish, surface: Surface) -> Delivery:
        """Submit one run, and have it shown until its end; it may have to stand in line first.

        Raises:
            AlreadyAsked: this very wish was heard before.
            FormNeeded, PickNeeded: more is to be said first.
            CoreError: nothing was started; which one tells why.
        """
        return await self._begin(await self._parts.forms.order(wish), surface, wish.cause)

    async def check_form(self, draft: str, actor: Actor) -> None:
        """As `check`, for a form that was filled in. Raises `AlreadyAsked`, too."""
        await self._parts.forms.check_draft(draft, actor)
        self._parts.limits.check(actor)

    async def start_form(self, draft: str, actor: Actor, surface: Surface, cause: str | None = None) -> Delivery:
        """As `start`, for a form that was filled in. Raises `FormExpired`, too."""
        with self._parts.forms.sending(draft, actor):
            return await self._begin(await self._parts.forms.order_of(draft, actor), surface, cause)

    async def resume(self, restore: Restore) -> int:
        """Go on with every delivery that the last process left open; how many. Raises `StoreFailed`."""
        return await self._resuming.resume(restore)

    def hear(self, heard: Heard) -> None:
        """Take in what a webhook says. Never waits, and believes nothing that the API does not confirm."""
        if self._parts.following.hear(heard):
            self._unclear.hint(heard.delivery, heard.run.id)

    async def owner_of(self, run_id: str) -> int:
        """Who asked for a run, by its mark. Raises `RunGone`, `RunNotOurs` or `ApiError`."""
        return read_mark((await self._parts.read(run_id)).workflow_inputs).user

    async def again(self, run_id: str, actor: Actor, surface: Surface, cause: str | None = None) -> Delivery:
        """Run the same inputs with a new seed, for the person who asks now; the inputs are read back from the run.

        Raises:
            AlreadyAsked: the same person asked for the same a moment ago.
            FormNeeded: the deployment has changed since.
            CoreError: as `start`, or the run is gone or was made elsewhere.
        """
        key = (actor.user, run_id)
        if key in self._repeating:
            raise AlreadyAsked
        self._parts.limits.check(actor)
        self._repeating.add(key)
        try:
            async with deadline(PATIENCE):
                order = await self._repeats.order(run_id, actor)
            delivery = await self._begin(order, surface, cause)
        except BaseException:
            self._repeating.discard(key)  # nothing is on its way, so asking again is no double click
            raise
        asyncio.get_running_loop().call_later(self._double_click, self._repeating.discard, key)
        return delivery

    async def refresh(self, run_id: str, surface: Surface) -> None:
        """Follow a run to its end, shown on `surface` from now on.

        Raises:
            CoreError: the run is gone, was made elsewhere, or the API failed.
        """
        followed = self._parts.deliveries.find(run_id)
        if followed is not None:
            await self._parts.deliveries.move(followed, surface)
            return
        run = await self._parts.read(run_id)
        await self._resuming.adopt(run, read_mark(run.workflow_inputs), surface)

    async def look(self, trail: str, actor: Actor, surface: Surface) -> None:
        """Look once more for the run of an unclear submit, and follow it on `surface` if it is found.

        Raises:
            ValueError: `trail` is none.
            CoreError: as `Unclear.look`.
        """
        await self.refresh(await self._unclear.look(Trail.parse(trail), actor, surface), surface)

    async def anew(self, trail: str, actor: Actor, surface: Surface, cause: str | None = None) -> None:
        """Submit again what an unclear submit was for; raises `ValueError`, or as `Unclear.anew`."""
        await self._unclear.anew(Trail.parse(trail), actor, surface, cause)

    async def give_up(self, trail: str, actor: Actor, surface: Surface) -> None:
        """Look no more for the run of an unclear submit; raises `ValueError`, or as `Unclear.give_up`."""
        await self._unclear.give_up(Trail.parse(trail), actor, surface)

    async def leave(self, delivery: str, actor: Actor) -> None:
        """Take a wish out of the line; raises as `Ordering.leave`."""
        await self._ordering.leave(delivery, actor)

    async def pause(self, patience: float = _FAREWELL) -> None:
        """Before the process ends: wait a little for submits under way, and say of all others where they stand."""
        await self._ordering.pause(patience)
        await self._resuming.aclose()
        await self._unclear.aclose()
        await self._looking.aclose()
        await self._parts.following.aclose()
        await self._parts.deliveries.farewell()

    async def aclose(self) -> None:
        """Stop all that is under way here, without a word."""
        await self._ordering.aclose()
        await self._resuming.aclose()
        await self._unclear.aclose()
        await self._looking.aclose()
        await self._parts.following.aclose()

    async def cancel(self, run_id: str, actor: Actor, surface: Surface | None = None) -> None:
        """Ask for a run's end; raises as `Cancelling.cancel`."""
        await self._cancelling.cancel(run_id, actor, surface)

    async def cancel_one(self, name: str | None, actor: Actor) -> None:
        """Cancel by the start of an id, or the newest; raises as `Cancelling.cancel_one`."""
        await self._cancelling.cancel_one(name, actor)

    async def _begin(self, order: Order, surface: Surface, cause: str | None) -> Delivery:
        try:
            delivery = await self._ordering.order(order, surface, cause)
        except InputsInvalid as invalid:
            raise self._parts.forms.refused(order, invalid) from None
        except CoreError as error:
            raise self._parts.forms.kept(order.draft, error) from None
        await self._parts.forms.done(order)
        return delivery
