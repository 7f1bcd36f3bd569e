"""Running once more: by button and by reaction, also in a new process that knows nothing."""

from typing import Any

from tests.e2e.conftest import World, said
from tests.e2e.stage import pressed_again


def is_again_of(first: dict[str, Any]) -> Any:  # noqa: ANN401 -- a predicate
    return lambda message: message["id"] != first["id"] and "again of" in said(message) and "**Done**" in said(message)


def messages_sent(world: World) -> int:
    return sum(call.method == "POST" and call.path.endswith("/messages") for call in world.discord.calls)


async def finished(world: World) -> dict[str, Any]:
    return await world.until(await world.generate(prompt="fox", seed=5, inputs="images=2"), "**Done**")


async def test_the_button_runs_the_same_with_a_new_seed(world: World) -> None:
    first = await finished(world)

    second = await pressed_again(world, world.artist, first)

    one, two = world.api.runs.values()
    assert len(second["attachments"]) == 2
    assert one.workflow_inputs["seed"] != two.workflow_inputs["seed"]
    assert two.workflow_inputs["_stationthis"].endswith(one.id)
    same = {"prompt", "images"}
    assert {key: one.workflow_inputs[key] for key in same} == {key: two.workflow_inputs[key] for key in same}


async def test_the_button_works_after_a_restart(world: World) -> None:
    first = await finished(world)
    assert await world.stop() == 0
    await world.start()

    assert (await pressed_again(world, world.artist, first))["attachments"]


async def test_the_owners_reaction_runs_it_again_as_a_reply(world: World) -> None:
    first = await finished(world)

    await world.artist.react(first["id"], "🔁")

    second = await world.new(is_again_of(first))
    assert second["message_reference"]["message_id"] == first["id"]


async def test_the_reaction_works_after_a_restart(world: World) -> None:
    first = await finished(world)
    await world.stop()
    await world.start()

    await world.artist.react(first["id"], "🔁")

    await world.new(is_again_of(first))


async def test_other_reactions_and_strangers_reactions_are_ignored(world: World) -> None:
    first = await finished(world)

    await world.discord.user("stranger").react(first["id"], "🔁")
    await world.artist.react(first["id"], "❤️")
    await world.artist.react(first["id"], "🔁")  # what the bot does hear comes after what it must not
    await world.new(is_again_of(first))

    assert len(world.api.runs) == 2


async def test_strangers_get_no_answer_whatever_their_reaction_would_meet(world: World) -> None:
    first = await finished(world)
    before = messages_sent(world)
    await world.api.refuse()

    await world.discord.user("stranger").react(first["id"], "🔁")
    await world.logged("reaction.ignored")

    assert messages_sent(world) == before


async def test_a_double_click_makes_one_run(world: World) -> None:
    first = await finished(world)

    one = await world.artist.click(first["id"], "Again")
    two = await world.artist.click(first["id"], "Again")

    await world.until(str(one.message_id), "**Done**")
    told = await world.new(lambda message: "a moment ago" in said(message))
    assert told["flags"] & 64
    assert two.interaction.original is not None
    assert two.interaction.original.deleted
    assert len(world.api.runs) == 2


async def test_a_run_that_is_gone_says_so(world: World) -> None:
    first = await finished(world)
    world.api.runs.clear()

    await world.artist.click(first["id"], "Again")

    told = await world.new(lambda message: "no longer knows this run" in said(message))
    assert told["flags"] & 64
