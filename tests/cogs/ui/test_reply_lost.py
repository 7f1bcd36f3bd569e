"""Where the message is lost, the end goes to its person, once; and what cannot be told is not tried for ever."""

from collections.abc import Callable
from typing import Final

import pytest

from cogs.ui.limits import UPLOAD
from core.errors import SurfaceLost, SurfaceSilent
from stationthis_discord.sandbox.discord import DiscordSandbox, Permission
from tests.cogs.ui.conftest import MakeStand, Stand, done, running, said

DELETED: Final = "The message of your run was deleted, so here is how it ended."
CLOSED: Final = "I cannot write any more where you started this, so here is how it ended."
OVER: Final = "The message of your run cannot be changed any more, so here is how it ended."


def the_message(here: Stand) -> None:
    here.sandbox.delete_message(here.message_id)


def the_channel(here: Stand) -> None:
    here.sandbox.delete_channel(here.who.channel)


def the_right_to_see(here: Stand) -> None:
    here.lose_token()
    here.who.channel.app_permissions &= ~Permission.VIEW_CHANNEL


def the_token(here: Stand) -> None:
    here.restart(home=False)
    here.clock.move(minutes=15)


def the_server(here: Stand) -> None:
    here.lose_token()
    here.sandbox.kick(here.sandbox.guild)


LOSSES: Final = [
    (the_message, DELETED, 1),
    (the_channel, CLOSED, 1),
    (the_right_to_see, CLOSED, 1),
    (the_token, OVER, 0),
    (the_server, CLOSED, 2),  # what files it takes is asked for, too
]


@pytest.mark.parametrize(("lose", "sentence", "calls"), LOSSES, ids=lambda item: getattr(item, "__name__", ""))
async def test_the_end_goes_to_the_person_once(
    stand: MakeStand, discord_sandbox: DiscordSandbox, lose: Callable[[Stand], None], sentence: str, calls: int
) -> None:
    here = await stand(discord_sandbox.add_channel("room"))
    discord_sandbox.user("painter", channel=discord_sandbox.add_channel("home", discord_sandbox.add_guild("Home")))
    here.who.install()
    await here.reply.show(running(here.who))
    lose(here)
    here.calls()

    await here.reply.finish(done(here.who, 10, ping=True))
    await here.reply.finish(done(here.who, 10, ping=True))

    [direct] = here.fresh()
    assert direct["channel_id"] == here.who.dm().channel.id
    assert direct["content"] == sentence
    assert "**Done**" in said(direct)
    assert [file["filename"] for file in direct["attachments"]] == ["10.bin"]
    assert here.refusals() == calls


async def test_after_a_state_was_refused_the_lost_place_is_not_called_again(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    the_message(here)
    here.calls()
    with pytest.raises(SurfaceLost):
        await here.reply.show(running(here.who, 0.6))
    assert here.refusals() == 1

    await here.reply.finish(done(here.who, 10))

    assert here.refusals() == 0
    assert len(here.fresh()) == 1


async def test_files_too_large_for_a_direct_message_are_links(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    the_message(here)

    await here.reply.finish(done(here.who, 10, UPLOAD + 1))

    [direct] = here.fresh()
    assert [file["filename"] for file in direct["attachments"]] == ["10.bin"]
    assert "too large to attach" in said(direct)


async def test_who_takes_no_direct_messages_is_asked_once(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    the_message(here)
    here.who.user.accepts_dms = False
    here.calls()

    with pytest.raises(SurfaceLost, match="50007"):
        await here.reply.finish(done(here.who, 10))

    assert here.refusals() == 2


async def test_direct_messages_that_were_closed_meanwhile_are_not_tried_as_a_way_out(
    stand: MakeStand, discord_sandbox: DiscordSandbox
) -> None:
    here = await stand(who=discord_sandbox.user("painter").dm())
    await here.reply.show(running(here.who))
    here.lose_token()
    here.sandbox.faults.add("PATCH", "/channels/*", status=403, body={"code": 50007, "message": "no"})
    here.calls()

    with pytest.raises(SurfaceLost, match="50007"):
        await here.reply.finish(done(here.who, 10))

    assert here.refusals() == 1


async def test_silence_is_no_loss(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.sandbox.faults.add("PATCH", "/webhooks/*", times=2, cut="before")

    with pytest.raises(SurfaceSilent):
        await here.reply.finish(done(here.who, 10))
    await here.reply.finish(done(here.who, 10))

    assert "**Done**" in said(here.message)
    assert here.fresh() == []
