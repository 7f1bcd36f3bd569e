"""Old results in a new process with an empty disk: each button does what it did, by what ComfyUI Deploy knows."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import Channel, Person
from tests.core.bytes_of import drawn
from tests.e2e.conftest import World, said
from tests.e2e.forms import words
from tests.e2e.resulting import (
    alone,
    answered,
    begun,
    inputs_of,
    made,
    manage,
    parent_of,
    path_of,
    picked,
    traffic,
)
from tests.e2e.stage import Message, a_stage, judged, messages_in, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = drawn("PNG", (40, 30))
BROKEN = Behaviour(seconds=0.0, queue_seconds=0.0, cold_seconds=0.0, broken_files=1)


class Old(NamedTuple):
    """Results that an earlier process left: with one picture, with three, made of a picture, and one that lacks one."""

    owner: Person
    wall: Channel
    one: Message
    three: Message
    from_picture: Message
    lacking: Message


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("results")) as world:
        world.api.account.storage.private = True
        await world.logged("catalog.loaded")
        yield world


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def old(shared: World) -> Old:
    """With what was set for the server forgotten, too, and all addresses of files expired."""
    owner = shared.discord.user("painter", channel=shared.discord.add_channel("room"))
    here = await left(shared, owner, shared.discord.add_channel("wall"))
    await shared.stop()
    shared.wipe()
    shared.api.expire_urls()
    await shared.start()
    return here


async def left(world: World, owner: Person, wall: Channel) -> Old:
    await set_up(world, wall)
    one = await made(world, owner, prompt="a *fox*", negative="rain", seed=5, inputs="style=neon")
    three = await made(world, owner, prompt="three", inputs="images=3")
    changed = await made(world, owner, "image-to-image", prompt="dusk", seed=7, image=("fox.png", PICTURE))
    world.api.behaviour["text-to-image"] = BROKEN
    lacking = await made(world, owner, prompt="two", inputs="images=2")
    return Old(owner, wall, one, three, changed, lacking)


async def set_up(world: World, wall: Channel) -> None:
    await manage(world, wall, "upscaler", "Upscaler: upscale", deployment=world.api.deployment("upscale").id)
    await manage(world, wall, "gallery", "Gallery:** <#", channel=wall)


@pytest.fixture
def world(shared: World, old: Old) -> Iterator[World]:
    with judged(shared):
        yield shared


def link_to(message: Message, channel: Channel) -> str:
    return f"https://discord.com/channels/{channel.guild_id}/{channel.id}/{message['id']}"


async def test_again_takes_a_new_seed_and_says_of_what(world: World, old: Old) -> None:
    second = await begun(world, await old.owner.click(old.one["id"], "Again"))

    before, after = inputs_of(world, old.one), inputs_of(world, second)
    assert before.pop("seed") != after.pop("seed")
    assert after == before
    assert parent_of(world, second) == run_of(world, old.one)
    assert f"again of [{run_of(world, old.one)[:8]} ↗]({link_to(old.one, old.owner.channel)})" in said(second)


@pytest.mark.parametrize("which", ["one", "from_picture"])
async def test_same_seed_sends_the_same_to_the_byte(world: World, old: Old, which: str) -> None:
    first: Message = getattr(old, which)
    before = traffic(world, run_of(world, first))

    second = await begun(world, await old.owner.click(first["id"], "Same seed"))

    assert json.dumps(inputs_of(world, second)) == json.dumps(inputs_of(world, first))
    assert parent_of(world, second) == run_of(world, first)
    assert "again of" in said(second)
    assert traffic(world, run_of(world, first)) == before
    over = await world.until(second["id"], "**Done**")
    files = [[world.discord.file(item["url"]) for item in message["attachments"]] for message in (first, over)]
    assert files[0] == files[1]


async def test_edit_is_filled_in_with_what_was_used(world: World, old: Old) -> None:
    form = await answered(world, await old.owner.click(old.one["id"], "Edit"), "Press **Run**")

    for line in (r"✅ **Prompt** a \*fox\*", "✅ **Negative prompt** rain", "✅ **Style** `neon`", "✅ **Seed** `5`"):
        assert line in words(world, form)
    second = await begun(world, await old.owner.click(form, "Run"))
    assert inputs_of(world, second) == inputs_of(world, old.one)
    assert parent_of(world, second) == run_of(world, old.one)
    assert f"again of [{run_of(world, old.one)[:8]} ↗]({link_to(old.one, old.owner.channel)})" in said(second)


async def test_edit_of_what_was_made_of_a_picture_has_that_picture(world: World, old: Old) -> None:
    form = await answered(world, await old.owner.click(old.from_picture["id"], "Edit"), "Press **Run**")

    second = await begun(world, await old.owner.click(form, "Run"))

    assert await world.api.opened(run_of(world, second)) == await world.api.opened(run_of(world, old.from_picture))


async def test_the_one_picture_goes_into_what_is_picked_and_nowhere_else(world: World, old: Old) -> None:
    before = traffic(world, run_of(world, old.one))
    cards = await answered(world, await old.owner.click(old.one["id"], "Use in…"), "What shall be done with")

    second = await begun(world, await old.owner.click(await picked(world, old.owner, cards, "image-to-image"), "Run"))

    assert path_of(inputs_of(world, second)["image"]).startswith(f"/files/outputs/runs/{run_of(world, old.one)}/")
    assert traffic(world, run_of(world, old.one)) == before
    assert parent_of(world, second) == run_of(world, old.one)
    assert f"made from [{run_of(world, old.one)[:8]} ↗]({link_to(old.one, old.owner.channel)})" in said(second)


async def test_of_several_pictures_the_one_that_is_picked_is_used(world: World, old: Old) -> None:
    before = traffic(world, run_of(world, old.three))
    answer = await answered(world, await old.owner.click(old.three["id"], "Use in…"), "This message has 3 files")

    await old.owner.select(answer, "st:which:", ["1"])
    await world.until(answer, "What shall be done with")
    second = await begun(world, await old.owner.click(await picked(world, old.owner, answer, "image-to-image"), "Run"))

    assert path_of(inputs_of(world, second)["image"]).endswith("_00002_.png")
    assert traffic(world, run_of(world, old.three)) == before


async def test_upscale_says_that_nothing_is_named_any_more_and_works_once_it_is(world: World, old: Old) -> None:
    await old.owner.click(old.one["id"], "Upscale")
    assert "Nothing is named here" in said(await alone(world, old.owner, "ref `"))

    await set_up(world, old.wall)
    before = traffic(world, run_of(world, old.one))
    larger = await begun(world, await old.owner.click(old.one["id"], "Upscale"))

    assert larger["embeds"][0]["title"] == "upscale"
    assert run_of(world, old.one) in path_of(inputs_of(world, larger)["image"])
    assert traffic(world, run_of(world, old.one)) == before
    assert "made from" in said(larger)


async def test_of_several_pictures_the_one_that_is_picked_is_made_larger_at_once(world: World, old: Old) -> None:
    await set_up(world, old.wall)
    answer = await answered(world, await old.owner.click(old.three["id"], "Upscale"), "This message has 3 files")

    larger = await begun(world, await old.owner.select(answer, "st:which:", ["2"]))

    assert larger["embeds"][0]["title"] == "upscale"
    assert path_of(inputs_of(world, larger)["image"]).endswith("_00003_.png")
    assert parent_of(world, larger) == run_of(world, old.three)


async def test_details_are_all_there(world: World, old: Old) -> None:
    answer = await answered(world, await old.owner.click(old.from_picture["id"], "Details"), "**Run**")

    for line in ("**Prompt** dusk", "**Seed** `7`", inputs_of(world, old.from_picture)["image"]):
        assert line in words(world, answer)


async def test_it_is_kept(world: World, old: Old) -> None:
    await set_up(world, old.wall)

    await answered(world, await old.owner.click(old.three["id"], "Keep"), "It is in [the gallery]")

    [kept] = [item for item in await messages_in(world, old.wall) if "> three" in said(item)]
    names = [item["filename"] for item in old.three["attachments"]]
    assert [item["filename"] for item in kept["attachments"]] == names


async def test_refresh_brings_what_could_not_be_fetched(world: World, old: Old) -> None:
    assert len(old.lacking["attachments"]) == 1
    world.api.account.storage.broken.clear()

    await old.owner.click(old.lacking["id"], "Refresh")

    whole = await world.discord.wait(old.lacking["id"], lambda message: len(message["attachments"]) == 2)
    assert "could not be fetched" not in said(whole)
    assert "Refresh" not in said(whole)
