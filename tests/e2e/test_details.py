"""*Details* under a run: all of it for its owner, what its message shows for others, and nothing that opens a file."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import Person
from tests.core.bytes_of import drawn
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message, Scene, a_stage, judged, press, refused, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

GONE = "00000000-0000-4000-8000-000000000000"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("details")) as world:
        world.api.account.storage.private = True
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


def people(world: World) -> Scene:
    room = world.discord.add_channel("room")
    return Scene(world.discord.user("painter", channel=room), world.discord.user("stranger", channel=room))


async def made(world: World, who: Person, **options: object) -> Message:
    picture = ("fox.png", drawn("PNG", (20, 20)))
    message_id = await world.generate("image-to-image", who=who, prompt="a *fox*", image=picture, **options)
    return await world.until(message_id, "**Done**")


async def details_of(world: World, who: Person, message: Message) -> Message:
    shown = await who.click(message["id"], "Details")
    assert shown.ephemeral
    return await world.until(str(shown.message_id), "**Run**")


def whole(world: World, message: Message) -> str:
    """All that an answer says, with its files."""
    files = (world.discord.file(item["url"]).decode() for item in message["attachments"])
    return "\n".join([json.dumps(message["embeds"], ensure_ascii=False), *files])


async def test_its_owner_sees_everything_but_what_opens_a_file(world: World) -> None:
    owner = people(world).owner
    result = await made(world, owner, seed=5, inputs="strength=0.25")

    answer = await details_of(world, owner, result)

    stored = world.api.runs[run_of(world, result)].workflow_inputs["image"].partition("?")[0]
    for words in (r"a \*fox\*", "**Seed** `5`", "**Strength** `0.25`", "A10G", "about $", "took ", stored):
        assert words in said(answer)
    assert "prompt:a *fox* seed:5" in said(answer)
    assert "X-Amz" not in whole(world, answer)
    assert "_stationthis" not in whole(world, answer)


async def test_others_see_what_the_message_shows(world: World) -> None:
    scene = people(world)
    result = await made(world, scene.owner, inputs="strength=0.25")

    answer = await details_of(world, scene.visitor, result)

    assert r"a \*fox\*" in said(answer)
    assert "2 more inputs are shown only to the person who asked for it" in said(answer)
    assert not any(secret in whole(world, answer) for secret in ("0.25", "inputs/", "X-Amz"))


async def test_what_is_long_comes_as_files(world: World) -> None:
    owner = people(world).owner
    long = "fox " * 1000
    result = await world.until(await world.generate(who=owner, prompt=long, inputs="width=64; height=64"), "**Done**")

    answer = await details_of(world, owner, result)

    files = {item["filename"]: world.discord.file(item["url"]).decode() for item in answer["attachments"]}
    assert set(files) == {"inputs.txt", "command.txt"}
    assert all(long.strip() in text for text in files.values())


async def test_a_run_that_is_gone_says_so(world: World) -> None:
    who = people(world).owner

    shown = await press(world, who, f"st:details:{GONE}")

    told = await refused(world, who, shown)
    assert "no longer knows this run" in said(told)
    assert told["flags"] & 64
