"""Threads: their JSON, their permissions, and what archiving and locking forbid."""

import asyncio

import discord
import pytest

from stationthis_discord.sandbox.discord import MEMBER, Channel, DiscordSandbox, DriverError, Permission, Person
from tests.stationthis_discord.sandbox.discord.conftest import Api, Bot, Connect, Stage, Start

BUTTON = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}]


@pytest.fixture
def thread(sandbox: DiscordSandbox) -> Channel:
    return sandbox.add_thread("sketches")


def messages(thread: Channel, message_id: str = "") -> str:
    return f"/channels/{thread.id}/messages" + (f"/{message_id}" if message_id else "")


async def test_its_json(sandbox: DiscordSandbox, api: Api, thread: Channel) -> None:
    found = (await api("GET", f"/channels/{thread.id}")).body

    assert (found["type"], found["parent_id"], found["name"]) == (11, sandbox.channel.id, "sketches")
    assert (found["thread_metadata"]["archived"], found["thread_metadata"]["locked"]) == (False, False)
    assert (await api("GET", f"/guilds/{sandbox.guild.id}/channels")).body[0]["type"] == 0
    active = (await api("GET", f"/guilds/{sandbox.guild.id}/threads/active")).body
    assert [item["id"] for item in active["threads"]] == [thread.id]


async def test_writing_needs_its_own_permission(sandbox: DiscordSandbox, api: Api, thread: Channel) -> None:
    sandbox.channel.app_permissions = MEMBER & ~Permission.SEND_MESSAGES
    assert (await api("POST", messages(thread), {"content": "x"})).status == 200

    sandbox.channel.app_permissions = MEMBER & ~Permission.SEND_MESSAGES_IN_THREADS
    assert (await api("POST", messages(thread), {"content": "x"})).body["code"] == 50013
    assert (await api("POST", messages(sandbox.channel), {"content": "x"})).status == 200


async def test_an_archived_one_only_lets_delete(sandbox: DiscordSandbox, api: Api, thread: Channel) -> None:
    message = (await api("POST", messages(thread), {"content": "x"})).body["id"]
    sandbox.change_thread(thread, archived=True)

    edited = await api("PATCH", messages(thread, message), {"content": "y"})
    reacted = await api("PUT", messages(thread, message) + "/reactions/%F0%9F%91%8D/@me")
    deleted = await api("DELETE", messages(thread, message))

    assert (edited.status, edited.body) == (400, {"message": "Thread is archived", "code": 50083})
    assert (reacted.body["code"], deleted.status) == (50083, 204)
    assert thread.thread
    assert (thread.thread.messages, thread.thread.sent) == (0, 1)


async def test_posting_wakes_it_up(sandbox: DiscordSandbox, api: Api, thread: Channel) -> None:
    sandbox.change_thread(thread, archived=True)

    assert (await api("POST", messages(thread), {"content": "x"})).status == 200
    assert thread.thread
    assert not thread.thread.archived


async def test_a_locked_one_is_for_moderators(sandbox: DiscordSandbox, api: Api, thread: Channel) -> None:
    sandbox.change_thread(thread, archived=True, locked=True)

    assert (await api("POST", messages(thread), {"content": "x"})).body["code"] == 160005
    sandbox.channel.app_permissions |= Permission.MANAGE_THREADS
    assert (await api("POST", messages(thread), {"content": "x"})).status == 200


async def test_an_interaction_in_a_thread(stage: Stage, thread: Channel) -> None:
    there = stage.artist.at(thread)
    task = await stage.begin(there.run("draw", {"prompt": "x"}))
    await stage.answer(4, {"content": "x"})
    shown = await task
    stage.sandbox.change_thread(thread, archived=True)

    edited = await stage.hook("PATCH", "/messages/@original", {"content": "y"})
    followup = await stage.hook("POST", "", {"content": "y"})

    channel = stage.interaction["channel"]
    assert (channel["type"], channel["parent_id"]) == (11, stage.sandbox.channel.id)
    assert {"thread_metadata", "permissions"} <= set(channel)
    assert (edited.body["code"], followup.body["code"]) == (50083, 50083)
    with pytest.raises(DriverError, match="archived thread"):
        await there.run("draw", {"prompt": "x"})
    with pytest.raises(DriverError, match="archived thread"):
        await there.react(shown.message_id, "👍")
    await there.say("waking it up")
    assert (await stage.hook("PATCH", "/messages/@original", {"content": "y"})).status == 200


