"""What was given is not lost when a run is refused for another reason: the sentence has a way back to the form."""

from stationthis_discord.sandbox.comfydeploy import faults
from tests.e2e.conftest import World, said
from tests.e2e.forms import is_run, press_run, sent


async def test_after_a_refused_submit_everything_is_there_for_another_try(world: World) -> None:
    rule = world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS)
    await world.artist.run("generate", {"deployment": "text-to-image", "prompt": "a heron", "inputs": "steps=7"})
    told = await world.new(lambda message: "GPU credits" in said(message))
    world.api.faults.remove(rule)

    await world.artist.click(told["id"], "Try again")
    form = await world.until(told["id"], "a heron")
    ran = await press_run(world, world.artist, form["id"])

    assert sent(world, ran)["prompt"] == "a heron"
    assert sent(world, ran)["steps"] == 7
    assert await world.until(ran.message, "**Done**")


async def test_where_there_is_nothing_to_go_back_to_there_is_no_button(world: World) -> None:
    first = await is_run(world, await world.artist.run("generate", {"deployment": "text-to-image", "prompt": "x"}), ())
    await world.until(first.message, "**Done**")
    world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS)

    await world.artist.click(first.message, "Again")

    told = await world.new(lambda message: "GPU credits" in said(message))
    assert told["components"] == []
