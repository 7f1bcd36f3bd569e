"""Threads that are archived or locked: what cannot be shown there is not begun, and whoever asks is told why."""

from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import Channel, Person
from tests.e2e.conftest import World
from tests.e2e.stage import UNKNOWN, a_stage, button, finished, is_sound, judged, leave, refused, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("threads")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


class Closed(NamedTuple):
    archived: bool
    locked: bool
    sentence: str


CLOSED = [Closed(True, False, "is archived"), Closed(False, True, "is locked"), Closed(True, True, "is locked")]


def somebody(world: World) -> tuple[Person, Channel]:
    thread = world.discord.add_thread("talk", world.discord.add_channel("room"))
    return world.discord.user("painter", channel=thread), thread


@pytest.mark.parametrize("closed", CLOSED)
async def test_again_is_refused_before_it_is_begun(world: World, closed: Closed) -> None:
    who, thread = somebody(world)
    first = await finished(world, who)
    known = len(world.api.runs)
    world.discord.change_thread(thread, archived=closed.archived, locked=closed.locked)

    shown = await who.click(first["id"], "Again")

    await is_sound(world, await refused(world, who, shown), closed.sentence, private=True)
    assert len(world.api.runs) == known


@pytest.mark.parametrize("verb", ["cancel", "refresh"])
@pytest.mark.parametrize("closed", [item for item in CLOSED if item.archived])
async def test_what_edits_a_message_is_refused_where_none_can_be_edited(
    world: World, verb: str, closed: Closed
) -> None:
    who, thread = somebody(world)
    custom_id = f"st:{verb}:{UNKNOWN}"
    message_id = await leave(world, thread, button(custom_id))
    world.discord.change_thread(thread, archived=closed.archived, locked=closed.locked)

    shown = await who.click(message_id, custom_id)

    await is_sound(world, await refused(world, who, shown), closed.sentence, private=True)


async def test_a_run_in_a_thread_that_was_locked_since_can_be_cancelled(world: World) -> None:
    who, thread = somebody(world)
    message_id = await running(world, who)
    world.discord.change_thread(thread, locked=True)

    await who.click(message_id, "Cancel")

    await world.until(message_id, "**Cancelled**")
