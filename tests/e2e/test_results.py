"""Every kind of result reaches Discord: whole, in order, named, described, and without what its maker embedded."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour, outputs
from stationthis_discord.sandbox.comfydeploy.behaviour import NodeGeneration
from tests.e2e.arriving import parts_below
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message, a_stage, judged, run_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PACE: Final = 0.02  # outputs are stored one after another, some milliseconds apart, and told in any order
PLANTED: Final = "sk-planted-4242"
PROMPT: Final = "a *quiet* fox"
SIGNED: Final = {"images", "gifs", "files", "mesh"}  # the keys whose addresses a private account signs
PLAIN: Final = ("obj", "zip", "bin", "txt")  # kinds that nothing is embedded in
LONG: Final = "a long story " * 200


def prepare(world: World) -> None:
    world.api.add_deployment("all-kinds", outputs.workflow(size=48))
    story = outputs.workflow("texts", "png", size=48)
    (teller,) = [node for node in story.values() if "ShowText" in node["class_type"]]
    teller["inputs"]["text"] = ["a short one", LONG]
    world.api.add_deployment("story", story)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("results"), prepare, PACE) as world:
        await world.logged("catalog.loaded")
        yield world


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def careless(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Its operator leaves embedded metadata in."""
    folder = tmp_path_factory.mktemp("careless")
    async with a_stage(folder, prepare, PACE, STATIONTHIS_KEEP_METADATA="true") as world:
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared


@contextmanager
def private_account(world: World, *, private: bool) -> Iterator[None]:
    world.api.account.storage.private = private
    try:
        yield
    finally:
        world.api.account.storage.private = False


def made_by(generation: NodeGeneration) -> Behaviour:
    """With something embedded wherever a format has a place for it."""
    return Behaviour(
        seconds=8.0, queue_seconds=0.0, cold_seconds=0.0, node_generation=generation, planted=PLANTED, previews=True
    )


def holds(content: bytes) -> bool:
    return any(PLANTED.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class Arrived:
    """All messages of a result, the first one with its words first, and what its run saved, by name."""

    messages: list[Message]
    run_id: str
    saved: dict[str, str]

    @property
    def files(self) -> list[Message]:
        return [item for message in self.messages for item in message["attachments"]]


async def arrived(world: World, deployment: str, parts: int = 1, **options: Any) -> Arrived:  # noqa: ANN401 -- any option
    """A result in so many messages."""
    who = world.discord.user("painter", channel=world.discord.add_channel("room"))
    first = await world.until(await world.generate(deployment, who=who, prompt=PROMPT, **options), "**Done**")
    messages = [first, *await parts_below(world, first, parts - 1)]
    run_id = run_of(world, first)
    rows = world.api.runs[run_id].outputs
    saved = {file.name: row.kind for row in rows for file in row.files if file.extra.get("type") != "temp"}
    return Arrived(messages, run_id, saved)


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("generation", ["old", "new"])
async def test_every_kind_arrives_in_order_with_name_and_description(
    world: World, generation: NodeGeneration, private: bool
) -> None:
    world.api.behaviour["all-kinds"] = made_by(generation)
    with private_account(world, private=private):
        result = await arrived(world, "all-kinds", 2, seed=7)

    refused = [name for name, kind in result.saved.items() if private and generation == "old" and kind not in SIGNED]
    assert [item["filename"] for item in result.files] == [
        f"all-kinds_7_{number}{PurePosixPath(name).suffix}"
        for number, name in enumerate(result.saved, start=1)
        if name not in refused
    ]
    assert {item["description"] for item in result.files} == {PROMPT}
    shown = said(result.messages[0])
    assert all(text in shown for text in ("first text", "second text", "third text"))
    assert shown.count("could not be fetched") == len(refused)
    assert ("Refresh" in shown) == bool(refused)


@pytest.mark.parametrize("generation", ["old", "new"])
async def test_what_was_embedded_never_reaches_discord(world: World, generation: NodeGeneration) -> None:
    world.api.behaviour["all-kinds"] = made_by(generation)

    result = await arrived(world, "all-kinds", 2)

    storage = world.api.account.storage
    planted = [name for name in result.saved if holds(await storage.read(f"outputs/runs/{result.run_id}/{name}"))]
    assert len(planted) == len(result.saved) - len(PLAIN)
    assert len(result.files) == len(result.saved)
    assert [item["filename"] for item in result.files if holds(world.discord.file(item["url"]))] == []
    ahead = [state for message in result.messages for state in world.discord.states(message["id"])]
    before = {item["url"] for state, _ in ahead for item in state["attachments"]}
    assert [url for url in before if holds(world.discord.file(url))] == []
    assert PLANTED not in json.dumps([state for state, _ in ahead])
    assert PLANTED not in world.log.read_text()


async def test_an_operator_may_leave_it_in(careless: World) -> None:
    with judged(careless):
        careless.api.behaviour["all-kinds"] = made_by("old")

        result = await arrived(careless, "all-kinds", 2)

        storage = careless.api.account.storage
        made = [await storage.read(f"outputs/runs/{result.run_id}/{name}") for name in result.saved]
        assert [careless.discord.file(item["url"]) for item in result.files] == made
        assert sum(map(holds, made)) == len(made) - len(PLAIN)


async def test_texts_are_told_and_the_long_ones_are_files_too(world: World) -> None:
    result = await arrived(world, "story")

    assert "a short one" in said(result.messages[0])
    assert "a long story a long story" in said(result.messages[0])
    picture, words = result.files
    assert picture["filename"].endswith("_1.png")
    assert words["filename"] == "text-1.txt"
    assert world.discord.file(words["url"]).decode() == LONG
