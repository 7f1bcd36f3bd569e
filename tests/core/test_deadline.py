"""How long a person waits: not for ever for an API that hangs, and not at all for what is known already."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from aiohttp import web

from core.cache import Cached
from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.deadline import deadline
from core.errors import TookTooLong
from core.offer import Offer
from core.operator_errors import NothingToChange
from core.reading import read_offer
from tests.core.shelf import item
from tests.core.stub import Stub, serving


class Hanging:
    """A list of one deployment, handed out while the gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        await self.gate.wait()
        return web.json_response([item(7)] if request.query["is_fluid"] == "false" else [])


@asynccontextmanager
async def hanging() -> AsyncIterator[tuple[Hanging, ComfyDeploy, Stub]]:
    answer = Hanging()
    async with serving(answer) as stub, ComfyDeploy.connect(stub.url, "key") as api:
        yield answer, api, stub
        answer.gate.set()


async def test_an_api_that_hangs_is_not_waited_for_longer_than_allowed() -> None:
    async with hanging() as (_, api, _stub), aclosing(Catalog(api, Terms())) as catalog:
        with pytest.raises(TookTooLong) as caught:
            async with deadline(0.02):
                await catalog.find("thing 7")

    assert caught.value.seconds == 0.02


async def test_the_load_that_took_too_long_goes_on_for_whoever_comes_next() -> None:
    async with hanging() as (answer, api, stub), aclosing(Catalog(api, Terms())) as catalog:
        with pytest.raises(TookTooLong):
            async with deadline(0.02):
                await catalog.find("thing 7")
        answer.gate.set()

        async with deadline(5.0):
            found = await catalog.find("thing 7")

        assert (found.name, len(stub.requests), catalog.deployments.counters.loads) == ("thing 7", 2, 1)


async def test_an_old_value_is_the_answer_while_the_api_hangs() -> None:
    async with hanging() as (answer, api, _):

        async def load() -> Offer:
            return await read_offer(api, ("production",))

        async with aclosing(Cached(load, ttl=3600.0, patience=0.02)) as cached:
            answer.gate.set()
            fresh = await cached.get()
            answer.gate.clear()
            cached.invalidate()

            async with deadline(5.0):
                kept = await cached.get()

            assert (kept.value, kept.stale, cached.is_loading) == (fresh.value, True, True)


async def test_what_is_done_in_time_is_the_answer() -> None:
    async with deadline(5.0):
        done = await asyncio.sleep(0, "done")

    assert done == "done"


@pytest.mark.parametrize("error", [TimeoutError, NothingToChange, asyncio.CancelledError])
async def test_what_fails_in_time_fails_as_it_is(error: type[BaseException]) -> None:
    with pytest.raises(error):
        async with deadline(5.0):
            raise error


@pytest.mark.parametrize(("outer", "inner"), [(0.02, 5.0), (5.0, 0.02), (0.02, 0.02)])
async def test_of_two_limits_the_earlier_end_counts(outer: float, inner: float) -> None:
    with pytest.raises(TookTooLong) as caught:
        async with deadline(outer), deadline(inner):
            await asyncio.Event().wait()

    assert caught.value.seconds == 0.02


async def test_what_is_forgiven_within_an_inner_limit_does_not_outlast_the_outer_one() -> None:
    async def forgive() -> None:
        with contextlib.suppress(TookTooLong):
            async with deadline(5.0):
                await asyncio.Event().wait()

    with pytest.raises(TookTooLong) as caught:
        async with deadline(0.02):
            await forgive()

    assert caught.value.seconds == 0.02


async def test_an_inner_time_limit_is_not_mistaken_for_the_outer_one() -> None:
    with pytest.raises(TimeoutError):
        async with deadline(5.0), asyncio.timeout(0.0):
            await asyncio.sleep(1)
