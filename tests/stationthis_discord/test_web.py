"""The side door: what it serves, how it refuses, and that it opens and closes without fuss."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from core.metrics import Metrics
from stationthis_discord.settings import SettingsError
from stationthis_discord.web import LARGEST_BODY, SideDoorClosed, open_side_door

ANYWHERE = "127.0.0.1:0"
PROBES = ("/metrics", "/healthz", "/readyz")


async def _fail(_: web.Request) -> web.Response:
    raise RuntimeError("hunter2")


async def _count(request: web.Request) -> web.Response:
    return web.json_response({"bytes": len(await request.read())})


MORE = (web.get("/fail", _fail), web.post("/count", _count))


@pytest.fixture
async def door() -> AsyncIterator[aiohttp.ClientSession]:
    """A client of an open side door, where everything is ready."""
    async with (
        open_side_door(ANYWHERE, Metrics(), {}, MORE) as address,
        aiohttp.ClientSession(base_url=address) as client,
    ):
        yield client


async def _raw(client: aiohttp.ClientSession, sent: bytes) -> bytes:
    """All that is answered to these bytes until the other side closes."""
    base = await client.get("/healthz")
    reader, writer = await asyncio.open_connection(base.url.host, base.url.port)
    writer.write(sent)
    async with asyncio.timeout(5.0):  # aiohttp would wait for ten for the rest of a request
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_metrics_are_served_in_the_text_format() -> None:
    metrics = Metrics()
    metrics.called("GET /machines", "ok", 0.1)

    async with open_side_door(ANYWHERE, metrics, {}) as address, aiohttp.ClientSession(address) as client:
        reply = await client.get("/metrics")
        text = await reply.text()

    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'stationthis_api_calls_total{operation="GET /machines",outcome="ok"} 1.0' in text.splitlines()


async def test_a_process_whose_loop_answers_is_healthy(door: aiohttp.ClientSession) -> None:
    reply = await door.get("/healthz")

    assert (reply.status, await reply.json()) == (200, {"healthy": True})


async def test_readiness_names_what_is_missing_until_all_is_there() -> None:
    there = {"gateway": False, "catalog": False, "other": True}
    checks = {name: lambda name=name: there[name] for name in there}

    async with open_side_door(ANYWHERE, Metrics(), checks) as address, aiohttp.ClientSession(address) as client:
        before = await client.get("/readyz")
        there["gateway"] = True
        between = await client.get("/readyz")
        there["catalog"] = True
        after = await client.get("/readyz")

    assert (before.status, await before.json()) == (503, {"ready": False, "waiting_for": ["gateway", "catalog"]})
    assert (between.status, await between.json()) == (503, {"ready": False, "waiting_for": ["catalog"]})
    assert (after.status, await after.json()) == (200, {"ready": True})


@pytest.mark.parametrize("path", PROBES)
async def test_a_head_request_gets_the_same_without_a_body(path: str, door: aiohttp.ClientSession) -> None:
    reply, full = await door.head(path), await door.get(path)

    assert (reply.status, await reply.read()) == (200, b"")
    assert reply.headers["Content-Length"] == full.headers["Content-Length"]


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused(method: str, path: str, door: aiohttp.ClientSession) -> None:
    reply = await door.request(method, path)

    assert (reply.status, await reply.json()) == (405, {"error": "method not allowed"})
    assert reply.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize("path", ["/", "/metrics/", "/Metrics", "/healthz/x", "/..%2f..%2fetc/passwd", "/hunter2?a=b"])
async def test_other_paths_are_refused_without_repeating_them(path: str, door: aiohttp.ClientSession) -> None:
    reply = await door.get(path)

    assert (reply.status, await reply.json()) == (404, {"error": "not found"})


async def test_routes_passed_in_are_served(door: aiohttp.ClientSession) -> None:
    reply = await door.post("/count", data=b"1234")

    assert (reply.status, await reply.json()) == (200, {"bytes": 4})


async def test_a_route_that_fails_says_so_in_the_log_only(door: aiohttp.ClientSession) -> None:
    with capture_logs() as logs:
        reply = await door.get("/fail")

    assert (reply.status, await reply.json()) == (500, {"error": "internal server error"})
    assert [(line["event"], line["route"]) for line in logs] == [("web.failed", "/fail")]


async def test_a_body_that_is_too_large_is_refused(door: aiohttp.ClientSession) -> None:
    reply = await door.post("/count", data=io.BytesIO(bytes(LARGEST_BODY + 1)))

    assert (reply.status, list(await reply.json())) == (413, ["error"])


async def test_a_body_that_nobody_reads_is_not_waited_for(door: aiohttp.ClientSession) -> None:
    answer = await _raw(door, b"GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


MALFORMED = [
    b"hunter2\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hunter2\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: h\r\nhunter2\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: h\r\nX: " + b"hunter2" * 1000 + b"\r\n\r\n",
    b"GET /" + b"hunter2" * 1000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: h\r\n" + b"X: hunter2\r\n" * 100 + b"\r\n",
]


@pytest.mark.parametrize("sent", MALFORMED)
async def test_what_is_no_request_is_refused_without_repeating_it(sent: bytes, door: aiohttp.ClientSession) -> None:
    with capture_logs() as logs:
        answer = await _raw(door, sent)

    assert answer.startswith((b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.0 400 Bad Request\r\n"))
    assert answer.endswith(b'{"error": "bad request"}')
    assert [part for part in (b"hunter2", b"Python", b"aiohttp") if part in answer] == []
    assert [(line["event"], line["log_level"]) for line in logs] == [("web.not_understood", "debug")]
    assert "hunter2" not in str(logs)


@pytest.mark.parametrize("path", [*PROBES, "/nothing", "/fail", "/count"])
async def test_no_reply_tells_what_serves_it_or_may_be_kept(path: str, door: aiohttp.ClientSession) -> None:
    reply = await door.get(path)

    assert "Server" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"


async def test_a_port_that_is_taken_is_a_setting_that_is_not_usable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SideDoorClosed) as caught:
        async with open_side_door(f"127.0.0.1:{taken.getsockname()[1]}", Metrics(), {}):
            pass

    assert isinstance(caught.value, SettingsError)
    assert caught.value.lines == ["STATIONTHIS_HTTP_BIND is not usable: the port is taken."]


@pytest.mark.parametrize(
    ("bind", "reason"),
    [
        ("192.0.2.1:0", "this machine has no such address"),  # of a net that is for examples only
        ("no..host:0", "its host leads nowhere"),
        (f"{'x' * 64}.test:0", "its host leads nowhere"),
    ],
)
async def test_an_address_that_cannot_be_listened_on_is_a_setting_that_is_not_usable(bind: str, reason: str) -> None:
    with pytest.raises(SideDoorClosed) as caught:
        async with open_side_door(bind, Metrics(), {}):
            pass

    assert caught.value.lines == [f"STATIONTHIS_HTTP_BIND is not usable: {reason}."]


async def test_after_closing_the_port_is_free_again() -> None:
    async with open_side_door(ANYWHERE, Metrics(), {}) as address:
        bind = address.removeprefix("http://")

    async with open_side_door(bind, Metrics(), {}) as again:
        assert again == address


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHo",
        b"POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
        b"GET /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
    ],
)
async def test_a_connection_left_open_does_not_hold_up_the_closing(sent: bytes) -> None:
    async with asyncio.timeout(5.0):  # aiohttp would wait for a minute
        async with open_side_door(ANYWHERE, Metrics(), {}, MORE) as address:
            host, _, port = address.removeprefix("http://").rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(sent)
            async with aiohttp.ClientSession(address) as client:
                await client.get("/healthz")  # so that the bytes above have arrived

        await reader.read()
        writer.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
async def test_an_ipv6_address_stands_in_brackets() -> None:
    async with open_side_door("[::1]:0", Metrics(), {}) as address, aiohttp.ClientSession(address) as client:
        assert address.startswith("http://[::1]:")
        assert (await client.get("/healthz")).status == 200
