"""*Use as input…* in the menu of a message: its pictures and other files go into a deployment that takes them."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import MEMBER, Permission, Person, Shown
from tests.core.bytes_of import EXR, FILMS, FLAC, PDF, drawn
from tests.core.stub import Stub, saying, serving
from tests.e2e.conftest import World, said
from tests.e2e.forms import Asked, a_person, is_private, press_run, puts, sent, words, workflow
from tests.e2e.stage import CONTEXTS, a_stage, ask, finished, judged, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

USE = "Use as input…"
PICTURES = [drawn("PNG", (20, 20 + number)) for number in range(4)]
FILES = {
    "video": ("film.mp4", FILMS["MP4"][0]),
    "song": ("song.flac", FLAC),
    "light": ("probe.exr", EXR),
    "paper": ("paper.pdf", PDF),
}
PROMPT: Asked = ("Text", "prompt", {"default_value": "the same"})


def _furnish(world: World) -> None:
    """Deployments for each kind of file, and many that take none."""
    world.api.add_deployment("needs a picture", workflow(("Image", "image", {}), PROMPT))
    world.api.add_deployment("needs pictures", workflow(("ImageBatch", "images", {}), PROMPT))
    for kind, key in {"Video": "video", "Audio": "song", "EXR": "light", "File": "paper"}.items():
        world.api.add_deployment(f"needs {key}", workflow((kind, key, {})))
    for number in range(10):
        world.api.add_deployment(f"a word {number}", workflow(PROMPT))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def host() -> AsyncIterator[Stub]:
    """Where the picture of an embed is."""
    async with serving(saying(PICTURES[3])) as stub:
        yield stub


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, host: Stub) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("use"), _furnish, STATIONTHIS_MEDIA_HOSTS=host.host) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def used(world: World, who: Person, message_id: str, text: str = "What shall be done with") -> str:
    """The id of the private answer to its use, once it says this."""
    shown = await who.use_on_message(USE, message_id)
    assert shown.ephemeral
    await world.until(str(shown.message_id), text)
    return str(shown.message_id)


def offered(world: World, message_id: str) -> list[str]:
    """What can be picked from, by label."""
    menu = world.discord.message(message_id)["components"][0]["components"][0]
    return [option["label"] for option in menu["options"]]


async def pick(world: World, who: Person, message_id: str, name: str) -> Shown:
    return await who.select(message_id, "st:pick:", [world.api.deployment(name).id])


@pytest.mark.parametrize("context", CONTEXTS)
async def test_the_picture_of_a_message_goes_into_what_is_picked(world: World, context: str) -> None:
    scene = CONTEXTS[context](world)
    message_id = await scene.owner.say("look", ("fox.png", PICTURES[0]))

    answer = await used(world, scene.visitor, message_id)
    assert "What shall be done with **fox.png**?" in words(world, answer)
    form = is_private(world, await pick(world, scene.visitor, answer, "needs a picture"))
    assert "✅ **IMAGE** fox.png" in words(world, form)
    ran = await press_run(world, scene.visitor, form)

    assert sent(world, ran).keys() == {"image"}
    assert await world.api.opened(ran.id) == {"image": [PICTURES[0]]}


async def test_only_what_takes_a_picture_is_offered(world: World) -> None:
    who = a_person(world)

    answer = await used(world, who, await who.say("", ("fox.png", PICTURES[0])))

    # the sandbox's own come with `image` inputs, too
    assert set(offered(world, answer)) == {
        "needs a picture",
        "needs pictures",
        "image-to-image",
        "upscale",
        "caption",
        "everything",
    }


@pytest.mark.parametrize("key", FILES)
async def test_another_file_goes_into_what_takes_its_kind(world: World, key: str) -> None:
    who = a_person(world)

    answer = await used(world, who, await who.say("", FILES[key]))
    assert set(offered(world, answer)) == {f"needs {key}", "everything"}
    form = is_private(world, await pick(world, who, answer, f"needs {key}"))
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {key: [FILES[key][1]]}


async def test_of_several_pictures_one_is_asked_for(world: World) -> None:
    who = a_person(world)
    files = [(f"{name}.png", content) for name, content in zip("abc", PICTURES, strict=False)]
    answer = await used(world, who, await who.say("", *files), "This message has 3 files")
    assert offered(world, answer) == ["1. a.png", "2. b.png", "3. c.png", "All pictures"]

    await who.select(answer, "st:which:", ["1"])
    await world.until(answer, "What shall be done with **b.png**?")
    form = is_private(world, await pick(world, who, answer, "needs a picture"))
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {"image": [PICTURES[1]]}


async def test_all_pictures_go_into_a_batch(world: World) -> None:
    who = a_person(world)
    files = [(f"{name}.png", content) for name, content in zip("abc", PICTURES, strict=False)]
    answer = await used(world, who, await who.say("", *files), "This message has 3 files")

    await who.select(answer, "st:which:", ["all"])
    await world.until(answer, "What shall be done with **a.png** and 2 more?")
    assert set(offered(world, answer)) == {"needs pictures", "everything"}
    form = is_private(world, await pick(world, who, answer, "needs pictures"))
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {"images": PICTURES[:3]}


async def test_the_picture_of_an_embed_will_do(world: World, host: Stub) -> None:
    who = a_person(world)
    body = {"embeds": [{"title": "A fox", "image": {"url": f"{host.url}/fox.png"}}]}
    message_id = (await ask(world, "POST", f"/channels/{who.channel.id}/messages", body))["id"]
    await world.new(lambda message: message["id"] == message_id)

    answer = await used(world, who, message_id)
    form = is_private(world, await pick(world, who, answer, "needs a picture"))
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {"image": [PICTURES[3]]}
    assert host.host not in str(sent(world, ran))


async def test_a_result_of_the_bot_goes_into_the_next_run(world: World) -> None:
    who = a_person(world)
    result = await finished(world, who)

    answer = await used(world, who, result["id"])
    form = is_private(world, await pick(world, who, answer, "needs a picture"))
    ran = await press_run(world, who, form)

    shown = world.discord.file(result["attachments"][0]["url"])
    assert await world.api.opened(ran.id) == {"image": [shown]}


@pytest.mark.parametrize("text", ["only words", "https://example.com/not-shown.png"])
async def test_a_message_without_files_says_so(world: World, text: str) -> None:
    who = a_person(world)

    shown = await who.use_on_message(USE, await who.say(text))

    assert shown.ephemeral
    told = await world.new(lambda message: "ref `" in said(message))
    assert "This message has no picture, video, sound or other file" in said(told)
    assert told["flags"] & 64


async def test_where_nothing_takes_it_that_is_said(world: World) -> None:
    room = world.discord.add_channel("room", world.discord.add_guild("Atelier"))
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD, channel=room)
    panel = str((await manager.run("server deployments")).message_id)
    await world.until(panel, "Everything on offer may be run here")
    await manager.select(panel, "st:allow:", [world.api.deployment("a word 0").id])
    await world.until(panel, "**1 of 24 deployments** may be run here")
    guest = world.discord.user("guest", channel=room)

    await guest.use_on_message(USE, await guest.say("", ("fox.png", PICTURES[0])))

    told = await refused(world, guest, None)
    assert "Nothing on offer here takes a picture" in said(told)
    assert told["flags"] & 64


async def test_the_same_bytes_are_put_once_for_all(world: World) -> None:
    one, two, before = a_person(world), a_person(world), puts(world)
    content = drawn("PNG", (33, 44))

    for who in (one, two):
        answer = await used(world, who, await who.say("", ("fox.png", content)))
        form = is_private(world, await pick(world, who, answer, "needs a picture"))
        ran = await press_run(world, who, form)
        assert await world.api.opened(ran.id) == {"image": [content]}

    assert puts(world) - before == 1
