"""Several runs at once: one message for all of them, from what they cost to each with its own buttons."""

from typing import Any, Final

from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.e2e.conftest import World, said
from tests.waiting import until

LONG: Final = Behaviour(seconds=1e6, queue_seconds=0.0, cold_seconds=0.0)
_EPHEMERAL: Final = 64

Message = dict[str, Any]


async def several(world: World, count: int) -> str:
    """The message of so many, of which two run for long and the others wait."""
    world.api.behaviour["text-to-image"] = LONG
    message_id = await world.generate(prompt="fox", count=count, seed=7)
    await until(lambda: world.log.read_text().count("run.submitted") == 2)
    return message_id


def menu_of(message: Message) -> Message:
    return next(item for row in message["components"] for item in row["components"] if item["type"] == 3)


async def test_four_are_shown_in_one_message_as_they_come_and_each_has_its_own_buttons_then(world: World) -> None:
    message_id = await several(world, 4)
    first, failing = world.api.runs

    world.api.end(first)
    early = await world.discord.wait(message_id, lambda message: bool(message["attachments"]))
    assert "🎨 **1 of 4 done**" in said(early)
    world.api.end(failing, "failed")
    await until(lambda: len(world.api.runs) == 4)
    for run_id in list(world.api.runs)[2:]:
        world.api.end(run_id)

    over = await world.until(message_id, "⚠ **3 of 4 done**")
    assert len(over["attachments"]) == 3
    assert sorted(run.workflow_inputs["seed"] for run in world.api.runs.values()) == [7, 8, 9, 10]
    menu = menu_of(over)
    shown = await world.artist.select(message_id, menu["custom_id"], [first])
    one = await world.until(str(shown.message_id), "**Done**")
    assert not one["flags"] & _EPHEMERAL
    assert {"Again", "Same seed", "Edit", "Details", "Delete"} <= set(said(one).splitlines())
    assert len(one["attachments"]) == 1


async def test_another_process_goes_on_in_the_same_message(world: World) -> None:
    message_id = await several(world, 3)
    world.api.end(next(iter(world.api.runs)))
    await until(lambda: len(world.api.runs) == 3)

    await world.kill()
    await world.start()
    for run_id in list(world.api.runs)[1:]:
        world.api.end(run_id)

    over = await world.until(message_id, "✅ **3 of 3 done**")
    assert (len(over["attachments"]), len(world.api.runs)) == (3, 3)


async def test_what_they_cost_is_asked_before_where_it_is_known(world: World) -> None:
    world.api.add_runs(world.api.deployment("text-to-image"), [{"prompt": "owl"}] * 3)
    await world.until(await world.generate(prompt="fox"), "**Done**")
    before = len(world.api.runs)

    question = await world.until(await world.generate(prompt="fox", count=2), "**2 runs** of **text-to-image**")
    assert question["flags"] & _EPHEMERAL
    assert "in all" in said(question)
    assert len(world.api.runs) == before
    shown = await world.artist.click(question["id"], "Run 2")

    await world.until(str(shown.message_id), "✅ **2 of 2 done**")
    assert len(world.api.runs) == before + 2


async def test_more_than_there_is_ever_room_for_are_refused(world: World) -> None:
    message_id = await world.generate(prompt="fox", count=10)

    refused = await world.until(message_id, "At most **7** at once here. Nothing was started.")
    assert refused["flags"] & _EPHEMERAL
    assert not world.api.runs
