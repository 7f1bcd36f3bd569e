"""The rule table of faults, and the record of calls."""

import time

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller


async def test_a_fault_applies_as_often_as_told(api: ComfyDeploySandbox, caller: Caller) -> None:
    rule = api.faults.add("GET", "/api/workflows", faults.SERVER_ERROR, times=2)

    replies = [await caller.get("/workflows") for _ in range(3)]

    assert [reply.status for reply in replies] == [500, 500, 200]
    assert (replies[0].body, rule.hits) == ("Internal Server Error", 2)


async def test_a_fault_lasts_until_it_is_removed(api: ComfyDeploySandbox, caller: Caller) -> None:
    rule = api.faults.add("*", "/api/machine*", faults.BAD_GATEWAY)

    spoilt = [(await caller.get("/machines")).status for _ in range(2)]
    api.faults.remove(rule)

    assert spoilt == [502, 502]
    assert (await caller.get("/machines")).status == 200


async def test_rate_limits_carry_retry_after(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("GET", "*", faults.rate_limited(1.5), times=1)

    reply = await caller.get("/workflows")

    assert (reply.status, reply.headers["Retry-After"]) == (429, "1.5")


async def test_a_cut_comes_without_an_answer_and_without_effect(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("POST", faults.QUEUE, faults.CUT)

    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.queue("text-to-image")

    assert api.runs == {}
    assert api.calls[-1].status is None


@pytest.mark.parametrize("fault", [faults.CUT_AFTER, faults.BAD_GATEWAY_AFTER])
async def test_an_answer_can_be_lost_after_the_run_was_created(
    api: ComfyDeploySandbox, caller: Caller, fault: Fault
) -> None:
    api.faults.add("POST", faults.QUEUE, fault, times=1)

    try:
        reply = await caller.post("/run/deployment/queue", {"deployment_id": api.deployments[0].id})
        assert reply.status == 502
    except aiohttp.ClientConnectionError:
        assert fault.cut

    assert len(api.runs) == 1


async def test_one_run_can_be_made_unreadable(api: ComfyDeploySandbox, caller: Caller) -> None:
    ill, well = await caller.queue("text-to-image"), await caller.queue("text-to-image")
    api.faults.add("GET", f"/api/run/{ill}", faults.SERVER_ERROR)

    assert [(await caller.get(f"/run/{run_id}")).status for run_id in (ill, well)] == [500, 200]


async def test_garbage_and_slowness(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.faults.add("GET", "/api/workflows", faults.NOT_JSON, times=1)
    api.faults.add("GET", "/api/workflows", faults.WRONG_SHAPE, times=1)
    api.faults.add("GET", "/api/workflows", faults.slow(0.05), times=1)

    html, shape = await caller.get("/workflows"), await caller.get("/workflows")
    start = time.monotonic()
    slow = await caller.get("/workflows")

    assert (html.status, html.headers["Content-Type"]) == (200, "text/html")
    assert shape.body == {"unexpected": [1, None]}
    assert slow.status == 200
    assert time.monotonic() - start >= 0.05


async def test_file_urls_can_expire(api: ComfyDeploySandbox, caller: Caller) -> None:
    url = (await caller.upload("a.png", b"x")).body["file_url"]
    api.faults.add("GET", "/files/*", faults.EXPIRED_URL)

    assert (await caller.fetch(url))[:2] == (403, "application/xml")


async def test_a_refusing_sandbox_comes_back_on_the_same_port(api: ComfyDeploySandbox, caller: Caller) -> None:
    url = api.url
    await caller.get("/workflows")

    await api.refuse()
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.get("/workflows")
    await api.listen()

    assert api.url == url
    assert (await caller.get("/workflows")).status == 200


async def test_a_crash_closes_the_connection_without_a_word(api: ComfyDeploySandbox, caller: Caller) -> None:
    reply = await caller.get("/workflows?limit=-1")

    assert (reply.status, api.calls[-1].status) == (500, 500)
    assert reply.headers.get("Connection") != "close"


async def test_every_request_is_recorded(api: ComfyDeploySandbox, caller: Caller) -> None:
    before = time.monotonic()
    run_id = await caller.queue("text-to-image", prompt="p")
    await caller.get(f"/run/{run_id}?queue_position=true")

    post, get = api.calls
    assert (post.method, post.path, post.status) == ("POST", faults.QUEUE, 200)
    assert post.body["inputs"] == {"prompt": "p"}
    assert (get.path, get.query, get.body) == (f"/api/run/{run_id}", {"queue_position": "true"}, None)
    assert before <= post.at <= get.at
