"""Every door of the bot by where people stand by what happens behind it; each answer is a sentence, never silence."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

import pytest
import pytest_asyncio

from core.comfydeploy.breaker import COOL_DOWN
from stationthis_discord.sandbox.comfydeploy import faults
from stationthis_discord.sandbox.comfydeploy.account import Order
from tests.e2e.conftest import World
from tests.e2e.doors import (
    Door,
    Knock,
    again_by_button,
    again_by_reaction,
    ask_for_help,
    by_command,
    by_form,
    by_menu,
    by_press,
    cancel_by_button,
    cancel_by_command,
    doors_of_a_run,
    generate,
    list_deployments,
    pick_from_the_menu,
    refresh_a_run_that_nobody_follows,
    show_a_detail,
    suggest_a_detail,
    suggest_a_run,
    suggest_what_to_generate,
    turn_pages,
)
from tests.e2e.stage import (
    CONTEXTS,
    UNKNOWN,
    Scene,
    a_stage,
    finished,
    is_sound,
    judged,
    press,
    react_to_run,
    refused,
    running,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _offer_two_pages(world: World) -> None:
    graph = world.api.deployment("text-to-image").version.graph
    for number in range(11):
        world.api.add_deployment(f"zebra {number:02}", copy.deepcopy(graph))


def _understand_nothing(world: World) -> None:
    world.api.faults.add("*", "*", faults.WRONG_SHAPE)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("shared"), _offer_two_pages) as world:
        await world.artist.run("deployments")
        yield world


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def strange(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world whose ComfyUI Deploy never gave an answer that can be understood."""
    async with a_stage(tmp_path_factory.mktemp("strange"), _understand_nothing) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


@pytest.fixture
def garbage(strange: World) -> Iterator[World]:
    with judged(strange):
        yield strange


@pytest_asyncio.fixture(loop_scope="module")
async def down(strange: World) -> AsyncIterator[World]:
    with judged(strange):
        await strange.api.refuse()
        yield strange
        await strange.api.listen()


# -- what works, everywhere --


DOORS: Final[tuple[Door, ...]] = (
    generate,
    list_deployments,
    show_a_detail,
    turn_pages,
    pick_from_the_menu,
    ask_for_help,
    cancel_by_command,
    cancel_by_button,
    refresh_a_run_that_nobody_follows,
    again_by_button,
    again_by_reaction,
    suggest_what_to_generate,
    suggest_a_detail,
    suggest_a_run,
)
NOT_THEIRS: Final = {(cancel_by_button, "stranger"), (again_by_reaction, "stranger"), (again_by_reaction, "moderator")}
OPEN: Final = [
    pytest.param(door, context, id=f"{door.__name__}-{context}")
    for door in DOORS
    for context in CONTEXTS
    if (door, context) not in NOT_THEIRS
]


@pytest.mark.parametrize(("door", "context"), OPEN)
async def test_a_door_works(world: World, door: Door, context: str) -> None:
    await door(world, CONTEXTS[context](world))


# -- what is refused: a sentence, its reference also in the log --


ASKING: Final[dict[str, Knock]] = {
    "generate": by_command("generate", deployment="text-to-image"),
    "deployments": by_command("deployments"),
    "detail": by_command("deployments", deployment="caption"),
    "next button": by_press("st:page:1-1"),
    "back button": by_press("st:page:0-0"),
    "menu": by_menu("st:detail:0", UNKNOWN),
    **doors_of_a_run(UNKNOWN),
}


def table(knocks: dict[str, Knock]) -> list[object]:
    return [pytest.param(knocks[name], context, id=f"{name}-{context}") for name in knocks for context in CONTEXTS]


async def is_refused(world: World, knock: Knock, context: str, sentence: str) -> None:
    visitor = CONTEXTS[context](world).visitor
    message = await refused(world, visitor, await knock(world, visitor))
    await is_sound(world, message, sentence, private=True)


@pytest.mark.parametrize(("knock", "context"), table(ASKING))
async def test_an_api_that_is_down_is_told(down: World, knock: Knock, context: str) -> None:
    await is_refused(down, knock, context, "ComfyUI Deploy does not answer")


@pytest.mark.parametrize(("knock", "context"), table(ASKING))
async def test_an_api_that_talks_garbage_is_told(garbage: World, knock: Knock, context: str) -> None:
    await is_refused(garbage, knock, context, "ComfyUI Deploy does not answer")


@pytest.mark.parametrize(("knock", "context"), table(doors_of_a_run(UNKNOWN)))
async def test_a_run_that_is_unknown_is_told(world: World, knock: Knock, context: str) -> None:
    await is_refused(world, knock, context, "no longer knows this run")


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("run", [UNKNOWN, "nonsense"])
async def test_cancelling_nothing_is_told(world: World, run: str, context: str) -> None:
    await is_refused(world, by_command("cancel", run=run), context, "no run under way")


