"""The connection to Discord is cut while runs stand at every step: each message ends once, with its file."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final, NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour, Fault, faults
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.e2e.conftest import PATIENCE, World, said
from tests.e2e.stage import SMALL, Message, a_stage, finished, judged, run_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(40)]

OPTIONS: Final = {"deployment": "text-to-image", "prompt": "x", "inputs": SMALL}
AT_ONCE: Final = Behaviour(seconds=0, queue_seconds=0, cold_seconds=0)
WAITING: Final = Behaviour(seconds=0, queue_seconds=1000, cold_seconds=0)
RUNNING: Final = Behaviour(seconds=1000, queue_seconds=0, cold_seconds=0)
HELD: Final = 3.5  # seconds that a submit and a file are held back, so that a cut finds them under way


class Way(NamedTuple):
    """How the connection ends, and what the bot does next."""

    cut: Callable[[DiscordSandbox], Awaitable[None]]
    comes_back_by: str


WAYS: Final = {
    "a cut that can be resumed": Way(lambda discord: discord.drop(resumable=True), "resume"),
    "a cut that cannot be resumed": Way(lambda discord: discord.drop(resumable=False), "identify"),
    "opcode 7": Way(lambda discord: discord.ask_to_reconnect(), "resume"),
    "close code 4000": Way(lambda discord: discord.close_gateway(4000), "identify"),
    "a session to be resumed": Way(lambda discord: discord.invalidate_session(resumable=True), "resume"),
    "a session that is invalid": Way(lambda discord: discord.invalidate_session(resumable=False), "identify"),
}


def behave(world: World, behaviour: Behaviour = AT_ONCE) -> None:
    world.api.behaviour["text-to-image"] = behaviour


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("cuts"), behave, pace=1.0) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared
    behave(shared)


def somebody(world: World) -> Person:
    return world.discord.user("painter", channel=world.discord.add_channel("room"))


async def started(world: World, behaviour: Behaviour, says: str) -> str:
    """A message that stands at this step and stays there."""
    behave(world, behaviour)
    message_id = await world.generate(who=somebody(world), prompt="x", inputs=SMALL)
    await world.until(message_id, says)
    behave(world)
    return message_id


async def at_every_step(world: World) -> list[str]:
    """Messages whose runs are acknowledged, waiting, running, being fetched, and done."""
    world.api.faults.add("GET", "/files/*", Fault(delay=HELD), times=1)
    fetching = await world.generate(who=somebody(world), prompt="x", inputs=SMALL)
    await world.until(fetching, "**Fetching")
    waiting = await started(world, WAITING, "**Waiting**")
    running = await started(world, RUNNING, "**Running**")
    done = (await finished(world, somebody(world)))["id"]
    world.api.faults.add("POST", faults.QUEUE, Fault(delay=HELD), times=1)
    acknowledged = await world.generate(who=somebody(world), prompt="x", inputs=SMALL)
    await world.until(acknowledged, "**Preparing**")
    return [acknowledged, waiting, running, fetching, done]


async def asked_during(world: World, way: Way) -> str | None:
    """Ask in the moment of the cut; the message, or None where the question was lost with the session."""
    asking = asyncio.create_task(somebody(world).run("generate", OPTIONS))
    await asyncio.sleep(0)  # the question is on the line, its answer is not
    await way.cut(world.discord)
    try:
        return (await asking).message_id
    except TimeoutError:
        assert way.comes_back_by == "identify"
        return None


def came_back(world: World, way: Way) -> int:
    return sum(entry.what == way.comes_back_by for entry in world.discord.gateway_log)


def ends_of(world: World, message_id: str) -> list[Message]:
    states = [state.message for state in world.discord.states(message_id)]
    return [message for message in states if "**Done**" in said(message)]


@pytest.mark.parametrize("name", WAYS)
async def test_every_run_ends_once_whatever_becomes_of_the_connection(world: World, name: str) -> None:
    way, known, before = WAYS[name], len(world.api.runs), came_back(world, WAYS[name])
    messages = await at_every_step(world)

    asked = await asked_during(world, way)

    messages += [asked] if asked else []
    for run_id in list(world.api.runs):
        world.api.end(run_id)
    for message_id in messages:
        await world.until(message_id, "**Done**")
    await world.discord.until(lambda: came_back(world, way) > before or None, PATIENCE)
    await world.discord.ready(PATIENCE)
    assert (await somebody(world).run("help")).ephemeral
    ends = [ends_of(world, message_id) for message_id in messages]
    assert [len(end) for end in ends] == [1] * len(messages)
    assert [len(end[0]["attachments"]) for end in ends] == [1] * len(messages)
    assert len({run_of(world, end[0]) for end in ends}) == len(world.api.runs) - known == len(messages)
