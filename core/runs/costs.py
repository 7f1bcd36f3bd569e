"""What one run of a deployment usually costs, as far as that is known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.catalog import Catalog
from core.offer import Deployment
from core.prices import Prices
from core.runs.estimates import Estimates, Usual


@dataclass(frozen=True, slots=True)
class Cost:
    """`dollars` are US dollars of today for one run that takes as long as `usual`."""

    dollars: float
    usual: Usual


CostOf = Callable[[Deployment], Awaitable[Cost | None]]


async def unknown(_: Deployment) -> Cost | None:
    """Where nobody knows what runs cost."""
    return None


class Costs:
    """Knows how long runs took, on which GPU they run, and what a second on it costs."""

    def __init__(self, estimates: Estimates, catalog: Catalog, prices: Prices) -> None:
        self._estimates = estimates
        self._catalog = catalog
        self._prices = prices

    async def of(self, deployment: Deployment) -> Cost | None:
        """None as soon as one of the three is not known; waits for prices alone, and not for long."""
        usual = self._estimates.usual(deployment.id)
        machines = self._catalog.machines.peek()
        machine = machines.value.by_id.get(deployment.machine_id or "") if machines is not None else None
        if usual is None or machine is None:
            return None
        dollars = await self._prices.cost(machine.record.gpu, usual.half)
        return None if dollars is None else Cost(dollars, usual)
