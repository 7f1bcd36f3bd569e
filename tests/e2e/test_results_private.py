"""Results for one person, behind spoilers, in direct messages and brought along: what is made of them stays so."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import Person
from tests.e2e.conftest import World, said
from tests.e2e.forms import a_person, words
from tests.e2e.resulting import (
    EPHEMERAL,
    RUN_GONE,
    alone,
    answered,
    begun,
    inputs_of,
    is_quiet,
    made,
    manage,
    parent_of,
    picked,
    taken_off,
    two_pictures,
)
from tests.e2e.stage import ENDLESS, Message, a_stage, judged, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HALF = "half"  # the deployment of `two_pictures`
PASSING = "passing"  # the same, until a test deletes it
ELEVEN = Behaviour(seconds=0.0, queue_seconds=0.0, cold_seconds=0.0, images=11)


def _furnish(world: World) -> None:
    for name in (HALF, PASSING):
        world.api.add_deployment(name, two_pictures())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("private")
    async with a_stage(folder, _furnish, STATIONTHIS_USER_INSTALL="true", STATIONTHIS_CACHE_TTL="0") as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def part_of(world: World, who: Person) -> Message:
    """The further message of a result with eleven files."""
    return await world.new(lambda item: item["channel_id"] == who.channel.id and "2 of 2" in item["content"])


def names(message: Message) -> list[str]:
    return [item["filename"] for item in message["attachments"]]


# -- private --


async def test_a_private_result_with_all_its_parts_is_seen_by_one_person(world: World) -> None:
    who = a_person(world)
    world.api.behaviour["text-to-image"] = ELEVEN

    first = await made(world, who, prompt="fox", private=True)
    part = await part_of(world, who)

    assert (len(first["attachments"]), len(part["attachments"])) == (10, 1)
    assert all(item["flags"] & EPHEMERAL for item in (first, part))
    again = await begun(world, await who.click(first["id"], "Again"), private=True)
    assert (await part_of(world, who))["flags"] & EPHEMERAL
    assert f"again of `{run_of(world, first)[:8]}`" in said(again)
    assert await is_quiet(world, who.channel)


@pytest.mark.parametrize("button", ["Edit", "Use in…", "Upscale"])
async def test_what_is_made_of_it_is_private_too(world: World, button: str) -> None:
    who = a_person(world)
    await manage(world, who.channel, "upscaler", "Upscaler: upscale", deployment=world.api.deployment("upscale").id)
    first = await made(world, who, prompt="fox", private=True)

    shown = await who.click(first["id"], button)
    if button == "Use in…":
        cards = await answered(world, shown, "What shall be done with")
        shown = await who.click(await picked(world, who, cards, "image-to-image"), "Run")
    elif button == "Edit":
        shown = await who.click(await answered(world, shown, "Press **Run**"), "Run")
    second = await begun(world, shown, private=True)

    assert parent_of(world, second) == run_of(world, first)
    assert await is_quiet(world, who.channel)


@pytest.mark.parametrize("gone", ["run", "deployment"])
async def test_what_takes_the_place_of_something_gone_is_private_too(world: World, gone: str) -> None:
    who = a_person(world)
    first = await made(world, who, PASSING if gone == "deployment" else "text-to-image", prompt="fox", private=True)
    if gone == "deployment":
        await taken_off(world, who, PASSING)
    else:
        world.api.delete_run(run_of(world, first))

    await who.click(first["id"], "Again")
    cards = await alone(world, who, "no longer")
    second = await begun(
        world, await who.click(await picked(world, who, cards["id"], "text-to-image"), "Run"), private=True
    )

    assert inputs_of(world, second)["prompt"] == "fox"
    assert await is_quiet(world, who.channel)


async def test_a_private_result_stays_when_its_refresh_finds_no_run(world: World) -> None:
    who = a_person(world)
    world.api.behaviour["text-to-image"] = Behaviour(seconds=0, queue_seconds=0, cold_seconds=0, broken_files=1)
    first = await made(world, who, prompt="fox", inputs="images=2", private=True)
    world.api.delete_run(run_of(world, first))

    await who.click(first["id"], "Refresh")
    told = await alone(world, who, RUN_GONE)

    assert world.discord.message(first["id"]) == first
    cards = await answered(world, await who.click(told["id"], "Try again"), "What shall it be?")
    assert r"✅ **Prompt** fox" in words(world, await picked(world, who, cards, "text-to-image"))


async def test_once_its_token_is_over_the_end_comes_as_a_direct_message(world: World) -> None:
    who = a_person(world)
    world.api.behaviour[HALF] = ENDLESS
    message_id = await world.generate(HALF, who=who, prompt="fox", private=True)
    await world.discord.wait(message_id, lambda message: bool(message["attachments"]))

    world.discord.expire_tokens()
    world.api.end(next(reversed(world.api.runs)))

    direct = who.dm().channel.id
    end = await world.new(lambda item: item["channel_id"] == direct and "**Done**" in said(item))
    assert len(end["attachments"]) == 1
    assert await is_quiet(world, who.channel)


# -- behind a spoiler --


async def test_every_file_is_behind_the_spoiler_also_of_what_is_made_of_it(world: World) -> None:
    who = a_person(world)
    world.api.behaviour["text-to-image"] = ELEVEN

    first = await made(world, who, prompt="fox", spoiler=True)
    shown = [first, await part_of(world, who)]
    shown += [await begun(world, await who.click(first["id"], "Again")), await part_of(world, who)]
    form = await answered(world, await who.click(first["id"], "Edit"), "Press **Run**")
    shown += [await begun(world, await who.click(form, "Run")), await part_of(world, who)]

    found = [name for message in shown for name in names(message)]
    assert len(found) == 33
    assert all(name.startswith("SPOILER_") for name in found)


# -- direct messages, and where it was brought along --


async def test_in_a_direct_message_the_buttons_work(world: World) -> None:
    who = a_person(world).dm()
    world.api.behaviour["text-to-image"] = ELEVEN
    first = await made(world, who, prompt="fox")
    await part_of(world, who)

    second = await begun(world, await who.click(first["id"], "Same seed"))
    part = await part_of(world, who)

    assert inputs_of(world, second) == inputs_of(world, first)
    assert f"again of [{run_of(world, first)[:8]} ↗](https://discord.com/channels/@me/{who.channel.id}/" in said(second)
    assert not part["flags"] & EPHEMERAL
    form = await answered(world, await who.click(first["id"], "Edit"), "Press **Run**")
    assert "✅ **Prompt** fox" in words(world, form)


async def test_where_it_was_brought_along_eleven_files_come_by_the_token_alone(world: World) -> None:
    there = world.discord.add_channel("general", world.discord.add_guild("elsewhere", installed=False))
    who = world.discord.user("traveller", channel=there).install()
    world.api.behaviour["text-to-image"] = ELEVEN

    first = await made(world, who, prompt="fox")
    part = await part_of(world, who)
    second = await begun(world, await who.click(first["id"], "Again"))
    await part_of(world, who)

    assert (len(first["attachments"]), len(part["attachments"]), len(second["attachments"])) == (10, 1, 10)
    assert not part["flags"] & EPHEMERAL


async def test_of_a_result_with_more_files_than_a_menu_holds_one_is_picked(world: World) -> None:
    who = a_person(world)
    world.api.behaviour["text-to-image"] = Behaviour(seconds=0, queue_seconds=0, cold_seconds=0, images=30)
    first = await made(world, who, prompt="fox")

    answer = await answered(world, await who.click(first["id"], "Use in…"), "Which one?")
    await who.select(answer, "st:which:", ["23"])

    await world.until(answer, r"What shall be done with **text-to-image\_24.png**?")
