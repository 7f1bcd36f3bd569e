"""*Remove result* in the menu of a message: for moderators, on all that shows a run, and on nothing else."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import DriverError
from tests.e2e.conftest import World, said
from tests.e2e.removing import confirmed, is_there, left, left_in_parts
from tests.e2e.stage import CONTEXTS, a_stage, is_sound, judged, leave, refused, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = "Remove result"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("removal")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


@pytest.mark.parametrize("on_a_part", [False, True])
async def test_a_moderator_removes_the_whole_result_from_its_menu(world: World, on_a_part: bool) -> None:
    scene = CONTEXTS["moderator"](world)
    message_id, parts = await left_in_parts(world, scene.owner)

    shown = await scene.visitor.use_on_message(MENU, parts[0] if on_a_part else message_id)
    told = await confirmed(world, scene.visitor, await world.until(str(shown.message_id), "Delete this result"))

    assert shown.ephemeral
    assert not any(is_there(world, item) for item in (message_id, *parts))
    assert "who asked for it can bring it back with `/show run:" in told


async def test_a_run_under_way_goes_on_and_its_end_goes_to_its_owner(world: World) -> None:
    scene = CONTEXTS["moderator"](world)
    message_id = await running(world, scene.owner)
    run_id = next(reversed(world.api.runs))

    shown = await scene.visitor.use_on_message(MENU, message_id)
    await confirmed(world, scene.visitor, await world.until(str(shown.message_id), "Its run goes on"))
    world.api.end(run_id)

    direct = scene.owner.dm().channel.id
    await world.new(lambda item: item["channel_id"] == direct and "**Done**" in said(item))
    assert not is_there(world, message_id)


async def test_what_shows_no_result_is_said_to_show_none(world: World) -> None:
    scene = CONTEXTS["moderator"](world)
    theirs, ours = await scene.owner.say("hello"), await leave(world, scene.owner.channel)
    first, parts = await left_in_parts(world, scene.owner)
    world.discord.delete_message(first)

    for message_id in (theirs, ours, *parts):
        await scene.visitor.use_on_message(MENU, message_id)
        told = await refused(world, scene.visitor, None)
        await is_sound(world, told, "shows no result of mine", private=True)


async def test_it_is_in_the_menu_of_moderators_only(world: World) -> None:
    owner = CONTEXTS["channel"](world).owner
    message_id, _ = await left(world, owner)

    with pytest.raises(DriverError, match="not offered here"):
        await owner.use_on_message(MENU, message_id)
    with pytest.raises(DriverError, match="not offered here"):
        await owner.dm().use_on_message(MENU, (await left(world, owner.dm()))[0])
