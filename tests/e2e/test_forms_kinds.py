"""Every kind of input, filled in through a form: the run gets what was given, and the machine the very bytes."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy.graph import Graph
from stationthis_discord.sandbox.discord import Person
from tests.core.bytes_of import EXR, FILMS, FLAC, PDF, drawn
from tests.core.stub import Stub, routing, saying, serving
from tests.e2e.conftest import World
from tests.e2e.forms import (
    Asked,
    a_person,
    fields,
    fill,
    go_on,
    open_form,
    picked,
    press_run,
    puts,
    sent,
    words,
    workflow,
)
from tests.e2e.stage import a_stage, judged
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEW: Final = ["anime", "photo", "ink"]
SOME: Final = [f"sampler {number:02}" for number in range(20)]
MANY: Final = [f"style {number:03}" for number in range(60)]
PICTURES: Final = [drawn("PNG", (8, 8 + number)) for number in range(6)]
FILM, OTHER_FILM = FILMS["MP4"][0], FILMS["WebM"][0]
ORANGE: Final = [{"r": 255, "g": 136, "b": 0}]


class Kind(NamedTuple):
    """A node class and its fields, what is filled in, and what the run gets; bytes stand for the file they are in."""

    node: str
    given: object
    sent: object
    fields: Mapping[str, Any] = MappingProxyType({})


# by input id; the label of each is the same in capitals
ALL: Final[dict[str, Kind]] = {
    "text": Kind("Text", "a boat\non a river", "a boat\non a river", {"default_value": "a boat"}),
    "any": Kind("TextAny", "dpmpp", "dpmpp", {"default_value": "euler"}),
    "line": Kind("TextSingleLine", 'in "one" line; = x', 'in "one" line; = x'),
    "cfg": Kind("Number", "6,25", 6.25, {"default_value": 7.5}),
    "steps": Kind("NumberInt", "35", 35, {"default_value": 20}),
    "denoise": Kind("NumberSlider", "0.25", 0.25, {"default_value": 0.5, "min_value": 0, "max_value": 1}),
    "batch": Kind("NumberSliderInt", "4", 4, {"default_value": 1, "min_value": 1, "max_value": 8}),
    "seed": Kind("Seed", "999999999999999", 999_999_999_999_999, {"default_value": -1, "max_value": 10**15 - 1}),
    "hires": Kind("Boolean", True, True, {"default_value": False}),
    "style": Kind("Enum", "ink", "ink", {"default_value": "anime", "options": json.dumps(FEW)}),
    "sampler": Kind("Enum", SOME[17], SOME[17], {"default_value": SOME[0], "options": json.dumps(SOME)}),
    "look": Kind("Enum", MANY[7], MANY[7], {"default_value": MANY[0], "options": json.dumps(MANY)}),
    "tint": Kind("Color", "#F80", ORANGE),
    "image": Kind("Image", [("a.jpeg", PICTURES[0])], [PICTURES[0]]),
    "cutout": Kind("ImageAlpha", [("b.png", PICTURES[1])], [PICTURES[1]]),
    "references": Kind("ImageBatch", [(f"{n}.png", PICTURES[n]) for n in (2, 3, 4)], PICTURES[2:5], {"images": "[]"}),
    "video": Kind("Video", [("film.mp4", FILM)], [FILM], {"default_value_url": ""}),
    "clip": Kind("Vid", [("film.webm", OTHER_FILM)], [OTHER_FILM]),
    "audio": Kind("Audio", [("song.flac", FLAC)], [FLAC], {"audio_file": ""}),
    "light": Kind("EXR", [("probe.exr", EXR)], [EXR], {"exr_file": ""}),
    "file": Kind("File", [("paper.pdf", PDF)], [PDF], {"file_url": "", "options": '[".pdf"]'}),
    "lora": Kind("Lora", "detail.safetensors", "detail.safetensors", {"default_lora_name": "none.safetensors"}),
    "ckpt": Kind("Checkpoint", "sd_xl_base_1.0.safetensors", "sd_xl_base_1.0.safetensors", {"default_value": "x.ckpt"}),
    "face": Kind("FaceModel", "face.safetensors", "face.safetensors", {"default_face_model_name": "f.safetensors"}),
}
FILES: Final = {key for key, kind in ALL.items() if isinstance(kind.given, list)}


class One(NamedTuple):
    """A kind alone, another way of filling it in, and what the run gets and its form says."""

    kind: str
    given: object
    sent: dict[str, Any]
    said: str = ""


ALONE: Final[dict[str, One]] = {
    "a negative number": One("cfg", "-3", {"cfg": -3.0}),
    "a slider's end": One("denoise", "7", {"denoise": 1.0}, "it takes 0 to 1"),
    "a whole slider's end": One("batch", "0", {"batch": 1}, "it takes 1 to 8"),
    "a default": One("any", "euler", {}, "`euler` (default)"),
    "nothing instead of a default": One("steps", "", {}, "`20` (default)"),
    "a box left empty": One("hires", False, {}, "`no` (default)"),
    "a box whose default nobody knows": One("linked", "No", {"linked": False}, "**LINKED** `no`"),
    "a colour in six digits": One("tint", "ff8800", {"tint": ORANGE}),
}
LINKS: Final = {
    "image": PICTURES[0],
    "references": PICTURES[1],
    "video": FILM,
    "audio": FLAC,
    "light": EXR,
    "file": PDF,
}


def _ask(graph: Graph, key: str) -> None:
    graph.ask(ALL[key].node, key, key.upper(), "", **ALL[key].fields)


def _furnish(world: World) -> None:
    """One workflow with all kinds, and one for each of them."""
    whole = Graph()
    for key in ALL:
        whole.group("Files" if key in FILES else "")
        _ask(whole, key)
        alone = Graph()
        _ask(alone, key)
        alone.add("ShowText|pysssss", text="done")
        world.api.add_deployment(f"only {key}", alone.nodes)
    linked: Asked = ("Boolean", "linked", {"default_value": ["99", 0]})
    world.api.add_deployment("only linked", workflow(linked))
    whole.add("ComfyDeployWebscoketImageInput", input_id="live", display_name="Live", description="")
    whole.add("ShowText|pysssss", text="done")
    world.api.add_deployment("every kind", whole.nodes)
    world.api.add_deployment("odd", _odd(80))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def host() -> AsyncIterator[Stub]:
    """Where the links lead to; the operator trusts it, for it is on loopback."""
    answers = {f"GET /{kind}": saying(content) for kind, content in LINKS.items()}
    async with serving(routing(answers, otherwise=saying(b"", 404))) as stub:
        yield stub


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, host: Stub) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("kinds"), _furnish, STATIONTHIS_MEDIA_HOSTS=host.host) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def walk(world: World, who: Person, form: str) -> None:
    """Fill in every section, as Next leads through them."""
    left = dict(ALL)
    while left:
        shown = await go_on(world, who, form)
        if shown.modal is None:
            key = next(key for key in left if key.upper() in words(world, form))
            await picked(world, who, form, str(left.pop(key).given))
        else:
            here = [key for key in left if key.upper() in fields(shown)]
            await fill(who, shown, {key.upper(): left.pop(key).given for key in here})


async def test_all_22_classes_get_what_was_filled_in_and_each_file_is_put_once(world: World) -> None:
    who, before = a_person(world), puts(world)
    form = await open_form(world, who, "every kind")

    await walk(world, who, form)
    ran = await press_run(world, who, form)

    got, opened = sent(world, ran), await world.api.opened(ran.id)
    assert len({kind.node for kind in ALL.values()}) == 22
    assert {key: got[key] for key in ALL if key not in FILES} == {
        key: kind.sent for key, kind in ALL.items() if key not in FILES
    }
    assert opened == {key: ALL[key].sent for key in FILES}
    assert got.keys() == ALL.keys()
    assert isinstance(got["references"], str)  # the node parses it; a list would be a link to another node
    assert puts(world) - before == 10
    await until(lambda: "is on its way" in words(world, form))


@pytest.mark.parametrize("way", ALONE)
async def test_a_kind_is_filled_in_another_way(world: World, way: str) -> None:
    who, one = a_person(world), ALONE[way]
    form = await open_form(world, who, f"only {one.kind}")

    await fill(who, await go_on(world, who, form), {one.kind.upper(): one.given})
    told = words(world, form)
    got = sent(world, await press_run(world, who, form))

    assert one.said in told
    assert got == one.sent


async def test_a_picture_needs_no_extension_in_its_name(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only image")

    await fill(who, await go_on(world, who, form), {"IMAGE": [("no name", PICTURES[5])]})
    ran = await press_run(world, who, form)

    assert sent(world, ran)["image"].endswith(".png")
    assert await world.api.opened(ran.id) == {"image": [PICTURES[5]]}


async def test_a_seed_that_is_left_out_is_drawn_and_shown(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only seed")

    ran = await press_run(world, who, form)

    seed = sent(world, ran)["seed"]
    assert 1 <= seed < 2**32
    await world.until(ran.message, f"seed `{seed}`")


async def test_an_installed_sound_is_named(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only audio")

    await fill(who, await go_on(world, who, form), {"…or a link to AUDIO": "rain.wav"})

    assert sent(world, await press_run(world, who, form)) == {"audio": "rain.wav"}


@pytest.mark.parametrize("kind", LINKS)
async def test_a_file_is_named_by_a_link(world: World, host: Stub, kind: str) -> None:
    who = a_person(world)
    form = await open_form(world, who, f"only {kind}")

    await fill(who, await go_on(world, who, form), {f"…or a link to {kind.upper()}": f"{host.url}/{kind}"})
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {kind: [LINKS[kind]]}
    assert host.host not in json.dumps(sent(world, ran))


async def test_a_batch_takes_uploads_and_links_together(world: World, host: Stub) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only references")
    uploads, links = [("1.png", PICTURES[3])], f"{host.url}/image\n{host.url}/references"

    shown = await go_on(world, who, form)
    await fill(who, shown, {"REFERENCES": uploads, "…or a link to REFERENCES": links})
    ran = await press_run(world, who, form)

    assert await world.api.opened(ran.id) == {"references": [PICTURES[3], LINKS["image"], LINKS["references"]]}


# -- long lists --


async def test_a_long_list_is_leafed_through_and_searched(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only look")

    await go_on(world, who, form)
    assert "60 options" in words(world, form)
    await who.click(form, "Next")
    await picked(world, who, form, MANY[30])
    assert f"**LOOK** `{MANY[30]}`" in words(world, form)

    await go_on(world, who, form)
    await fill(who, await who.click(form, "Search"), {"Search": "STYLE 05"})
    assert "11 options have `STYLE 05` in the name" in words(world, form)
    await picked(world, who, form, MANY[59])

    assert sent(world, await press_run(world, who, form)) == {"look": MANY[59]}


async def test_a_search_that_finds_nothing_leads_back_to_the_whole_list_and_the_form(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only look")
    await go_on(world, who, form)

    await fill(who, await who.click(form, "Search"), {"Search": "zebra"})
    assert "No option has `zebra` in its name" in words(world, form)
    await who.click(form, "Show all")
    assert "60 options" in words(world, form)
    await who.click(form, "Back to the form")

    assert "Press **Run**" in words(world, form)


@pytest.mark.parametrize("kind", ["lora", "ckpt", "face"])
@pytest.mark.parametrize("name", ["mine.safetensors", "https://models.example/mine.safetensors"])
async def test_a_model_that_nobody_knows_is_written_out(world: World, kind: str, name: str) -> None:
    who = a_person(world)
    form = await open_form(world, who, f"only {kind}")
    await go_on(world, who, form)

    await fill(who, await who.click(form, "Another name…"), {kind.upper(): name})

    assert sent(world, await press_run(world, who, form)) == {kind: name}


async def test_a_choice_is_taken_back(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "only lora")
    await go_on(world, who, form)
    await picked(world, who, form, "detail.safetensors")

    await go_on(world, who, form)
    await who.click(form, "Use its default")

    assert sent(world, await press_run(world, who, form)) == {}


# -- forms that nobody would make --

NAMES: Final = [
    "🦊" * 60,
    "@everyone **bold** `code`",
    "a" * 300,
    "",
    "same",
    "Same",
    "two\nlines",
    "\u202ereversed",
    "<@1> :smile:",
    " ",
]
ODD_OPTIONS: Final = ["", " ", "x" * 400, "x" * 400 + "y", "🦊", "🦊", *(f"option {number}" for number in range(500))]


def _odd(count: int) -> dict[str, Any]:
    """A workflow with so many inputs of all kinds that are odd in every way."""
    graph, keys = Graph(), list(ALL)
    for number in range(count):
        key = keys[number % len(keys)]
        is_long = key not in FILES and number % 7 == 0
        fields: dict[str, Any] = {"default_value": "d" * 5000 if is_long else ["99", 0], "step": -1}
        fields["options"] = json.dumps(ODD_OPTIONS[: 3 + number * 7])
        graph.group(f"**group** {number // 9}" * (1 + number % 3 * 40))
        name, about = NAMES[number % len(NAMES)], NAMES[(number + 3) % len(NAMES)]
        graph.ask(ALL[key].node, f"{name[:5]}{number}", name, about * 3, **fields)
    graph.add("ShowText|pysssss", text="done")
    return graph.nodes


async def test_a_form_of_80_odd_inputs_is_walked_through_and_run(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "odd")
    rows = world.discord.message(form)["components"]
    (menu,) = [item for row in rows for item in row["components"] if item["type"] == 3]

    for option in menu["options"]:
        opened = await who.select(form, "st:go:", [option["value"]])
        if opened.modal is not None:
            await who.submit(opened, {})
        else:
            assert "options" in words(world, form)
            await who.click(form, "Back to the form")

    got = sent(world, await press_run(world, who, form))
    assert len(menu["options"]) == 25
    assert {type(value) for value in got.values()} == {int}  # seeds
