"""Many reactions, and those of people whom a run does not belong to: cheap for everybody, and one run a wish."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import Person
from tests.e2e.conftest import World, said
from tests.e2e.removing import is_there, left_in_parts
from tests.e2e.resulting import two_pictures
from tests.e2e.stage import UNKNOWN, Message, a_stage, button, finished, judged, leave, running, shown_again
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGERS = 120
PASSING = "passing"  # the deployment that a test deletes


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    def furnish(world: World) -> None:
        world.api.add_deployment(PASSING, two_pictures())

    async with a_stage(tmp_path_factory.mktemp("reactions"), furnish) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


def somebody(world: World) -> Person:
    return world.discord.user("painter", channel=world.discord.add_channel("room"))


def looks(world: World, message: Message) -> int:
    """How often the bot has read this message."""
    return sum(
        call.method == "GET" and call.path.endswith(f"/messages/{message['id']}") for call in world.discord.calls
    )


def reads(world: World) -> int:
    return sum(call.method == "GET" and call.path.startswith("/api/run/") for call in world.api.calls)


@pytest.mark.parametrize("ours", [True, False])
async def test_a_storm_of_strangers_costs_one_look(world: World, ours: bool) -> None:
    owner = somebody(world)
    message = await finished(world, owner)
    if not ours:
        message = world.discord.message(await leave(world, owner.channel, button(f"st:again:{UNKNOWN}")))
    before = reads(world)
    strangers = [world.discord.user(f"guest{number}", channel=owner.channel) for number in range(STRANGERS)]

    for stranger in strangers:
        await stranger.react(message["id"], "🔁")
    last = world.discord.message(await leave(world, owner.channel))
    await owner.react(last["id"], "🔁")
    await until(lambda: looks(world, last) == 1)

    assert looks(world, message) == 1
    assert reads(world) - before == 1


async def test_the_owner_is_heard_after_a_stranger_reacted_while_it_ran(world: World) -> None:
    owner = somebody(world)
    message_id = await running(world, owner)
    await world.discord.user("guest", channel=owner.channel).react(message_id, "🔁")
    await until(lambda: looks(world, {"id": message_id}) == 1)
    world.api.end(next(reversed(world.api.runs)))
    first = await world.until(message_id, "**Done**")

    await owner.react(message_id, "🔁")

    await shown_again(world, first)


async def test_a_reaction_to_a_run_under_way_starts_nothing(world: World) -> None:
    owner = somebody(world)
    message_id = await running(world, owner)
    known = len(world.api.runs)

    await owner.react(message_id, "🔁")

    await until(lambda: looks(world, {"id": message_id}) >= 1)
    await owner.run("help")  # whatever the reaction led to has begun by now
    assert len(world.api.runs) == known


async def test_of_a_deployment_that_is_gone_only_the_reason_is_shown(world: World) -> None:
    owner = somebody(world)
    first = await world.until(await world.generate(PASSING, who=owner, prompt="fox"), "**Done**")
    world.api.delete_deployment(world.api.deployment(PASSING))

    await owner.react(first["id"], "🔁")

    preparing = await world.new(lambda item: item["channel_id"] == owner.channel.id and "Preparing" in said(item))
    await world.new(lambda item: item["channel_id"] == owner.channel.id and "no longer on offer" in said(item))
    assert not is_there(world, preparing["id"])


async def test_the_owners_cross_takes_a_whole_result_away_in_a_new_process_with_an_empty_disk(world: World) -> None:
    owner = somebody(world)
    first, parts = await left_in_parts(world, owner)
    known = len(world.api.runs)
    await world.stop()
    world.wipe()
    await world.start()

    await owner.react(parts[0], "❌")

    await until(lambda: not any(is_there(world, item) for item in (first, *parts)))
    assert len(world.api.runs) == known