@pytest_asyncio.fixture(loop_scope="module")
async def cut_off(world: World) -> AsyncIterator[World]:
    """A world that knows what can be run, and whose ComfyUI Deploy goes away when it is told to."""
    yield world
    await world.api.listen()
    await asyncio.sleep(COOL_DOWN + 0.5)  # until then the bot sends nothing to it


@pytest.mark.parametrize("by", ["command", "button"])
async def test_a_cancel_that_reaches_nobody_is_told(cut_off: World, by: str) -> None:
    who = CONTEXTS["channel"](cut_off).owner
    message_id = await running(cut_off, who)
    await cut_off.api.refuse()

    shown = await (who.run("cancel") if by == "command" else who.click(message_id, "Cancel"))

    await is_sound(cut_off, await refused(cut_off, who, shown), "ComfyUI Deploy does not answer", private=True)


async def test_what_can_be_run_is_remembered_while_the_api_is_down(cut_off: World) -> None:
    scene = CONTEXTS["channel"](cut_off)
    await cut_off.api.refuse()

    await list_deployments(cut_off, scene)
    await show_a_detail(cut_off, scene)
    await suggest_what_to_generate(cut_off, scene)


@pytest.mark.parametrize("context", CONTEXTS)
async def test_what_needs_no_api_works_while_it_is_down(down: World, context: str) -> None:
    visitor = CONTEXTS[context](down).visitor

    assert await visitor.autocomplete("generate", "deployment", "a") == []
    assert await visitor.autocomplete("deployments", "deployment", "a") == []
    assert await visitor.autocomplete("cancel", "run", "a") == []
    await ask_for_help(down, Scene(visitor, visitor))


async def test_a_stranger_may_not_cancel(world: World) -> None:
    scene = CONTEXTS["stranger"](world)
    message_id = await running(world, scene.owner)

    message = await refused(world, scene.visitor, await scene.visitor.click(message_id, "Cancel"))

    await is_sound(world, message, "Only they and moderators", private=True)


async def test_a_reaction_to_a_run_that_cannot_be_read_is_nobodys(down: World) -> None:
    visitor = CONTEXTS["channel"](down).visitor

    await react_to_run(down, visitor, UNKNOWN)

    await down.logged(f"user={visitor.id}")
    with pytest.raises(TimeoutError):
        await down.discord.wait_new(lambda item: item["channel_id"] == visitor.channel.id, 0.1)


@pytest.mark.parametrize("context", ["channel", "thread", "direct message", "abroad"])
async def test_the_owner_is_told_why_a_reaction_starts_nothing(world: World, context: str) -> None:
    owner = CONTEXTS[context](world).owner
    first = await finished(world, owner)
    rule = world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS)

    await owner.react(first["id"], "🔁")

    message = await refused(world, owner, None)
    world.api.faults.remove(rule)
    await is_sound(world, message, "GPU credits", private=False)


# -- what no version of this bot has left --

OTHERS: Final[dict[str, Knock]] = {
    "unknown verb": by_press("st:nonsense:1"),
    "no id": by_press("st:again:not-a-uuid"),
    "another application's button": by_press("old_button"),
    "another application's menu": by_menu("roles:pick", "red"),
    "too many parts": by_press(f"st:again:{UNKNOWN}:2"),
    "nothing after the verb": by_press("st:again:"),
    "capitals": by_press(f"ST:AGAIN:{UNKNOWN}"),
    "form": partial(by_form, "feedback"),
}


@pytest.mark.parametrize(("knock", "context"), table(OTHERS))
async def test_what_is_not_ours_is_answered(world: World, knock: Knock, context: str) -> None:
    await is_refused(world, knock, context, "of another version of the bot")


async def test_a_stale_choice_is_answered(world: World) -> None:
    knock = by_menu("st:detail:0", "a deployment that is gone")

    await is_refused(world, knock, "channel", "no deployment `a deployment that is gone`")


async def test_a_page_far_behind_the_last_is_the_last(world: World) -> None:
    visitor = CONTEXTS["channel"](world).visitor

    shown = await press(world, visitor, "st:page:999999-1")

    await world.until(str(shown.message_id), "Page 2 of 2")


@pytest.mark.parametrize("verb", ["again", "cancel", "refresh"])
async def test_a_run_made_elsewhere_is_not_touched(world: World, verb: str) -> None:
    deployment = world.api.deployment("text-to-image")
    run = await world.api.account.start(Order(deployment, deployment.owner, {"prompt": "not ours"}))
    known = len(world.api.runs)

    await is_refused(world, by_press(f"st:{verb}:{run.id}"), "channel", "was not made with this bot")

    assert len(world.api.runs) == known
