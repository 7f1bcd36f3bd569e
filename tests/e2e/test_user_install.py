"""People who installed the bot for themselves use it where it was not added."""

import signal

import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import DriverError, Person
from tests.e2e.conftest import World, said


def abroad(world: World) -> Person:
    """Somebody in a server without the bot, who brought it along."""
    elsewhere = world.discord.add_guild("elsewhere", installed=False)
    return world.discord.user("traveller", channel=world.discord.add_channel("general", elsewhere)).install()


async def with_user_install(world: World) -> None:
    await world.stop()
    world.settings["STATIONTHIS_USER_INSTALL"] = "true"
    await world.start()


async def test_by_default_it_is_offered_only_where_it_was_added(world: World) -> None:
    with pytest.raises(DriverError, match="not offered here"):
        await abroad(world).run("generate", {"deployment": "text-to-image"})


async def test_with_the_setting_it_works_by_the_interaction_alone(world: World) -> None:
    await with_user_install(world)

    message_id = await world.generate(prompt="x", who=abroad(world))

    message = await world.until(message_id, "**Done**")
    assert message["attachments"]


async def test_after_a_crash_the_token_still_leads_there(world: World) -> None:
    await with_user_install(world)
    world.api.behaviour["text-to-image"] = Behaviour(outcome="never")
    message_id = await world.generate(prompt="x", who=abroad(world))
    await world.until(message_id, "**Running**")

    await world.stop(signal.SIGKILL)
    await world.start()
    world.api.end(next(iter(world.api.runs)))

    await world.until(message_id, "**Done**")


async def test_after_fifteen_minutes_the_end_comes_as_a_direct_message_and_refresh_shows_it_there(world: World) -> None:
    await with_user_install(world)
    traveller = abroad(world)
    world.api.behaviour["text-to-image"] = Behaviour(outcome="never")
    message_id = await world.generate(prompt="x", who=traveller)
    await world.until(message_id, "**Running**")

    world.discord.expire_tokens()
    world.api.end(next(iter(world.api.runs)))

    end = await world.new(lambda item: item["channel_id"] == traveller.dm().channel.id and "**Done**" in said(item))
    assert "cannot be changed any more" in end["content"]
    await traveller.click(message_id, "Refresh")
    assert "Again" in said(await world.until(message_id, "**Done**"))
