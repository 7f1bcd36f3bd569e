"""More wishes than may be under way: they stand in line, and everybody sees where."""

from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.e2e.conftest import World, said

STUCK = Behaviour(outcome="never")
PROMPTS = ("1", "2")


async def busy(world: World) -> list[str]:
    """Two runs of the artist under way, which is all that one person may have."""
    world.api.behaviour["text-to-image"] = STUCK
    messages = [await world.generate(prompt=prompt) for prompt in PROMPTS]
    for message in messages:
        await world.until(message, "Cancel")
    return messages


async def test_a_third_wish_waits_in_line_and_starts_when_a_run_ends(world: World) -> None:
    await busy(world)

    third = await world.generate(prompt="3")

    await world.until(third, "**In line** · next")
    assert len(world.api.runs) == 2
    world.api.end(next(iter(world.api.runs)))
    await world.until(third, "Cancel")
    assert len(world.api.runs) == 3


async def test_a_wish_in_line_survives_the_process(world: World) -> None:
    await busy(world)
    third = await world.generate(prompt="3")
    await world.until(third, "**In line**")

    await world.kill()
    await world.start()
    for run_id in list(world.api.runs):
        world.api.end(run_id)

    await world.until(third, "Cancel")
    assert [run.workflow_inputs["prompt"] for run in world.api.runs.values()] == ["1", "2", "3"]


async def test_only_its_owner_takes_a_wish_out_of_the_line(world: World) -> None:
    await busy(world)
    third = await world.generate(prompt="3")
    await world.until(third, "Leave the line")

    await world.discord.user("stranger").click(third, "Leave the line")
    await world.new(lambda answer: "Only they and moderators" in said(answer))
    await world.artist.react(third, "❌")

    left = await world.until(third, "Nothing was started")
    assert left["components"] == []
    assert len(world.api.runs) == 2
