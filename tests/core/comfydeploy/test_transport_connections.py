"""Connections: kept ones that turn out to be closed, and new ones for all that must not be lost to that."""

import asyncio
from dataclasses import replace

import pytest

from core.comfydeploy.breaker import FAILURES
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import NoAnswer, ServerFault
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, faults
from tests.core.comfydeploy.samples import RUN
from tests.core.comfydeploy.sending import POST, READ, line
from tests.core.stub import Held, forgetful, serving
from tests.waiting import until


async def leave_stale(sandbox: ComfyDeploySandbox, api: ComfyDeploy, count: int) -> None:
    """Fill the pool with connections that the server will cut at their next request."""
    slow = replace(faults.STALE, delay=0.05)  # so that each needs a connection of its own
    sandbox.faults.add("GET", "/api/workflows", slow, times=count)
    await asyncio.gather(*(api.workflows.list_all() for _ in range(count)))
    sandbox.calls.clear()


async def test_a_stale_connection_costs_one_repeat_over_a_new_one(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    await leave_stale(sandbox, api, 3)

    assert await api.workflows.list_all()

    assert [call.status for call in sandbox.calls] == [None, 200]


async def test_many_stale_connections_at_once_are_no_outage(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    count = FAILURES + 3
    await leave_stale(sandbox, api, count)

    lists = await asyncio.gather(*(api.workflows.list_all() for _ in range(count)))

    assert all(lists)
    assert len(sandbox.calls) == 2 * count
    assert api.health.away_since is None


async def test_a_read_that_is_not_repeated_says_that_a_stale_connection_was_lost(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    await leave_stale(sandbox, api, 1)

    with pytest.raises(NoAnswer):
        await api.runs.get(RUN, retry=False)

    assert len(sandbox.calls) == 1
    assert api.health.away_since is None


async def test_a_read_works_after_a_crash_that_closed_the_connection(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(output_form="bare", seconds=0, queue_seconds=0, cold_seconds=0)
    unreadable = await api.runs.submit(sandbox.deployment("text-to-image").id, {})

    with pytest.raises(ServerFault):
        await api.runs.get(unreadable, retry=False)

    assert await api.workflows.list_all()


async def test_reads_share_their_connections() -> None:
    held = Held()

    async with serving(held) as server, line(server.url) as sent:
        for _ in range(3):
            read = asyncio.ensure_future(sent.transport.read(READ))
            await until(lambda: held.waiting)
            held.answer()
            await read

    assert len({id(request.protocol) for request in server.requests}) == 1


async def test_each_change_has_a_connection_of_its_own() -> None:
    async with forgetful(b"{}") as server, line(server.url) as sent:
        answers = [await sent.transport.send(POST) for _ in range(3)]

    assert (answers, server.connections) == ([b"{}"] * 3, 3)


async def test_a_read_survives_a_kept_alive_connection_that_is_gone(quick_retries: None) -> None:
    async with forgetful(b"[]") as server, line(server.url) as sent:
        answers = [await sent.transport.read(READ) for _ in range(3)]

    assert answers == [b"[]"] * 3


async def test_the_connection_of_a_change_is_not_kept() -> None:
    held = Held(b"{}")

    async with serving(held) as server, line(server.url) as sent:
        for _ in range(3):
            change = asyncio.ensure_future(sent.transport.send(POST))
            await until(lambda: held.waiting)
            held.answer()
            await change

    assert [request.headers["Connection"] for request in server.requests] == ["close"] * 3
