"""A state on the way is shown by the token, then through the channel, and in the next process as in this one."""

import discord
import pytest

from cogs.ui.address import Address
from cogs.ui.buttons import RUN
from cogs.ui.reply import Reply
from cogs.ui.who import Pressed
from core.errors import SurfaceLost
from stationthis_discord.sandbox.discord import DiscordSandbox, Permission
from tests.cogs.conftest import Start, result_of
from tests.cogs.ui.conftest import MakeStand, Stand, done, running, said
from tests.waiting import until


def by_token(stand: Stand) -> bool:
    """Whether the last call went by a token."""
    return stand.calls()[-1][0].startswith("PATCH /webhooks/")


def through_channel(stand: Stand) -> bool:
    return stand.calls()[-1] == (f"PATCH /channels/{stand.who.channel.id}/messages/{stand.message_id}", 200)


async def test_the_process_that_was_asked_uses_the_token(stand: MakeStand) -> None:
    here = await stand()
    [reply] = here.taking.replies

    await reply.show(running(here.who))

    here.restart(message=Address.read(reply.address).message)
    assert "**Running**" in said(here.message)
    assert by_token(here)
    assert reply.lane is None


async def test_another_process_uses_the_token_too(stand: MakeStand) -> None:
    here = await stand()

    await here.reply.show(running(here.who))

    assert "**Running**" in said(here.message)
    assert by_token(here)


async def test_the_message_of_a_button_is_known_before_it_is_edited(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))

    async def act(interaction: discord.Interaction, _: str) -> None:
        await interaction.response.defer()
        here.taking.replies.append(Reply.on_original(interaction))

    here.bot.presses["cancel"] = Pressed(act, RUN)
    await here.who.click(here.message_id, "Cancel")
    [_, pressed] = await until(lambda: here.taking.replies[1:] and here.taking.replies)

    assert str(Address.read(pressed.address).message) == here.message_id


async def test_a_message_that_was_asked_for_is_known_by_the_answer(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))

    async def act(interaction: discord.Interaction, _: str) -> None:
        answer = await interaction.response.defer(thinking=True)
        here.taking.replies.append(Reply.on_original(interaction, answer))

    here.bot.presses["cancel"] = Pressed(act, RUN)
    shown = await here.who.click(here.message_id, "Cancel")
    [_, pressed] = await until(lambda: here.taking.replies[1:] and here.taking.replies)

    assert str(Address.read(pressed.address).message) == shown.message_id


async def test_after_the_token_the_channel_is_used_and_no_call_is_wasted(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.calls()

    here.clock.move(minutes=14)
    await here.reply.show(running(here.who, 0.9))

    assert here.reply.lane == here.who.channel.id
    assert through_channel(here)


async def test_a_token_that_discord_calls_over_is_over(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.sandbox.expire_tokens()
    here.calls()

    await here.reply.show(running(here.who, 0.9))
    await here.reply.show(running(here.who, 0.95))

    assert [status for _, status in here.calls()] == [401, 200, 200]
    assert Address.read(here.reply.address).ticket is None
    assert here.reply.lane == here.who.channel.id


async def test_the_message_is_lost_if_it_was_not_seen_before_the_token_was_over(stand: MakeStand) -> None:
    here = await stand()
    here.restart(message=None)
    here.clock.move(minutes=15)

    with pytest.raises(SurfaceLost, match="never seen"):
        await here.reply.show(running(here.who))

    assert here.calls() == []


async def test_where_only_the_token_led_the_last_state_says_so_and_later_ones_are_dropped(stand: MakeStand) -> None:
    here = await stand()
    here.restart(home=False)
    await here.reply.show(running(here.who))
    assert "Press" not in said(here.message)
    here.clock.move(minutes=13, seconds=1)

    await here.reply.show(running(here.who, 0.6))
    assert "Press **Refresh** to see how it goes on" in said(here.message)
    assert "Refresh" in said(here.message).splitlines()
    here.clock.move(minutes=1)
    here.calls()
    await here.reply.show(running(here.who, 0.7))

    assert here.calls() == []
    assert here.reply.lane is None


async def test_a_message_that_one_person_sees_is_not_looked_for_in_the_channel(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))

    here.restart(private=True, ticket=None)
    here.calls()
    await here.reply.show(running(here.who, 0.7))

    assert here.calls() == []


async def test_an_old_message_is_edited_once_in_ten_minutes(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.clock.move(minutes=61)
    here.calls()

    for progress in (0.6, 0.7, 0.8):
        await here.reply.show(running(here.who, progress))
    assert len(here.calls()) == 1
    here.clock.move(minutes=11)
    await here.reply.show(running(here.who, 0.9))

    assert len(here.calls()) == 1


async def test_after_a_reaction_a_crash_before_it_was_noted_makes_no_second_message(
    discord_sandbox: DiscordSandbox, start: Start, stand: MakeStand
) -> None:
    here = await stand()
    result = await result_of(here.bot, discord_sandbox)
    before = Address(channel=int(here.who.channel.id), nonce="0" * 16, limit=9, home=True, reply_to=int(result))

    for _ in range(2):
        here.reply = Reply.at(here.bot, before.write())
        await here.reply.show(running(here.who))

    [message] = here.fresh()
    assert message["id"] == here.message_id
    assert message["message_reference"]["message_id"] == result
    assert here.reply.lane == here.who.channel.id


async def test_what_is_lost_costs_one_call(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.lose_token()
    here.who.channel.app_permissions &= ~Permission.VIEW_CHANNEL
    here.calls()

    for _ in range(3):
        with pytest.raises(SurfaceLost, match="50001"):
            await here.reply.show(running(here.who))

    assert here.refusals() == 1


async def test_a_connection_that_breaks_once_is_tried_once_more(stand: MakeStand) -> None:
    here = await stand()
    here.sandbox.faults.add("PATCH", "/webhooks/*", times=1, cut="after")

    await here.reply.finish(done(here.who, 10))

    assert "**Done**" in said(here.message)
    assert [file["filename"] for file in here.message["attachments"]] == ["10.bin"]
