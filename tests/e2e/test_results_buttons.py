"""Buttons under results: for whom they are, what they do where something is gone, and what is left of half a run."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.comfydeploy.behaviour import Failure
from stationthis_discord.sandbox.discord import Channel, Person
from tests.e2e.conftest import World, said
from tests.e2e.forms import a_person, words
from tests.e2e.resulting import (
    RUN_GONE,
    alone,
    answered,
    begun,
    inputs_of,
    made,
    manage,
    parent_of,
    picked,
    taken_off,
    two_pictures,
)
from tests.e2e.stage import Message, Scene, a_stage, judged, messages_in, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWNERS: Final = "for the person who asked for it"
DEPLOYMENT_GONE: Final = "no longer on offer"
MAKING: Final = ["Again", "Same seed", "Edit"]
USING: Final = ["Use in…", "Upscale"]
ABOUT: Final = ["Details", "Keep"]
HALF: Final = "half"  # the deployment of `two_pictures`
PASSING: Final = ["passing", "passing too"]  # the same, until a test deletes them
LACKING: Final = Behaviour(seconds=0.0, queue_seconds=0.0, cold_seconds=0.0, broken_files=1)


def _furnish(world: World) -> None:
    for name in (HALF, *PASSING):
        world.api.add_deployment(name, two_pictures())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Where the list of deployments is read anew for each look."""
    async with a_stage(tmp_path_factory.mktemp("buttons"), _furnish, STATIONTHIS_CACHE_TTL="0") as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def a_house(world: World) -> Scene:
    """A server of its own with all that results can have there; who makes them, and somebody else."""
    guild = world.discord.add_guild("House")
    room = world.discord.add_channel("room", guild)
    await furnished(world, room)
    return Scene(world.discord.user("painter", channel=room), world.discord.user("guest", channel=room))


async def furnished(world: World, room: Channel) -> None:
    await manage(world, room, "upscaler", "Upscaler: upscale", deployment=world.api.deployment("upscale").id)
    await manage(world, room, "gallery", "Gallery:** <#", channel=world.discord.add_channel("wall", room.guild))


async def restarted(world: World, room: Channel) -> None:
    """A new process with an empty disk, and the server's settings made anew."""
    await world.stop()
    world.wipe()
    await world.start()
    await furnished(world, room)


# -- for whom they are --


async def test_where_they_are_the_owners_others_are_offered_a_copy_and_start_nothing(world: World) -> None:
    here = await a_house(world)
    first = await made(world, here.owner, prompt="fox", seed=5)
    await manage(world, here.owner.channel, "buttons", "Buttons: owner", who="owner")
    known = set(world.api.runs)

    for button in [*MAKING, *USING, "Keep"]:
        await here.visitor.click(first["id"], button)
        told = await alone(world, here.visitor, OWNERS)
        assert said(told).endswith("Make your own copy")

    assert world.api.runs.keys() == known
    assert [item["id"] for item in await messages_in(world, here.owner.channel)] == [first["id"]]


async def test_the_copy_starts_from_the_prompt_alone_and_is_for_everybody(world: World) -> None:
    here = await a_house(world)
    first = await made(world, here.owner, prompt="fox", negative="my secret", seed=5, inputs="style=neon")
    await manage(world, here.owner.channel, "buttons", "Buttons: owner", who="owner")
    await here.visitor.click(first["id"], "Again")
    offer = await alone(world, here.visitor, OWNERS)

    form = await answered(world, await here.visitor.click(offer["id"], "Make your own copy"), "Press **Run**")
    assert "✅ **Prompt** fox" in words(world, form)
    assert not [line for line in words(world, form).splitlines() if line.startswith("✅") and "fox" not in line]
    copy = await begun(world, await here.visitor.click(form, "Run"))

    assert inputs_of(world, copy).keys() == {"prompt", "seed"}
    assert here.visitor.mention in said(copy)
    assert parent_of(world, copy) == run_of(world, first)


async def test_where_they_are_the_owners_the_owner_is_not_hindered_and_details_are_for_all(world: World) -> None:
    here = await a_house(world)
    first = await made(world, here.owner, prompt="fox", inputs="style=neon")
    await manage(world, here.owner.channel, "buttons", "Buttons: owner", who="owner")

    await begun(world, await here.owner.click(first["id"], "Same seed"))
    mine = await answered(world, await here.owner.click(first["id"], "Details"), "**Run**")
    others = await answered(world, await here.visitor.click(first["id"], "Details"), "**Run**")

    assert "neon" in words(world, mine)
    assert "neon" not in words(world, others)
    assert "**Prompt** fox" in words(world, others)


