"""The connection to Discord breaks in the middle of a run, in each of the ways it can."""

from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.e2e.conftest import PATIENCE, World

ENDLESS = Behaviour(outcome="never")


async def running(world: World) -> str:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")
    return message_id


async def test_a_cut_that_can_be_resumed_loses_neither_run_nor_event(world: World) -> None:
    message_id = await running(world)

    await world.discord.drop(resumable=True)
    await world.discord.until(lambda: "resume" in kinds(world) or None, PATIENCE)

    await world.artist.click(message_id, "Cancel")
    await world.until(message_id, "**Cancelled**")
    assert kinds(world).count("identify") == 1


async def test_a_new_session_goes_on_with_the_run(world: World) -> None:
    message_id = await running(world)

    await world.discord.drop(resumable=False)
    await world.discord.until(lambda: kinds(world).count("identify") == 2 or None, PATIENCE)
    await world.discord.ready(PATIENCE)

    await world.artist.click(message_id, "Cancel")
    await world.until(message_id, "**Cancelled**")


async def test_after_fifteen_minutes_the_message_is_reached_through_its_channel(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(seconds=30)
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    world.discord.expire_tokens()

    message = await world.until(message_id, "**Done**")
    assert message["attachments"]


def kinds(world: World) -> list[str]:
    return [entry.what for entry in world.discord.gateway_log]
