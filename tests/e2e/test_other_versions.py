"""Commands and buttons that another version of the bot has left: who uses one is told so, and the log stays calm."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, Final

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.discord import Shown
from tests.e2e.conftest import World
from tests.e2e.doors import Knock, by_menu, by_menu_of_people, by_press, doors_of_a_run
from tests.e2e.stage import UNKNOWN, a_stage, ask, is_sound, judged, leave, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCE = "This command is of another version or another setup of the bot"
LEFT: list[dict[str, Any]] = [
    {"name": "oldone", "description": "x"},
    {"name": "Old menu", "type": 3},
    {"name": "Old person", "type": 2},
    {"name": "group", "description": "x", "options": [{"type": 1, "name": "sub", "description": "x"}]},
    {
        "name": "typed",
        "description": "x",
        "options": [{"type": 3, "name": "o", "description": "x", "autocomplete": True}],
    },
    {"name": "server", "description": "x", "options": [{"type": 1, "name": "pings", "description": "no to in it"}]},
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("versions")) as world:
        for command in LEFT:
            await ask(world, "POST", f"/applications/{world.discord.application_id}/commands", command)
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


@pytest.mark.parametrize("name", ["oldone", "group sub", "server pings", "Old person", "Old menu"])
async def test_a_command_of_another_version_says_so(world: World, name: str) -> None:
    who = world.discord.user("painter", channel=world.discord.add_channel("room"))
    shown: Shown
    if name == "Old person":
        shown = await who.use_on_user(name, who)
    elif name == "Old menu":
        shown = await who.use_on_message(name, await leave(world, who.channel))
    else:
        shown = await who.run(name)

    message = await refused(world, who, shown)

    await is_sound(world, message, SENTENCE, private=True)
    line = next(item for item in world.log.read_text().splitlines() if f"user={who.id}" in item)
    assert "[warning" in line


async def test_a_suggestion_that_nobody_makes_any_more_is_empty(world: World) -> None:
    assert await world.artist.autocomplete("typed", "o", "a") == []


# what looks like ours, but for one part that no code of ours makes
NEARLY_OURS: Final[dict[str, Knock]] = {
    "no page": by_press("st:page:-"),
    "a page of letters": by_press("st:page:abc-0"),
    "a page before the first": by_press("st:page:-1-0"),
    "a page without its button": by_press("st:page:0"),
    "a page nobody can count to": by_press(f"st:page:{'9' * 36}"),
    "a menu that is a button": by_press("st:detail:0"),
    "a menu of people": partial(by_menu_of_people, "st:detail:0", 1),
    "a menu with nothing chosen": partial(by_menu_of_people, "st:detail:0", 0),
    "a button that is a menu": by_menu(f"st:again:{UNKNOWN}", "a"),
    **{f"{name} of letters": knock for name, knock in doors_of_a_run("abc").items()},
    **{f"{name} of dashes": knock for name, knock in doors_of_a_run("-").items()},
}


@pytest.mark.parametrize("name", NEARLY_OURS)
async def test_what_is_nearly_ours_is_answered(world: World, name: str) -> None:
    who = world.discord.user("painter", channel=world.discord.add_channel("room"))

    message = await refused(world, who, await NEARLY_OURS[name](world, who))

    await is_sound(world, message, "This button or form is of another version of the bot", private=True)
