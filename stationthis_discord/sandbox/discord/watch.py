"""Waiting for what the bot shows: a state of a message, a new message, the bot itself."""

import json
from collections.abc import Callable

from stationthis_discord.sandbox.discord.gateway import Gateway
from stationthis_discord.sandbox.discord.payload import MessageId, Object
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World

Check = Callable[[Object], bool]


def find(world: World, message_id: MessageId) -> StoredMessage:
    """Raises LookupError for an unknown or deleted message."""
    message = world.messages.get(str(message_id))
    if not message or message.deleted:
        raise LookupError(f"there is no message {message_id}")
    return message


async def wait_state(world: World, message_id: MessageId, check: Check, within: float) -> Object:
    """The first state, from the present one on, that passes the check; none is skipped.

    Raises:
        TimeoutError: names the last state.
        LookupError: there is no such message.
    """
    message = find(world, message_id)
    seen = len(message.states) - 1

    def look() -> Object | None:
        nonlocal seen
        while seen < len(message.states):
            state = message.states[seen].message
            seen += 1
            if check(state):
                return state
        return None

    try:
        return await message.changes.until(look, within)
    except TimeoutError:
        raise TimeoutError(f"not within {within} s; the last state is {_told(message)}") from None


async def wait_new(world: World, check: Check, within: float) -> Object:
    """A message of the bot that passes the check and that no driver call has returned before.

    Raises:
        TimeoutError: names the messages that did not pass.
    """

    def look() -> StoredMessage | None:
        return next((message for message in world.fresh.values() if check(message.json())), None)

    try:
        message = await world.changes.until(look, within)
    except TimeoutError:
        told = [_told(message) for message in world.fresh.values()]
        raise TimeoutError(f"no such new message within {within} s; there are {told}") from None
    del world.fresh[message.id]
    return message.json()


async def wait_ready(world: World, gateway: Gateway, within: float) -> None:
    """Until a bot is connected and has registered commands."""

    def look() -> bool | None:
        return (gateway.connected and any(world.commands.values())) or None

    try:
        await world.changes.until(look, within)
    except TimeoutError:
        missing = "has registered no commands" if gateway.connected else "has not identified"
        raise TimeoutError(f"within {within} s the bot {missing}") from None


def _told(message: StoredMessage) -> str:
    shown = {key: value for key, value in message.json().items() if value and key not in {"author", "interaction"}}
    return json.dumps(shown, ensure_ascii=False)[:3000]
