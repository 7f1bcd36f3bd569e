"""The route for webhooks: what is handed on, what is refused, and that nothing secret is told."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
import yarl
from structlog.testing import capture_logs

from core.metrics import Metrics
from core.webhook import Heard, Hooks
from stationthis_discord.hooks import hook_routes
from stationthis_discord.web import LARGEST_BODY, open_side_door

HOOKS = Hooks("http://bot.example.test", "a secret of the tests")
DELIVERY = "0123456789abcdef"
TARGET = yarl.URL(HOOKS.address(DELIVERY)).relative()
RUN = "200fbcb8-1c2d-4e3f-8a9b-0c1d2e3f4a5b"
REPORT = {
    "event_type": "run.updated",
    "status": "running",
    "live_status": "Executing KSampler",
    "progress": 0.04,
    "run_id": RUN,
    "outputs": [],
}


@dataclass(slots=True)
class Listener:
    """What was heard; an `error` is raised after it."""

    client: aiohttp.ClientSession
    heard: list[Heard] = field(default_factory=list)
    error: Exception | None = None

    def hear(self, heard: Heard) -> None:
        self.heard.append(heard)
        if self.error is not None:
            raise self.error


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """An open side door whose reports are heard; it waits a short time for bodies."""

    def hear(heard: Heard) -> None:
        listening.hear(heard)

    metrics = Metrics()
    async with (
        open_side_door("127.0.0.1:0", metrics, {}, hook_routes(HOOKS, hear, metrics, patience=0.1)) as address,
        aiohttp.ClientSession(base_url=address) as client,
    ):
        listening = Listener(client)
        yield listening


async def _raw(listener: Listener, sent: bytes) -> bytes:
    """The answer to these bytes, after which no more are sent."""
    base = await listener.client.get("/healthz")
    reader, writer = await asyncio.open_connection(base.url.host, base.url.port)
    writer.write(sent)
    async with asyncio.timeout(5.0):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def _head(method: str = "POST", target: object = TARGET, more: str = "") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{more}\r\n".encode()


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_report_is_handed_on_by_either_method(method: str, listener: Listener) -> None:
    reply = await listener.client.request(method, TARGET, json=REPORT)

    assert (reply.status, await reply.json()) == (200, {})
    assert [(heard.delivery, heard.run.id, heard.run.progress) for heard in listener.heard] == [(DELIVERY, RUN, 0.04)]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_no_other_method_is_known(method: str, listener: Listener) -> None:
    reply = await listener.client.request(method, TARGET)

    assert reply.status == 405
    assert listener.heard == []


@pytest.mark.parametrize(
    "target",
    [
        TARGET.path,
        TARGET.with_query(delivery=DELIVERY),
        TARGET.update_query(sig="0" * 32),
        TARGET.update_query(delivery="fedcba9876543210"),
        TARGET.update_query(delivery="\N{SNOWMAN}"),
    ],
)
async def test_a_stranger_is_refused(target: str | yarl.URL, listener: Listener) -> None:
    reply = await listener.client.post(target, json=REPORT)

    assert (reply.status, await reply.json()) == (401, {"error": "unauthorized"})
    assert listener.heard == []


async def test_a_stranger_is_refused_before_the_body_has_come(listener: Listener) -> None:
    answer = await _raw(listener, _head(target=TARGET.path, more="Content-Length: 1000\r\n") + b"abc")

    assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"\xff", b"[" * 100_000, b'{"run_id": 1}'])
async def test_what_cannot_be_read_is_refused(body: bytes, listener: Listener) -> None:
    reply = await listener.client.post(TARGET, data=body)

    assert (reply.status, await reply.json()) == (400, {"error": "bad request"})
    assert listener.heard == []


@pytest.mark.parametrize(
    "sent",
    [
        _head(more="Transfer-Encoding: chunked\r\n") + b"zz\r\nabc\r\n",
        _head(more="Content-Length: 3\r\nContent-Encoding: gzip\r\n") + b"abc",
        _head(more="Content-Length: 3\r\nContent-Encoding: deflate\r\n") + b"abc",
    ],
)
async def test_a_body_that_breaks_off_is_refused_without_a_fuss(sent: bytes, listener: Listener) -> None:
    with capture_logs() as logs:
        answer = await _raw(listener, sent)

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert [line["log_level"] for line in logs if line["log_level"] == "error"] == []


async def test_a_body_that_is_too_large_is_refused(listener: Listener) -> None:
    reply = await listener.client.post(TARGET, data=io.BytesIO(bytes(LARGEST_BODY + 1)))

    assert (reply.status, list(await reply.json())) == (413, ["error"])
    assert listener.heard == []


async def test_a_large_report_is_read(listener: Listener) -> None:
    texts = ["x" * 1_000] * 1_000

    reply = await listener.client.post(TARGET, json=REPORT | {"outputs": [{"data": {"text": texts}}]})

    assert reply.status == 200
    assert len(listener.heard) == 1


async def test_a_body_that_does_not_come_is_not_waited_for(listener: Listener) -> None:
    answer = await _raw(listener, _head(more="Content-Length: 1000\r\n") + b"abc")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert listener.heard == []


async def test_a_listener_that_fails_is_in_the_log_and_not_in_the_answer(listener: Listener) -> None:
    listener.error = RuntimeError("hunter2")

    with capture_logs() as logs:
        reply = await listener.client.post(TARGET, json=REPORT)

    assert (reply.status, await reply.json()) == (200, {})
    assert [(line["event"], line["delivery"], line["run_id"]) for line in logs] == [("hook.unheard", DELIVERY, RUN)]


async def test_no_signature_is_logged_whatever_happens(listener: Listener) -> None:
    listener.error = RuntimeError("hunter2")
    with capture_logs() as logs:
        await listener.client.post(TARGET, json=REPORT)
        await listener.client.post(TARGET, data=b"{")
        await listener.client.post(TARGET.update_query(delivery="fedcba9876543210"), json=REPORT)

    assert len(logs) == 3
    assert TARGET.query["sig"] not in json.dumps(logs, default=repr)
