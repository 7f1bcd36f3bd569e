"""The files of an end: how large they may be, how many messages they take, what is in view before it."""

from dataclasses import replace
from typing import Any, Final

import pytest

from cogs.ui.limits import UPLOAD, UPLOAD_BY_TIER
from core.result_errors import SurfaceTooSmall
from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.cogs.ui.conftest import MakeStand, Stand, done, running, said
from tests.cogs.ui.screens import SIGNED

MIB: Final = 2**20
TOO_LARGE: Final = {"code": 40005, "message": "Request entity too large"}


def files(message: dict[str, Any]) -> list[str]:
    return [file["filename"] for file in message["attachments"]]


def refuse(here: Stand, times: int = 1) -> None:
    here.sandbox.faults.add("PATCH", "/webhooks/*", times=times, status=413, body=TOO_LARGE)


async def test_files_of_a_refused_size_are_to_be_made_smaller_once_and_linked_then(stand: MakeStand) -> None:
    here = await stand()
    refuse(here, times=2)

    with pytest.raises(SurfaceTooSmall) as caught:
        await here.reply.finish(done(here.who, 10))
    assert caught.value.limit == await here.reply.find_limit() == UPLOAD // 2
    await here.reply.finish(done(here.who, 10))

    assert "too large to attach" in said(here.message)
    assert files(here.message) == []


async def test_a_larger_limit_that_is_not_kept_is_the_usual_one_from_then_on(stand: MakeStand) -> None:
    here = await stand()
    here.restart(limit=100 * MIB)
    refuse(here)

    with pytest.raises(SurfaceTooSmall):
        await here.reply.finish(done(here.who, 10))

    assert await here.reply.find_limit() == UPLOAD


@pytest.mark.parametrize("tier", [0, 1, 2, 3])
async def test_through_the_channel_the_tier_of_the_server_counts(
    stand: MakeStand, discord_sandbox: DiscordSandbox, tier: int
) -> None:
    guild = discord_sandbox.add_guild("Boosted", premium_tier=tier)
    here = await stand(discord_sandbox.add_channel("room", guild))
    assert await here.reply.find_limit() == here.who.channel.file_limit
    here.lose_token()
    here.calls()

    limits = [await here.reply.find_limit() for _ in range(3)]

    assert limits == [UPLOAD_BY_TIER.get(tier, UPLOAD)] * 3 == [here.who.channel.file_limit] * 3
    assert here.calls() == [(f"GET /guilds/{guild.id}", 200)]


async def test_where_nobody_tells_the_tier_files_are_as_small_as_everywhere(stand: MakeStand) -> None:
    here = await stand()
    here.lose_token()
    here.sandbox.faults.add("GET", "/guilds/*", times=1, status=403)

    assert [await here.reply.find_limit() for _ in range(2)] == [UPLOAD] * 2  # and it is asked once


async def test_eleven_files_take_two_messages_the_second_below_the_first(stand: MakeStand) -> None:
    here = await stand()

    await here.reply.finish(done(here.who, *range(1, 12)))
    await here.reply.finish(done(here.who, *range(1, 12)))

    [below] = here.fresh()
    assert files(here.message) == [f"{size}.bin" for size in range(1, 11)]
    assert files(below) == ["11.bin"]
    assert below["message_reference"]["message_id"] == here.message_id
    assert below["content"] == "-# 2 of 2 · run 0a1b2c3d"
    assert below["components"] == []


