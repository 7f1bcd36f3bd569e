"""Reactions to results, by who gives them and to what: the owner's count once, nobody else's do, refusals end it."""

import asyncio
from typing import Final

import pytest
import structlog

from core.comfydeploy.errors import OutOfCredits, Unreachable
from core.errors import CoreError, RunGone
from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, Permission, Person
from tests.cogs.conftest import RUN, Start, result_of
from tests.cogs.reacting import KEPT, OVER, Counting, Stage, a_stage, react_anew
from tests.waiting import until

MANY: Final = 20


@pytest.fixture
async def stage(discord_sandbox: DiscordSandbox, start: Start, artist: Person) -> Stage:
    return await a_stage(discord_sandbox, start, artist)


async def test_a_reaction_that_is_taken_back_and_given_again_is_one_wish(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    generation = Counting(int(artist.id))
    bot = await start(generation=generation)
    message_id = await result_of(bot, discord_sandbox)

    with structlog.testing.capture_logs() as log:
        for _ in range(3):
            await react_anew(discord_sandbox, artist, message_id)
        await until(lambda: [line["event"] for line in log].count("reaction.ignored") == 2)

    assert generation.asked == [(RUN, int(artist.id))]
    assert {line["error"] for line in log} == {"AlreadyAsked"}


async def test_a_wish_that_came_to_nothing_may_be_had_again(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    generation = Counting(int(artist.id), OutOfCredits("POST /x", 403))
    bot = await start(generation=generation)
    message_id = await result_of(bot, discord_sandbox)
    await artist.react(message_id, "🔁")
    await discord_sandbox.wait_new(lambda item: "GPU credits" in str(item["embeds"]))

    await react_anew(discord_sandbox, artist, message_id)

    await until(lambda: len(generation.asked) == 2)


# -- what the owner's do --


async def test_a_cross_takes_the_result_away_with_its_parts_and_nothing_else(stage: Stage) -> None:
    first = await stage.leave(*OVER)
    parts = [await stage.leave(part_of=first) for _ in range(2)]
    repeated, alone = await stage.leave(*OVER, part_of=first), await stage.leave()

    await stage.who.react(str(first), "❌")
    await until(lambda: not stage.is_there(first))

    assert [stage.is_there(item) for item in (*parts, repeated, alone)] == [False, False, True, True]
    assert stage.generation.cancelled == []


async def test_a_cross_on_a_run_under_way_cancels_it(stage: Stage) -> None:
    message_id = await stage.leave("cancel")

    await stage.who.react(str(message_id), "❌")
    await until(lambda: stage.generation.cancelled)

    assert stage.generation.cancelled == [stage.mine]
    assert stage.is_there(message_id)


async def test_on_a_part_of_a_result_they_count_for_the_result(stage: Stage) -> None:
    first = await stage.leave(*OVER)
    part = await stage.leave(part_of=first)

    await stage.who.react(str(part), "🔁")
    await until(lambda: stage.generation.asked == [stage.mine])
    await stage.who.react(str(first), "🔁")
    await stage.who.react(str(part), "❌")
    await until(lambda: not stage.is_there(first))

    assert not stage.is_there(part)
    assert stage.generation.asked == [stage.mine]


async def test_a_part_whose_result_is_gone_is_nobodys(stage: Stage) -> None:
    first = await stage.leave(*OVER)
    part = await stage.leave(part_of=first)
    stage.sandbox.delete_message(str(first))

    await stage.who.react(str(part), "❌")
    await stage.heard()

    assert stage.is_there(part)


async def test_in_the_gallery_a_cross_takes_that_message_away_and_nothing_is_run_there(stage: Stage) -> None:
    result, kept = await stage.leave(*OVER), await stage.leave(*KEPT)

    await stage.who.react(str(kept), "🔁")
    await stage.heard()
    await stage.who.react(str(kept), "❌")
    await until(lambda: not stage.is_there(kept))

    assert stage.is_there(result)
    assert stage.generation.asked == []


async def test_many_at_once_delete_once(stage: Stage) -> None:
    first = await stage.leave(*OVER)

    for _ in range(MANY):
        await react_anew(stage.sandbox, stage.who, first, "❌")
    await stage.heard()
    await until(lambda: not stage.is_there(first))

    assert stage.calls("DELETE") == 1


async def test_crosses_on_many_results_at_once_are_no_more_than_discord_allows(stage: Stage) -> None:
    results = [await stage.leave(*OVER) for _ in range(8)]

    await asyncio.gather(*(stage.who.react(str(item), "❌") for item in results))
    await until(lambda: not any(map(stage.is_there, results)))

    assert stage.sandbox.too_many == []


@pytest.mark.parametrize("error", [RunGone(), Unreachable("GET /run/x")])
async def test_a_cross_needs_no_answer_of_the_api_on_what_answers_its_owner(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person, error: CoreError
) -> None:
    stage = await a_stage(discord_sandbox, start, artist, unread=error)
    stranger = discord_sandbox.user("stranger")
    kept, gone = await stage.answer(*OVER), await stage.answer(*OVER)

    await stranger.react(str(kept), "❌")
    await artist.react(str(gone), "❌")
    await until(lambda: not stage.is_there(gone))

    assert stage.is_there(kept)


async def test_the_owner_is_told_that_the_run_is_gone(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    stage = await a_stage(discord_sandbox, start, artist, unread=RunGone())

    await artist.react(str(await stage.answer(*OVER)), "🔁")

    await discord_sandbox.wait_new(lambda item: "no longer knows this run" in str(item["embeds"]))


# -- whose do nothing --


@pytest.mark.parametrize("emoji", ["🔁", "❌"])
async def test_strangers_bots_and_the_bot_itself_are_not_heard(stage: Stage, emoji: str) -> None:
    first, running = await stage.leave(*OVER), await stage.leave("cancel")
    stranger, robot = stage.sandbox.user("stranger"), stage.sandbox.user("robot")
    robot.user.bot = True
    before = stage.calls("POST")

    for message_id in (first, running):
        await stage.channel.get_partial_message(message_id).add_reaction(emoji)
        await robot.react(str(message_id), emoji)
        await stranger.react(str(message_id), emoji)
    await stage.heard()

    looked = [call.path.rpartition("/")[2] for call in stage.sandbox.calls if call.method == "GET"]
    assert [looked.count(str(item)) for item in (first, running)] == [1, 1]  # for the stranger
    assert (stage.calls("DELETE"), stage.calls("POST")) == (0, before + 1)
    assert stage.generation.cancelled == stage.generation.asked == []


async def test_messages_of_others_are_not_looked_at(stage: Stage) -> None:
    theirs = await stage.who.say("a message of mine")

    await stage.who.react(theirs, "❌")
    await stage.heard()

    assert not any(call.path.endswith(f"/messages/{theirs}") for call in stage.sandbox.calls)


# -- where the bot may not look or write --


async def test_where_it_may_not_look_it_looks_once_whatever_is_reacted_to(stage: Stage) -> None:
    results = [await stage.leave(*OVER) for _ in range(MANY)]
    stage.sandbox.channel.app_permissions = MEMBER & ~Permission.READ_MESSAGE_HISTORY
    stage.sandbox.faults.add("GET", "/channels/*/messages/*", latency=0.2)  # all others come meanwhile

    with structlog.testing.capture_logs() as log:
        for item in results:
            await stage.who.react(str(item), "❌")
        await until(lambda: [line["event"] for line in log].count("reaction.ignored") == MANY)

    assert [line["event"] for line in log if line["log_level"] != "debug"] == ["reaction.unreadable"]
    assert stage.sandbox.invalid_requests == 1


async def test_where_it_may_not_write_it_tries_once(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    stage = await a_stage(discord_sandbox, start, artist, OutOfCredits("POST /x", 403))
    results = [await stage.leave(*OVER) for _ in range(4)]
    discord_sandbox.channel.app_permissions = MEMBER & ~Permission.SEND_MESSAGES

    with structlog.testing.capture_logs() as log:
        await artist.react(str(results[0]), "🔁")
        await until(lambda: "reaction.unanswered" in [line["event"] for line in log])
        for item in results[1:]:
            await artist.react(str(item), "🔁")
        await stage.heard(discord_sandbox.add_channel("elsewhere"))

    assert discord_sandbox.invalid_requests == 1
    assert stage.generation.asked == [stage.mine]
