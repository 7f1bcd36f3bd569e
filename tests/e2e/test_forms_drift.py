"""A deployment that changes between a form and its run, and between a run and the next: said, and never run unasked."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import changes
from stationthis_discord.sandbox.comfydeploy.graph import drawing
from stationthis_discord.sandbox.discord import Person
from stationthis_discord.sandbox.discord.interaction import Ack
from stationthis_discord.sandbox.discord.people import Member
from tests.core.bytes_of import drawn
from tests.e2e.conftest import World, said
from tests.e2e.forms import (
    Asked,
    Ran,
    a_person,
    button_like,
    fields,
    fill,
    go_on,
    is_gone,
    is_private,
    is_run,
    labels,
    open_form,
    press_run,
    sent,
    words,
    workflow,
)
from tests.e2e.office import ADMIN, do
from tests.e2e.stage import a_stage, judged, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = drawn("PNG")
PROMPT: Asked = ("Text", "prompt", {"default_value": "a fox"})
STEPS: Asked = ("NumberInt", "steps", {"default_value": 20})
STYLE: Asked = ("Enum", "style", {"default_value": "ink", "options": '["ink", "neon"]'})
NEW_STYLE: Asked = ("Enum", "style", {"default_value": "ink", "options": '["ink", "oil"]'})
WIDTH: Asked = ("NumberSliderInt", "width", {"default_value": 512, "min_value": 64, "max_value": 2048})
NARROWER: Asked = ("NumberSliderInt", "width", {"default_value": 512, "min_value": 64, "max_value": 1024})
CFG: Asked = ("Number", "cfg", {"default_value": 7.5})
IMAGE: Asked = ("Image", "image", {})
CHANGED = "This deployment has changed since"


def _move_in(world: World) -> None:
    guild = world.discord.guild
    guild.members[guild.owner.id] = Member(guild.owner, 0.0, ADMIN)
    world.settings["STATIONTHIS_ADMIN_GUILD_ID"] = guild.id


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("drift"), _move_in) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def read_anew(world: World) -> None:
    """The operator has the bot look at all deployments again."""
    guild = world.discord.guild
    owner = Person(world.artist._world, guild.owner, world.discord.channel)  # noqa: SLF001 -- as in `office`
    await do(world, owner, "refresh", "Read anew")


async def deployed(world: World, name: str, *asked: Asked) -> None:
    """A deployment that asks for these, which the bot knows of; one of this name gets another version."""
    nodes = workflow(*asked)
    known = [row for row in world.api.deployments if row.name == name]
    if known:
        draft = changes.Draft(nodes, drawing(nodes), known[0].machine)
        known[0].version = changes.add_version(world.api.account, known[0].workflow, draft)
    else:
        world.api.add_deployment(name, nodes)
    await read_anew(world)


async def done(world: World, who: Person, known: set[str], **options: object) -> Ran:
    """A run of a command, over."""
    ran = await is_run(world, await who.run("generate", options), known)
    await world.until(ran.message, "**Done**")
    return ran


# -- between a form and its run --


async def test_what_changed_is_said_and_is_run_only_when_run_is_pressed_again(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "one", PROMPT, STEPS, WIDTH)
    form = await open_form(world, who, "one", prompt="a river", inputs="steps=7; width=900")

    await deployed(world, "one", PROMPT, NARROWER, CFG)
    assert is_private(world, await who.click(form, "Run")) == form

    told = words(world, form)
    assert f"{CHANGED}: new: **CFG** · gone: **STEPS** · changed: **WIDTH**" in told
    assert "✅ **PROMPT** a river" in told
    assert labels(world, form)[0] == "Run with what fits"
    assert world.api.runs.keys() == known

    ran = await press_run(world, who, form, "Run with what fits")
    assert sent(world, ran) == {"prompt": "a river", "width": 900}
    await world.until(form, "is on its way")


async def test_what_does_not_fit_any_more_is_left_out_and_said(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "two", PROMPT, STYLE)
    form = await open_form(world, who, "two", inputs="style=neon")

    await deployed(world, "two", PROMPT, NEW_STYLE, IMAGE)
    assert is_private(world, await who.click(form, "Run")) == form

    told = words(world, form)
    assert "new: **IMAGE** · changed: **STYLE**" in told
    assert "neon" not in told
    assert "❗ **IMAGE** is missing" in told
    assert world.api.runs.keys() == known

    shown = await fill(who, await who.click(form, "Fill in (1)"), {"IMAGE": [("a.png", PICTURE)]})
    assert is_private(world, shown) == form
    ran = await press_run(world, who, form)
    assert sent(world, ran).keys() == {"image"}
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_what_changed_while_a_screen_was_open_is_said_when_it_is_sent(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "three", PROMPT, STEPS)
    form = await open_form(world, who, "three")
    opened = await go_on(world, who, form)

    await deployed(world, "three", PROMPT, CFG)
    assert is_private(world, await fill(who, opened, {"PROMPT": "a river", "STEPS": "7"})) == form

    told = words(world, form)
    assert "new: **CFG** · gone: **STEPS**" in told
    assert "✅ **PROMPT** a river" in told
    assert world.api.runs.keys() == known
    assert sent(world, await press_run(world, who, form, "Run with what fits")) == {"prompt": "a river"}


async def test_what_changed_while_a_commands_form_was_open_is_said_and_not_run(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "four", PROMPT, IMAGE, STEPS)
    opened = await who.run("generate", {"deployment": "four", "prompt": "a river"})
    assert opened.ack is Ack.MODAL

    await deployed(world, "four", PROMPT, IMAGE, CFG)
    form = is_private(world, await fill(who, opened, {"IMAGE": [("a.png", PICTURE)]}))

    assert "new: **CFG** · gone: **STEPS**" in words(world, form)
    assert "✅ **IMAGE** a.png" in words(world, form)
    assert world.api.runs.keys() == known
    ran = await press_run(world, who, form, "Run with what fits")
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_what_changed_while_a_list_was_open_is_said_when_something_is_picked(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    many: Asked = ("Enum", "look", {"default_value": "0", "options": json.dumps([str(number) for number in range(40)])})
    await deployed(world, "five", many, STEPS)
    form = await open_form(world, who, "five")
    await go_on(world, who, form)
    menu = world.discord.message(form)["components"][0]["components"][0]

    await deployed(world, "five", many, CFG)
    await who.select(form, "st:item:", [menu["options"][7]["value"]])

    assert "new: **CFG** · gone: **STEPS**" in words(world, form)
    assert world.api.runs.keys() == known


async def test_a_changed_order_group_or_name_is_no_change(world: World) -> None:
    who = a_person(world)
    await deployed(world, "six", PROMPT, STEPS)
    form = await open_form(world, who, "six", prompt="a river")

    await deployed(world, "six", STEPS, PROMPT)

    assert sent(world, await press_run(world, who, form)) == {"prompt": "a river"}


async def test_a_deployment_that_is_gone_says_so(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "seven", PROMPT)
    form = await open_form(world, who, "seven")
    run = button_like(world, form, "Run")

    world.api.deployment("seven").workflow.deleted = True
    await read_anew(world)

    told = await world.until(str((await who.click(form, run)).message_id), "is no longer on offer")
    assert "**seven**" in said(told)
    assert told["components"] == []
    assert world.api.runs.keys() == known


# -- between a run and the next --


async def test_again_on_a_run_of_an_older_version_shows_what_changed(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "eight", PROMPT, STEPS, IMAGE)
    given = {"deployment": "eight", "prompt": "a river", "inputs": "steps=7"}
    first = await is_run(world, await who.run("generate", given, {"image": ("a.png", PICTURE)}), known)
    await world.until(first.message, "**Done**")
    known = set(world.api.runs)

    await deployed(world, "eight", PROMPT, CFG, IMAGE)
    pressed = await who.click(first.message, "Again")
    form = await world.new(lambda message: CHANGED in said(message))

    assert is_gone(pressed)
    assert form["flags"] & 64
    assert "new: **CFG** · gone: **STEPS**" in said(form)
    assert "✅ **PROMPT** a river" in said(form)
    assert world.api.runs.keys() == known

    ran = await press_run(world, who, form["id"], "Run with what fits")
    assert sent(world, ran) == {key: sent(world, first)[key] for key in ("prompt", "image")}
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}
    await world.until(ran.message, "again of")


async def test_again_can_be_edited_first(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "nine", PROMPT, STEPS)
    first = await done(world, who, known, deployment="nine", prompt="a river")
    await deployed(world, "nine", PROMPT, CFG)
    await who.click(first.message, "Again")
    form = str((await world.new(lambda message: CHANGED in said(message)))["id"])

    opened = await go_on(world, who, form)
    assert fields(opened)["PROMPT"]["value"] == "a river"
    await fill(who, opened, {"CFG": "3"})

    assert sent(world, await press_run(world, who, form)) == {"prompt": "a river", "cfg": 3.0}


async def test_again_runs_at_once_where_no_input_changed(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "ten", PROMPT, STEPS)
    first = await done(world, who, known, deployment="ten", prompt="a river")
    known = set(world.api.runs)

    await deployed(world, "ten", STEPS, PROMPT)

    second = await is_run(world, await who.click(first.message, "Again"), known)
    assert sent(world, second) == {"prompt": "a river"}


async def test_a_reaction_says_it_in_a_sentence(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    await deployed(world, "eleven", PROMPT, STEPS)
    first = await done(world, who, known, deployment="eleven", prompt="a river")
    known = set(world.api.runs)
    await deployed(world, "eleven", PROMPT, CFG)

    await who.react(first.message, "🔁")

    told = await refused(world, who, None)
    assert "**eleven** has changed since. Nothing was started. Press **Again**" in said(told)
    assert world.api.runs.keys() == known
