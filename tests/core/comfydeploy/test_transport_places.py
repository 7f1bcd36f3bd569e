"""How many calls are under way at once, and what becomes of those that wait for their turn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.comfydeploy.breaker import COOL_DOWN, FAILURES
from core.comfydeploy.errors import Paused
from core.comfydeploy.transport import AT_ONCE
from tests.core.comfydeploy.sending import POST, Line, line
from tests.core.stub import Held, serving
from tests.waiting import until


async def _read(sent: Line) -> None:
    await sent.once()


async def _change(sent: Line) -> None:
    await sent.transport.send(POST)


@pytest.mark.parametrize("kinds", [(_read,), (_change,), (_read, _change)], ids=["reads", "changes", "both"])
async def test_no_more_calls_are_under_way_than_help(kinds: tuple[Callable[[Line], Awaitable[None]], ...]) -> None:
    held = Held()

    async with serving(held) as server, line(server.url) as sent:
        calls = [asyncio.ensure_future(kinds[place % len(kinds)](sent)) for place in range(AT_ONCE + 36)]
        await until(lambda: held.waiting == AT_ONCE)
        for _ in calls:
            await until(lambda: held.waiting)
            held.answer()
        await asyncio.gather(*calls)

    assert held.most == AT_ONCE


async def test_calls_that_wait_for_their_turn_are_not_sent_once_the_server_is_away() -> None:
    held = Held()

    async with serving(held) as server, line(server.url) as sent:
        calls = [asyncio.ensure_future(sent.once()) for _ in range(AT_ONCE + 10)]
        for _ in range(FAILURES):
            await until(lambda: held.waiting == AT_ONCE)
            ended = len(sent.counts.called)
            held.cut()
            await until(lambda: len(sent.counts.called) > ended)  # noqa: B023 -- it is over before the next
        await until(lambda: len(sent.counts.refused) == 10 - (FAILURES - 1))
        held.answer(held.waiting)
        results = await asyncio.gather(*calls, return_exceptions=True)

    assert len(server.requests) == AT_ONCE + FAILURES - 1
    assert [type(result) for result in results].count(Paused) == 10 - (FAILURES - 1)


async def test_while_paused_nobody_waits_for_a_place_to_be_told_so() -> None:
    held = Held()

    async with serving(held) as server, line(server.url) as sent:
        calls = [asyncio.ensure_future(sent.once()) for _ in range(AT_ONCE + FAILURES - 1)]
        for _ in range(FAILURES):
            await until(lambda: held.waiting == AT_ONCE)
            ended = len(sent.counts.called)
            held.cut()
            await until(lambda: len(sent.counts.called) > ended)  # noqa: B023 -- it is over before the next
        sent.clock.now += COOL_DOWN
        probe = asyncio.ensure_future(sent.once())
        await until(lambda: held.waiting == AT_ONCE)

        with pytest.raises(Paused):
            await asyncio.wait_for(sent.once(), 5)

        held.answer(AT_ONCE)
        await asyncio.gather(probe, *calls, return_exceptions=True)

    assert len(server.requests) == len(calls) + 1


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_place() -> None:
    held = Held()

    async with serving(held) as server, line(server.url) as sent:
        calls = [asyncio.ensure_future(sent.once()) for _ in range(AT_ONCE)]
        await until(lambda: held.waiting == AT_ONCE)
        waiting = asyncio.ensure_future(sent.once())
        last = asyncio.ensure_future(sent.once())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        held.answer()
        await until(lambda: len(server.requests) == AT_ONCE + 1)
        held.answer(AT_ONCE)
        await asyncio.gather(last, *calls)

    assert held.most == AT_ONCE
