"""`/status`: what is known of the API, the lists, the runs and the bot; asking for it asks ComfyUI Deploy nothing."""

from stationthis_discord.sandbox.comfydeploy import faults
from tests.e2e.conftest import PATIENCE, World, said
from tests.e2e.office import forget, restart
from tests.e2e.stage import ENDLESS


async def status(world: World, text: str) -> str:
    shown = await world.artist.run("status")
    assert shown.ephemeral
    return said(await world.until(str(shown.message_id), text))


async def test_it_tells_how_old_the_lists_are_and_asks_nothing(world: World) -> None:
    for command in ("deployments", "workflows", "machines"):
        shown = await world.artist.run(command)
        await world.until(str(shown.message_id), "Page 1")
    calls = len(world.api.calls)

    words = await status(world, "🟢 ComfyUI Deploy answers since <t:")

    assert [line for line in words.splitlines() if line.startswith("- ") and "from <t:" not in line] == []
    assert "0 of 20 places for runs taken · yours: 0 of 2" in words
    assert "🟢 The bot is ready since <t:" in words
    assert len(world.api.calls) == calls


async def test_it_counts_the_runs_under_way(world: World) -> None:
    world.api.behaviour["text-to-image"] = ENDLESS
    await world.until(await world.generate(prompt="x"), "**Running**")

    await status(world, "1 of 20 places for runs taken · yours: 1 of 2")

    other = await world.discord.user("other").run("status")
    await world.until(str(other.message_id), "1 of 20 places for runs taken · yours: 0 of 2")


async def test_it_says_since_when_the_api_is_away_and_which_list_is_old(world: World) -> None:
    await forget(world)
    shown = await world.artist.run("machines")
    await world.until(str(shown.message_id), "Page 1")
    await world.api.refuse()
    shown = await world.artist.run("machines")
    await world.until(str(shown.message_id), "could not be read anew")

    words = await status(world, "🔴 ComfyUI Deploy does not answer since <t:")

    assert "- ⚠ machines: from <t:" in words


async def test_before_anything_was_answered_it_is_one_line(world: World) -> None:
    world.api.faults.add("*", "*", faults.slow(PATIENCE))  # every start asks for the first list
    await restart(world)

    words = await status(world, "was not asked for anything yet")

    assert "deployments" not in words
