"""The recorder writes down what passes and changes nothing of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import pytest
from aiohttp import ClientSession, FormData, ServerDisconnectedError, web
from yarl import URL

from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.sandbox.discord.pipeline import Pipeline
from tests.conformance import trace
from tests.conformance.plugin import installed_with_a_recorder
from tests.conformance.recorder import recorder
from tests.conformance.trace import FORM, JSON, Body, Exchange


async def answer(request: web.Request) -> web.StreamResponse:
    """Says back what it was sent; `/api/cut` is cut, `/api/slow` goes out in pieces."""
    data = b"" if request.content_type == FORM else await request.read()
    if request.path == "/api/cut" and request.transport:
        request.transport.abort()
    if request.path == "/api/slow":
        slow = web.StreamResponse()
        await slow.prepare(request)
        return slow
    return web.Response(status=418, body=data, content_type=JSON)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    app = web.Application(middlewares=[recorder("/api", tmp_path / "one.jsonl")])
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_request_and_its_reply_pass_and_are_recorded(server: str, tmp_path: Path) -> None:
    url = URL(f"{server}/api/a%2Fb?wait=1", encoded=True)
    async with ClientSession() as session, session.put(url, json={"name": "thé"}) as reply:
        said = (reply.status, await reply.json())

    tea = Body(JSON, '{"name": "th\\u00e9"}')
    assert said == (418, {"name": "thé"})
    assert list(trace.read(tmp_path)) == [Exchange("PUT", "/a%2Fb", [("wait", "1")], tea, 418, tea)]


@pytest.mark.parametrize("payload", ['{"name": "thé"}', None])
async def test_of_a_form_only_its_payload_is_recorded(server: str, tmp_path: Path, payload: str | None) -> None:
    form = FormData()
    form.add_field("files[0]", b"\r\n--\x00\xff", filename="a.png", content_type="image/png")
    if payload:
        form.add_field("payload_json", payload)

    async with ClientSession() as session:
        await session.post(f"{server}/api/cups", data=form)

    (exchange,) = trace.read(tmp_path)
    assert exchange.request == Body(FORM, payload)


async def test_a_cut_connection_has_no_reply(server: str, tmp_path: Path) -> None:
    async with ClientSession() as session:
        with pytest.raises(ServerDisconnectedError):
            await session.post(f"{server}/api/cut")

    (exchange,) = trace.read(tmp_path)
    assert exchange.status is None


async def test_a_reply_in_pieces_is_not_looked_at(server: str, tmp_path: Path) -> None:
    async with ClientSession() as session:
        await session.get(f"{server}/api/slow")

    (exchange,) = trace.read(tmp_path)
    assert exchange.status is None


async def test_what_is_not_the_api_is_not_recorded(server: str, tmp_path: Path) -> None:
    async with ClientSession() as session:
        await session.get(f"{server}/gateway")

    assert list(trace.read(tmp_path)) == []


async def test_a_sandbox_discord_records_into_a_file_of_its_own(tmp_path: Path) -> None:
    with patch.object(Pipeline, "install", installed_with_a_recorder(tmp_path)):
        async with DiscordSandbox() as discord, ClientSession() as session:
            await session.get(f"{discord.url}/gateway")

    (exchange,) = trace.read(tmp_path)
    assert (exchange.method, exchange.path, exchange.status) == ("GET", "/gateway", 200)