# -- what is gone --


async def offered(world: World, who: Person, result: Message, button: str, text: str) -> Message:
    """What only who presses this is offered instead, with the reason."""
    await who.click(result["id"], button)
    return await alone(world, who, text)


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_of_a_run_that_is_gone_each_button_says_so_and_offers_the_same_prompt(
    world: World, is_restarted: bool
) -> None:
    here = await a_house(world)
    first = await made(world, here.owner, prompt="a *fox*", seed=5)
    world.api.delete_run(run_of(world, first))
    if is_restarted:
        await restarted(world, here.owner.channel)

    offers = [await offered(world, here.owner, first, button, RUN_GONE) for button in [*MAKING, *USING, *ABOUT]]

    assert all("**text-to-image**" in said(cards) for cards in offers)
    second = await begun(
        world, await here.owner.click(await picked(world, here.owner, offers[0]["id"], "text-to-image"), "Run")
    )
    assert inputs_of(world, second)["prompt"] == "a *fox*"
    assert world.discord.message(first["id"]) == first


async def test_a_result_stays_when_its_refresh_finds_no_run_and_others_see_nothing(world: World) -> None:
    here = await a_house(world)
    world.api.behaviour["text-to-image"] = LACKING
    first = await made(world, here.owner, prompt="fox", inputs="images=2")
    world.api.delete_run(run_of(world, first))

    await here.visitor.click(first["id"], "Refresh")
    told = await alone(world, here.visitor, RUN_GONE)

    assert world.discord.message(first["id"]) == first
    cards = await answered(world, await here.visitor.click(told["id"], "Try again"), "What shall it be?")
    assert "✅ **Prompt** fox" in words(world, await picked(world, here.visitor, cards, "text-to-image"))


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_of_a_deployment_that_is_gone_its_runs_can_be_used_and_something_else_is_offered(
    world: World, is_restarted: bool
) -> None:
    here = await a_house(world)
    name = PASSING[is_restarted]
    first = await made(world, here.owner, name, prompt="a *fox*")
    await taken_off(world, here.owner, name)
    if is_restarted:
        await restarted(world, here.owner.channel)

    for cards in [await offered(world, here.owner, first, button, DEPLOYMENT_GONE) for button in MAKING]:
        form = await picked(world, here.owner, cards["id"], "text-to-image")
        assert r"✅ **Prompt** a \*fox\*" in words(world, form)
    for button, text in {**dict.fromkeys(USING, "Which one?"), "Details": "**Run**", "Keep": "It is in"}.items():
        await answered(world, await here.owner.click(first["id"], button), text)


# -- half a run --


async def under_way(world: World, who: Person, behaviour: Behaviour, **options: object) -> Message:
    """A run that has made its first picture, and never makes the other; the picture is shown."""
    world.api.behaviour[HALF] = behaviour
    message_id = await world.generate(HALF, who=who, prompt="fox", **options)
    return await world.discord.wait(message_id, lambda message: bool(message["attachments"]))


async def test_what_failed_shows_what_it_made_before(world: World) -> None:
    who = a_person(world)
    world.api.behaviour[HALF] = Behaviour(
        outcome="failed", seconds=0, queue_seconds=0, cold_seconds=0, error=Failure(node="KSampler")
    )

    end = await world.until(await world.generate(HALF, who=who, prompt="fox"), "**Failed**")

    assert len(end["attachments"]) == 1
    assert {"Again", "Use in…", "Delete"} <= set(said(end).splitlines())


async def test_what_was_cancelled_shows_what_it_made_before(world: World) -> None:
    who = a_person(world)
    shown = await under_way(world, who, Behaviour(outcome="never", queue_seconds=0, cold_seconds=0))

    await who.click(shown["id"], "Cancel")

    end = await world.until(shown["id"], "**Cancelled**")
    assert len(end["attachments"]) == 1
    second = await answered(world, await who.click(end["id"], "Use in…"), "What shall be done with")
    assert "half\\_1.png" in words(world, second)


async def test_previews_are_there_before_the_end_and_gone_with_it(world: World) -> None:
    who = a_person(world)
    behaviour = Behaviour(outcome="never", queue_seconds=0, cold_seconds=0, previews=True)
    shown = await under_way(world, who, behaviour, spoiler=True)
    assert sorted(item["width"] for item in shown["attachments"]) == [256, 768]

    world.api.end(next(reversed(world.api.runs)))

    end = await world.until(shown["id"], "**Done**")
    assert [item["width"] for item in end["attachments"]] == [768]
    assert all(item["filename"].startswith("SPOILER_") for item in shown["attachments"] + end["attachments"])
