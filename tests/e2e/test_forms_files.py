"""Files and links that are not what they should be, through the command and the form; and large ones that are."""

from collections.abc import AsyncIterator, Iterator
from typing import Final, NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import faults
from stationthis_discord.sandbox.discord import Shown
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.core.bytes_of import FLAC, HEIC, SVG, drawn, png_that_claims, wav
from tests.core.stub import Stub, routing, saying, sending, serving
from tests.e2e.conftest import World, interaction_tokens, said
from tests.e2e.forms import (
    Asked,
    a_person,
    fields,
    fill,
    go_on,
    is_gone,
    is_private,
    is_run,
    open_form,
    press_run,
    puts,
    sent,
    words,
    workflow,
)
from tests.e2e.stage import a_stage, judged

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE: Final = drawn("PNG", (40, 30))
NO_PICTURE: Final = "is not a picture that can be read"
DAMAGED: Final = "is damaged: its end is missing"
PROMPT: Asked = ("Text", "prompt", {"default_value": "the same"})


class Bad(NamedTuple):
    """A file, and what is said of it."""

    name: str
    content: bytes
    said: str


BAD: Final = {
    "bomb": Bad("a.png", png_that_claims(50_000, 50_000), NO_PICTURE),
    "text": Bad("a.png", b"just some text", NO_PICTURE),
    "cut": Bad("a.png", drawn("PNG", (64, 64))[:-20], DAMAGED),
    "cut JPEG": Bad("a.jpg", drawn("JPEG", (64, 64))[:-20], DAMAGED),
    "SVG": Bad("a.svg", SVG, NO_PICTURE),
    "SVG as PNG": Bad("a.png", SVG, NO_PICTURE),
    "HEIC": Bad("a.png", HEIC, NO_PICTURE),
}
OTHERS: Final = {
    "VIDEO": Bad("film.mp4", b"no film at all", "is not a video that can be read"),
    "AUDIO": Bad("song.wav", wav()[:-100], DAMAGED),
    "LIGHT": Bad("light.exr", PICTURE, "is not an EXR image that can be read"),
    "FILE": Bad("paper.txt", b"words", "is of another kind than is wanted: `.pdf`"),
}


def _furnish(world: World) -> None:
    world.api.add_deployment("picture", workflow(("Image", "image", {}), PROMPT))
    world.api.add_deployment("pictures", workflow(("ImageBatch", "images", {}), PROMPT))
    world.api.add_deployment("sound", workflow(("Audio", "audio", {}), PROMPT))
    several: list[Asked] = [(kind, kind.lower(), {}) for kind in ("Image", "Video", "Audio")]
    paper: Asked = ("File", "file", {"options": '[".pdf"]'})
    world.api.add_deployment("several", workflow(PROMPT, *several, ("EXR", "light", {}), paper))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def canary() -> AsyncIterator[Stub]:
    """A server on loopback that nobody may find."""
    async with sending(b"") as stub:
        yield stub


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def host(canary: Stub) -> AsyncIterator[Stub]:
    """A server that the operator trusts, which leads elsewhere, too."""
    answers = {
        "GET /a.png": saying(PICTURE),
        "GET /away": saying(b"", 302, Location=f"http://{canary.host}/a.png"),
        "GET /away-safely": saying(b"", 307, Location=f"https://{canary.host}/a.png"),
        "GET /text": saying(b"<h1>Welcome</h1>"),
    }
    async with serving(routing(answers, otherwise=saying(b"", 404))) as stub:
        yield stub


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, host: Stub) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("files"), _furnish, STATIONTHIS_MEDIA_HOSTS=host.host) as world:
        await world.logged("catalog.loaded")
        yield world
        text = world.log.read_text()
        for secret in (*interaction_tokens(world.discord), "X-Amz-Signature=", "/ephemeral-attachments/"):
            assert secret not in text


@pytest.fixture
def world(shared: World, canary: Stub) -> Iterator[World]:
    with judged(shared):
        yield shared
        assert canary.connections == 0


