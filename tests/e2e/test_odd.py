"""What the world throws in between: results too large, busy Discord, statuses nobody has heard of."""

import asyncio
import io
import random
from typing import Literal

import pytest
from PIL import Image

from stationthis_discord.sandbox.comfydeploy import Behaviour, faults
from tests.e2e.conftest import World, said


def noise(side: int) -> bytes:
    file = io.BytesIO()
    pixels = random.Random(1).randbytes(side * side * 3)  # noqa: S311 -- noise, not a secret
    Image.frombytes("RGB", (side, side), pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


async def test_a_picture_that_is_too_large_is_made_smaller_and_says_so(world: World) -> None:
    message_id = await world.generate("upscale", image=("noise.png", noise(1000)), inputs="scale=2x")

    message = await world.until(message_id, "**Done**")

    [file] = message["attachments"]
    assert (file["filename"], file["width"]) == ("upscale_1.jpg", 2000)
    assert "as JPEG of less quality: the original has " in said(message)


async def test_a_status_nobody_has_heard_of_counts_as_running(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="never")
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")
    run_id = next(iter(world.api.runs))
    strange = {"id": run_id, "status": "defragmenting", "progress": 0.5, "live_status": "Magic"}
    rule = world.api.faults.add("GET", f"/api/run/{run_id}", faults.Fault(status=200, body=strange))

    await world.until(message_id, "Magic")

    world.api.faults.remove(rule)
    world.api.end(run_id)
    await world.until(message_id, "**Done**")


async def test_a_hiccup_of_discord_does_not_lose_the_end(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(seconds=20)
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")
    world.discord.faults.add("PATCH", "/webhooks/*", times=2, status=502)

    message = await world.until(message_id, "**Done**")

    assert message["attachments"]


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_connection_to_discord_that_breaks_does_not_lose_the_run(
    world: World, cut: Literal["before", "after"]
) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(seconds=20)
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")
    world.discord.faults.add("PATCH", "/webhooks/*", times=2, cut=cut)

    message = await world.until(message_id, "**Done**")

    assert len(message["attachments"]) == 1


async def test_an_end_that_discord_refuses_is_shown_without_foreign_text(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="never")
    message_id = await world.generate(prompt="refused words")
    await world.until(message_id, "**Running**")  # and it stays as it is, so that the next edit is the end
    body = {"message": "Invalid Form Body", "code": 50035}
    fault = world.discord.faults.add("PATCH", "/webhooks/*", times=1, status=400, body=body)
    world.api.end(next(iter(world.api.runs)))

    message = await world.until(message_id, "**Done**")

    assert fault.hits == 1
    assert "refused words" not in said(message)


async def test_text_that_tries_to_ping_or_break_the_embed_stays_text(world: World) -> None:
    nasty = "@everyone <@&1> [x](https://evil.example) \u202e``` # big " + "a" * 5900

    message = await world.until(await world.generate(prompt=nasty), "**Done**")

    assert message["mentions"] == []
    assert not message["mention_everyone"]
    assert len(message["embeds"][0]["description"]) <= 4096
    assert len(message["attachments"][0]["description"]) <= 1024


async def test_a_prompt_that_nobody_can_see_is_no_alt_text(world: World) -> None:
    message = await world.until(
        await world.generate(prompt="\u3164\u200b\u034f", inputs="width=64; height=64"), "**Done**"
    )

    assert message["attachments"][0].get("description") is None
    assert not [line for line in said(message).splitlines() if line.strip() == ">"]


async def test_twenty_commands_at_once_are_all_answered(world: World) -> None:
    await world.stop()
    world.settings |= {"STATIONTHIS_RUNS_TOTAL": "100", "STATIONTHIS_RUNS_PER_USER": "20"}
    await world.start()

    ids = await asyncio.gather(*(world.generate(prompt=f"{number}") for number in range(20)))

    for message_id in ids:
        await world.until(message_id, "**Done**")
    assert len(world.api.runs) == 20
