"""The nastier faults: bodies that hurt, answers that come late or never, connections that are dead already."""

import asyncio
import json
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults, payloads
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller

MEGABYTE = 2**20


async def test_a_small_reply_unpacks_to_hundreds_of_megabytes(api: ComfyDeploySandbox) -> None:
    api.faults.add("GET", "*", faults.GZIP_BOMB)

    async with aiohttp.ClientSession(auto_decompress=False) as http, http.get(f"{api.url}/api/workflows") as reply:
        packed = await reply.read()

    assert (reply.status, reply.headers["Content-Encoding"]) == (200, "gzip")
    assert reply.content_type == "application/json"
    assert len(packed) < MEGABYTE


def test_the_bomb_is_honest_json() -> None:
    packed = b"".join(payloads.gzip_bomb(3))

    items = json.loads(zlib.decompress(packed, wbits=16 + zlib.MAX_WBITS))
    assert [len(item) for item in items] == [MEGABYTE - 3] * 3 + [0]


async def test_a_huge_reply_is_streamed_without_a_length(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("GET", "*", faults.HUGE_JSON)

    size = 0
    async with caller.http.get(f"{api.url}/api/workflows") as reply:
        async for piece in reply.content.iter_any():
            size += len(piece)

    assert "Content-Length" not in reply.headers
    assert size > 64 * MEGABYTE


async def test_a_caller_may_hang_up_on_a_huge_reply(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("GET", "*", faults.HUGE_JSON, times=1)

    async with caller.http.get(f"{api.url}/api/workflows") as reply:
        await reply.content.read(10)
        reply.close()

    assert (await caller.get("/workflows")).status == 200


async def test_a_reply_may_be_deeper_than_a_reader(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("GET", "*", faults.DEEP_JSON)

    with pytest.raises(RecursionError):
        await caller.get("/workflows")


@pytest.mark.parametrize("body", [payloads.deep_json(), '{"inputs": ' + payloads.deep_json() + "}"])
async def test_a_request_deeper_than_the_server_crashes_it_softly(
    api: ComfyDeploySandbox, caller: Caller, body: str
) -> None:
    reply = await caller.ask("POST", "/run", data=body, headers={"Content-Type": "application/json"})

    assert (reply.status, reply.body) == (500, "Internal Server Error")


async def test_a_created_run_may_be_answered_with_a_late_500(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("POST", faults.QUEUE, faults.created_then_500(0.01), times=1)

    reply = await caller.post("/run/deployment/queue", {"deployment_id": api.deployments[0].id})

    assert (reply.status, reply.body) == (500, {"detail": "Error creating run: 500 Internal Server Error"})
    assert len(api.runs) == 1


def test_the_late_500_takes_as_long_as_the_real_one() -> None:
    assert (faults.created_then_500().wait, faults.created_then_500(1).wait) == (23, 1)


async def test_an_answer_may_never_come_though_the_run_is_there(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("POST", faults.QUEUE, faults.SILENT_AFTER)

    with pytest.raises(asyncio.TimeoutError):
        await caller.ask(
            "POST",
            "/run/deployment/queue",
            json={"deployment_id": api.deployments[0].id},
            timeout=aiohttp.ClientTimeout(0.1),
        )

    assert len(api.runs) == 1


async def test_a_stale_connection_fails_its_next_request_before_any_effect(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    api.faults.add("GET", "/api/workflows", faults.STALE, times=1)
    body = {"deployment_id": api.deployments[0].id}

    first = await caller.get("/workflows")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.post("/run/deployment/queue", body)
    runs = len(api.runs)
    again = await caller.post("/run/deployment/queue", body)

    assert (first.status, runs, again.status, len(api.runs)) == (200, 0, 200, 1)
    assert [call.status for call in api.calls] == [200, None, 200]


@pytest.mark.parametrize(
    ("fault", "status"), [(faults.BAD_GATEWAY, 502), (faults.UNAVAILABLE, 503), (faults.GATEWAY_TIMEOUT, 504)]
)
async def test_a_proxy_answers_with_a_page(api: ComfyDeploySandbox, caller: Caller, fault: Fault, status: int) -> None:
    api.faults.add("GET", "*", fault)

    reply = await caller.get("/workflows")

    assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html")
    assert f"<h1>{status} " in reply.body


async def test_retry_after_may_be_a_date(api: ComfyDeploySandbox, caller: Caller) -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    api.faults.add("GET", "*", faults.rate_limited_until(when))

    reply = await caller.get("/workflows")

    assert (reply.status, reply.headers["Retry-After"]) == (429, "Fri, 02 Jan 2026 03:04:05 GMT")
    assert parsedate_to_datetime(reply.headers["Retry-After"]) == when


async def test_a_crash_after_the_effect_is_answered_once(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("POST", faults.QUEUE, faults.BAD_GATEWAY_AFTER)

    reply = await caller.post("/run/deployment/queue", {"deployment_id": api.deployments[0].id, "batch_number": 2})

    assert (reply.status, reply.body, len(api.runs)) == (500, "Internal Server Error", 2)