async def withdrawn(world: World, shown: Shown) -> str:
    """What was public from the start is gone, and the person has a form instead; the id of its message."""
    assert shown.ack is Ack.DEFERRED_MESSAGE
    assert not shown.ephemeral
    form = await world.new(lambda message: "needs another file" in said(message))
    assert form["flags"] & 64
    assert is_gone(shown)
    return str(form["id"])


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_picture_of_a_command_becomes_a_form_with_all_else_in_it(world: World, bad: str) -> None:
    who, known, before = a_person(world), set(world.api.runs), puts(world)
    file = BAD[bad]

    shown = await who.run("generate", {"deployment": "picture", "prompt": "fox"}, {"image": (file.name, file.content)})
    form = await withdrawn(world, shown)

    assert "⚠ **IMAGE** needs another file" in words(world, form)
    assert file.said in words(world, form)
    assert "✅ **PROMPT** fox" in words(world, form)
    assert world.api.runs.keys() == known
    assert puts(world) == before

    opened = await who.click(form, "Fix (1)")
    ran = await is_run(world, await fill(who, opened, {"IMAGE": [("b.png", PICTURE)]}), known)
    assert sent(world, ran)["prompt"] == "fox"
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}
    await world.until(form, "is on its way")


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_picture_of_a_form_is_named_and_all_else_stays(world: World, bad: str) -> None:
    who, known, before = a_person(world), set(world.api.runs), puts(world)
    file = BAD[bad]
    form = await open_form(world, who, "picture", prompt="fox")
    await fill(who, await go_on(world, who, form), {"IMAGE": [(file.name, file.content)]})

    again = await withdrawn(world, await who.click(form, "Run"))

    assert file.said in words(world, again)
    assert "✅ **PROMPT** fox" in words(world, again)
    assert world.api.runs.keys() == known
    assert puts(world) == before


