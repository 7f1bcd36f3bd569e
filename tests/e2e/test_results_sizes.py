"""Results of every size: as they are up to the limit, made smaller beyond it, and else named with their size."""

import re
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Final

import pytest
import pytest_asyncio

from stationthis_discord.sandbox.comfydeploy import Behaviour, Fault, outputs
from stationthis_discord.sandbox.discord import Person
from tests.core.bytes_of import drawn
from tests.e2e.arriving import parts_below
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message, a_stage, judged

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB: Final = 2**20
HOUR: Final = 3600.0  # seconds
LIMIT: Final = 10 * MIB
MOMENT: Final = 0.3  # seconds, in which a test may do something before the end
FLOWS: Final = {"pictures": "png", "film": "mp4"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    def prepare(world: World) -> None:
        for name, kind in FLOWS.items():
            world.api.add_deployment(name, outputs.workflow(kind, size=48))

    async with a_stage(tmp_path_factory.mktemp("sizes"), prepare, PATH="/nowhere") as world:  # so there is no ffmpeg
        await world.logged("catalog.loaded")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    with judged(shared):
        yield shared
    shared.discord.faults.clear()
    shared.api.faults.clear()
    shared.api.account.storage.private = False
    shared.api.account.storage.seconds = HOUR


def png(size: int, remark: int = 0) -> bytes:
    """A picture of so many bytes; so many of them are a remark, and the others are behind its pixels."""
    start = drawn("PNG", (32, 24))
    at = start.index(b"IDAT") - 4
    length = int.from_bytes(start[at : at + 4])
    pixels = start[at + 8 : at + 8 + length]
    remarks = chunk(b"tEXt", b"Comment\0" + bytes(remark - 20)) if remark else b""
    padding = bytes(size - len(start) - remark)
    made = start[:at] + remarks + chunk(b"IDAT", pixels + padding) + start[at + 12 + length :]
    assert len(made) == size
    return made


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


@pytest.fixture
def somebody(world: World) -> Person:
    """In a channel of their own."""
    return a_person(world)


def a_person(world: World, tier: int = 0) -> Person:
    guild = world.discord.add_guild("Atelier", premium_tier=tier)
    return world.discord.user("painter", channel=world.discord.add_channel("room", guild))


async def made(world: World, who: Person, *contents: bytes, flow: str = "pictures") -> Message:
    """The first message of a result with these files."""
    offer(world, contents, flow)
    return await world.until(await world.generate(flow, who=who, prompt="a fox", seed=7), "**Done**")


async def refused(world: World, who: Person, content: bytes, times: int) -> Message:
    """A result that Discord takes only when it is shown for the next time."""
    offer(world, [content], "pictures", MOMENT)
    message_id = await world.generate("pictures", who=who, prompt="a fox", seed=7)
    await world.until(message_id, "**Waiting**")
    fault = world.discord.faults.add("PATCH", "/webhooks/*", times=times, status=413)
    result = await world.until(message_id, "**Done**")
    assert fault.hits == times
    return result


def offer(world: World, contents: Sequence[bytes], flow: str, delay: float = 0.0) -> None:
    """The next run is over at once, and these are its files."""
    name = {"pictures": "picture_{:05}_.png", "film": "film_{:05}.mp4"}[flow]
    world.api.behaviour[flow] = Behaviour(images=len(contents))
    for number, content in enumerate(contents, start=1):
        fault = Fault(200, delay=delay, headers={"Content-Length": str(len(content))}, parts=partial(pieces, content))
        world.api.faults.add("GET", f"/files/*/{name.format(number)}", fault)


def pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + MIB] for at in range(0, len(content), MIB))


def end_of_link(message: Message) -> float:
    """When it says that its link stops working, in seconds since the epoch."""
    found = re.search(r"The link works until <t:(\d+):t>", said(message))
    assert found is not None
    return float(found[1])


def bytes_in(world: World, message: Message) -> list[bytes]:
    return [world.discord.file(item["url"]) for item in message["attachments"]]


