"""Places that take a message, but not every one: archived threads, channels without files, forms nobody opened."""

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import MEMBER, Permission
from tests.e2e.conftest import World, said


async def test_the_end_in_a_thread_that_was_archived_is_a_new_message_and_no_loop(world: World) -> None:
    thread = world.discord.add_thread("talk")
    world.api.behaviour["text-to-image"] = Behaviour(seconds=25, queue_seconds=0, cold_seconds=0)
    message_id = await world.generate(prompt="x", who=world.discord.user("painter", channel=thread))
    await world.until(message_id, "**Running**")
    before = len(world.discord.calls)

    world.discord.change_thread(thread, archived=True)

    end = await world.new(lambda message: "**Done**" in said(message))
    assert end["attachments"]
    assert end["message_reference"]["message_id"] == message_id
    await world.until(message_id, "**Over:** see")
    assert sum((call.status or 0) >= 400 for call in list(world.discord.calls)[before:]) <= 2


async def test_without_the_right_to_attach_files_the_end_is_told_without_them(world: World) -> None:
    first = await world.until(await world.generate(prompt="x"), "**Done**")
    world.discord.channel.app_permissions = MEMBER & ~Permission.ATTACH_FILES

    await world.artist.react(first["id"], "🔁")

    end = await world.new(lambda message: "again of" in said(message) and "**Done**" in said(message))
    assert end["attachments"] == []
    assert "could not be attached" in said(end)
