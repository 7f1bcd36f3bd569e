"""Many people at once, and one person many times at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import Person
from tests.e2e.conftest import World
from tests.e2e.stage import SMALL, a_stage, finished, judged, shown_again
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROWD = 50
ACK_SECONDS = 3.0
OPTIONS = {"deployment": "text-to-image", "prompt": "x", "inputs": SMALL}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("crowd")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


def people(world: World, count: int) -> list[Person]:
    room = world.discord.add_channel("room")
    return [world.discord.user(f"guest{number}", channel=room) for number in range(count)]


async def test_fifty_people_generate_at_once_and_each_gets_a_result(world: World) -> None:
    guests = people(world, CROWD)
    known = len(world.api.runs)

    shown = await asyncio.gather(*(guest.run("generate", OPTIONS) for guest in guests))

    messages = await asyncio.gather(*(world.until(str(item.message_id), "**Done**") for item in shown))
    assert max(item.ack_seconds for item in shown) < ACK_SECONDS
    assert all(message["attachments"] for message in messages)
    assert len(world.api.runs) - known == CROWD


async def test_fifty_people_at_many_doors_are_all_answered(world: World) -> None:
    guests = people(world, CROWD)
    doors = [("help", {}), ("deployments", {}), ("deployments", {"deployment": "caption"}), ("cancel", {})]
    words = [doors[number % len(doors)] for number in range(CROWD)]

    shown = await asyncio.gather(
        *(guest.run(name, options) for guest, (name, options) in zip(guests, words, strict=True))
    )

    assert max(item.ack_seconds for item in shown) < ACK_SECONDS
    assert all(item.ephemeral for item in shown)


async def test_fifty_people_type_at_once(world: World) -> None:
    typing = (guest.autocomplete("generate", "deployment", "image") for guest in people(world, CROWD))

    assert all(len(choices) > 1 for choices in await asyncio.gather(*typing))


async def test_a_storm_of_reactions_by_the_owner_makes_one_run(world: World) -> None:
    (owner,) = people(world, 1)
    shown = await owner.run("generate", OPTIONS)
    result = shown.interaction.original
    assert result is not None
    first = await world.until(result.id, "**Done**")
    known = len(world.api.runs)

    for _ in range(20):
        result.reactions.clear()  # taken back, and given once more
        await owner.react(result.id, "🔁")

    await shown_again(world, first)
    await until(lambda: world.log.read_text().count(f"error=AlreadyAsked message={result.id}") == 19)
    assert len(world.api.runs) - known == 1
    heard = [event for event in world.discord.events if event.name == "MESSAGE_REACTION_ADD"]
    assert sum(event.data["message_id"] == result.id for event in heard) == 20


async def test_double_clicks_of_two_people_make_one_run_each(world: World) -> None:
    one, two = people(world, 2)
    first = await finished(world, one)
    known = len(world.api.runs)

    shown = await asyncio.gather(*(who.click(first["id"], "Again") for who in (one, two, one, two)))

    await asyncio.gather(*(world.until(str(item.message_id), "**Done**") for item in shown[:2]))
    assert len(world.api.runs) - known == 2
