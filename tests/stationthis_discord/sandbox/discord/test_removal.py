"""What goes away: messages, channels, the bot's place in a server; the codes afterwards and the events by intent."""

import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Permission
from tests.stationthis_discord.sandbox.discord.conftest import Api, Connect, Stage


async def test_a_moderator_deletes_a_message(stage: Stage, api: Api) -> None:
    shown = await stage.run(4, {"content": "x"})
    await stage.sandbox.user("moderator", manage_messages=True).delete(shown.message_id)
    path = f"/channels/{stage.sandbox.channel.id}/messages/{shown.message_id}"

    by_channel = await api("PATCH", path, {"content": "y"})
    by_token = await stage.hook("PATCH", "/messages/@original", {"content": "y"})

    assert (by_channel.status, by_channel.body["code"]) == (404, 10008)
    assert (by_token.status, by_token.body) == (404, {"message": "Unknown Message", "code": 10008})
    assert stage.sandbox.violations == []
    with pytest.raises(DriverError, match="sees no message"):
        await stage.artist.click(shown.message_id, "Again")


async def test_who_asked_may_delete_the_answer(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x"})
    private = await stage.run(4, {"content": "y", "flags": 64})
    own = await stage.artist.say("mine")

    for message in (shown.message_id, private.message_id, own):
        await stage.artist.delete(message)
        with pytest.raises(LookupError):
            stage.sandbox.message(message)


async def test_a_deleted_channel_is_unknown_to_every_route(stage: Stage, api: Api) -> None:
    shown = await stage.run(4, {"content": "x"})
    stage.sandbox.delete_channel(stage.sandbox.channel)

    by_channel = await api("PATCH", f"/channels/{stage.sandbox.channel.id}/messages/{shown.message_id}", {})
    by_token = await stage.hook("PATCH", "/messages/@original", {"content": "y"})
    followup = await stage.hook("POST", "", {"content": "y"})

    assert [answer.body["code"] for answer in (by_channel, by_token, followup)] == [10003] * 3
    assert by_token.status == 404
    with pytest.raises(DriverError, match="is gone"):
        await stage.artist.run("draw", {"prompt": "x"})


async def test_a_channel_deleted_before_the_answer(stage: Stage) -> None:
    task = await stage.begin(stage.artist.run("draw", {"prompt": "x"}, timeout=0.05))
    stage.sandbox.delete_channel(stage.sandbox.channel)

    assert (await stage.answer(5)).body["code"] == 10003
    with pytest.raises(TimeoutError):
        await task


async def test_a_kicked_bot_keeps_only_its_tokens(stage: Stage, api: Api) -> None:
    shown = await stage.run(4, {"content": "x"})
    stage.sandbox.kick()
    path = f"/channels/{stage.sandbox.channel.id}/messages"

    assert (await api("PATCH", f"{path}/{shown.message_id}", {"content": "y"})).body["code"] == 50001
    assert (await api("POST", path, {"content": "y"})).body["code"] == 50001
    assert (await stage.hook("PATCH", "/messages/@original", {"content": "y"})).status == 200
    assert (await api("GET", "/users/@me/guilds")).body == []
    with pytest.raises(DriverError, match="not offered"):
        await stage.artist.run("draw", {"prompt": "x"})


async def test_the_moderators_own_way(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x"})

    stage.sandbox.delete_message(shown.message_id)

    assert (await stage.hook("GET", "/messages/@original")).body["code"] == 10008


@pytest.mark.parametrize("intents", [1 | 1 << 9, 0])
async def test_events_only_by_intent(sandbox: DiscordSandbox, api: Api, connect: Connect, intents: int) -> None:
    message = await api.message({"content": "x"})
    wire = await connect()
    await wire.identify(sandbox.token, intents)
    await wire.event("READY")

    sandbox.delete_message(message["id"])
    sandbox.delete_channel(sandbox.channel)
    sandbox.kick()
    await wire.send(1, None)

    names = []
    while (payload := await wire.next())["op"] == 0:
        names.append(payload["t"])
    expected = ["GUILD_CREATE", "MESSAGE_DELETE", "CHANNEL_DELETE", "GUILD_DELETE"]
    assert names == (expected if intents else [])


async def test_the_bot_deletes_channels_with_the_permission(sandbox: DiscordSandbox, api: Api) -> None:
    path = f"/channels/{sandbox.channel.id}"
    thread = sandbox.add_thread("inside")

    assert (await api("DELETE", path)).body["code"] == 50013
    sandbox.channel.app_permissions |= Permission.MANAGE_CHANNELS
    assert (await api("PATCH", path, {"name": "x"})).body["code"] == 50024
    assert (await api("DELETE", path)).status == 200
    assert (await api("GET", f"/channels/{thread.id}")).body["code"] == 10003
    direct = sandbox.user("artist").dm().channel
    assert (await api("DELETE", f"/channels/{direct.id}")).status == 200
    assert (await api("GET", f"/channels/{direct.id}")).status == 200