@pytest.mark.parametrize(("tier", "over"), [(0, -1), (0, 0), (0, 1), (2, 0), (2, 1)])
async def test_up_to_the_limit_it_is_as_it_was_made(world: World, tier: int, over: int) -> None:
    limit = 50 * MIB if tier else LIMIT
    content = png(limit + over)

    result = await made(world, a_person(world, tier), content)

    (arrived,) = bytes_in(world, result)
    if over > 0:
        assert len(arrived) < limit
        assert f"as lossless WebP: the original has {limit // MIB}" in said(result)
        assert [item["filename"] for item in result["attachments"]] == ["pictures_7_1.webp"]
    else:
        assert arrived == content
        assert "the original has" not in said(result)
    assert "too large" not in said(result)


async def test_a_remark_that_makes_it_too_large_is_all_that_goes(world: World, somebody: Person) -> None:
    result = await made(world, somebody, png(LIMIT + 1, remark=1000))

    (arrived,) = bytes_in(world, result)
    assert arrived == png(LIMIT + 1 - 1000)
    assert "the original has" not in said(result)


async def test_a_refusal_in_spite_of_the_limit_makes_it_smaller(world: World, somebody: Person) -> None:
    result = await refused(world, somebody, png(6 * MIB), times=1)

    assert len(bytes_in(world, result)) == 1
    assert "as lossless WebP: the original has 6.0 MB" in said(result)
    assert "too large" not in said(result)


@pytest.mark.parametrize(("size", "words"), [(6 * MIB, " here (limit 5.0 MB).\n"), (MIB, " here.\n")], ids=str)
async def test_a_second_refusal_names_it_with_its_size(world: World, somebody: Person, size: int, words: str) -> None:
    result = await refused(world, somebody, png(size), times=2)

    assert result["attachments"] == []
    assert f"({size // MIB}.0 MB) is too large to attach{words}" in said(result)
    assert "Refresh" not in said(result)


async def test_a_film_that_is_too_large_is_named_with_its_size(world: World, somebody: Person) -> None:
    result = await made(world, somebody, bytes(LIMIT + MIB // 10), flow="film")

    assert result["attachments"] == []
    assert "(10.1 MB) is too large to attach here (limit 10.0 MB)." in said(result)
    assert "Refresh" not in said(result)


async def test_on_a_private_account_its_link_ends_and_is_made_anew(world: World, somebody: Person) -> None:
    storage = world.api.account.storage
    storage.private = True
    result = await made(world, somebody, bytes(LIMIT + 1), flow="film")
    storage.seconds = 2 * HOUR

    await somebody.click(result["id"], "Refresh")

    now = time.time()
    assert now < end_of_link(result) <= now + HOUR
    await world.discord.wait(result["id"], lambda message: end_of_link(message) > now + 1.5 * HOUR)


async def test_what_was_refused_there_has_such_a_link_and_may_come_after_all(world: World, somebody: Person) -> None:
    world.api.account.storage.private = True
    result = await refused(world, somebody, png(6 * MIB), times=2)

    await somebody.click(result["id"], "Refresh")

    assert end_of_link(result) > time.time()
    await world.discord.wait(result["id"], lambda message: len(message["attachments"]) == 1)


async def test_eleven_files_are_two_messages(world: World, somebody: Person) -> None:
    contents = [png(5000 + number) for number in range(11)]

    first = await made(world, somebody, *contents)
    (second,) = await parts_below(world, first, 1)

    assert bytes_in(world, first) + bytes_in(world, second) == contents
    assert [len(message["attachments"]) for message in (first, second)] == [10, 1]


async def test_thirty_large_pictures_are_three_messages(world: World, somebody: Person) -> None:
    contents = [png(2_000_000 + number) for number in range(30)]

    first = await made(world, somebody, *contents)
    further = await parts_below(world, first, 2)

    arrived = [bytes_in(world, message) for message in (first, *further)]
    assert [len(files) for files in arrived] == [10, 10, 10]
    assert [content for files in arrived for content in files] == contents
