"""What the way of a request does: tokens, unknown routes, rate limits, faults, the record."""

import asyncio
import base64

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.sandbox.discord.faults import Faults
from stationthis_discord.sandbox.discord.limits import RATES
from stationthis_discord.sandbox.discord.pipeline import Pipeline
from stationthis_discord.sandbox.discord.ratelimits import RateLimits
from stationthis_discord.sandbox.discord.route import Ask, Reply, Route
from stationthis_discord.sandbox.discord.world import World
from tests.stationthis_discord.sandbox.discord.conftest import Api, Stage


async def test_unknown_routes_are_answered_and_recorded(sandbox: DiscordSandbox, api: Api) -> None:
    answer = await api("GET", "/stickers/1")

    assert (answer.status, answer.body) == (404, {"message": "404: Not Found", "code": 0})
    assert sandbox.violations == ["GET /api/v10/stickers/1: 404 0 404: Not Found {}"]
    assert (sandbox.calls[-1].route, sandbox.calls[-1].path) == ("unknown", "/stickers/1")


async def test_a_bad_token_is_refused(sandbox: DiscordSandbox, api: Api) -> None:
    answer = await api("GET", "/gateway/bot", token="bad")

    assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_the_gateway_is_told(sandbox: DiscordSandbox, api: Api) -> None:
    body = (await api("GET", "/gateway/bot")).body

    assert body["url"] == sandbox.url.replace("http", "ws").replace("/api/v10", "/gateway")
    assert body["shards"] == 1
    assert set(body["session_start_limit"]) == {"total", "remaining", "reset_after", "max_concurrency"}


async def test_calls_are_recorded(sandbox: DiscordSandbox, api: Api) -> None:
    await api.post({"content": "x"}, [b"data"])

    [call] = sandbox.calls
    assert (call.method, call.route, call.status) == ("POST", "/channels/{channel_id}/messages", 200)
    assert (call.payload, call.files) == ({"content": "x"}, ("0.png",))


@pytest.mark.parametrize(
    ("data", "kind", "code"), [(b"{", "application/json", 50109), (b"a=b", "application/x-www-form-urlencoded", 50035)]
)
async def test_broken_bodies(
    sandbox: DiscordSandbox, session: aiohttp.ClientSession, data: bytes, kind: str, code: int
) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": kind}
    path = f"{sandbox.url}/channels/{sandbox.channel.id}/messages"
    async with session.post(path, data=data, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, code)


