"""⭐ Keep: a result is put into the gallery of a server, once, whatever happens to the bot and to the gallery."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Final, NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import MEMBER, Channel, Permission, Person
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message, a_stage, finished, is_sound, judged, messages_in, refused, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS: Final = itertools.count()
OPENING: Final = "Results that people keep"


class House(NamedTuple):
    """A server of its own with a gallery."""

    manager: Person
    artist: Person
    guest: Person
    gallery: Channel


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("gallery")) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def a_house(world: World, *, gallery: bool = True) -> House:
    guild = world.discord.add_guild(f"House {next(NUMBERS)}")
    room, wall = world.discord.add_channel("room", guild), world.discord.add_channel("gallery", guild)
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD, channel=room)
    here = House(manager, world.discord.user("painter", channel=room), world.discord.user("guest", channel=room), wall)
    if gallery:
        await set_here(world, here, "gallery", "Gallery:** <#", channel=wall)
    return here


async def set_here(world: World, here: House, command: str, text: str, **options: object) -> str:
    """What the manager is told, once it says this."""
    shown = await here.manager.run(f"server {command}", options)
    assert shown.ephemeral
    return said(await world.until(str(shown.message_id), text))


async def kept(world: World, who: Person, message_id: str, text: str = "It is in [the gallery]") -> str:
    """What somebody is told who keeps it, only they, once it says this."""
    shown = await who.click(message_id, "Keep")
    assert shown.ephemeral
    return said(await world.until(str(shown.message_id), text))


async def not_kept(world: World, who: Person, message_id: str, text: str) -> None:
    """Somebody who wants to keep it is told this instead, only they."""
    await who.click(message_id, "Keep")
    told = await world.new(lambda item: item["channel_id"] == who.channel.id and text in said(item))
    assert told["flags"] & 64


async def exhibits(world: World, channel: Channel) -> list[Message]:
    """What is in the gallery, without the line that opened it."""
    return [message for message in await messages_in(world, channel) if OPENING not in said(message)]


async def test_a_result_is_kept_with_credit_and_what_can_be_done_with_it(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist, seed=7, spoiler=True)
    assert [message["flags"] & 64 for message in await messages_in(world, here.gallery)] == [0]

    told = await kept(world, here.guest, result["id"])

    [found] = await exhibits(world, here.gallery)
    assert f"https://discord.com/channels/{here.gallery.guild_id}/{here.gallery.id}/{found['id']}" in told
    original = f"/{here.artist.channel.id}/{result['id']}"
    for part in ("> fox", f"by {here.artist.mention}", f"kept by {here.guest.mention}", "seed `7`", original):
        assert part in said(found)
    assert (found["content"], found["mentions"]) == ("", [])
    assert [item["filename"] for item in found["attachments"]] == [item["filename"] for item in result["attachments"]]
    assert found["attachments"][0]["filename"].startswith("SPOILER_")
    buttons = [item["custom_id"] for row in found["components"] for item in row["components"]]
    run_id = run_of(world, result)
    assert buttons == [f"st:copy:{run_id}", f"st:details:{run_id}", f"st:delete:{run_id}"]


async def test_it_is_kept_once_through_restarts_and_on_an_empty_disk(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    both = await asyncio.gather(here.artist.click(result["id"], "Keep"), here.guest.click(result["id"], "Keep"))
    for shown in both:
        await world.until(str(shown.message_id), "the gallery")
    found = await world.new(lambda item: item["channel_id"] == here.gallery.id and bool(item["attachments"]))

    await world.stop()
    await world.start()
    assert found["id"] in await kept(world, here.artist, result["id"], "in the gallery already")

    await world.stop()
    world.wipe()
    await world.start()
    await set_here(world, here, "gallery", "Gallery:** <#", channel=here.gallery)
    assert found["id"] in await kept(world, here.guest, result["id"], "in the gallery already")
    assert len(await exhibits(world, here.gallery)) == 1


async def test_it_stays_where_it_is_until_it_is_gone_from_there(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    await kept(world, here.artist, result["id"])
    [first] = await exhibits(world, here.gallery)
    new = world.discord.add_channel("better gallery", here.gallery.guild)
    await set_here(world, here, "gallery", f"<#{new.id}>", channel=new)

    assert first["id"] in await kept(world, here.guest, result["id"], "in the gallery already")
    world.discord.delete_message(first["id"])
    await kept(world, here.guest, result["id"])

    assert (len(await exhibits(world, here.gallery)), len(await exhibits(world, new))) == (0, 1)


async def test_where_buttons_are_the_owners_others_keep_nothing(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    await set_here(world, here, "buttons", "Buttons: owner", who="owner")

    await not_kept(world, here.guest, result["id"], "for the person who asked for it")
    assert await exhibits(world, here.gallery) == []
    await kept(world, here.artist, result["id"])


async def test_without_a_gallery_an_old_button_says_so(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    await set_here(world, here, "gallery", "No gallery", turn="off")

    shown = await here.artist.click(result["id"], "Keep")
    await is_sound(world, await refused(world, here.artist, shown), "This server has no gallery", private=True)
    assert "Keep" not in said(await finished(world, here.artist))


async def test_a_run_that_is_gone_is_not_kept(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    world.api.delete_run(run_of(world, result))

    await not_kept(world, here.guest, result["id"], "no longer knows this run")

    assert await exhibits(world, here.gallery) == []


async def test_a_gallery_that_is_closed_says_what_may_be_missing_and_works_once_it_is_open(world: World) -> None:
    here = await a_house(world)
    result = await finished(world, here.artist)
    here.gallery.app_permissions &= ~Permission.ATTACH_FILES

    shown = await here.artist.click(result["id"], "Keep")
    await is_sound(world, await refused(world, here.artist, shown), "**Attach Files**", private=True)
    here.gallery.app_permissions |= Permission.ATTACH_FILES
    await kept(world, here.artist, result["id"])


@pytest.mark.parametrize(
    ("permission", "missing"), [(Permission.VIEW_CHANNEL, "View Channel"), (Permission.SEND_MESSAGES, "Send Messages")]
)
async def test_only_what_works_becomes_the_gallery(world: World, permission: Permission, missing: str) -> None:
    here = await a_house(world, gallery=False)
    here.gallery.app_permissions &= ~permission

    shown = await here.manager.run("server gallery", {"channel": here.gallery})
    await is_sound(world, await refused(world, here.manager, shown), f"**{missing}**", private=True)

    await set_here(world, here, "show", "No gallery")


async def test_an_upscaler_is_picked_from_what_takes_a_picture(world: World) -> None:
    here = await a_house(world, gallery=False)

    choices = await here.manager.autocomplete("server upscaler", "deployment", "")
    larger = next(choice for choice in choices if "upscale" in choice["name"])
    assert not [choice for choice in choices if "text-to-image" in choice["name"]]

    await set_here(world, here, "upscaler", "Upscaler: upscale", deployment=larger["value"])
    assert "Upscale" in said(await finished(world, here.artist))
    await set_here(world, here, "upscaler", "No upscaler", deployment="none")
