"""The gateway as a bare client meets it: compression, close codes, intents, sessions."""

import asyncio
from typing import Any

import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.sandbox.discord.limits import most
from tests.stationthis_discord.sandbox.discord.conftest import Api, Connect

GUILDS, REACTIONS, DIRECT_REACTIONS, MEMBERS = 1, 1 << 10, 1 << 13, 1 << 1


@pytest.mark.parametrize("compress", ["", "&compress=zlib-stream", "&compress=zstd-stream"])
async def test_ready_tells_how_to_come_back(sandbox: DiscordSandbox, connect: Connect, compress: str) -> None:
    wire = await connect(f"v=10&encoding=json{compress}")
    await wire.identify(sandbox.token, shard=[0, 1])

    ready = await wire.event("READY")

    assert ready["guilds"] == [{"id": sandbox.guild.id, "unavailable": True}]
    assert ready["shard"] == [0, 1]
    assert ready["application"]["id"] == sandbox.application_id
    assert ready["resume_gateway_url"].startswith("ws://127.0.0.1:")
    assert ready["session_id"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "bad", "intents": 0}}, 4004),
        ({"op": 2, "d": {"token": "{token}", "intents": -1}}, 4013),
        ({"op": 2, "d": {"token": "{token}"}}, 4013),
        ({"op": 2, "d": {"token": "{token}", "intents": MEMBERS}}, 4014),
        ({"op": 2, "d": {"token": "{token}", "intents": 0, "shard": [1, 1]}}, 4010),
        ({"op": 6, "d": {"token": "bad", "session_id": "x", "seq": 1}}, 4004),
        ({"op": 99, "d": None}, 4001),
        ({"op": 3, "d": {}}, 4003),
        ("not an object", 4002),
    ],
)
async def test_close_codes(sandbox: DiscordSandbox, connect: Connect, payload: Any, code: int) -> None:  # noqa: ANN401 - JSON
    wire = await connect()
    if isinstance(payload, dict) and payload["d"] and payload["d"].get("token") == "{token}":
        payload = {**payload, "d": {**payload["d"], "token": sandbox.token}}

    await wire.socket.send_json(payload)

    assert await wire.next() == {"closed": code}
    assert str(code) in sandbox.violations[0]


async def test_a_payload_that_is_too_long(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()

    await wire.send(1, "x" * most("gateway.payload"))

    assert await wire.next() == {"closed": 4002}


async def test_an_unknown_version(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect("v=6&encoding=json")

    assert await wire.next() == {"closed": 4012}


async def test_a_sequence_that_never_was(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token)
    session_id = (await wire.event("READY"))["session_id"]
    await sandbox.drop(resumable=True)

    again = await connect()
    await again.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 99})

    assert await again.next() == {"closed": 4007}


async def test_a_missed_heartbeat_closes_the_connection_and_can_be_resumed(
    sandbox: DiscordSandbox, connect: Connect
) -> None:
    sandbox.gateway.heartbeat_seconds = 0.1
    wire = await connect()
    await wire.identify(sandbox.token)
    session_id = (await wire.event("READY"))["session_id"]
    for _ in range(4):
        await asyncio.sleep(0.05)
        await wire.send(1, None)
        assert (await wire.next())["op"] == 11

    assert await wire.next() == {"closed": 4000}
    assert sandbox.violations == ["gateway closed with 4000: no heartbeat in time"]
    sandbox.gateway.heartbeat_seconds = 41.25
    again = await connect()
    await again.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 1})
    assert (await again.next())["t"] == "RESUMED"


async def test_identifying_too_fast(sandbox: DiscordSandbox, connect: Connect) -> None:
    sandbox.gateway.identify_seconds = 0.2
    sandbox.gateway.max_concurrency = 2
    first, second, third = [await connect() for _ in range(3)]
    for wire, shard in ((first, 0), (second, 1), (third, 2)):
        await wire.identify(sandbox.token, shard=[shard, 4])

    assert (await first.next())["t"] == (await second.next())["t"] == "READY"
    refused = await third.next()
    assert (refused["op"], refused["d"]) == (9, False)
    assert "identified too soon" in sandbox.violations[0]
    await asyncio.sleep(0.2)
    await third.identify(sandbox.token, shard=[2, 4])
    assert (await third.next())["t"] == "READY"


