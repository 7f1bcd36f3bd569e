"""When the server is away: nothing is sent for a while, repeats stay few, and no more calls are under way than help."""

import asyncio

import pytest
from aiohttp import web

from core.comfydeploy.breaker import COOL_DOWN, FAILURES, RESERVE, SHARE
from core.comfydeploy.errors import ApiError, NoAnswer, Paused, ServerFault, Unreachable
from core.comfydeploy.transport import Call
from tests.core.comfydeploy.sending import DELETE, PATCH, POST, READ, SHORT, Line, line
from tests.core.stub import Answer, Held, cutting, hanging, nobody, saying, serving
from tests.waiting import until

GATEWAY = saying(b"<html>", 502)
AWAY: dict[str, Answer] = {
    "502": GATEWAY,
    "503": saying(b"", 503, Retry_After="1"),
    "504": saying(b"", 504),
    "cut": cutting,
}
THERE: dict[str, Answer] = {
    "500": saying(b"Internal Server Error", 500),
    "501": saying(b"", 501),
    "429": saying(b"", 429),
    "404": saying(b'{"detail": "Run not found"}', 404),
    "401": saying(b'{"detail": "Revoked token"}', 401),
    "redirect": saying(b"", 302),
}


class Switch:
    """Answers as the test says at the moment."""

    def __init__(self, now: Answer) -> None:
        self.now = now

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        return await self.now(request)


async def fail(sent: Line, times: int = FAILURES) -> None:
    for _ in range(times):
        with pytest.raises(ApiError):
            await sent.once()


@pytest.mark.parametrize("away", AWAY)
async def test_after_failures_in_a_row_nothing_is_sent(away: str) -> None:
    async with serving(AWAY[away]) as server, line(server.url) as sent:
        await fail(sent)
        for _ in range(3):
            with pytest.raises(Paused):
                await sent.once()

    assert len(server.requests) == FAILURES


async def test_connections_that_are_refused_count() -> None:
    async with nobody() as address, line(address.url) as sent:
        await fail(sent)

        with pytest.raises(Paused):
            await sent.once()


async def test_answers_that_never_come_count() -> None:
    async with serving(hanging) as server, line(server.url, timeouts=SHORT) as sent:
        await asyncio.gather(*(sent.once() for _ in range(FAILURES)), return_exceptions=True)

        with pytest.raises(Paused):
            await sent.once()


@pytest.mark.parametrize("call", [POST, PATCH, DELETE], ids=lambda call: call.operation.method)
async def test_changes_are_not_sent_either_and_count_as_well(call: Call) -> None:
    async with serving(cutting) as server, line(server.url) as sent:
        for _ in range(FAILURES):
            with pytest.raises(NoAnswer):
                await sent.transport.send(call)

        with pytest.raises(Paused):
            await sent.transport.send(call)

    assert len(server.requests) == FAILURES


@pytest.mark.parametrize("there", THERE)
async def test_an_answer_does_not_count_whatever_it_says(there: str) -> None:
    async with serving(THERE[there]) as server, line(server.url) as sent:
        await fail(sent, times=2 * FAILURES)

    assert len(server.requests) == 2 * FAILURES


@pytest.mark.parametrize("there", THERE)
async def test_an_answer_between_failures_starts_the_count_anew(there: str) -> None:
    switch = Switch(GATEWAY)

    async with serving(switch) as server, line(server.url) as sent:
        await fail(sent, times=FAILURES - 1)
        switch.now = THERE[there]
        await fail(sent, times=1)
        switch.now = GATEWAY
        await fail(sent, times=FAILURES - 1)

    assert len(server.requests) == 2 * FAILURES - 1


async def test_the_repeats_of_one_read_are_not_sent_once_it_is_paused(quick_retries: None) -> None:
    async with serving(GATEWAY) as server, line(server.url) as sent:
        await fail(sent, times=FAILURES - 1)

        with pytest.raises(Paused):
            await sent.transport.read(READ)

    assert len(server.requests) == FAILURES


async def test_after_the_cool_down_one_probe_is_sent_and_its_success_ends_the_pause() -> None:
    held, switch = Held(), Switch(GATEWAY)

    async with serving(switch) as server, line(server.url) as sent:
        await fail(sent)
        switch.now = held
        sent.clock.now += COOL_DOWN
        probe = asyncio.ensure_future(sent.once())
        await until(lambda: held.waiting)
        with pytest.raises(Paused):
            await sent.once()
        held.answer()
        assert await probe == b"[]"
        switch.now = saying(b"again")
        assert [await sent.once() for _ in range(3)] == [b"again"] * 3

    assert len(server.requests) == FAILURES + 4


async def test_a_probe_that_fails_begins_another_pause() -> None:
    async with serving(GATEWAY) as server, line(server.url) as sent:
        await fail(sent)
        sent.clock.now += COOL_DOWN
        with pytest.raises(ServerFault):
            await sent.once()
        sent.clock.now += COOL_DOWN - 0.1
        with pytest.raises(Paused):
            await sent.once()
        sent.clock.now += 0.1
        with pytest.raises(ServerFault):
            await sent.once()

    assert len(server.requests) == FAILURES + 2


async def test_a_probe_that_is_cancelled_does_not_shut_the_door_for_ever() -> None:
    held, switch = Held(), Switch(GATEWAY)

    async with serving(switch) as server, line(server.url) as sent:
        await fail(sent)
        switch.now = held
        sent.clock.now += COOL_DOWN
        probe = asyncio.ensure_future(sent.once())
        await until(lambda: held.waiting)
        probe.cancel()
        await asyncio.wait([probe])
        with pytest.raises(Paused):
            await sent.once()
        switch.now = saying(b"again")
        sent.clock.now += COOL_DOWN

        assert await sent.once() == b"again"

    assert probe.cancelled()
    assert len(server.requests) == FAILURES + 2


async def test_a_pause_is_an_unreachable_server_that_is_not_asked_again() -> None:
    async with serving(GATEWAY) as server, line(server.url) as sent:
        await fail(sent)
        with pytest.raises(Unreachable) as caught:
            await sent.transport.read(READ)

    assert type(caught.value) is Paused
    assert len(sent.counts.refused) == 1


async def test_repeats_at_once_are_no_more_than_the_reserve(quick_retries: None) -> None:
    async with serving(THERE["500"]) as server, line(server.url) as sent:
        reads = [sent.transport.read(READ) for _ in range(40)]
        await asyncio.gather(*reads, return_exceptions=True)

    repeats = len(server.requests) - 40
    assert RESERVE <= repeats <= RESERVE + SHARE * len(server.requests)
    assert len(sent.counts.retried) == repeats


async def test_over_many_calls_a_tenth_is_repeats(quick_retries: None) -> None:
    async with serving(THERE["500"]) as server, line(server.url) as sent:
        for _ in range(200):
            with pytest.raises(ServerFault):
                await sent.transport.read(READ)

    repeats = len(server.requests) - 200
    assert SHARE * 200 <= repeats <= RESERVE + SHARE * len(server.requests)


async def test_quiet_times_earn_repeats_again(quick_retries: None) -> None:
    switch = Switch(THERE["500"])

    async with serving(switch) as server, line(server.url) as sent:
        await asyncio.gather(*(sent.transport.read(READ) for _ in range(30)), return_exceptions=True)
        switch.now = saying(b"")
        for _ in range(20):
            await sent.once()
        before = len(server.requests)
        switch.now = THERE["500"]
        with pytest.raises(ServerFault):
            await sent.transport.read(READ)

    assert len(server.requests) - before == 3
