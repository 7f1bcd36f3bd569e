"""What runs cost: prices are read once, and who asks never meets an error."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ServerFault
from core.prices import Prices

KNOWN = {"A10G": 0.25, "a10g": 0.5, "H100": 2.0, "CPU": 0.0}


class Reader:
    """Gives the prices, and counts how often it is asked."""

    def __init__(self, answer: Callable[[], Awaitable[dict[str, float]]] | None = None) -> None:
        self.calls = 0
        self._answer = answer

    async def __call__(self) -> dict[str, float]:
        self.calls += 1
        return dict(KNOWN) if self._answer is None else await self._answer()


@asynccontextmanager
async def prices_of(reader: Reader) -> AsyncIterator[Prices]:
    async with aclosing(Prices(reader, patience=0.02)) as prices:
        yield prices


@pytest.mark.parametrize(
    ("gpu", "price"),
    [("A10G", 0.25), ("a10g", 0.5), ("h100", 2.0), ("CPU", 0.0), ("A10", None), ("", None), (None, None)],
)
async def test_a_gpu_is_found_as_it_is_written_or_in_another_case(gpu: str | None, price: float | None) -> None:
    async with prices_of(Reader()) as prices:
        assert await prices.price(gpu) == price


@pytest.mark.parametrize(
    ("gpu", "seconds", "cost"), [("H100", 3.5, 7.0), ("H100", 0.0, 0.0), ("H100", None, None), ("new", 1.0, None)]
)
async def test_a_run_costs_its_seconds(gpu: str, seconds: float | None, cost: float | None) -> None:
    async with prices_of(Reader()) as prices:
        assert await prices.cost(gpu, seconds) == cost


async def test_prices_are_read_once_for_all() -> None:
    reader = Reader()
    async with prices_of(reader) as prices:
        await asyncio.gather(*(prices.price("H100") for _ in range(20)))
        await prices.price("CPU")

    assert reader.calls == 1


async def test_prices_that_cannot_be_read_are_not_known_until_they_can() -> None:
    answers = iter([ServerFault("prices", 500), None])

    async def answer() -> dict[str, float]:
        error = next(answers)
        if error is not None:
            raise error
        return KNOWN

    async with prices_of(Reader(answer)) as prices:
        assert await prices.price("H100") is None
        assert await prices.price("H100") == 2.0


async def test_nobody_waits_for_prices_that_do_not_come() -> None:
    async def never() -> dict[str, float]:
        await asyncio.Event().wait()
        raise AssertionError

    async with prices_of(Reader(never)) as prices:
        assert await prices.cost("H100", 1.0) is None


async def test_the_prices_of_the_account_will_do(api: ComfyDeploy) -> None:
    async with aclosing(Prices(api.account.get_gpu_prices)) as prices:
        assert await prices.cost("A10G", 100.0) == pytest.approx(0.0337)
