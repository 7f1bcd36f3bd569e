"""Permissions, of the app by channel and of people: what each lets through, and which code says no."""

import pytest

from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, DriverError, Permission
from tests.stationthis_discord.sandbox.discord.conftest import Api, Connect, Stage


async def test_the_app_is_told_what_it_may(stage: Stage) -> None:
    stage.sandbox.channel.app_permissions = Permission.VIEW_CHANNEL
    stage.sandbox.channel.permit(stage.artist.user, MEMBER | Permission.MANAGE_MESSAGES)

    await stage.run(5)

    assert stage.interaction["app_permissions"] == str(1 << 10)
    assert int(stage.interaction["member"]["permissions"]) & 1 << 13
    assert stage.interaction["channel"]["permissions"] == stage.interaction["member"]["permissions"]


async def test_the_token_needs_no_permissions(stage: Stage, api: Api) -> None:
    stage.sandbox.channel.app_permissions = Permission(0)

    shown = await stage.run(4, {"embeds": [{"title": "t"}]})
    edited = await stage.hook("PATCH", "/messages/@original", {"embeds": [{"title": "u"}]}, files=[b"x"])
    followup = await stage.hook("POST", "", {"content": "x"})

    assert (edited.status, followup.status) == (200, 200)
    path = f"/channels/{stage.sandbox.channel.id}/messages/{shown.message_id}"
    assert (await api("PATCH", path, {"content": "x"})).body["code"] == 50001


@pytest.mark.parametrize(
    ("missing", "method", "path", "code"),
    [
        (Permission.READ_MESSAGE_HISTORY, "GET", "/messages/{id}", 50013),
        (Permission.READ_MESSAGE_HISTORY, "PUT", "/messages/{id}/reactions/%F0%9F%91%8D/@me", 50013),
        (Permission.ADD_REACTIONS, "PUT", "/messages/{id}/reactions/%F0%9F%91%8D/@me", 50013),
        (Permission.VIEW_CHANNEL, "GET", "", 50001),
        (Permission.VIEW_CHANNEL, "DELETE", "/messages/{id}", 50001),
        (Permission.SEND_MESSAGES, "POST", "/typing", 50013),
        (Permission.CREATE_PUBLIC_THREADS, "POST", "/threads", 50013),
    ],
)
async def test_what_is_refused_without(
    sandbox: DiscordSandbox, api: Api, missing: Permission, method: str, path: str, code: int
) -> None:
    message = await api.message({"content": "x"})
    sandbox.channel.app_permissions = MEMBER & ~missing

    answer = await api(method, f"/channels/{sandbox.channel.id}" + path.format(id=message["id"]))

    assert (answer.status, answer.body["code"]) == (403, code)


async def test_a_reply_needs_the_history(sandbox: DiscordSandbox, api: Api) -> None:
    message = await api.message({"content": "x"})
    sandbox.channel.app_permissions = MEMBER & ~Permission.READ_MESSAGE_HISTORY

    answer = await api.post({"content": "y", "message_reference": {"message_id": message["id"]}})

    assert (answer.status, answer.body["code"]) == (403, 160002)


async def test_an_emoji_that_is_there_can_be_joined(sandbox: DiscordSandbox, api: Api) -> None:
    message = await api.message({"content": "x"})
    await sandbox.user("artist").react(message["id"], "👍")
    sandbox.channel.app_permissions = MEMBER & ~Permission.ADD_REACTIONS
    path = f"/channels/{sandbox.channel.id}/messages/{message['id']}/reactions/%F0%9F%91%8D/@me"

    assert (await api("PUT", path)).status == 204


async def test_administrators_may_everything(sandbox: DiscordSandbox, api: Api) -> None:
    sandbox.channel.app_permissions = Permission.ADMINISTRATOR

    assert (await api.post({"embeds": [{"title": "t"}]}, [b"x"])).status == 200


async def test_people_have_permissions_too(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x"})
    artist = stage.artist
    artist.channel.permit(artist.user, Permission.VIEW_CHANNEL)

    for action in (
        artist.say("hi"),
        artist.react(shown.message_id, "👍"),
        stage.sandbox.user("stranger").delete(shown.message_id),
    ):
        with pytest.raises(DriverError, match="lacks"):
            await action
    with pytest.raises(DriverError, match="not offered"):
        await artist.run("draw", {"prompt": "x"})
    artist.channel.permit(artist.user, Permission(0))
    with pytest.raises(DriverError, match="lacks VIEW_CHANNEL"):
        await artist.click(shown.message_id, "Again")


async def test_the_bot_is_not_told_of_what_it_can_not_see(sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
    hidden = sandbox.add_channel("hidden")
    hidden.app_permissions = MEMBER & ~Permission.VIEW_CHANNEL
    artist = sandbox.user("artist")
    seen = await api.message({"content": "x"})
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 9 | 1 << 10)
    await wire.event("READY")

    await artist.react(await artist.at(hidden).say("secret"), "👍")
    await artist.react(seen["id"], "👍")

    payload = await wire.next()
    assert (payload["t"], payload["d"]["message_id"]) == ("MESSAGE_REACTION_ADD", seen["id"])


@pytest.mark.parametrize(
    ("content", "intents", "told"), [("hi", 0, ""), ("<@{bot}> hi", 0, "hi"), ("hi", 1 << 15, "hi")]
)
async def test_the_content_of_others_needs_an_intent(
    sandbox: DiscordSandbox, api: Api, connect: Connect, content: str, intents: int, told: str
) -> None:
    sandbox.gateway.privileged_intents = intents
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 9 | intents)
    await wire.event("READY")

    said = await sandbox.user("artist").say(content.format(bot=sandbox.bot_user_id))
    event = await wire.event("MESSAGE_CREATE")
    read = await api("GET", f"/channels/{sandbox.channel.id}/messages/{said}")

    assert event["content"][-2:] == told
    assert read.body["content"][-2:] == told
    assert sandbox.message(said)["content"][-2:] == "hi"
