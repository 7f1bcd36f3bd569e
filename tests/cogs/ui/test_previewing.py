"""Pictures of runs under way: each is sent once, stays while it is wanted, and keeps no state from being shown."""

from dataclasses import replace
from typing import Any, Final

from core.runs.sheet import together
from core.runs.view import Fetched, RunView
from stationthis_discord.sandbox.discord import Person
from tests.cogs.ui.conftest import MakeStand, Stand, done, running, said

SHEET: Final = "0123456789abcdef"
OTHER: Final = "0a1b2c3d-0000-4000-8000-00000000abce"
TOO_LARGE: Final = {"code": 40005, "message": "Request entity too large"}


def pictures(who: Person, *sizes: int) -> tuple[Fetched, ...]:
    return done(who, *sizes).files


def under_way(here: Stand, *previews: Fetched, progress: float = 0.5) -> RunView:
    return replace(running(here.who, progress), previews=previews)


def attached(here: Stand) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = here.message["attachments"]
    return listed


def names(here: Stand) -> list[str]:
    return [item["filename"] for item in attached(here)]


async def test_a_new_picture_comes_beside_those_that_are_there(stand: MakeStand) -> None:
    here = await stand()
    one, two, three = pictures(here.who, 1, 2, 3)

    await here.reply.show(under_way(here, one))
    [before] = attached(here)
    await here.reply.show(under_way(here, one, three))
    await here.reply.show(under_way(here, two, one, three))

    assert names(here) == ["2.bin", "1.bin", "3.bin"]
    assert attached(here)[1]["id"] == before["id"]


async def test_a_picture_that_is_wanted_no_more_goes(stand: MakeStand) -> None:
    here = await stand()
    one, two = pictures(here.who, 1, 2)

    await here.reply.show(under_way(here, one, two))
    await here.reply.show(under_way(here, two))
    assert names(here) == ["2.bin"]
    await here.reply.show(under_way(here))

    assert names(here) == []


async def test_a_state_without_a_new_picture_leaves_them_as_they_are(stand: MakeStand) -> None:
    here = await stand()
    one, two = pictures(here.who, 1, 2)
    await here.reply.show(under_way(here, one, two))
    before = attached(here)

    for item in (one, two):
        item.file.close()  # nobody reads them again
    await here.reply.show(under_way(here, one, two, progress=0.8))

    assert attached(here) == before
    assert "80 %" in said(here.message)


async def test_what_a_process_that_goes_away_has_closed_is_not_sent(stand: MakeStand) -> None:
    here = await stand()
    one, two = pictures(here.who, 1, 2)
    one.file.close()

    assert await here.reply.show(under_way(here, one, two))

    assert names(here) == ["2.bin"]


async def test_as_many_as_one_message_takes(stand: MakeStand) -> None:
    here = await stand()

    await here.reply.show(under_way(here, *pictures(here.who, *range(1, 13))))

    assert names(here) == [f"{size}.bin" for size in range(1, 11)]


async def test_pictures_that_are_refused_keep_no_state_from_being_shown(stand: MakeStand) -> None:
    here = await stand()
    here.sandbox.faults.add("PATCH", "/webhooks/*", times=1, status=413, body=TOO_LARGE)
    seen = pictures(here.who, 1)

    assert not await here.reply.show(under_way(here, *seen))
    assert await here.reply.show(under_way(here, *seen))

    assert (names(here), here.refusals()) == ([], 1)


async def test_through_the_channel_they_come_as_well(stand: MakeStand) -> None:
    here = await stand()
    here.lose_token()
    one, two = pictures(here.who, 1, 2)

    await here.reply.show(under_way(here, one))
    await here.reply.show(under_way(here, one, two))

    assert names(here) == ["1.bin", "2.bin"]


async def test_another_process_attaches_them_anew(stand: MakeStand) -> None:
    here = await stand()
    await here.reply.show(under_way(here, *pictures(here.who, 1)))
    here.restart()

    await here.reply.show(under_way(here, *pictures(here.who, 1, 2)))

    assert names(here) == ["1.bin", "2.bin"]


async def test_several_runs_are_one_message_from_the_first_state_to_the_end(stand: MakeStand) -> None:
    here = await stand()
    first, last = done(here.who, 1, 2), replace(done(here.who, *range(3, 13)), run_id=OTHER)

    await here.reply.show(together([first, running(here.who)], SHEET))
    assert (names(here), "Cancel all" in said(here.message)) == (["1.bin", "2.bin"], True)
    await here.reply.finish(together([first, last], SHEET))

    [below] = here.fresh()
    assert "✅ **2 of 2 done**" in said(here.message)
    assert (len(attached(here)), below["content"]) == (10, "-# 2 of 2")