async def test_all_bad_files_are_named_at_once(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    form = await open_form(world, who, "several", prompt="fox")
    given = {name: [(bad.name, bad.content)] for name, bad in OTHERS.items()}
    given["IMAGE"] = [("a.png", PICTURE)]
    while given:
        shown = await go_on(world, who, form)
        here = [name for name in given if name in fields(shown)]
        await fill(who, shown, {name: given.pop(name) for name in here})

    told = words(world, await withdrawn(world, await who.click(form, "Run")))

    for name, bad in OTHERS.items():
        assert f"⚠ **{name}** needs another file" in told
        assert bad.said in told
    assert "✅ **IMAGE** a.png" in told
    assert world.api.runs.keys() == known


@pytest.mark.parametrize("way", ["command", "form"])
async def test_60_megabytes_are_refused_before_they_are_fetched(world: World, way: str) -> None:
    hall = world.discord.add_channel("hall", world.discord.add_guild("Large", premium_tier=3))
    who, known = world.discord.user("painter", channel=hall), set(world.api.runs)
    file = ("a.png", bytes(60 * 2**20))
    if way == "command":
        shown = await who.run("generate", {"deployment": "picture", "prompt": "fox"}, {"image": file})
    else:
        form = await open_form(world, who, "picture", prompt="fox")
        shown = await fill(who, await go_on(world, who, form), {"IMAGE": [file]})

    form = is_private(world, shown)

    assert "The file `a.png` is too large (60.0 MB): at most 50.0 MB." in words(world, form)
    assert "✅ **PROMPT** fox" in words(world, form)
    assert world.api.runs.keys() == known


# -- links --

LINKS: Final = {
    "loopback": "http://{canary}/a.png",
    "loopback, safely": "https://{canary}/a.png",
    "localhost": "https://localhost:{port}/a.png",
    "localhost by http": "http://localhost:{port}/a.png",
    "private": "https://10.0.0.1/a.png",
    "link-local": "https://169.254.169.254/latest/meta-data/",
    "link-local by http": "http://169.254.169.254/latest/meta-data/",
    "IPv6 loopback": "https://[::1]:{port}/a.png",
    "IPv4 in IPv6": "http://[::ffff:127.0.0.1]:{port}/a.png",
    "decimal": "http://2130706433:{port}/a.png",
    "octal": "http://0177.0.0.1:{port}/a.png",
    "short": "http://127.1:{port}/a.png",
    "nobody": "http://0.0.0.0:{port}/a.png",
    "with a name": "http://fox@{canary}/a.png",
    "two hosts": "http://{host}\\@{canary}/a.png",
    "a redirect": "http://{host}/away",
    "a redirect to https": "http://{host}/away-safely",
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("way", ["command", "form"])
async def test_a_link_to_a_private_place_is_refused_and_nobody_goes_there(
    world: World, host: Stub, canary: Stub, link: str, way: str
) -> None:
    who, known, before = a_person(world), set(world.api.runs), puts(world)
    address = LINKS[link].format(host=host.host, canary=canary.host, port=canary.port)
    if way == "command":
        given = {"deployment": "picture", "prompt": "fox", "inputs": f'image="{address}"'}
        shown = await who.run("generate", given)
    else:
        form = await open_form(world, who, "picture", prompt="fox")
        await fill(who, await go_on(world, who, form), {"…or a link to IMAGE": address})
        shown = await who.click(form, "Run")

    form = await withdrawn(world, shown)

    assert "lead to a public address" in words(world, form)
    assert "⚠ **IMAGE** needs another file" in words(world, form)
    assert "✅ **PROMPT** fox" in words(world, form)
    opened = await who.click(form, "Fix (1)")
    assert fields(opened)["…or a link to IMAGE"]["value"] == address
    assert world.api.runs.keys() == known
    assert puts(world) == before


async def test_a_link_is_mended_where_it_was_written(world: World, host: Stub) -> None:
    who, known = a_person(world), set(world.api.runs)
    given = {"deployment": "picture", "prompt": "fox", "inputs": f"image={host.url}/b.png"}
    form = await withdrawn(world, await who.run("generate", given))
    assert "The file `b.png` could not be fetched" in words(world, form)

    opened = await who.click(form, "Fix (1)")
    wrong = fields(opened)["…or a link to IMAGE"]["value"]
    ran = await is_run(world, await fill(who, opened, {"…or a link to IMAGE": wrong.replace("b.png", "a.png")}), known)

    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_a_link_to_a_page_is_no_picture(world: World, host: Stub) -> None:
    who = a_person(world)
    given = {"deployment": "picture", "inputs": f"image={host.url}/text"}

    form = await withdrawn(world, await who.run("generate", given))

    assert f"The file `text` {NO_PICTURE}" in words(world, form)


@pytest.mark.parametrize("address", ["ftp://example.com/a.png", "a.png", "file:///etc/passwd", "https://a b.png"])
async def test_what_is_no_link_is_refused_at_once(world: World, address: str) -> None:
    who = a_person(world)

    shown = await who.run("generate", {"deployment": "picture", "prompt": "fox", "inputs": f"image={address}"})

    assert "**IMAGE** must be a link that starts with `https://`" in words(world, is_private(world, shown))


async def test_too_many_links_are_refused_at_once(world: World, host: Stub) -> None:
    who = a_person(world)
    links = " ".join([f"{host.url}/a.png"] * 11)

    shown = await who.run("generate", {"deployment": "pictures", "inputs": f"images={links}"})

    assert "**IMAGES** has too many files" in words(world, is_private(world, shown))


# -- large ones --


async def test_a_large_file_shows_how_far_it_is(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    rule = world.api.faults.add("PUT", "/files/*", faults.slow(2.4))
    film = FLAC + bytes(5 * 2**20)

    form = await open_form(world, who, "sound")
    await fill(who, await go_on(world, who, form), {"AUDIO": [("film.flac", film)]})
    shown = await who.click(form, "Run")
    seen = await world.until(str(shown.message_id), "**Uploading** film.flac")
    world.api.faults.remove(rule)

    assert "%" in said(seen)
    ran = await is_run(world, shown, known)
    assert await world.api.opened(ran.id) == {"audio": [film]}
    done = await world.until(ran.message, "**Done**")
    assert "Uploading" not in said(done)


async def test_of_several_the_same_is_put_once(world: World) -> None:
    who, before = a_person(world), puts(world)
    form = await open_form(world, who, "pictures")
    same = drawn("PNG", (50, 60))

    uploads = [("1.png", same), ("2.png", same), ("3.png", drawn("PNG", (60, 50)))]
    await fill(who, await go_on(world, who, form), {"IMAGES": uploads})
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {"images": [content for _, content in uploads]}
    assert puts(world) - before == 2