class TestRateLimits:
    """Five messages per channel and five seconds; fifty requests per second in all; the token's own bucket."""

    async def test_the_sixth_message_waits(self, sandbox: DiscordSandbox, api: Api) -> None:
        answers = [await api.post({"content": str(number)}) for number in range(6)]

        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
        refused = answers[-1]
        assert refused.headers["Content-Type"] == "application/json"
        assert (refused.headers["Via"], refused.headers["X-RateLimit-Scope"]) == ("1.1 google", "user")
        assert 4 < refused.body["retry_after"] <= 5
        assert refused.body["global"] is False
        assert [entry.bucket for entry in sandbox.too_many] == ["message.create"]
        assert sandbox.violations == []

    async def test_another_channel_does_not(self, sandbox: DiscordSandbox, api: Api) -> None:
        other = sandbox.add_channel("other")
        for number in range(5):
            await api.post({"content": str(number)})

        assert (await api("POST", f"/channels/{other.id}/messages", {"content": "x"})).status == 200

    async def test_waiting_as_told_is_enough(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.rate_limits.rates["message.create"] = RATES["message.create"]._replace(seconds=0.2)
        answers = [await api.post({"content": str(number)}) for number in range(6)]
        await asyncio.sleep(answers[-1].body["retry_after"])

        assert (await api.post({"content": "x"})).status == 200

    async def test_the_global_limit(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.rate_limits.rates["global"] = RATES["global"]._replace(requests=3, seconds=5)
        answers = [await api("GET", f"/channels/{sandbox.channel.id}") for _ in range(4)]

        refused = answers[-1]
        assert (refused.status, refused.body["global"]) == (429, True)
        assert (refused.headers["X-RateLimit-Global"], refused.headers["X-RateLimit-Scope"]) == ("true", "global")

    async def test_tokens_have_their_own_bucket_outside_the_global_one(self, stage: Stage) -> None:
        stage.sandbox.rate_limits.rates["global"] = RATES["global"]._replace(requests=0, seconds=60)
        task = await stage.begin(stage.artist.run("draw", {"prompt": "x"}))
        await stage.answer(5)
        await task

        answers = [await stage.hook("PATCH", "/messages/@original", {"content": str(number)}) for number in range(6)]

        assert [answer.status for answer in answers] == [200] * 5 + [429]


class TestFaults:
    """A test can order what goes wrong."""

    async def test_a_status_so_many_times(self, sandbox: DiscordSandbox, api: Api) -> None:
        fault = sandbox.faults.add("POST", "/channels/*/messages", times=2, status=503)

        assert [(await api.post({"content": "x"})).status for _ in range(3)] == [503, 503, 200]
        assert fault.hits == 2
        assert len(sandbox.states((await api.message({"content": "y"}))["id"])) == 1

    async def test_a_body_of_its_own(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.faults.add("*", "*", status=403, body={"message": "Missing Access", "code": 50001})

        assert (await api("GET", "/users/@me")).body["code"] == 50001
        assert sandbox.violations == []

    async def test_a_delay(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.faults.add("GET", "/users/@me", latency=0.1)
        before = asyncio.get_running_loop().time()

        assert (await api("GET", "/users/@me")).status == 200
        assert asyncio.get_running_loop().time() - before >= 0.1

    @pytest.mark.parametrize(("cut", "made"), [("before", 0), ("after", 1)])
    async def test_a_cut_connection(self, sandbox: DiscordSandbox, api: Api, cut: str, made: int) -> None:
        sandbox.faults.add("POST", "*", cut=cut)  # type: ignore[arg-type] # one of the two words

        with pytest.raises(aiohttp.ClientError):
            await api.post({"content": "x"})

        assert len((await api("GET", f"/channels/{sandbox.channel.id}/messages")).body) == made

    async def test_clearing(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.faults.add("*", "*", times=None, status=500)
        sandbox.faults.clear()

        assert (await api("GET", "/users/@me")).status == 200


class TestWaiting:
    """Tests wait for what the bot shows, and are told what there was instead."""

    async def test_for_a_state(self, sandbox: DiscordSandbox, api: Api) -> None:
        message = await api.message({"content": "a"})
        waiting = asyncio.create_task(sandbox.wait(message["id"], lambda m: m["content"] == "b"))
        await asyncio.sleep(0)
        for content in ("b", "c"):
            path = f"/channels/{sandbox.channel.id}/messages/{message['id']}"
            await api("PATCH", path, {"content": content})

        assert (await waiting)["content"] == "b"

    async def test_in_vain(self, sandbox: DiscordSandbox, api: Api) -> None:
        message = await api.message({"content": "stuck"})

        with pytest.raises(TimeoutError, match="stuck"):
            await sandbox.wait(message["id"], lambda m: m["content"] == "b", timeout=0.02)

    async def test_for_a_new_message_each_is_given_once(self, sandbox: DiscordSandbox, api: Api) -> None:
        await sandbox.user("artist").say("not the bot's")
        await api.message({"content": "x"})

        assert (await sandbox.wait_new(lambda m: m["content"] == "x"))["content"] == "x"
        with pytest.raises(TimeoutError):
            await sandbox.wait_new(lambda m: m["content"] == "x", timeout=0.02)

    async def test_for_a_bot(self, sandbox: DiscordSandbox) -> None:
        with pytest.raises(TimeoutError, match="has not identified"):
            await sandbox.ready(timeout=0.02)

    async def test_for_its_commands(self, sandbox: DiscordSandbox, stage: Stage, api: Api) -> None:
        await api("PUT", f"/applications/{sandbox.application_id}/commands", [])

        with pytest.raises(TimeoutError, match="no commands"):
            await sandbox.ready(timeout=0.02)


async def test_a_fault_of_the_sandbox_itself_does_not_stay_hidden(
    sandbox: DiscordSandbox, session: aiohttp.ClientSession
) -> None:
    def fall_over(_: Ask) -> Reply:
        raise ZeroDivisionError

    app, world = web.Application(), World(lambda: 0.0, 3.0)
    pipeline = Pipeline(world, Faults(), RateLimits(world.journal))
    pipeline.install(app, [Route("GET", "/fall", fall_over, bot=False)])
    async with TestServer(app) as server, session.get(server.make_url("/api/v10/fall")) as response:
        assert response.status == 500

    assert world.journal.violations == ["sandbox error on GET /api/v10/fall"]


async def test_the_token_names_the_application(sandbox: DiscordSandbox) -> None:
    first, second, third = sandbox.token.split(".")
    assert base64.b64decode(first + "=" * (-len(first) % 4)).decode() == sandbox.application_id
    assert (len(second), len(third)) == (6, 38)
