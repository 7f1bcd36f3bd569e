"""What the way of a request does: tokens, unknown routes, rate limits, faults, the record."""

import asyncio
import base64

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from stationthis_discord.sandbox.discord import DiscordSandbox, Permission
from stationthis_discord.sandbox.discord.faults import Faults
from stationthis_discord.sandbox.discord.invalid import InvalidRequests
from stationthis_discord.sandbox.discord.journal import Journal, Tail
from stationthis_discord.sandbox.discord.limits import INVALID_WARNING, LIMITS, RATES
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

    async def test_messages_over_an_hour_old_have_an_own_limit(self, session: aiohttp.ClientSession) -> None:
        now = 1_800_000_000.0
        async with DiscordSandbox(clock=lambda: now) as sandbox:
            api = Api(sandbox, session)
            message = await api.message({"content": "x"})
            path = f"/channels/{sandbox.channel.id}/messages/{message['id']}"
            sandbox.rate_limits.rates["message.edit"] = RATES["message.edit"]._replace(requests=100)
            young = [(await api("PATCH", path, {"content": str(n)})).status for n in range(6)]
            now += 3601
            old = [await api("PATCH", path, {"content": str(n)}) for n in range(4)]
            now += RATES["message.edit.old"].seconds
            later = await api("PATCH", path, {"content": "later"})

        refused = old[-1]
        assert (young, [answer.status for answer in old]) == ([200] * 6, [200, 200, 200, 429])
        assert (refused.body["code"], refused.body["global"], refused.body["retry_after"]) == (30046, False, 60.0)
        assert (refused.headers["Retry-After"], refused.headers["Via"]) == ("60", "1.1 google")
        assert (sandbox.too_many[0].bucket, later.status) == ("message.edit.old", 200)

    async def test_windows_that_are_over_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        limits = RateLimits(Journal())
        monkeypatch.setattr("stationthis_discord.sandbox.discord.ratelimits._MANY", 10)
        limits.rates["token"] = RATES["token"]._replace(seconds=0.0)
        for number in range(100):
            limits.check("token", str(number), "/", counts_globally=False)

        assert len(limits._windows) <= 11  # noqa: SLF001 - nothing else shows it


class TestInvalidRequests:
    """401, 403 and 429 are counted; many are a violation, ten thousand a ban."""

    async def test_they_are_counted(self, sandbox: DiscordSandbox, api: Api) -> None:
        await api("GET", "/users/@me", token="bad")
        sandbox.channel.app_permissions = Permission(0)
        await api.post({"content": "x"})
        await api("GET", "/users/1")

        assert sandbox.invalid_requests == 2

    async def test_a_ban_has_no_json(self, sandbox: DiscordSandbox, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(LIMITS, "invalid.requests", LIMITS["invalid.requests"]._replace(value=2))
        for _ in range(2):
            await api("GET", "/users/@me", token="bad")

        banned = await api("GET", "/users/@me")

        assert (banned.status, banned.body, "Via" in banned.headers) == (429, None, False)
        assert banned.headers["Content-Type"].startswith("text/html")

    def test_long_before_it_is_a_violation(self) -> None:
        journal = Journal()
        invalid = InvalidRequests(journal)
        for _ in range(INVALID_WARNING):
            assert journal.violations == []
            invalid.note(403)

        assert "500 invalid requests" in journal.violations[0]
        assert not invalid.banned


def test_the_record_keeps_the_last_and_counts_all() -> None:
    tail: Tail[int] = Tail(10)
    for number in range(100):
        tail.append(number)

    assert tail[-10:] == list(range(90, 100))
    assert len(tail) <= 11
    assert tail.total == 100


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