async def test_the_budget_of_identifies_is_told(sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
    sandbox.gateway.max_concurrency = 16
    wire = await connect()
    await wire.identify(sandbox.token)
    await wire.event("READY")

    limit = (await api("GET", "/gateway/bot")).body["session_start_limit"]

    assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (1000, 999, 16)


class TestManyServers:
    """Ten thousand servers, spread over shards."""

    async def test_one_shard_takes_2500(self, sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
        sandbox.add_guilds(most("gateway.guilds"))
        wire = await connect()
        await wire.identify(sandbox.token)

        assert await wire.next() == {"closed": 4011}
        assert (await api("GET", "/gateway/bot")).body["shards"] == 2

    async def test_ten_thousand_in_four_shards(self, sandbox: DiscordSandbox, connect: Connect) -> None:
        sandbox.gateway.guilds_per_shard = 2501
        sandbox.add_guilds(10_000)
        counts = []
        for shard in range(4):
            wire = await connect("v=10&encoding=json&compress=zlib-stream")
            await wire.identify(sandbox.token, shard=[shard, 4])
            counts.append(len((await wire.event("READY"))["guilds"]))

        assert sum(counts) == 10_001
        assert set(counts) <= {2500, 2501}

    async def test_they_are_listed_in_pages(self, sandbox: DiscordSandbox, api: Api) -> None:
        sandbox.add_guilds(250)
        first = (await api("GET", "/users/@me/guilds")).body
        second = (await api("GET", f"/users/@me/guilds?after={first[-1]['id']}&limit=100")).body

        assert (len(first), len(second)) == (200, 51)
        assert (await api("GET", "/users/@me/guilds?limit=201")).status == 400

    async def test_their_events_go_to_who_wants_them(self, sandbox: DiscordSandbox, connect: Connect) -> None:
        wire = await connect()
        await wire.identify(sandbox.token, GUILDS)
        await wire.event("GUILD_CREATE")
        added = sandbox.add_guilds(3)

        assert [(await wire.event("GUILD_CREATE"))["id"] for _ in added] == [guild.id for guild in added]


async def test_identifying_twice(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token)
    await wire.event("READY")
    await wire.identify(sandbox.token)

    assert await wire.next() == {"closed": 4005}


@pytest.mark.parametrize(
    ("intents", "in_dm", "comes"),
    [(REACTIONS, False, True), (REACTIONS, True, False), (DIRECT_REACTIONS, True, True), (GUILDS, False, False)],
)
async def test_reactions_by_intent(
    sandbox: DiscordSandbox, api: Api, connect: Connect, intents: int, *, in_dm: bool, comes: bool
) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, intents)
    await wire.event("READY")
    artist = sandbox.user("artist").dm() if in_dm else sandbox.user("artist")
    message = (await api("POST", f"/channels/{artist.channel.id}/messages", {"content": "x"})).body

    await artist.react(message["id"], "🔁")
    await wire.send(1, None)
    payloads = [await wire.next() for _ in range(2 if comes else 1)]
    names = [payload["t"] for payload in payloads if payload["op"] == 0 and payload["t"] != "GUILD_CREATE"]

    assert names == (["MESSAGE_REACTION_ADD"] if comes else [])
    if comes:
        data = payloads[0]["d"]
        assert data["message_author_id"] == sandbox.bot_user_id
        assert ("member" in data, "guild_id" in data) == (not in_dm, not in_dm)


async def test_guilds_come_with_their_intent(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, GUILDS)
    first = await wire.event("GUILD_CREATE")
    added = sandbox.add_guild("Second", premium_tier=2)

    assert (first["name"], (await wire.event("GUILD_CREATE"))["id"]) == ("Studio", added.id)


async def test_shards_share_the_guilds(sandbox: DiscordSandbox, connect: Connect) -> None:
    sandbox.add_guild("Second")
    found = []
    for shard in (0, 1):
        wire = await connect()
        await wire.identify(sandbox.token, shard=[shard, 2])
        homes = (await wire.event("READY"))["guilds"]
        assert all((int(home["id"]) >> 22) % 2 == shard for home in homes)
        found += [home["id"] for home in homes]

    assert len(found) == 2


async def test_a_resume_replays_what_was_missed(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, GUILDS)
    session_id = (await wire.event("READY"))["session_id"]
    await wire.event("GUILD_CREATE")
    await sandbox.drop(resumable=True)
    assert await wire.next() == {"closed": 4000}
    sandbox.add_guild("Missed")

    again = await connect()
    await again.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 2})

    assert (await again.event("GUILD_CREATE"))["name"] == "Missed"
    assert (await again.next())["t"] == "RESUMED"


async def test_a_session_that_is_gone(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, GUILDS)
    session_id = (await wire.event("READY"))["session_id"]
    await sandbox.drop(resumable=False)

    again = await connect()
    await again.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 2})

    payload = await again.next()
    assert (payload["op"], payload["d"]) == (9, False)


async def test_closing_with_1000_ends_the_session(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token)
    session_id = (await wire.event("READY"))["session_id"]
    await wire.socket.close(code=1000)
    await sandbox.until(lambda: [entry for entry in sandbox.gateway_log if entry.what == "close"] or None)

    again = await connect()
    await again.send(6, {"token": sandbox.token, "session_id": session_id, "seq": 1})

    assert (await again.next())["op"] == 9


async def test_a_close_code_on_demand(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token)
    await wire.event("READY")

    await sandbox.close_gateway(4009)

    assert await wire.next() == {"closed": 4009}
