"""The verb of the whole project: generate, again, cancel. Each takes who asks and where it is to be shown."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from core.comfydeploy.errors import NotFound
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Given
from core.deadline import PATIENCE, deadline
from core.errors import AlreadyAsked, CoreError, DeploymentNotFound, InputsInvalid
from core.forms.draft import Draft
from core.forms.form import Form
from core.forms.wish import Wish
from core.people.actor import Actor
from core.result_errors import NoResult, NotOverYet, NoUpscaler
from core.runs.cancelling import Cancelling
from core.runs.costs import CostOf, unknown
from core.runs.delivery import Delivery
from core.runs.journal import Journal
from core.runs.looking import Looking
from core.runs.mark import read_mark
from core.runs.order import Order
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.repeating import Repeats
from core.runs.resuming import Restore, Resuming
from core.runs.several import Several, Stopped, count_of
from core.runs.sheet import slot_of
from core.runs.submission import Trail
from core.runs.unclear import Unclear
from core.runs.view import Surface
from core.webhook import Heard

_DOUBLE_CLICK: Final = 3.0  # seconds
_END_SOON: Final = 10.0  # seconds for the end of a run to be shown where it was asked for
_FAREWELL: Final = 1.5  # seconds for submits whose answers are on their way

log = structlog.get_logger(__name__)


class Generation:
    """Starts, repeats and cancels runs, and goes on with those of the last process.

    `draw(low, high)` picks seeds; a second click within `double_click` seconds is none. `cost` is told before several
    are started at once.
    """

    def __init__(
        self,
        parts: Parts,
        journal: Journal,
        draw: Callable[[int, int], int] = random.randint,
        double_click: float = _DOUBLE_CLICK,
        cost: CostOf = unknown,
    ) -> None:
        self._parts = parts
        self._looking = Looking(parts)
        self._ordering = Ordering(parts, self._looking)
        self._unclear = Unclear(parts, self._ordering, self._looking)
        self._resuming = Resuming(parts, self._ordering, self._looking, journal)
        self._cancelling = Cancelling(parts, self._ordering, self._resuming)
        self._several = Several(parts, self._ordering, self._cancelling, draw, cost)
        self._repeats = Repeats(parts, draw)
        self._double_click = double_click
        self._repeating: set[tuple[int, str, object]] = set()

    async def check(self, wish: Wish) -> None:
        """Raise what can be known from memory alone, so that a wish can be refused before it is acknowledged.

        Raises:
            TooManyRuns, TooManyAtOnce: there is neither a place nor room in the line.
            CostNeeded: it is to be agreed to first what several runs cost.
            FormNeeded, PickNeeded, DeploymentNotFound, DeploymentAmbiguous: as `Forms.check`.
        """
        self._several.check_ever(wish.count)
        order = await self._parts.forms.check(wish)
        self._several.check(wish.actor, wish.count)
        if order is not None:
            await self._several.ask(order)

    async def start(self, wish: Wish, surface: Surface) -> Delivery:
        """Submit one run, and have it shown until its end; it may have to stand in line first.

        Raises:
            AlreadyAsked: this very wish was heard before.
            FormNeeded, PickNeeded, CostNeeded: more is to be said first.
            CoreError: nothing was started; which one tells why.
        """
        return await self._begin(await self._parts.forms.order(wish), surface, wish.cause)

    async def check_form(self, draft: str, actor: Actor) -> None:
        """As `check`, for a form that was filled in. Raises `AlreadyAsked`, too."""
        await self._parts.forms.check_draft(draft, actor)
        begun = self._parts.forms.begun(draft, actor)
        self._several.check(actor, begun.count)
        await self._several.ask_about(begun, actor)

    async def start_form(self, draft: str, actor: Actor, surface: Surface, cause: str | None = None) -> Delivery:
        """As `start`, for a form that was filled in. Raises `FormExpired`, too."""
        with self._parts.forms.sending(draft, actor):
            return await self._begin(await self._parts.forms.order_of(draft, actor), surface, cause)

    def agree(self, draft: str, actor: Actor) -> None:
        """The person has seen what several runs cost, and wants them. Raises `FormExpired`."""
        self._parts.forms.begun(draft, actor).is_agreed = True

    async def start_aimed(self, draft: Draft, actor: Actor, surface: Surface, cause: str | None = None) -> Delivery:
        """As `start_form`, for what was kept for one deployment: `draft.aim`. Raises `AlreadyAsked`, as `again`."""
        with self._once((actor.user, draft.aim or "", draft.given.attached)):
            await self._parts.forms.choose(draft.id, actor, draft.aim or "")
            return await self.start_form(draft.id, actor, surface, cause)

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

    async def again(
        self, run_id: str, actor: Actor, surface: Surface, cause: str | None = None, *, keeps_seed: bool = False
    ) -> Delivery:
        """Run the same inputs with a new seed, or the same, for the person who asks now; they are read from the run.

        Raises:
            AlreadyAsked: the same person asked for the same a moment ago.
            FormNeeded: the deployment has changed since.
            CoreError: as `start`, or as `Repeats.order`.
        """
        with self._once((actor.user, run_id, keeps_seed)):
            self._parts.limits.check(actor)
            async with deadline(PATIENCE):
                order = await self._repeats.order(run_id, actor, keeps_seed=keeps_seed)
            try:
                return await self._begin(order, surface, cause)
            except NotFound:
                async with deadline(PATIENCE):  # read anew, its deployment is gone, and something else is offered
                    await self._repeats.order(run_id, actor, keeps_seed=keeps_seed)
                raise

    async def edit(self, run_id: str, actor: Actor, *, may_all: bool = False) -> Form:
        """A form with what a run was made from; `may_all`, and what else it raises, as `Repeats.form`."""
        async with deadline(PATIENCE):
            return await self._repeats.form(run_id, actor, may_all=may_all)

    async def use(self, run_id: str, actor: Actor) -> Draft:
        """Keep the files of a run for whichever input takes them. Raises as `Repeats.files`."""
        async with deadline(PATIENCE):
            files = await self._repeats.files(run_id, actor)
        draft = self._parts.forms.begin(actor, Given(attached=files), is_wanted=True)
        draft.parent = run_id
        return draft

    async def enlarge(self, run_id: str, actor: Actor) -> Draft:
        """The same with its pictures only, for what its server has named for them.

        Raises:
            NoUpscaler: nothing is named, or it is gone.
            CoreError: as `use`.
        """
        upscaler = (await self._parts.rules(actor.guild)).upscaler
        if upscaler is None:
            raise NoUpscaler
        async with deadline(PATIENCE):
            files = await self._repeats.files(run_id, actor)
            try:
                aim = (await self._parts.offering.find(upscaler, actor.guild)).id
            except DeploymentNotFound:
                raise NoUpscaler from None
        pictures = tuple(item for item in files if item.kind is InputKind.IMAGE)
        if not pictures:
            raise NoResult
        draft = self._parts.forms.begin(actor, Given(attached=pictures))
        draft.parent, draft.aim = run_id, aim
        return draft

    async def refresh(self, run_id: str, surface: Surface) -> None:
        """Follow a run to its end, shown on `surface` from now on.

        Raises:
            NotOverYet: it is shown together with others that are under way.
            CoreError: the run is gone, was made elsewhere, or the API failed.
        """
        followed = self._parts.deliveries.find(run_id)
        if followed is not None and slot_of(followed) is not None:
            raise NotOverYet
        if followed is not None:
            await self._parts.deliveries.move(followed, surface)
            return
        run = await self._parts.read(run_id)
        await self._resuming.adopt(run, read_mark(run.workflow_inputs), surface)

    async def recall(self, run_id: str, surface: Surface) -> None:
        """Show a run that is over in one more place; one under way stays where it is, unless that place is lost.

        Raises:
            NotOverYet: it is under way, and shown.
            CoreError: as `refresh`.
        """
        followed = self._parts.deliveries.find(run_id)
        if followed is not None and followed.ending:
            async with deadline(_END_SOON):  # its end is being shown, in this moment or together with others
                await followed.over.wait()
        elif followed is not None and followed.lost is None:
            raise NotOverYet
        await self.refresh(run_id, surface)

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

    async def cancel_all(self, sheet: str, actor: Actor) -> Stopped:
        """Stop all runs that are shown together; raises as `Several.cancel`."""
        return await self._several.cancel(sheet, actor)

    async def cancel_one(self, name: str | None, actor: Actor) -> None:
        """Cancel by the start of an id, or the newest; raises as `Cancelling.cancel_one`."""
        await self._cancelling.cancel_one(name, actor)

    @contextmanager
    def _once(self, key: tuple[int, str, object]) -> Iterator[None]:
        """What is asked for a second time meanwhile, or shortly after it was begun, is a double click.

        Raises:
            AlreadyAsked: it is one.
        """
        if key in self._repeating:
            raise AlreadyAsked
        self._repeating.add(key)
        try:
            yield
        except BaseException:
            self._repeating.discard(key)  # nothing is on its way, so asking again is no double click
            raise
        asyncio.get_running_loop().call_later(self._double_click, self._repeating.discard, key)

    async def _begin(self, order: Order, surface: Surface, cause: str | None) -> Delivery:
        try:
            begin = self._several.start if count_of(order) > 1 else self._ordering.order
            delivery = await begin(order, surface, cause)
        except InputsInvalid as invalid:
            raise self._parts.forms.refused(order, invalid) from None
        except CoreError as error:
            if isinstance(error, NotFound):
                self._parts.catalog.invalidate("deployments")  # it had still what is gone
            raise self._parts.forms.kept(order.draft, error) from None
        await self._parts.forms.done(order)
        return delivery
