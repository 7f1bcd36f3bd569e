"""🗑 under a result: by whom it goes, where, and how much goes with it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import MEMBER
from stationthis_discord.sandbox.discord.people import Member
from tests.e2e.conftest import World, said
from tests.e2e.removing import asked, confirmed, is_there, left, left_in_parts, question
from tests.e2e.stage import CONTEXTS, UNKNOWN, Scene, a_stage, ask, button, is_sound, judged, leave, refused
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("removal"), STATIONTHIS_USER_INSTALL="true") as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


@pytest.mark.parametrize("context", [item for item in CONTEXTS if item != "stranger"])
async def test_it_goes_after_a_question_and_its_run_stays(world: World, context: str) -> None:
    scene = CONTEXTS[context](world)
    message_id, run_id = await left(world, scene.owner)

    shown = await question(world, scene.visitor, message_id)
    assert is_there(world, message_id)
    told = await confirmed(world, scene.visitor, shown)

    assert not is_there(world, message_id)
    assert run_id in world.api.runs
    assert f"/show run:{run_id}" in told
    assert f"run={run_id}" in await world.logged(f"message={message_id}")


async def test_it_stays_where_the_answer_is_no(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    message_id, _ = await left(world, who)
    shown = await question(world, who, message_id)

    await who.click(shown["id"], "Keep it")

    await world.until(shown["id"], "Nothing was deleted")
    assert is_there(world, message_id)


def _elsewhere(world: World) -> Scene:
    """A moderator, but of another server."""
    owner = CONTEXTS["channel"](world).owner
    there = world.discord.add_channel("room", world.discord.add_guild("Elsewhere"))
    moderator = world.discord.user("moderator", manage_messages=True, channel=there)
    assert owner.channel.guild is not None
    owner.channel.guild.members[moderator.id] = Member(moderator.user, 0.0, MEMBER)
    return Scene(owner, moderator.at(owner.channel))


@pytest.mark.parametrize("is_gone", [False, True])
@pytest.mark.parametrize("place", [CONTEXTS["stranger"], _elsewhere])
async def test_others_may_not(world: World, place: Callable[[World], Scene], is_gone: bool) -> None:
    scene = place(world)
    message_id, run_id = await left(world, scene.owner)
    if is_gone:
        del world.api.runs[run_id]

    shown = await scene.visitor.click(message_id, "Delete")

    await is_sound(world, await refused(world, scene.visitor, shown), "Only they and moderators", private=True)
    assert is_there(world, message_id)


async def test_its_owner_may_though_the_api_knows_the_run_no_more(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    message_id, run_id = await left(world, who)
    del world.api.runs[run_id]

    await confirmed(world, who, await question(world, who, message_id))

    assert not is_there(world, message_id)


async def test_of_a_message_that_answers_nobody_a_gone_run_does_not_say_whose_it_was(world: World) -> None:
    scene = CONTEXTS["moderator"](world)
    message_id = await leave(world, scene.owner.channel, button(f"st:delete:{UNKNOWN}"), button(f"st:again:{UNKNOWN}"))

    shown = await scene.owner.click(message_id, f"st:delete:{UNKNOWN}")
    told = await refused(world, scene.owner, shown)
    await is_sound(world, told, "no longer knows this run", private=True)

    await scene.visitor.click(message_id, f"st:delete:{UNKNOWN}")
    await confirmed(world, scene.visitor, await asked(world, scene.visitor))
    assert not is_there(world, message_id)


async def test_its_parts_go_with_it(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    message_id, parts = await left_in_parts(world, who)
    other = await leave(world, who.channel, button(f"st:again:{UNKNOWN}"))

    await confirmed(world, who, await question(world, who, message_id))

    assert not any(is_there(world, item) for item in (message_id, *parts))
    assert is_there(world, other)


async def test_a_second_question_finds_nothing_any_more(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    message_id, _ = await left(world, who)
    first, second = await question(world, who, message_id), await question(world, who, message_id)

    await confirmed(world, who, first)

    await confirmed(world, who, second, "not there any more")


async def test_many_at_once_are_no_more_than_discord_allows(world: World) -> None:
    room = world.discord.add_channel("room")
    people = [world.discord.user(f"painter{number}", channel=room) for number in range(7)]
    results = await asyncio.gather(*(left(world, who) for who in people))
    questions = [await question(world, who, item) for who, (item, _) in zip(people, results, strict=True)]

    await asyncio.gather(*(confirmed(world, who, item) for who, item in zip(people, questions, strict=True)))

    assert not any(is_there(world, item) for item, _ in results)


async def test_a_new_process_with_an_empty_disk_answers_both_buttons(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    (first, _), (second, _) = await left(world, who), await left(world, who)
    shown = await question(world, who, first)
    await world.stop()
    world.wipe()
    await world.start()

    await confirmed(world, who, shown)
    await confirmed(world, who, await question(world, who, second))

    assert not is_there(world, first)
    assert not is_there(world, second)


async def test_in_an_archived_thread_nothing_goes(world: World) -> None:
    who = CONTEXTS["thread"](world).owner
    message_id, _ = await left(world, who)
    world.discord.change_thread(who.channel, archived=True)

    shown = await who.click(message_id, "Delete")

    await is_sound(world, await refused(world, who, shown), "is archived", private=True)
    assert is_there(world, message_id)


async def test_what_only_one_person_sees_goes_at_once(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    shown = await who.run("help")
    path = f"/webhooks/{world.discord.application_id}/{shown.interaction.token}/messages/@original"
    rows = [{"type": 1, "components": [button(f"st:delete:{UNKNOWN}"), button(f"st:again:{UNKNOWN}")]}]
    await ask(world, "PATCH", path, {"components": rows})

    await who.click(str(shown.message_id), f"st:delete:{UNKNOWN}")

    await until(lambda: not is_there(world, str(shown.message_id)))


async def test_where_the_bot_was_not_added_it_goes_at_once_and_further_ones_stay(world: World) -> None:
    there = world.discord.add_channel("general", world.discord.add_guild("elsewhere", installed=False))
    who = world.discord.user("traveller", channel=there).install()
    message_id, _ = await left(world, who)

    await who.click(message_id, "Delete")

    told = await world.new(lambda item: item["channel_id"] == there.id and "further messages" in said(item))
    assert told["flags"] & 64
    assert not is_there(world, message_id)


async def test_in_the_gallery_only_that_message_goes(world: World) -> None:
    who = CONTEXTS["channel"](world).owner
    message_id, run_id = await left(world, who)
    kept = await leave(world, who.channel, button(f"st:copy:{run_id}"), button(f"st:delete:{run_id}"))

    await who.click(kept, f"st:delete:{run_id}")
    shown = await asked(world, who)
    assert "from the gallery" in said(shown)
    await confirmed(world, who, shown)

    assert not is_there(world, kept)
    assert is_there(world, message_id)
