"""Discord's answers to the bot are lost on the way: people are told all the same, and nothing runs twice."""

from collections.abc import AsyncIterator, Iterator
from typing import Final, Literal

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Fault, faults
from stationthis_discord.sandbox.discord import Person, Shown
from stationthis_discord.sandbox.discord.faults import Effect
from tests.e2e.conftest import World, said
from tests.e2e.doors import Knock, by_command
from tests.e2e.stage import SMALL, UNKNOWN, Message, a_stage, finished, is_sound, judged, messages_in, press

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS: Final = {"deployment": "text-to-image", "prompt": "x", "inputs": SMALL}
SILENCE: Final = "Discord did not answer the bot, so nothing was done"
ACKS: Final = "/interactions/*"

Cut = Literal["before", "after"]
CUTS: Final[list[Cut]] = ["before", "after"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("broken")) as world:
        await world.artist.run("deployments")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared
    shared.discord.faults.clear()


def somebody(world: World) -> Person:
    return world.discord.user("painter", channel=world.discord.add_channel("room"))


async def told(world: World, who: Person) -> Message:
    return await world.new(lambda message: message["channel_id"] == who.channel.id and "ref `" in said(message))


def forget_the_only_way_to_know(world: World) -> None:
    """That nothing is behind a token is how the bot learns that Discord never heard of its acknowledgement."""
    [violation] = world.discord.violations
    assert "404 10015 Unknown Webhook" in violation
    world.discord.violations.clear()


def is_there(shown: Shown) -> bool:
    return shown.interaction.original is not None and not shown.interaction.original.deleted


# -- a refusal that comes late takes the public answer away --


@pytest.mark.parametrize(
    "effect",
    [{"cut": "after"}, {"cut": "before"}, {"status": 503}, {"status": 403, "body": {"message": "no", "code": 50013}}],
    ids=str,
)
async def test_a_late_refusal_is_told_though_the_answer_cannot_be_taken_away(world: World, effect: Effect) -> None:
    who = somebody(world)
    world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS, times=1)
    fault = world.discord.faults.add("DELETE", "/webhooks/*", times=1, **effect)

    shown = await who.run("generate", OPTIONS)

    await is_sound(world, await told(world, who), "out of GPU credits", private=True)
    assert fault.hits == 1
    assert is_there(shown) == ("body" in effect)


async def test_a_late_refusal_is_told_though_the_answer_is_gone(world: World) -> None:
    who = somebody(world)
    refusal = Fault(delay=1.0, status=faults.NO_CREDITS.status, body=faults.NO_CREDITS.body)
    world.api.faults.add("POST", faults.QUEUE, refusal, times=1)
    shown = await who.run("generate", OPTIONS)
    await world.until(str(shown.message_id), "**Preparing**")

    world.discord.delete_message(str(shown.message_id))

    await is_sound(world, await told(world, who), "out of GPU credits", private=True)


@pytest.mark.parametrize("cut", CUTS)
async def test_a_late_refusal_is_told_though_the_connection_breaks(world: World, cut: Cut) -> None:
    who = somebody(world)
    world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS, times=1)
    fault = world.discord.faults.add("POST", "/webhooks/*", times=1, cut=cut)

    await who.run("generate", OPTIONS)

    await is_sound(world, await told(world, who), "out of GPU credits", private=True)
    assert fault.hits == 1


async def test_a_refusal_at_once_is_told_though_the_connection_breaks(shared: World) -> None:
    with judged(shared):
        who = somebody(shared)
        shared.discord.faults.add("POST", ACKS, cut="before")

        shown = await who.run("generate", {"deployment": "nothing of the kind"})

        message = await shared.until(str(shown.message_id), "There is no deployment")
        assert message["flags"] & 64


# -- an acknowledgement that nobody heard of --


def by_button(label: str) -> Knock:
    async def knock(world: World, who: Person) -> Shown:
        first = await finished(world, who)
        world.discord.faults.add("POST", ACKS, cut="after")
        return await who.click(first["id"], label)

    return knock


def once_cut(knock: Knock) -> Knock:
    async def knock_cut(world: World, who: Person) -> Shown | None:
        world.discord.faults.add("POST", ACKS, cut="after")
        return await knock(world, who)

    return knock_cut


HEARD_HALF: Final[dict[str, Knock]] = {
    "generate": once_cut(by_command("generate", **OPTIONS)),
    "deployments": once_cut(by_command("deployments")),
    "cancel": once_cut(by_command("cancel")),
    "help": once_cut(by_command("help")),
    "again": by_button("Again"),
}


@pytest.mark.parametrize("name", HEARD_HALF)
async def test_an_acknowledgement_that_discord_took_is_not_sent_again(world: World, name: str) -> None:
    who = somebody(world)

    shown = await HEARD_HALF[name](world, who)

    known = len(world.api.runs)
    assert shown is not None
    by_press = name == "again"  # there the sentence takes the place of "thinking…", which all can see
    message = await world.discord.wait(str(shown.message_id), lambda item: "ref `" in said(item)) if by_press else None
    await is_sound(world, message or await told(world, who), SILENCE, private=not by_press)
    assert is_there(shown) == by_press
    assert len(world.api.runs) == known


async def test_the_message_under_a_button_outlives_a_lost_acknowledgement(world: World) -> None:
    who = somebody(world)
    world.discord.faults.add("POST", ACKS, cut="after")

    shown = await press(world, who, f"st:refresh:{UNKNOWN}")

    await is_sound(world, await told(world, who), SILENCE, private=True)
    assert is_there(shown)


async def test_an_acknowledgement_that_never_arrived_is_made_up_for(shared: World) -> None:
    with judged(shared):
        who = somebody(shared)
        known = len(shared.api.runs)
        shared.discord.faults.add("POST", ACKS, cut="before")

        shown = await who.run("generate", OPTIONS)

        await is_sound(shared, shared.discord.message(str(shown.message_id)), SILENCE, private=True)
        assert len(shared.api.runs) == known
        forget_the_only_way_to_know(shared)


# -- the message a run is to be shown in --


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("times", [1, 2])
async def test_again_goes_on_though_its_first_state_is_lost(world: World, cut: Cut, times: int) -> None:
    who = somebody(world)
    first = await finished(world, who)
    known = len(world.api.runs)
    world.discord.faults.add("PATCH", "/webhooks/*", times=times, cut=cut)

    shown = await who.click(first["id"], "Again")

    assert (await world.until(str(shown.message_id), "**Done**"))["attachments"]
    assert len(world.api.runs) - known == 1


@pytest.mark.parametrize("cut", CUTS)
async def test_a_reaction_leaves_one_message_though_the_answer_to_it_is_lost(world: World, cut: Cut) -> None:
    who = somebody(world)
    first = await finished(world, who)
    world.discord.faults.add("POST", f"/channels/{who.channel.id}/messages", times=1, cut=cut)

    await who.react(first["id"], "🔁")

    await world.new(lambda item: item["channel_id"] == who.channel.id and "**Done**" in said(item))
    assert len(await messages_in(world, who.channel)) == 2


async def test_a_reaction_that_discord_never_answers_starts_nothing_and_says_so(world: World) -> None:
    who = somebody(world)
    first = await finished(world, who)
    known = len(world.api.runs)
    world.discord.faults.add("POST", f"/channels/{who.channel.id}/messages", times=2, cut="before")

    await who.react(first["id"], "🔁")

    await is_sound(world, await told(world, who), SILENCE, private=False)
    assert len(world.api.runs) == known
