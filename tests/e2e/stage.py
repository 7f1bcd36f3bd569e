"""What the tables of end-to-end tests share: one world for a module, where people stand, what they were told."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiohttp

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import Channel, Person, Shown
from stationthis_discord.sandbox.discord.interaction import Ack
from stationthis_discord.sandbox.discord.limits import Rate
from tests.e2e.conftest import PATIENCE, World, a_world, said

Message = dict[str, Any]

QUICK: Final = 0.0  # the pace at which a run is over before it is first asked for
ENDLESS: Final = Behaviour(outcome="never", queue_seconds=0.0, cold_seconds=0.0)
SMALL: Final = "width=64; height=64"
UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"
_REFERENCE: Final = re.compile(r"ref `([0-9a-f]{8})`")
_MANY: Final = {"STATIONTHIS_RUNS_PER_USER": "100", "STATIONTHIS_RUNS_TOTAL": "1000"}
_EPHEMERAL: Final = 64


class Scene(NamedTuple):
    """Who made the run, and who knocks now: often the same person."""

    owner: Person
    visitor: Person


def _channel(world: World) -> Scene:
    person = world.discord.user("painter", channel=world.discord.add_channel("room"))
    return Scene(person, person)


def _thread(world: World) -> Scene:
    thread = world.discord.add_thread("talk", world.discord.add_channel("room"))
    person = world.discord.user("painter", channel=thread)
    return Scene(person, person)


def _direct(world: World) -> Scene:
    person = world.discord.user("painter").dm()
    return Scene(person, person)


def _abroad(world: World) -> Scene:
    salon = world.discord.add_channel("salon", world.discord.add_guild("Atelier", locale="fr"))
    person = world.discord.user("peintre", channel=salon, locale="fr")
    return Scene(person, person)


def _moderated(world: World) -> Scene:
    owner = _channel(world).owner
    return Scene(owner, world.discord.user("moderator", manage_messages=True, channel=owner.channel))


def _strange(world: World) -> Scene:
    owner = _channel(world).owner
    return Scene(owner, world.discord.user("stranger", channel=owner.channel))


CONTEXTS: Final[Mapping[str, Callable[[World], Scene]]] = {
    "channel": _channel,
    "thread": _thread,
    "direct message": _direct,
    "abroad": _abroad,
    "moderator": _moderated,
    "stranger": _strange,
}


@asynccontextmanager
async def a_stage(
    folder: Path, prepare: Callable[[World], None] = lambda _: None, pace: float = QUICK, **settings: str
) -> AsyncIterator[World]:
    """A world with the bot up and room for many runs, to be shared by the tests of a module."""
    async with a_world(folder, pace) as world:
        world.settings |= _MANY | settings
        # a hundred people at once from one address are no bot that asks too much
        world.discord.rate_limits.rates["global"] = Rate(100_000, 1.0, "shared by many tests")
        prepare(world)
        await world.start()
        yield world


@contextmanager
def judged(world: World) -> Iterator[None]:
    """At the end neither Discord nor the log may have anything new to complain of, and all is as it was."""
    start = len(world.log.read_text())
    yield
    for run_id in world.api.runs:
        world.api.end(run_id, "cancelled")
    world.api.behaviour.clear()
    violations, too_many = list(world.discord.violations), list(world.discord.too_many)
    world.discord.violations.clear()
    world.discord.too_many.clear()
    assert violations == []
    assert too_many == []
    new = world.log.read_text()[start:]
    assert "Traceback" not in new
    assert world.discord.token not in new
    assert world.api.key not in new


async def ask(world: World, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- any answer
    """One call with the bot's token, as another version of it may have made."""
    headers = {"Authorization": f"Bot {world.discord.token}"}
    url = world.discord.url + path
    async with aiohttp.ClientSession(headers=headers) as session, session.request(method, url, json=body) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def messages_in(world: World, channel: Channel) -> list[Message]:
    """All that everybody sees there."""
    found: list[Message] = await ask(world, "GET", f"/channels/{channel.id}/messages")
    return found


async def leave(world: World, channel: Channel, *components: Message) -> str:
    """A message of the bot with these components, as another version of it may have left; its id."""
    rows = [{"type": 1, "components": list(components)}] if components else []
    body = {"embeds": [{"description": "from long ago"}], "components": rows}
    message_id = (await ask(world, "POST", f"/channels/{channel.id}/messages", body))["id"]
    found = await world.new(lambda message: message["id"] == message_id)
    return str(found["id"])


def button(custom_id: str) -> Message:
    return {"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}


def menu(custom_id: str, *values: str) -> Message:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": custom_id, "options": options}


async def press(world: World, who: Person, custom_id: str) -> Shown:
    """Click a button that another version of the bot may have left."""
    return await who.click(await leave(world, who.channel, button(custom_id)), custom_id)


async def react_to_run(world: World, who: Person, run_id: str) -> None:
    """🔁 on a message that shows the end of this run."""
    await who.react(await leave(world, who.channel, button(f"st:again:{run_id}")), "🔁")


async def refused(world: World, who: Person, shown: Shown | None) -> Message:
    """The message with the refusal: the answer itself, or a new message in the channel."""
    if shown is not None and shown.ack is Ack.MESSAGE:
        return world.discord.message(str(shown.message_id))
    return await world.new(lambda item: item["channel_id"] == who.channel.id and "ref `" in said(item))


async def is_sound(world: World, message: Message, sentence: str, *, private: bool) -> None:
    """A refusal says this, has a reference that is in the log too, and is for one person or for all."""
    reference = _REFERENCE.search(said(message))
    assert reference is not None
    assert sentence in said(message)
    assert bool(message["flags"] & _EPHEMERAL) == private
    await world.logged(reference[1])


async def finished(world: World, who: Person, **options: Any) -> Message:  # noqa: ANN401 -- any option
    """A run of this person, done."""
    return await world.until(await world.generate(who=who, prompt="fox", inputs=SMALL, **options), "**Done**", PATIENCE)


async def running(world: World, who: Person) -> str:
    """The message of a run of this person that never ends."""
    world.api.behaviour["text-to-image"] = ENDLESS
    message_id = await world.generate(who=who, prompt="long")
    await world.until(message_id, "Cancel")  # there is a run; the next edit of its message takes two seconds
    del world.api.behaviour["text-to-image"]
    return message_id


async def shown_again(world: World, first: Message) -> Message:
    """The message of a run that repeats this one, done."""
    mine = {first["channel_id"]}
    return await world.new(
        lambda item: item["channel_id"] in mine and "again of" in said(item) and "**Done**" in said(item)
    )


async def pressed_again(world: World, who: Person, first: Message) -> Message:
    """As `shown_again`, for the message that pressing Again makes."""
    shown = await who.click(first["id"], "Again")
    assert shown.message_id != first["id"]
    second = await world.until(str(shown.message_id), "**Done**")
    assert "again of" in said(second)
    return second


def run_of(world: World, message: Message) -> str:
    """The id of the run this message shows."""
    short = message["embeds"][0]["footer"]["text"].split()[1]
    return next(run_id for run_id in world.api.runs if run_id.startswith(short))