@pytest.mark.parametrize(
    ("kind", "flags", "status"), [(4, 0, 400), (5, 0, 400), (7, 0, 400), (4, 64, 204), (5, 64, 204), (6, 0, 204)]
)
async def test_a_click_in_an_archived_one_is_answered_to_the_person_alone(
    stage: Stage, thread: Channel, kind: int, flags: int, status: int
) -> None:
    there = stage.artist.at(thread)
    task = await stage.begin(there.run("draw", {"prompt": "x"}))
    await stage.answer(4, {"content": "x", "components": BUTTON})
    message_id = (await task).message_id
    stage.sandbox.change_thread(thread, archived=True)

    click = await stage.begin(there.click(message_id, "Again"))
    answer = await stage.answer(kind, {"content": "y", "flags": flags})
    if status == 400:
        await stage.answer(6)
    await click

    assert (answer.status, answer.body and answer.body["code"]) == (status, 50083 if status == 400 else None)
    assert thread.thread
    assert thread.thread.archived
    assert stage.sandbox.violations == []


async def test_in_an_archived_one_a_hidden_answer_goes_on(stage: Stage, thread: Channel) -> None:
    there = stage.artist.at(thread)
    task = await stage.begin(there.run("draw", {"prompt": "x"}))
    await stage.answer(5, {"flags": 64})
    await task
    stage.sandbox.change_thread(thread, archived=True)

    filled = await stage.hook("PATCH", "/messages/@original", {"content": "y", "components": BUTTON})
    hidden = await stage.hook("POST", "", {"content": "y", "flags": 64})
    public = await stage.hook("POST", "", {"content": "y"})
    click = await stage.begin(there.click(filled.body["id"], "Again"))
    updated = await stage.answer(7, {"content": "z"})
    await click

    assert (filled.status, hidden.status, updated.status) == (200, 200, 204)
    assert (public.status, public.body["code"]) == (400, 50083)


async def test_the_bot_starts_and_closes_its_own(sandbox: DiscordSandbox, api: Api) -> None:
    message = (await api.message({"content": "x"}))["id"]
    started = await api("POST", messages(sandbox.channel, message) + "/threads", {"name": "x" * 100})
    again = await api("POST", messages(sandbox.channel, message) + "/threads", {"name": "y"})
    long = await api("POST", f"/channels/{sandbox.channel.id}/threads", {"name": "x" * 101})
    alone = await api("POST", f"/channels/{sandbox.channel.id}/threads", {"name": "alone", "type": 11})
    path = f"/channels/{message}"
    nested = await api("POST", f"{path}/threads", {"name": "z"})
    archived = await api("PATCH", path, {"archived": True, "name": "done"})
    joined = await api("PUT", f"{path}/thread-members/@me")
    locked = await api("PATCH", path, {"locked": True})

    assert (started.status, started.body["id"], again.body["code"]) == (201, message, 160004)
    assert (long.body["code"], alone.status, nested.body["code"]) == (50035, 201, 50024)
    assert (archived.body["thread_metadata"]["archived"], archived.body["name"]) == (True, "done")
    assert (joined.body["code"], locked.body["code"]) == (50083, 50013)
    assert (await api("DELETE", path)).body["code"] == 50013


async def test_events_come_with_the_intent(sandbox: DiscordSandbox, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, 1)
    await wire.event("GUILD_CREATE")

    thread = sandbox.add_thread("sketches")
    assert (await wire.event("THREAD_CREATE"))["id"] == thread.id
    sandbox.change_thread(thread, archived=True)
    assert (await wire.event("THREAD_UPDATE"))["thread_metadata"]["archived"]
    sandbox.delete_channel(thread)
    assert set(await wire.event("THREAD_DELETE")) == {"id", "guild_id", "parent_id", "type"}


async def test_with_discord_py(sandbox: DiscordSandbox, start: Start, thread: Channel) -> None:
    bot = Bot(discord.Intents(guilds=True))

    @bot.tree.command(description="d")
    async def here(interaction: discord.Interaction) -> None:
        channel = interaction.channel
        assert isinstance(channel, discord.Thread)
        await interaction.response.send_message(f"{channel.name} in {channel.parent}")

    await start(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 5)
    artist: Person = sandbox.user("artist").at(thread)

    shown = await artist.run("here")

    assert sandbox.message(shown.message_id)["content"] == "sketches in general"
    assert sandbox.violations == []
