"""What the tests of results that arrive share: the further messages of one."""

from tests.e2e.conftest import World
from tests.e2e.stage import Message


async def parts_below(world: World, first: Message, count: int) -> list[Message]:
    """The so many further messages of a result, as they come."""

    def is_part(message: Message) -> bool:
        return bool((message.get("message_reference") or {}).get("message_id") == first["id"])

    return [await world.new(is_part) for _ in range(count)]
