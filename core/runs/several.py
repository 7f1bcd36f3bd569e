"""Several runs of one wish at once: the same inputs with other seeds, shown in one place, stopped together."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.comfydeploy.fit import draw_seed
from core.comfydeploy.inputs import Input
from core.errors import AlreadyOver, CoreError, NothingUnderWay, NotStartedYet, NotYourRun
from core.forms.draft import Draft
from core.offer import Deployment
from core.people.actor import Actor
from core.result_errors import TooManyAtOnce
from core.runs.cancelling import Cancelling
from core.runs.costs import CostOf, unknown
from core.runs.delivery import Delivery
from core.runs.estimates import Usual
from core.runs.order import Order
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.sheet import Sheet, slot_of
from core.runs.view import Surface

_RANDOM: Final = {"", "random", "-1"}  # what asks for a new seed
_LARGEST_SEED: Final = 2**64 - 1  # where an input names none


class CostNeeded(CoreError):
    """Several runs whose cost is known, and nobody has agreed to it yet; what was asked for is kept in `draft`.

    `dollars` are for all `count` of them, `usual` is how long each takes.
    """

    def __init__(self, draft: str, deployment: str, count: int, dollars: float, usual: Usual) -> None:
        super().__init__(f"{count} runs")
        self.draft = draft
        self.deployment = deployment
        self.count = count
        self.dollars = dollars
        self.usual = usual


@dataclass(frozen=True, slots=True)
class Stopped:
    """Of those that were to be stopped together: how many are, or were asked to, and how many could not be."""

    stopped: int
    others: int


class Several:
    """`draw(low, high)` picks seeds, `cost` tells what one run of a deployment usually costs."""

    def __init__(
        self,
        parts: Parts,
        ordering: Ordering,
        cancelling: Cancelling,
        draw: Callable[[int, int], int],
        cost: CostOf = unknown,
    ) -> None:
        self._parts = parts
        self._ordering = ordering
        self._cancelling = cancelling
        self._draw = draw
        self._cost = cost

    def check_ever(self, count: int) -> None:
        """Raises `TooManyAtOnce` where there is never room for so many."""
        limits = self._parts.limits
        most = limits.per_user + limits.waiting_per_user
        if 1 < count > most:
            raise TooManyAtOnce(most)

    def check(self, actor: Actor, count: int) -> None:
        """Raises `TooManyRuns` where there is no room now, and as `check_ever`."""
        self.check_ever(count)
        self._parts.limits.check(actor, count)

    async def ask(self, order: Order) -> None:
        """Raises `CostNeeded` for several runs whose cost is known, unless the person has agreed to it."""
        if order.draft is not None:
            await self._ask(order.draft, order.deployment)

    async def ask_about(self, draft: Draft, actor: Actor) -> None:
        """As `ask`, as far as its deployment is in memory."""
        offer = await self._parts.offering.recall(actor.guild)
        deployment = offer.listing.by_id.get(draft.deployment or "") if offer is not None else None
        if deployment is not None:
            await self._ask(draft, deployment)

    async def _ask(self, draft: Draft, deployment: Deployment) -> None:
        if draft.count == 1 or draft.is_agreed:
            return
        cost = await self._cost(deployment)
        if cost is not None:
            needed = CostNeeded(draft.id, deployment.label, draft.count, cost.dollars * draft.count, cost.usual)
            raise self._parts.forms.kept(draft, needed)

    async def start(self, order: Order, surface: Surface, cause: str | None) -> Delivery:
        """Begin all of them, shown together on `surface`; the first one. Raises as `ask` and `Ordering.order_all`."""
        self.check_ever(count_of(order))
        await self.ask(order)
        orders = orders_of(order, self._draw)
        begun = await self._ordering.order_all(
            orders, Sheet(surface, len(orders), pace=self._parts.deliveries.pauses.pace).slots(), cause
        )
        return begun[0]

    async def cancel(self, sheet: str, actor: Actor) -> Stopped:
        """Stop all runs of a sheet, those in line first, so that none of them starts meanwhile.

        Raises:
            NothingUnderWay: all of them are over.
            NotYourRun: only the owner or a moderator may.
        """
        mine = [item for item in self._parts.deliveries.list_open() if _is_under_way(item, sheet)]
        if not mine:
            raise NothingUnderWay
        if mine[0].owner != actor.user and not actor.moderates(mine[0].guild):
            raise NotYourRun(mine[0].owner)
        waiting = [item for item in mine if item.stands_in_line]
        begun = [item for item in mine if item not in waiting]
        stopped = [await self._stop(item, actor) for item in waiting]
        stopped += await asyncio.gather(*(self._stop(item, actor) for item in begun))
        return Stopped(sum(stopped), len(mine) - sum(stopped))

    async def _stop(self, delivery: Delivery, actor: Actor) -> bool:
        try:
            if delivery.run_id is not None:
                await self._cancelling.cancel(delivery.run_id, actor)
            elif delivery.stands_in_line:
                await self._ordering.leave(delivery.id, actor)
            else:
                raise NotStartedYet
        except AlreadyOver:
            return True
        except CoreError:
            return False
        return True


def count_of(order: Order) -> int:
    """How many runs are wanted of it."""
    return order.draft.count if order.draft is not None else 1


def orders_of(order: Order, draw: Callable[[int, int], int]) -> list[Order]:
    """As many as are wanted: a seed that was given is followed by the next ones, else each is drawn.

    Without a seed all are alike.
    """
    item = order.deployment.roles.seed
    first = order.fitted.seed
    if item is None or first is None or item.key not in order.fitted.values:
        return [_with_seed(order, None, None) for _ in range(count_of(order))]
    given = order.draft.values.get(item.key, "") if order.draft is not None else ""
    is_drawn = isinstance(given, str) and given.strip().casefold() in _RANDOM
    further = range(1, count_of(order))
    seeds = [draw_seed(item, draw) for _ in further] if is_drawn else _after(item, first, further)
    return [_with_seed(order, item, seed) for seed in (first, *seeds)]


def _after(item: Input, first: int, further: Sequence[int]) -> list[int]:
    """What follows a seed, from the lowest on again behind the highest."""
    minimum, maximum = item.span
    low = 0 if minimum is None else math.ceil(minimum)
    high = _LARGEST_SEED if maximum is None else math.floor(maximum)
    return [low + (first - low + step) % max(1, high - low + 1) for step in further]


def _with_seed(order: Order, item: Input | None, seed: int | None) -> Order:
    """Values and files of its own, since those change while they are being sent."""
    fitted = order.fitted
    values = dict(fitted.values) if item is None else {**fitted.values, item.key: seed}
    own = replace(fitted, values=values, files=dict(fitted.files), seed=fitted.seed if item is None else seed)
    return replace(order, fitted=own)


def _is_under_way(delivery: Delivery, sheet: str) -> bool:
    slot = slot_of(delivery)
    return slot is not None and slot.sheet.id == sheet and not delivery.ending
