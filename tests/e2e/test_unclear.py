"""A submit without an answer: looked for, asked about, and never made twice without the person's word."""

from stationthis_discord.sandbox.comfydeploy import faults
from tests.e2e.conftest import World, said

LOOKING = "**Looking for your run**"


async def unclear(world: World, fault: faults.Fault = faults.CUT) -> str:
    """A click whose submit had no answer; its message is looking, and the process is gone."""
    world.api.faults.add("POST", faults.QUEUE, fault, times=1)
    message = await world.generate(prompt="fox")
    await world.until(message, LOOKING)
    return message


async def test_a_run_whose_answer_was_lost_is_found_and_shown(world: World) -> None:
    message = await unclear(world, faults.CUT_AFTER)

    await world.until(message, "**Done**")

    assert len(world.api.runs) == 1


async def test_a_new_process_looks_for_it_and_finds_it(world: World) -> None:
    blind = world.api.faults.add("GET", "/api/v2/*", faults.SERVER_ERROR)
    message = await unclear(world, faults.BAD_GATEWAY_AFTER)
    await world.stop()
    await world.until(message, "The bot restarts")
    world.api.faults.remove(blind)

    await world.start()

    await world.until(message, "**Done**")
    assert len(world.api.runs) == 1


async def test_a_new_process_that_finds_nothing_asks_and_submits_nothing(world: World) -> None:
    message = await unclear(world)
    await world.stop()
    world.wipe()
    await world.start()

    await world.artist.click(message, "Look again")
    asked = await world.until(message, "**Not known**")

    assert {"Look again", "Submit again", "Give up"} <= set(said(asked).splitlines())
    await world.artist.click(message, "Submit again")
    await world.new(lambda answer: "no longer knows what you asked for" in said(answer))
    assert world.api.runs == {}


async def test_giving_up_ends_the_question(world: World) -> None:
    message = await unclear(world)
    await world.stop()
    world.wipe()
    await world.start()
    await world.artist.click(message, "Look again")
    await world.until(message, "**Not known**")

    await world.artist.click(message, "Give up")

    over = await world.until(message, "**Given up**")
    assert over["components"] == []


async def test_a_stranger_decides_nothing(world: World) -> None:
    message = await unclear(world)

    await world.discord.user("stranger").click(message, "Look again")

    told = await world.new(lambda answer: "Only they can do that" in said(answer))
    assert told["flags"] & 64
