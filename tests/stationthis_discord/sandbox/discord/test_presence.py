"""Presence updates: recorded with their text, refused when malformed, and a violation when they come too fast."""

import asyncio

import discord
import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.sandbox.discord.limits import PRESENCE_SECONDS, most
from tests.stationthis_discord.sandbox.discord.conftest import Bot, Connect, Object, Start, Wire

PLAYING: Object = {"type": 0, "name": "chess"}


def update(*activities: object, **more: object) -> Object:
    return {"since": None, "activities": list(activities), "status": "online", "afk": False, **more}


@pytest.fixture
async def wire(sandbox: DiscordSandbox, connect: Connect) -> Wire:
    found = await connect()
    await found.identify(sandbox.token)
    await found.event("READY")
    return found


async def seen(wire: Wire) -> Object:
    """What the gateway says after everything that was sent."""
    await wire.send(1, None)
    return await wire.next()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (update(PLAYING), "chess"),
        (update({"type": 4, "name": "Custom Status", "state": "🎨 2 running"}), "🎨 2 running"),
        (update({"type": 1, "name": "live", "url": "https://twitch.tv/x"}, PLAYING, since=0.0), "live"),
        (update(status="idle", since=1_800_000_000_000, afk=True), ""),
    ],
)
async def test_they_are_recorded(sandbox: DiscordSandbox, wire: Wire, data: Object, text: str) -> None:
    await wire.send(3, data)
    answer = await seen(wire)

    [found] = sandbox.presences
    assert (answer["op"], found.text, found.session_id) == (11, text, sandbox.gateway_log[0].session_id)
    assert found.at >= sandbox.gateway_log[0].at
    assert sandbox.violations == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        update(status="busy"),
        update(status=None),
        update(afk=None),
        update(since="now"),
        {**update(), "activities": None},
        update("chess"),
        update({"type": 0}),
        update({"type": 9, "name": "chess"}),
        update({"type": 4, "name": "Custom Status"}),
        update({"type": 0, "name": 5}),
    ],
)
async def test_a_malformed_one_closes_the_connection(sandbox: DiscordSandbox, wire: Wire, data: object) -> None:
    await wire.send(3, data)

    assert await wire.next() == {"closed": 4002}
    assert sandbox.violations == ["gateway closed with 4002: not a presence"]
    assert sandbox.presences == []


async def test_five_may_come_at_once(sandbox: DiscordSandbox, wire: Wire) -> None:
    for _ in range(most("gateway.presences")):
        await wire.send(3, update(PLAYING))
    await seen(wire)
    calm = list(sandbox.violations)
    await wire.send(3, update(PLAYING))
    await seen(wire)

    assert (calm, len(sandbox.presences), sandbox.gateway.presence_seconds) == ([], 6, PRESENCE_SECONDS)
    assert sandbox.violations == ["more than 5 presence updates in 20 s in one gateway session"]


async def test_more_may_come_when_the_window_is_over(sandbox: DiscordSandbox, wire: Wire) -> None:
    sandbox.gateway.presence_seconds = 0.1
    for pause in (0.0, 0.15):
        await asyncio.sleep(pause)
        for _ in range(most("gateway.presences")):
            await wire.send(3, update())
        await seen(wire)

    assert (len(sandbox.presences), sandbox.violations) == (10, [])


async def test_each_session_has_its_own_window(sandbox: DiscordSandbox, connect: Connect) -> None:
    for shard in (0, 1):
        wire = await connect()
        await wire.identify(sandbox.token, shard=[shard, 2])
        await wire.event("READY")
        for _ in range(most("gateway.presences")):
            await wire.send(3, update())
        await seen(wire)

    assert len({presence.session_id for presence in sandbox.presences}) == 2
    assert sandbox.violations == []


@pytest.mark.parametrize(
    ("activity", "text"),
    [(discord.CustomActivity("/generate"), "/generate"), (discord.Game("chess"), "chess"), (None, "")],
)
async def test_with_discord_py(
    sandbox: DiscordSandbox, start: Start, activity: discord.BaseActivity | None, text: str
) -> None:
    bot = Bot()

    @bot.tree.command(description="d")
    async def draw(interaction: discord.Interaction) -> None: ...

    await start(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 5)

    await bot.change_presence(activity=activity, status=discord.Status.idle)
    found = await sandbox.until(lambda: list(sandbox.presences) or None, 5)

    assert [presence.text for presence in found] == [text]
    assert sandbox.violations == []
