"""The end is shown in the message, or below an old one; and the person is called once."""

from typing import Any

from cogs.ui.address import Address
from stationthis_discord.sandbox.discord import MEMBER, Channel, DiscordSandbox, Permission
from tests.cogs.ui.conftest import MakeStand, Stand, done, running, said


def called(message: dict[str, Any]) -> list[str]:
    """The ids of those whom this message rings for."""
    return [user["id"] for user in message["mentions"]]


def files(message: dict[str, Any]) -> list[str]:
    return [file["filename"] for file in message["attachments"]]


async def test_the_end_is_an_edit_and_calls_nobody_unless_asked_to(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))

    await here.reply.finish(done(here.who, 10, 20))

    assert "**Done**" in said(here.message)
    assert files(here.message) == ["10.bin", "20.bin"]
    assert here.fresh() == []


async def test_a_call_is_a_short_reply_that_rings_for_one_person_once(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))

    await here.reply.finish(done(here.who, ping=True))
    await here.reply.finish(done(here.who, ping=True))
    here.restart()
    await here.reply.finish(done(here.who, ping=True))

    [call] = here.fresh()
    assert call["content"] == f"<@{here.who.id}> your **fox** is ready"
    assert called(call) == [here.who.id]
    assert call["message_reference"]["message_id"] == here.message_id
    assert called(here.message) == []


async def test_a_deployment_by_an_evil_name_calls_nobody_else(
    stand: MakeStand, discord_sandbox: DiscordSandbox
) -> None:
    here = await stand()
    other = discord_sandbox.user("other")
    view = done(here.who, ping=True)
    object.__setattr__(view, "deployment", f"@everyone <@{other.id}> **x")

    await here.reply.finish(view)

    [call] = here.fresh()
    assert called(call) == [here.who.id]
    assert not call["mention_everyone"]


async def test_where_the_bot_may_not_write_the_call_is_left_out(stand: MakeStand) -> None:
    here = await stand()
    here.who.channel.app_permissions = MEMBER & ~Permission.SEND_MESSAGES

    await here.reply.finish(done(here.who, 10, ping=True))

    assert files(here.message) == ["10.bin"]
    assert here.refusals() == 1


async def test_where_only_a_token_leads_nobody_is_called(stand: MakeStand) -> None:
    here = await stand()
    here.restart(home=False)

    await here.reply.finish(done(here.who, ping=True))

    assert "**Done**" in said(here.message)
    assert [status for _, status in here.calls()] == [200]


async def test_the_end_of_an_old_message_stands_below_it(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    old = here.message_id
    here.clock.move(minutes=61)

    await here.reply.finish(done(here.who, 10, ping=True))

    [new] = here.fresh()
    assert "**Done**" in said(new)
    assert files(new) == ["10.bin"]
    assert called(new) == [here.who.id]
    assert new["message_reference"]["message_id"] == old
    left = here.sandbox.message(old)
    assert f"https://discord.com/channels/{here.sandbox.guild.id}/{here.who.channel.id}/{new['id']}" in said(left)
    assert left["components"] == []


async def test_two_processes_make_one_message_below_an_old_one(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.clock.move(minutes=61)
    before = Address.read(here.reply.address)

    await here.reply.finish(done(here.who, 10, ping=True))
    await here.reply.finish(done(here.who, 10, ping=True))
    here.restart(message=before.message)
    await here.reply.finish(done(here.who, 10, ping=True))

    assert len(here.fresh()) == 1


async def in_an_archived_thread(stand: MakeStand, sandbox: DiscordSandbox, *, locked: bool = False) -> Stand:
    thread: Channel = sandbox.add_thread("talk")
    here = await stand(thread)
    await here.reply.show(running(here.who))
    sandbox.change_thread(thread, archived=True, locked=locked)
    here.calls()
    return here


async def test_a_new_message_wakes_an_archived_thread(stand: MakeStand, discord_sandbox: DiscordSandbox) -> None:
    here = await in_an_archived_thread(stand, discord_sandbox)

    for progress in (0.6, 0.7):
        await here.reply.show(running(here.who, progress))
    await here.reply.finish(done(here.who, 10))

    [new] = here.fresh()
    assert files(new) == ["10.bin"]
    assert here.refusals() == 1


async def test_in_a_locked_thread_nothing_is_tried_twice(stand: MakeStand, discord_sandbox: DiscordSandbox) -> None:
    here = await in_an_archived_thread(stand, discord_sandbox, locked=True)

    await here.reply.show(running(here.who, 0.6))
    await here.reply.finish(done(here.who, 10))

    [direct] = here.fresh()
    assert direct["channel_id"] == here.who.dm().channel.id
    assert here.refusals() == 2


async def test_where_files_may_not_be_attached_the_end_links_to_them(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.lose_token()
    here.who.channel.app_permissions = MEMBER & ~Permission.ATTACH_FILES

    await here.reply.finish(done(here.who, 10))

    assert "could not be attached" in said(here.message)
    assert files(here.message) == []
