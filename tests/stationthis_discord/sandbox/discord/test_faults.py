"""What a test can order to go wrong, and how it waits for what the bot makes of it."""

import asyncio

import aiohttp
import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.stationthis_discord.sandbox.discord.conftest import Api, Stage


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

    async def test_a_slow_body(self, sandbox: DiscordSandbox, session: aiohttp.ClientSession) -> None:
        sandbox.faults.add("GET", "/users/@me", slow=0.2)
        headers, clock = {"Authorization": f"Bot {sandbox.token}"}, asyncio.get_running_loop().time
        async with session.get(sandbox.url + "/users/@me", headers=headers) as response:
            before = clock()
            body = await response.json()
            took = clock() - before

        assert (response.status, body["id"]) == (200, sandbox.bot_user_id)
        assert took >= 0.15

    async def test_a_file_that_does_not_come(self, sandbox: DiscordSandbox, api: Api) -> None:
        [file] = (await api.message({}, [b"data"]))["attachments"]
        sandbox.faults.add("GET", "/attachments/*", status=503, latency=0.01)
        sandbox.faults.add("GET", "/attachments/*", slow=0.02)
        sandbox.faults.add("GET", "/attachments/*", times=None, cut="before")

        assert (await api.get(file["url"]))[0] == 503
        assert (await api.get(file["url"]))[2] == b"data"
        with pytest.raises(aiohttp.ClientError):
            await api.get(file["url"])

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
