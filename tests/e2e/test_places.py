"""Places where the bot may not write, and places that go away in the middle of a run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import MEMBER, Channel, Permission, Person
from tests.e2e.conftest import World, said
from tests.e2e.stage import SMALL, a_stage, finished, is_sound, judged, refused, run_of
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES: Final = {
    Permission.VIEW_CHANNEL: "View Channel",
    Permission.SEND_MESSAGES: "Send Messages",
    Permission.EMBED_LINKS: "Embed Links",
    Permission.ATTACH_FILES: "Attach Files",
    Permission.READ_MESSAGE_HISTORY: "Read Message History",
}
MISSING: Final = [*((permission,) for permission in NAMES), tuple(NAMES)]
AT_ONCE: Final = Behaviour(seconds=0, queue_seconds=0, cold_seconds=0)
BUSY: Final = Behaviour(seconds=4, queue_seconds=0, cold_seconds=0)  # with something new to show now and then
FEW: Final = 3  # failing calls for one cause: by the token, through the channel, and to the person


def be_quick(world: World) -> None:
    world.api.behaviour["text-to-image"] = AT_ONCE


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("places")
    limits = {"STATIONTHIS_RUNS_PER_USER": "1", "STATIONTHIS_WAITING_PER_USER": "0"}
    async with a_stage(folder, be_quick, pace=1.0, **limits) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared
    be_quick(shared)


def without(channel: Channel, *missing: Permission) -> Channel:
    channel.app_permissions = MEMBER
    for permission in missing:
        channel.app_permissions &= ~permission
    return channel


def somebody(world: World) -> Person:
    return world.discord.user("painter", channel=world.discord.add_channel("room"))


def failures(world: World, since: int) -> int:
    """How many calls of the bot Discord has refused since then."""
    return sum(call.status >= 400 for call in world.discord.calls[since:])


# -- where the bot may not write --


@pytest.mark.parametrize("missing", MISSING)
async def test_generate_names_what_the_bot_may_not(world: World, missing: tuple[Permission, ...]) -> None:
    who = somebody(world)
    without(who.channel, *missing)
    known = len(world.api.runs)

    message = await refused(world, who, await who.run("generate", {"deployment": "text-to-image", "prompt": "x"}))

    await is_sound(world, message, f"it needs {', '.join(NAMES[item] for item in missing)}.", private=True)
    assert len(world.api.runs) == known


@pytest.mark.parametrize("missing", MISSING)
async def test_again_names_what_the_bot_may_not(world: World, missing: tuple[Permission, ...]) -> None:
    who = somebody(world)
    first = await finished(world, who)
    without(who.channel, *missing)
    known = len(world.api.runs)

    message = await refused(world, who, await who.click(first["id"], "Again"))

    await is_sound(world, message, f"it needs {', '.join(NAMES[item] for item in missing)}.", private=True)
    assert len(world.api.runs) == known


async def test_in_a_thread_it_is_the_threads_permission_that_counts(world: World) -> None:
    room = world.discord.add_channel("room")
    who = world.discord.user("painter", channel=world.discord.add_thread("talk", room))
    without(room, Permission.SEND_MESSAGES_IN_THREADS)
    options = {"deployment": "text-to-image", "prompt": "x", "inputs": SMALL}

    message = await refused(world, who, await who.run("generate", options))

    await is_sound(world, message, "it needs Send Messages", private=True)
    without(room, Permission.SEND_MESSAGES)
    await finished(world, who)


@pytest.mark.parametrize("missing", [item for item in MISSING if item != (Permission.ATTACH_FILES,)])
async def test_a_reaction_where_the_bot_may_not_write_starts_nothing(
    world: World, missing: tuple[Permission, ...]
) -> None:
    who = somebody(world)
    first = await finished(world, who)
    without(who.channel, *missing)
    known, since, start = len(world.api.runs), len(world.discord.calls), len(world.log.read_text())

    await who.react(first["id"], "🔁")
    if Permission.VIEW_CHANNEL not in missing:  # else Discord does not even tell of it
        refusals = ("reaction.unanswered", f"channel={who.channel.id} needs='Read Message History'")
        await until(lambda: len(world.api.runs) > known or any(item in new_lines(world, start) for item in refusals))

    assert len(world.api.runs) == known
    assert failures(world, since) <= FEW


def new_lines(world: World, start: int) -> str:
    return world.log.read_text()[start:]


def last_line_about(world: World, who: Person) -> str:
    return next((line for line in reversed(world.log.read_text().splitlines()) if f"user={who.id}" in line), "")


# -- what goes away in the middle of a run --

Loss = Callable[[World, Person, str], None]


def the_message(world: World, _: Person, message_id: str) -> None:
    world.discord.delete_message(message_id)


def the_bot_itself(world: World, who: Person, _: str) -> None:
    world.discord.expire_tokens()  # which would outlive it by some minutes
    world.discord.kick(who.channel.guild)


def the_right_to_write(world: World, who: Person, _: str) -> None:
    world.discord.expire_tokens()  # which ask for no permission
    world.discord.change_thread(who.channel, locked=True)


LOSSES: Final = [
    (the_message, "was deleted"),
    (the_right_to_write, "cannot write"),
    (the_bot_itself, None),  # who shares no server with it cannot be written to
]


@pytest.mark.parametrize(("loss", "words"), LOSSES, ids=lambda item: getattr(item, "__name__", ""))
async def test_a_run_whose_place_is_lost_goes_on_and_its_end_goes_to_the_person(
    world: World, loss: Loss, words: str | None
) -> None:
    room = world.discord.add_channel("room", world.discord.add_guild("Elsewhere"))
    who = world.discord.user("painter", channel=world.discord.add_thread("talk", room))
    direct = who.dm()
    world.api.behaviour["text-to-image"] = BUSY
    message_id = await world.generate(who=who, prompt="x")
    run_id = run_of(world, await world.until(message_id, "**Running**"))
    since = len(world.discord.calls)

    loss(world, who, message_id)
    be_quick(world)
    await until(lambda: world.api.state(run_id).progress > 0.5)
    message = await refused(world, direct, await direct.run("generate", {"deployment": "text-to-image"}))
    assert "under way" in said(message)

    await until(lambda: world.api.state(run_id).final)
    if words is None:
        await until(lambda: "run.not_shown" in last_line_about(world, who))
    else:
        end = await world.new(lambda item: item["channel_id"] == direct.channel.id and "**Done**" in said(item))
        assert words in end["content"]
        assert end["attachments"]
        await until(lambda: "run.delivered" in last_line_about(world, who))
    assert failures(world, since) <= FEW
    await finished(world, direct)


async def test_ten_wishes_at_once_find_the_one_place_once(world: World) -> None:
    who = somebody(world)
    world.api.behaviour["text-to-image"] = BUSY
    known = len(world.api.runs)

    shown = await asyncio.gather(*(who.run("generate", {"deployment": "text-to-image"}) for _ in range(10)))

    refusals = [item for item in shown if item.ephemeral]
    later = [await refused(world, who, None) for _ in range(9 - len(refusals))]  # those that were answered publicly
    told = [await refused(world, who, item) for item in refusals] + later
    assert all("under way" in said(message) for message in told)
    await until(lambda: len(world.api.runs) > known)  # its submit may still have been on its way
    assert len(world.api.runs) - known == 1
