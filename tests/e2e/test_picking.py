"""`/generate` without saying what: a picker for newcomers, the last deployment for all others, a server's default."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import MEMBER, Permission, Person, Shown
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.core.bytes_of import drawn
from tests.e2e.conftest import World, said
from tests.e2e.forms import Asked, a_person, fill, is_private, is_run, labels, sent, words, workflow
from tests.e2e.stage import a_stage, judged, leave, menu, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = drawn("PNG")
COUNT = 30


def _furnish(world: World) -> None:
    """Thirty deployments of which some have pictures, named so that those of the sandbox come last."""
    prompt: Asked = ("Text", "prompt", {"default_value": ""})
    for number in range(COUNT):
        world.api.add_deployment(f"a fox {number:02}", workflow(prompt, ("NumberInt", "steps", {"default_value": 20})))
    world.api.add_deployment("a picture", workflow(("Image", "image", {}), prompt))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("picking"), _furnish) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def picker(world: World, who: Person, **options: Any) -> str:  # noqa: ANN401 -- any option
    """The id of the message from which a newcomer picks."""
    shown = await who.run("generate", options)
    assert shown.ack is Ack.DEFERRED_MESSAGE
    assert shown.ephemeral
    await world.until(str(shown.message_id), "What shall it be?")
    return str(shown.message_id)


def offered(world: World, message_id: str) -> list[str]:
    """The ids of what is on the page."""
    menu = world.discord.message(message_id)["components"][0]["components"][0]
    return [option["value"] for option in menu["options"]]


async def pick(world: World, who: Person, message_id: str, name: str) -> Shown:
    """Press Next until it is there, and pick it."""
    wanted, number = world.api.deployment(name).id, 1
    while wanted not in offered(world, message_id):
        number += 1
        await who.click(message_id, "Next")
        await world.until(message_id, f"Page {number} of ")
    return await who.select(message_id, "st:pick:", [wanted])


async def test_a_newcomer_picks_from_pages_and_what_was_given_is_run_at_once(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    message_id = await picker(world, who, prompt="a river")
    assert f"Page 1 of 4 · {COUNT + 7} in all" in words(world, message_id)  # those that take a prompt

    ran = await is_run(world, await pick(world, who, message_id, "a fox 07"), known)

    assert world.api.runs[ran.id].deployment is world.api.deployment("a fox 07")
    assert sent(world, ran) == {"prompt": "a river"}
    await world.until(ran.message, "**Done**")
    await world.until(message_id, "is on its way")


async def test_what_was_run_last_is_run_again_without_a_word(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    first = await is_run(world, await who.run("generate", {"deployment": "a fox 03", "prompt": "one"}), known)
    await world.until(first.message, "**Done**")
    known = set(world.api.runs)

    ran = await is_run(world, await who.run("generate", {"prompt": "two"}), known)

    assert world.api.runs[ran.id].deployment is world.api.deployment("a fox 03")
    assert sent(world, ran) == {"prompt": "two"}


async def test_what_still_lacks_something_becomes_a_form_at_once(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    message_id = await picker(world, who, prompt="a river")

    opened = await pick(world, who, message_id, "a picture")

    assert opened.ack is Ack.MODAL
    shown = await fill(who, opened, {"IMAGE": [("a.png", PICTURE)]})
    ran = await is_run(world, shown, known)
    assert sent(world, ran)["prompt"] == "a river"
    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_who_wants_to_see_all_inputs_sees_them_once_it_is_picked(world: World) -> None:
    who = a_person(world)
    message_id = await picker(world, who, prompt="a river", more_inputs=True)

    form = is_private(world, await pick(world, who, message_id, "a fox 00"))

    assert "✅ **PROMPT** a river" in words(world, form)
    assert labels(world, form)[0] == "Run"


async def test_a_picture_that_was_attached_goes_to_what_is_picked(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    shown = await who.run("generate", {"prompt": "a river"}, {"image": ("a.png", PICTURE)})
    await world.until(str(shown.message_id), "What shall it be?")

    ran = await is_run(world, await pick(world, who, str(shown.message_id), "a picture"), known)

    assert await world.api.opened(ran.id) == {"image": [PICTURE]}


async def test_only_what_has_a_place_for_what_was_given_can_be_picked(world: World) -> None:
    who = a_person(world)

    shown = await who.run("generate", {"prompt": "a river"}, {"image": ("a.png", PICTURE)})

    told = said(await world.until(str(shown.message_id), "What shall it be?"))
    assert "**a picture**" in told
    assert "a fox" not in told


async def test_a_name_that_is_wrong_leads_to_what_it_may_mean(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    shown = await who.run("generate", {"deployment": "a fxo 07", "prompt": "a river"})
    await world.until(str(shown.message_id), "There is no deployment")

    ran = await is_run(world, await pick(world, who, str(shown.message_id), "a fox 07"), known)

    assert sent(world, ran) == {"prompt": "a river"}


async def test_a_newcomer_runs_the_default_of_the_server_and_only_there(world: World) -> None:
    guild = world.discord.add_guild("Atelier")
    room = world.discord.add_channel("room", guild)
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD, channel=room)
    wanted, known = world.api.deployment("a fox 05"), set(world.api.runs)
    panel = str((await manager.run("server deployments")).message_id)
    await world.until(panel, "Everything on offer may be run here")
    await manager.select(panel, "st:default:", [wanted.id])
    await world.until(panel, "**Default: a fox 05**")
    newcomer = world.discord.user("newcomer", channel=room)

    ran = await is_run(world, await newcomer.run("generate", {"prompt": "a river"}), known)

    assert world.api.runs[ran.id].deployment is wanted
    await picker(world, world.discord.user("newcomer"))


async def test_only_what_a_server_allows_can_be_picked_there(world: World) -> None:
    room = world.discord.add_channel("room", world.discord.add_guild("Salon"))
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD, channel=room)
    wanted = world.api.deployment("a fox 02").id
    panel = str((await manager.run("server deployments")).message_id)
    await world.until(panel, "Everything on offer may be run here")
    await manager.select(panel, "st:allow:", [wanted])
    await world.until(panel, "**15 of 39 deployments** may be run here")  # a panel sets what is on its page
    newcomer = world.discord.user("newcomer", channel=room)

    here, direct = await picker(world, newcomer), await picker(world, newcomer.dm())

    assert world.api.deployment("a fox 01").id not in offered(world, here)
    assert wanted in offered(world, here)
    assert "15 in all" in words(world, here)
    assert f"{COUNT + 9} in all" in words(world, direct)


async def test_one_picks_in_a_direct_message_too(world: World) -> None:
    who, known = a_person(world).dm(), set(world.api.runs)

    ran = await is_run(world, await pick(world, who, await picker(world, who, prompt="a river"), "a fox 11"), known)

    await world.until(ran.message, "**Done**")


async def test_a_picker_that_was_used_is_over(world: World) -> None:
    who, known = a_person(world), set(world.api.runs)
    message_id = await picker(world, who)
    wanted = offered(world, message_id)[0]
    menu_id = world.discord.message(message_id)["components"][0]["components"][0]["custom_id"]
    await is_run(world, await who.select(message_id, "st:pick:", [wanted]), known)
    await world.until(message_id, "is on its way")
    known = set(world.api.runs)
    left = await leave(world, who.channel, menu(menu_id, wanted))

    told = await refused(world, who, await who.select(left, menu_id, [wanted]))

    assert "This form is over" in said(told)
    assert world.api.runs.keys() == known
