"""Earlier runs: listed, paged, brought back with live buttons, also elsewhere, and after a restart without a disk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from stationthis_discord.sandbox.discord import Person, Shown
from tests.e2e.conftest import World, said
from tests.e2e.stage import SMALL, a_stage, judged, run_of

_EPHEMERAL = 64


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[World]:
    async with a_stage(tmp_path) as world:
        with judged(world):
            yield world


async def made(world: World, count: int) -> list[str]:
    """Runs of the artist's that are over; their ids, the newest first."""
    asked = [await world.generate(prompt=f"fox {number}", inputs=SMALL) for number in range(count)]
    return [run_of(world, await world.until(message_id, "**Done**")) for message_id in reversed(asked)]


def listed(message: dict[str, Any]) -> list[str]:
    """The runs on a page, by its menu."""
    menus = [item for row in message["components"] for item in row["components"] if item["type"] == 3]
    return [option["value"] for menu in menus for option in menu["options"]]


async def page(world: World, shown: Shown, text: str = "**Done**") -> dict[str, Any]:
    assert shown.message_id is not None
    return await world.until(shown.message_id, text)


async def test_runs_are_paged_and_brought_back_also_with_an_empty_disk(stage: World) -> None:
    artist, runs = stage.artist, await made(stage, 6)
    first = await page(stage, await artist.run("runs"))
    assert first["flags"] & _EPHEMERAL
    assert listed(first) == runs[:5]
    assert all(".webp?" in embed["thumbnail"]["url"] for embed in first["embeds"][1:])

    await artist.click(first["id"], "Older")
    second = await stage.until(first["id"], "fox 0")
    assert listed(second) == runs[5:]

    back = await page(stage, await artist.select(first["id"], "st:recall", [runs[5]]))
    assert back["flags"] & _EPHEMERAL
    assert (len(back["attachments"]), run_of(stage, back)) == (1, runs[5])

    await stage.stop()
    stage.wipe()
    await stage.start()
    await artist.click(first["id"], "Newer")
    await stage.until(first["id"], "I remember none")
    found = await page(stage, await artist.run("runs", {"deployment": "text-to-image"}))
    assert listed(found) == runs[:5]


async def test_what_was_private_and_covered_comes_back_so_unless_its_owner_says_otherwise(stage: World) -> None:
    artist, guard = stage.artist, stage.discord.user("guard", manage_messages=True)
    message_id = await stage.generate(prompt="fox", inputs=SMALL, private=True, spoiler=True)
    run_id = run_of(stage, await stage.until(message_id, "**Done**"))

    async def shown(who: Person, **options: bool) -> tuple[bool, bool]:
        """Whether one person sees it only, and whether its file is covered."""
        message = await page(stage, await who.run("show", {"run": run_id, **options}))
        return bool(message["flags"] & _EPHEMERAL), message["attachments"][0]["filename"].startswith("SPOILER_")

    assert await shown(artist) == (True, True)
    assert await shown(guard, private=False) == (True, True)
    assert await shown(artist, private=False, spoiler=False) == (False, False)
    assert await shown(artist) == (True, True)


async def test_a_run_is_shown_in_another_channel_by_its_owner_only(stage: World) -> None:
    (run_id,) = await made(stage, 1)
    elsewhere = stage.artist.at(stage.discord.add_channel("elsewhere"))
    (choice,) = await elsewhere.autocomplete("show", "run", "text")
    stranger = stage.discord.user("stranger")
    assert await stranger.autocomplete("show", "run", "") == []

    shown = await page(stage, await elsewhere.run("show", {"run": choice["value"]}))
    await stranger.run("show", {"run": run_id})
    refused = await stage.new(lambda item: "Only they and moderators can do that" in said(item))

    assert shown["channel_id"] == elsewhere.channel.id
    assert (shown["flags"] & _EPHEMERAL, run_of(stage, shown), len(shown["attachments"])) == (0, run_id, 1)
    assert {"Again", "Details"} <= set(said(shown).splitlines())
    assert refused["flags"] & _EPHEMERAL
    assert refused["attachments"] == []
