"""What a second on each GPU costs, kept for a day, and so what a run cost; never fails."""

from collections.abc import Awaitable, Callable
from typing import Final

from core.cache import Cached
from core.comfydeploy.errors import ApiError
from core.deadline import deadline
from core.errors import TookTooLong

_DAY: Final = 24 * 3600.0  # seconds; prices change a few times a year
_BRIEFLY: Final = 1.5  # seconds that somebody waits for what is only shown beside
_LAST_GOOD: Final = 1.0  # seconds after which prices of before will do


class Prices:
    """`read` gives US dollars per second by GPU; who asks waits for `patience` seconds at most. To be closed."""

    def __init__(self, read: Callable[[], Awaitable[dict[str, float]]], patience: float = _BRIEFLY) -> None:
        self._prices = Cached(read, _DAY, patience=min(_LAST_GOOD, patience))
        self._patience = patience

    async def cost(self, gpu: str | None, seconds: float | None) -> float | None:
        """US dollars for so long on a GPU; None when either is not known, or the price is not."""
        if seconds is None:
            return None
        price = await self.price(gpu)
        return None if price is None else price * seconds

    async def price(self, gpu: str | None) -> float | None:
        """US dollars per second; runs and prices may write a GPU in different case."""
        if not gpu:
            return None
        try:
            async with deadline(self._patience):
                prices = (await self._prices.get()).value
        except (ApiError, TookTooLong):
            return None
        if gpu in prices:
            return prices[gpu]
        return next((price for name, price in prices.items() if name.casefold() == gpu.casefold()), None)

    async def aclose(self) -> None:
        await self._prices.aclose()
