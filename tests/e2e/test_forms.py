"""When a form is shown and when not, what its buttons do, and what becomes of it: by people, with the real bot."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import faults
from stationthis_discord.sandbox.comfydeploy.graph import Graph
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.core.bytes_of import drawn
from tests.e2e.conftest import World, said
from tests.e2e.doors import Knock, by_form, by_menu, by_press
from tests.e2e.forms import (
    Asked,
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
    over,
    press_run,
    sent,
    words,
    workflow,
)
from tests.e2e.stage import CONTEXTS, a_stage, judged, press, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = drawn("PNG")
IMAGE: Asked = ("Image", "image", {})
PROMPT: Asked = ("Text", "prompt", {})
STEPS: Asked = ("NumberInt", "steps", {"default_value": 20})
WIDTH: Asked = ("NumberSliderInt", "width", {"default_value": 512, "min_value": 64, "max_value": 2048})
STYLE: Asked = ("Enum", "style", {"default_value": "ink", "options": '["ink", "neon"]'})
WRONG = {"prompt": "fox", "inputs": "steps=many; style=oil; foo=1"}


def _furnish(world: World) -> None:
    world.api.add_deployment("words", workflow(PROMPT, STEPS, WIDTH, STYLE))
    world.api.add_deployment("picture", workflow(IMAGE, PROMPT))
    world.api.add_deployment("two files", workflow(IMAGE, ("Audio", "song", {}), PROMPT, STEPS))
    many: list[Asked] = [("Text", f"part {number}", {"default_value": "none"}) for number in range(40)]
    world.api.add_deployment("long", workflow(*many))
    live = Graph()
    live.add("ComfyDeployWebscoketImageInput", input_id="live", display_name="LIVE", description="")
    live.add("ShowText|pysssss", text="done")
    world.api.add_deployment("live", live.nodes)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("forms"), _furnish) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


# -- when there is a form --


async def test_with_nothing_missing_there_is_none(world: World) -> None:
    shown = await a_person(world).run("generate", {"deployment": "words", "prompt": "fox"})

    ran = await is_run(world, shown, ())
    assert sent(world, ran) == {"prompt": "fox"}


@pytest.mark.parametrize("context", CONTEXTS)
async def test_a_missing_picture_is_asked_for_at_once_and_then_it_runs(world: World, context: str) -> None:
    who, known = CONTEXTS[context](world).visitor, set(world.api.runs)
    shown = await who.run("generate", {"deployment": "picture", "prompt": "fox"})
    assert shown.ack is Ack.MODAL
    assert shown.ack_seconds < 0.5
    assert list(fields(shown)) == ["IMAGE", "…or a link to IMAGE"]

    ran = await is_run(world, await fill(who, shown, {"IMAGE": [("a.png", PICTURE)]}), known)

    assert sent(world, ran).keys() == {"prompt", "image"}
    assert sent(world, ran)["prompt"] == "fox"
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_a_form_that_is_sent_without_what_is_missing_says_so(world: World) -> None:
    who = a_person(world)
    shown = await who.run("generate", {"deployment": "two files", "prompt": "fox"})

    form = is_private(world, await fill(who, shown, {"IMAGE": [("a.png", PICTURE)]}))

    assert "❗ **SONG** is missing" in words(world, form)
    assert "✅ **IMAGE** a.png" in words(world, form)
    assert labels(world, form)[0] == "Fill in (1)"


async def test_while_the_catalog_is_cold_a_button_opens_the_form(tmp_path_factory: pytest.TempPathFactory) -> None:
    def prepare(world: World) -> None:
        _furnish(world)
        world.api.faults.add("GET", "/api/deployments", faults.slow(1.0), times=1)

    async with a_stage(tmp_path_factory.mktemp("cold"), prepare) as world:
        with judged(world):
            shown = await world.artist.run("generate", {"deployment": "picture", "prompt": "fox"})
            assert shown.ack is Ack.DEFERRED_MESSAGE

            opener = await world.new(lambda message: "Open form" in said(message))
            assert opener["flags"] & 64
            assert "❗ **IMAGE** is missing" in said(opener)
            assert is_gone(shown)

            opened = await world.artist.click(opener["id"], "Open form")
            ran = await is_run(world, await fill(world.artist, opened, {"IMAGE": [("a.png", PICTURE)]}), ())
            assert sent(world, ran)["prompt"] == "fox"
            await world.until(opener["id"], "is on its way")


# -- what is wrong, and how it is put right --


async def test_all_that_is_wrong_is_said_at_once_and_stays_to_be_mended(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    shown = await who.run("generate", {"deployment": "words", **WRONG})
    form = is_private(world, shown)
    told = words(world, form)

    opened = await who.click(form, "Fix (2)")

    assert "⚠ **STEPS** must be a number (you wrote `many`)" in told
    assert "⚠ **STYLE** must be one of `ink`, `neon` (you wrote `oil`)" in told
    assert "**foo** is not an input of this deployment" in told
    assert fields(opened)["STEPS"]["value"] == "many"
    assert world.api.runs.keys() == known

    await fill(who, opened, {"STEPS": "7", "STYLE": "neon"})
    assert "Leave out what does not belong here" in words(world, form)
    await who.click(form, "Leave it out")
    ran = await press_run(world, who, form)

    assert sent(world, ran) == {"prompt": "fox", "steps": 7, "style": "neon"}
    await world.until(ran.message, "**Done**")
    await world.until(form, "is on its way")
    assert labels(world, form) == []


async def test_what_is_put_right_only_half_stays_a_form(world: World) -> None:
    who = a_person(world)
    form = is_private(world, await who.run("generate", {"deployment": "words", **WRONG}))

    await fill(who, await who.click(form, "Fix (2)"), {"STEPS": "seven", "STYLE": "ink"})

    assert "must be a number (you wrote `seven`)" in words(world, form)
    assert "✅ **PROMPT** fox" in words(world, form)
    opened = await who.click(form, "Fix (1)")
    assert list(fields(opened)) == ["STEPS"]
    assert fields(opened)["STEPS"]["value"] == "seven"


async def test_what_is_beyond_a_slider_is_changed_and_the_form_and_the_run_say_so(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "words", prompt="fox", inputs="width=9000")

    told = words(world, form)
    ran = await press_run(world, who, form)

    assert "**WIDTH** `9000` → `2048`: it takes 64 to 2048." in told
    assert sent(world, ran) == {"prompt": "fox", "width": 2048}
    await world.until(ran.message, "it takes 64 to 2048")


async def test_what_nobody_can_set_is_left_out(world: World) -> None:
    who = a_person(world)
    form = is_private(world, await who.run("generate", {"deployment": "live", "inputs": "live=x"}))
    assert "⚠ **LIVE** is a live input, which cannot be set from here" in words(world, form)

    await who.click(form, "Leave it out")

    assert sent(world, await press_run(world, who, form)) == {}


# -- its buttons --


async def test_run_pressed_twice_makes_one_run(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    rule = world.api.faults.add("PUT", "/files/*", faults.slow(0.3))
    form = await open_form(world, who, "picture", prompt="fox")
    await fill(who, await go_on(world, who, form), {"IMAGE": [("a.png", drawn("PNG", (9, 9)))]})

    first, second = await asyncio.gather(who.click(form, "Run"), who.click(form, "Run"))

    told = await refused(world, who, second)
    assert "it is on its way" in said(told)
    assert told["flags"] & 64
    ran = await is_run(world, first, known)
    await world.until(ran.message, "**Done**")
    world.api.faults.remove(rule)
    assert len(world.api.runs.keys() - known) == 1


async def test_a_form_whose_run_was_refused_can_be_run_once_more(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    rule = world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS)
    form = await open_form(world, who, "words", prompt="fox")

    shown = await who.click(form, "Run")
    told = await world.new(lambda message: "ref `" in said(message))

    assert "out of GPU credits. Nothing was started." in said(told)
    assert is_gone(shown)
    assert world.api.runs.keys() == known
    world.api.faults.remove(rule)
    assert sent(world, await press_run(world, who, form)) == {"prompt": "fox"}


async def test_generate_with_this_opens_a_form(world: World) -> None:
    who = a_person(world)
    detail = await who.run("deployments", {"deployment": "words"})
    await world.until(str(detail.message_id), "Generate with this")

    shown = await who.click(str(detail.message_id), "Generate with this")
    form = str(shown.message_id)
    assert (await world.until(form, "Fill in: PROMPT"))["flags"] & 64
    await fill(who, await go_on(world, who, form), {"PROMPT": "a fox"})

    assert form != detail.message_id
    assert sent(world, await press_run(world, who, form)) == {"prompt": "a fox"}


async def test_a_form_that_was_run_is_over(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "words", prompt="fox")
    run = next(item for item in _ids(world, form) if item.startswith("st:run:"))
    await press_run(world, who, form)
    await world.until(form, "is on its way")

    assert await over(world, await press(world, who, run))


async def test_nobody_else_can_use_a_form(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    form = await open_form(world, who, "words", prompt="fox")
    stranger = world.discord.user("stranger", channel=who.channel)

    for custom_id in _ids(world, form):
        if not custom_id.startswith(("st:go:", "st:drop:")):
            assert await over(world, await press(world, stranger, custom_id))

    assert world.api.runs.keys() == known
    await press_run(world, who, form)


async def test_a_form_that_is_discarded_starts_nothing(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    form = await open_form(world, who, "words", prompt="fox")
    run = next(item for item in _ids(world, form) if item.startswith("st:run:"))

    await who.click(form, "Discard")

    assert "Nothing was started" in words(world, form)
    assert labels(world, form) == []
    assert await over(world, await press(world, who, run))
    assert world.api.runs.keys() == known


async def test_start_over_forgets_what_was_given(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "words", prompt="fox", inputs="steps=many; foo=1")

    await who.click(form, "Start over")

    assert "⚠" not in words(world, form)
    assert sent(world, await press_run(world, who, form)) == {}


async def test_any_screen_of_a_long_form_is_gone_to(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "long")

    opened = await who.select(form, "st:go:", ["6"])
    await fill(who, opened, {"PART 31": "a fox"})
    assert labels(world, form)[1].startswith("Next: PART 35")

    assert sent(world, await press_run(world, who, form)) == {"part 31": "a fox"}


async def test_a_form_runs_though_its_message_cannot_be_changed_any_more(world: World) -> None:
    who = a_person(world)
    form = await open_form(world, who, "words", prompt="fox")
    world.discord.expire_tokens()

    ran = await press_run(world, who, form)

    await world.until(ran.message, "**Done**")


def _ids(world: World, form: str) -> list[str]:
    """The custom ids of what is in a form's message."""
    return [item["custom_id"] for row in world.discord.message(form)["components"] for item in row["components"]]