async def test_an_end_that_is_packed_otherwise_changes_what_is_there(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.finish(done(here.who, *range(1, 22)))
    second, third = here.fresh()

    await here.reply.finish(done(here.who, *range(31, 42)))

    assert files(here.message) == [f"{size}.bin" for size in range(31, 41)]
    assert files(here.sandbox.message(second["id"])) == ["41.bin"]
    with pytest.raises(LookupError):
        here.sandbox.message(third["id"])


async def test_files_are_split_by_their_sum_too(stand: MakeStand) -> None:
    here = await stand()

    await here.reply.finish(done(here.who, 10 * MIB, 10 * MIB - 1, 10 * MIB - 2))

    [below] = here.fresh()
    assert (len(files(here.message)), len(files(below))) == (2, 1)


async def test_more_than_six_messages_are_not_sent(stand: MakeStand) -> None:
    here = await stand()
    here.restart(limit=100 * MIB)
    sizes = [24 * MIB + number for number in range(8)]
    here.who.channel.guild.premium_tier = 3  # type: ignore[union-attr]  # it is in a server

    await here.reply.finish(done(here.who, *sizes))

    assert len(here.fresh()) + 1 <= 6
    assert "more** files are in ComfyUI Deploy" in said(here.message) or len(here.fresh()) < 6


async def test_where_only_the_token_leads_the_further_messages_are_private_too(stand: MakeStand) -> None:
    here = await stand()
    here.restart(private=True)

    await here.reply.finish(done(here.who, *range(1, 12)))

    [below] = here.fresh()
    assert below["flags"] & 64
    assert files(below) == ["11.bin"]


async def test_a_part_that_is_refused_goes_by_the_token_while_there_is_one(stand: MakeStand) -> None:
    here = await stand()
    here.sandbox.faults.add("POST", "/channels/*/messages", times=1, status=403)

    await here.reply.finish(done(here.who, *range(1, 12)))

    [below] = here.fresh()
    assert (len(files(here.message)), files(below)) == (10, ["11.bin"])


async def test_a_part_that_no_way_leads_to_is_named_and_costs_the_others_nothing(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(running(here.who))
    here.lose_token()
    here.sandbox.faults.add("POST", "/channels/*/messages", times=1, status=403)

    await here.reply.finish(done(here.who, *range(1, 12)))

    assert len(files(here.message)) == 10
    assert "(https://a.example/11.bin) could not be attached." in said(here.message)


async def test_a_text_of_any_length_comes_as_a_file_with_its_beginning(stand: MakeStand) -> None:
    here = await stand()
    text = f"see {SIGNED} " + "x" * 11 * MIB

    await here.reply.finish(replace(done(here.who, 10), texts=(text,)))

    picture, words = here.message["attachments"]
    content = here.sandbox.file(words["url"]).decode()
    assert (picture["filename"], words["filename"]) == ("10.bin", "text-1.txt")
    assert len(content) < MIB + 100
    assert content.endswith(" more bytes)")
    assert "X-Amz" not in content


async def test_texts_never_take_the_place_of_files(stand: MakeStand) -> None:
    here = await stand()

    await here.reply.finish(replace(done(here.who, *range(1, 12)), texts=("y" * 2000,) * 70))

    names = [name for message in (here.message, *here.fresh()) for name in files(message)]
    assert [name for name in names if name.endswith(".bin")] == [f"{size}.bin" for size in range(1, 12)]


async def test_covered_files_stay_covered_in_another_process(stand: MakeStand) -> None:
    here = await stand()
    here.restart(hidden=True)
    here.restart()

    await here.reply.finish(done(here.who, 10))

    assert files(here.message) == ["SPOILER_10.bin"]


async def test_a_picture_on_the_way_is_attached_once_and_replaced_by_the_end(stand: MakeStand) -> None:
    here = await stand()
    seen = done(here.who, 7).files[0]

    await here.reply.show(replace(running(here.who), previews=(seen,)))
    first = here.message["attachments"]
    await here.reply.show(replace(running(here.who, 0.8), previews=(seen,)))
    assert here.message["attachments"] == first
    await here.reply.finish(done(here.who, 10))

    assert [item["filename"] for item in first] == ["7.bin"]
    assert files(here.message) == ["10.bin"]


async def test_the_end_leads_to_the_result_that_it_repeats(stand: MakeStand) -> None:
    here = await stand()
    here.restart(source=1234)

    await here.reply.finish(replace(done(here.who), parent="5e6f7a8b-0000-4000-8000-00000000ef01"))

    channel = here.who.channel
    assert f"[5e6f7a8b ↗](https://discord.com/channels/{channel.guild_id}/{channel.id}/1234)" in said(here.message)
