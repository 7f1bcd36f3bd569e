"""Reactions to messages that change: runs that come to nothing, several in one, what is nobody's yet, busy channels."""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from cogs.ui.reply import Reply
from core.errors import DeploymentGone, RunGone
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.cogs.conftest import Start
from tests.cogs.reacting import OVER, SEVERAL, SEVERAL_OVER, SHEET, Counting, Stage, a_stage, react_anew, staged
from tests.cogs.ui.conftest import Clock, said
from tests.cogs.ui.screens import view
from tests.waiting import until, until_told

MANY: Final = 110  # messages, more than are looked at below a result and at its end


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def discord_sandbox(clock: Clock) -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(clock=lambda: clock.now().timestamp()) as sandbox:
        yield sandbox
        assert sandbox.violations == []


@pytest.fixture
async def stage(discord_sandbox: DiscordSandbox, start: Start, artist: Person) -> Stage:
    return await a_stage(discord_sandbox, start, artist)


class Preparing(Counting):
    """Shows the first state of a run, as is done before it is submitted."""

    async def prepare(self, reply: Reply) -> None:
        await reply.show(view(run_id=None))


# -- a run that comes to nothing --


@pytest.mark.parametrize("stays", [False, True])
async def test_a_run_that_is_refused_after_its_first_state_leaves_only_the_reason(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person, stays: bool
) -> None:
    stage = await staged(discord_sandbox, start, artist, Preparing(int(artist.id), DeploymentGone()))
    first = await stage.leave(*OVER)
    if stays:
        discord_sandbox.faults.add("DELETE", "/channels/*/messages/*", status=403, body={"code": 50013, "message": ""})

    await artist.react(str(first), "🔁")

    preparing = await discord_sandbox.wait_new(lambda item: "Preparing" in said(item))
    await discord_sandbox.wait_new(lambda item: "ref `" in said(item))
    assert stage.is_there(int(preparing["id"])) == stays
    assert stage.is_there(first)


async def test_where_nothing_was_shown_nothing_is_deleted(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    stage = await a_stage(discord_sandbox, start, artist, DeploymentGone())

    await artist.react(str(await stage.leave(*OVER)), "🔁")

    await discord_sandbox.wait_new(lambda item: "ref `" in said(item))
    assert stage.calls("DELETE") == 0


# -- several in one message --


async def test_a_cross_on_several_under_way_cancels_all(stage: Stage) -> None:
    message_id = await stage.answer(*SEVERAL)

    await stage.sandbox.user("stranger").react(str(message_id), "❌")
    await stage.heard()
    await stage.who.react(str(message_id), "❌")
    await until(lambda: stage.generation.cancelled)

    assert stage.generation.cancelled == [(SHEET, int(stage.who.id))]
    assert stage.is_there(message_id)


async def test_it_is_said_that_some_could_not_be_cancelled(stage: Stage) -> None:
    stage.generation.others = 1

    await stage.who.react(str(await stage.answer(*SEVERAL)), "❌")

    await stage.sandbox.wait_new(lambda item: "**1 of 3** could not be cancelled" in said(item))


@pytest.mark.parametrize("verbs", [SEVERAL, SEVERAL_OVER])
async def test_several_are_not_run_again(stage: Stage, verbs: tuple[str, ...]) -> None:
    message_id = await stage.answer(*verbs)

    await stage.who.react(str(message_id), "🔁")
    await stage.heard()

    assert stage.generation.asked == stage.generation.cancelled == []


async def test_a_cross_on_several_that_are_over_takes_them_away(stage: Stage) -> None:
    message_id = await stage.answer(*SEVERAL_OVER)

    await stage.who.react(str(message_id), "❌")

    await until(lambda: not stage.is_there(message_id))


# -- what is nobody's yet --


async def test_who_asked_is_heard_as_soon_as_there_is_something_to_cancel(stage: Stage) -> None:
    message_id = await stage.answer()

    for who in (stage.sandbox.user("stranger"), stage.who):
        await who.react(str(message_id), "❌")
    await stage.heard()
    assert stage.generation.cancelled == []
    await stage.change(message_id, "cancel")
    await react_anew(stage.sandbox, stage.who, message_id, "❌")

    await until(lambda: stage.generation.cancelled == [stage.mine])


async def test_what_answers_nobody_is_looked_at_again_after_a_moment(stage: Stage) -> None:
    message_id = await stage.leave()
    await stage.who.react(str(message_id), "❌")
    await stage.heard()
    await stage.change(message_id, "cancel")

    async def cancelled() -> bool:
        await react_anew(stage.sandbox, stage.who, message_id, "❌")
        return bool(stage.generation.cancelled)

    await until_told(cancelled)


async def test_a_run_under_way_that_the_api_does_not_know_yet_is_not_nobodys_for_long(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    generation = Counting(int(artist.id), unread=RunGone())
    stage = await staged(discord_sandbox, start, artist, generation)
    message_id = await stage.leave("cancel")
    await artist.react(str(message_id), "❌")
    await stage.heard()
    generation.unread = None

    async def cancelled() -> bool:
        await react_anew(discord_sandbox, artist, message_id, "❌")
        return bool(generation.cancelled)

    await until_told(cancelled)


# -- busy channels --


async def test_parts_that_came_long_after_the_first_message_go_with_it(stage: Stage, clock: Clock) -> None:
    first = await stage.leave("cancel")
    below = await stage.leave(part_of=first)  # of an earlier end
    for number in range(MANY):
        await stage.who.say(str(number))
    clock.move(minutes=5)
    await stage.change(first, *OVER)
    parts = [await stage.leave(part_of=first) for _ in range(2)]

    await stage.who.react(str(first), "❌")
    await until(lambda: not stage.is_there(first))

    assert not any(map(stage.is_there, (below, *parts)))