# -- forms of a process that is gone --

GONE = "0123456789abcdef"
SECTION = f"{GONE}-0"
FORGOTTEN: dict[str, Knock] = {
    **{verb: by_press(f"st:{verb}:{GONE}") for verb in ("open", "fix", "run", "clear", "back")},
    **{verb: by_press(f"st:{verb}:{SECTION}") for verb in ("next", "seek", "all", "other", "plain")},
    "turn": by_press(f"st:turn:{SECTION}-1-1"),
    "pickpage": by_press(f"st:pickpage:{GONE}-1-1"),
    "go": by_menu(f"st:go:{GONE}", "0"),
    "item": by_menu(f"st:item:{SECTION}-0", "0" * 12),
    "pick": by_menu(f"st:pick:{GONE}-0", "0"),
    "which": by_menu(f"st:which:{GONE}", "0"),
    "form": partial(by_form, f"st:form:{SECTION}"),
    "fixed": partial(by_form, f"st:fixed:{GONE}"),
    "sought": partial(by_form, f"st:sought:{SECTION}"),
}


@pytest.mark.parametrize("knock", FORGOTTEN.values(), ids=FORGOTTEN)
async def test_what_is_left_of_a_forgotten_form_says_that_it_is_over(world: World, knock: Knock) -> None:
    who = a_person(world)

    told = await over(world, await knock(world, who))

    assert told["flags"] & 64
    assert told["components"] == []


async def test_after_a_restart_forms_that_are_open_say_that_they_are_over(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    form = await open_form(world, who, "words", prompt="fox")
    opened = await go_on(world, who, form)

    await world.stop()
    await world.start()

    run = button_like(world, form, "Run")
    told = await over(world, await fill(who, opened, {"STEPS": "3"}))
    assert "What you typed:" in said(told)
    assert await over(world, await press(world, who, run))
    assert world.api.runs.keys() == known
