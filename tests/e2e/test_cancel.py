"""Stopping runs: by button, by command, where the machine can, and where it cannot."""

from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.e2e.conftest import World, said

ENDLESS = Behaviour(outcome="never", queue_seconds=0.5)


async def test_a_run_that_never_ends_can_be_cancelled_by_its_button(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    await world.artist.click(message_id, "Cancel")

    message = await world.until(message_id, "**Cancelled**")
    assert "Again" in said(message)
    assert "Cancel" not in said(message).splitlines()


async def test_a_run_that_never_ends_gives_its_place_back_when_the_server_gives_up(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    world.api.end(next(iter(world.api.runs)), "timeout")

    await world.until(message_id, "**Timed out**")


async def test_the_command_cancels_the_newest_run_and_suggests_ones_own(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="the long one")
    await world.until(message_id, "**Running**")

    choices = await world.artist.autocomplete("cancel", "run", "long")
    shown = await world.artist.run("cancel")

    assert [choice["value"] for choice in choices] == list(world.api.runs)
    assert shown.ephemeral
    await world.until(message_id, "**Cancelled**")


async def test_cancel_without_a_run_says_so(world: World) -> None:
    await world.artist.run("cancel")

    await world.new(lambda message: "no run under way" in said(message))


async def test_a_machine_that_cannot_cancel_is_told_and_the_run_goes_on(world: World) -> None:
    world.api.behaviour["portrait-classic"] = ENDLESS
    message_id = await world.generate("portrait-classic", prompt="x")
    await world.until(message_id, "**Running**")

    await world.artist.click(message_id, "Cancel")

    told = await world.new(lambda message: "cannot cancel" in said(message))
    assert told["flags"] & 64
    await world.until(message_id, "**Running**")
    world.api.end(next(iter(world.api.runs)))
    await world.until(message_id, "**Done**")


async def test_only_the_owner_and_moderators_cancel(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    await world.discord.user("stranger").click(message_id, "Cancel")
    told = await world.new(lambda message: "Only they and moderators" in said(message))
    assert told["flags"] & 64
    assert "**Running**" in said(world.discord.message(message_id))

    await world.discord.user("moderator", manage_messages=True).click(message_id, "Cancel")
    await world.until(message_id, "**Cancelled**")


async def test_after_a_kill_the_cancel_button_still_works_and_its_message_is_shown_to_the_end(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")
    assert world.process is not None
    world.process.kill()
    await world.process.wait()
    await world.start()

    await world.artist.click(message_id, "Cancel")

    await world.until(message_id, "**Cancelled**")
