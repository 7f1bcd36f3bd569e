"""Finding what to run by words, by kind and by picture, and all that is told of one; from buttons of any process."""

import copy
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy.account import Order
from tests.e2e.conftest import World, said
from tests.e2e.stage import ENDLESS, a_stage, judged, leave, menu, press

pytestmark = pytest.mark.asyncio(loop_scope="module")

COVER = "https://covers.example/fox.png"


def _furnish(world: World) -> None:
    """Ten foxes, of which one has a picture."""
    graph = world.api.deployment("text-to-image").version.graph
    for number in range(10):
        world.api.add_deployment(f"fox {number}", copy.deepcopy(graph))
    world.api.deployment("fox 7").workflow.cover_image = f"{COVER}?X-Amz-Signature=0123"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("discovery")
    async with a_stage(folder, _furnish, STATIONTHIS_DASHBOARD_URL="https://dashboard.example") as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


async def test_what_is_searched_for_is_shown_with_its_pictures_page_by_page(world: World) -> None:
    shown = await world.artist.run("deployments", {"search": "fox", "makes": "image"})
    message_id = str(shown.message_id)
    first = await world.until(message_id, "Page 1 of 2 · 10 in all")
    await world.artist.click(message_id, "Next")
    second = await world.until(message_id, "Page 2 of 2 · 10 in all")

    assert "What is found by `fox` and makes **image**:" in said(first)
    assert [len(message["embeds"]) for message in (first, second)] == [1, 6]
    assert [embed["thumbnail"]["url"] for embed in second["embeds"] if "thumbnail" in embed] == [COVER]

    await world.artist.click(message_id, "Show all")
    await world.until(message_id, "Page 1 of 4 · 18 in all")


async def test_where_nothing_is_found_there_is_a_way_out(world: World) -> None:
    shown = await world.artist.run("deployments", {"search": "zzyzx", "makes": "audio"})
    message_id = str(shown.message_id)
    await world.until(message_id, "Nothing on offer is found by `zzyzx` and makes **audio**.")

    await world.artist.click(message_id, "Show all")

    await world.until(message_id, "Page 1 of 4 · 18 in all")


async def test_a_button_of_another_process_still_knows_what_was_searched_for(world: World) -> None:
    shown = await press(world, world.artist, f"st:page:1-1-1-{b'fox'.hex()}")

    message = await world.until(str(shown.message_id), "Page 2 of 2 · 10 in all")
    assert "What is found by `fox` and makes **image**:" in said(message)


async def test_of_one_all_is_told_and_it_can_be_looked_up(world: World) -> None:
    found = world.api.deployment("text-to-image")
    world.api.behaviour["text-to-image"] = ENDLESS
    for _ in range(3):
        run = await world.api.account.start(Order(found, found.owner, {"prompt": "waves"}))
        world.api.age(run.id, 60)
        world.api.end(run.id)

    left = await leave(world, world.artist.channel, menu("st:detail:0", found.id))
    await world.artist.select(left, "st:detail", [found.id])

    message = await world.new(lambda item: "Usually 60 s" in said(item))
    assert message["flags"] & 64
    assert "`steps` Steps (whole number, 1 to 50, default `20`)" in said(message)
    buttons = {item["label"]: item for row in message["components"] for item in row["components"]}
    assert buttons["Generate with this"]["custom_id"] == f"st:make:{found.id}"
    address = f"https://dashboard.example/workflows/{found.workflow.id}/deployment"
    assert buttons["Open in ComfyUI Deploy"]["url"] == address
