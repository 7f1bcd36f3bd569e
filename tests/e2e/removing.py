"""What the tests of removals share: results with their parts, the question before, and what is said after."""

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import Channel, Person
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message, finished, messages_in, run_of
from tests.waiting import until_told

_MANY = Behaviour(seconds=0.0, queue_seconds=0.0, cold_seconds=0.0, images=21)  # more than two messages hold


def is_there(world: World, message_id: str) -> bool:
    try:
        world.discord.message(message_id)
    except LookupError:
        return False
    return True


async def left(world: World, who: Person) -> tuple[str, str]:
    """A message with the end of a run of this person, which answers them, and its run."""
    message = await finished(world, who)
    return message["id"], run_of(world, message)


async def left_in_parts(world: World, who: Person) -> tuple[str, list[str]]:
    """As `left`, of a run with so many pictures that two further messages hold them; the ids of all three."""
    world.api.behaviour["text-to-image"] = _MANY
    message_id, _ = await left(world, who)
    del world.api.behaviour["text-to-image"]

    async def below() -> list[str] | None:
        parts = await parts_of(world, who.channel, message_id)
        return parts if len(parts) == 2 else None

    return message_id, await until_told(below)


async def parts_of(world: World, channel: Channel, message_id: str) -> list[str]:
    found = await messages_in(world, channel)
    return [item["id"] for item in found if item.get("message_reference", {}).get("message_id") == message_id]


async def question(world: World, who: Person, message_id: str) -> Message:
    """What a press on Delete asks, privately."""
    await who.click(message_id, "Delete")
    return await asked(world, who)


async def asked(world: World, who: Person) -> Message:
    found = await world.new(lambda item: item["channel_id"] == who.channel.id and "Keep it" in said(item))
    assert found["flags"] & 64
    return found


async def confirmed(world: World, who: Person, message: Message, words: str = "Deleted here") -> str:
    """What the question has become after its Delete was pressed."""
    await who.click(message["id"], "Delete")
    after = await world.until(message["id"], words)
    assert after["components"] == []
    return said(after)
