"""A stop in the middle of an answer: nobody is left with a message that thinks for ever."""

import pytest

from stationthis_discord.sandbox.comfydeploy import faults
from tests.e2e.conftest import World, said


async def test_who_waits_for_the_first_list_is_told(world: World) -> None:
    await world.stop()
    world.api.faults.add("GET", "/api/deployments", faults.slow(20))
    await world.start()
    waiting = await world.artist.run("generate", {"deployment": "text-to-image", "prompt": "fox"})

    assert await world.stop() == 0

    told = await world.new(lambda message: "being restarted" in said(message))
    assert told["flags"] & 64
    with pytest.raises(LookupError):
        world.discord.message(str(waiting.message_id))
    assert world.api.runs == {}


async def test_a_command_that_comes_while_the_bot_stops_is_told(world: World) -> None:
    world.api.faults.add("POST", faults.QUEUE, faults.slow(2), times=1)
    shown = await world.artist.run("generate", {"deployment": "text-to-image", "prompt": "fox"})
    await world.until(str(shown.message_id), "**Preparing**")
    assert world.process is not None
    world.process.terminate()
    await world.logged("bot.stopping")

    refused = await world.artist.run("deployments")

    await world.until(str(refused.message_id), "being restarted")
