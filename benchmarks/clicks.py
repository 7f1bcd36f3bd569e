"""From a click to a form, with a warm catalog of 2,000 deployments; and what is uploaded twice: `ARGS="clicks"`."""

import asyncio
import io
import statistics
from collections.abc import Awaitable, Callable
from typing import Final

from PIL import Image
from rich.console import Console

from benchmarks.figures import percentile
from benchmarks.process import running_bot
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.samples import everything, image_to_image
from stationthis_discord.sandbox.discord import DiscordSandbox, Person, Shown

DEPLOYMENTS: Final = 2_000
CLICKS: Final = 300  # of each kind
GOAL: Final = 0.1  # seconds
COPIES: Final = 20  # runs with the same picture
_READ: Final = 180.0  # seconds for the first load of the catalog

Click = Callable[[], Awaitable[Shown]]


async def measure_clicks(console: Console) -> None:
    async with ComfyDeploySandbox(pace=0.0) as api, DiscordSandbox() as discord:
        _furnish(api)
        async with running_bot(api, discord):
            visitor = discord.user("visitor")
            await _warm(visitor)
            bare = await _delays(lambda: visitor.run("help"))
            owner = discord.user("owner")
            form = await owner.run("generate", {"deployment": "wide", "more_inputs": True})
            clicks: dict[str, Click] = {
                "/generate without its picture: the form": lambda: visitor.run("generate", {"deployment": "narrow"}),
                "/generate more_inputs: the form's message": lambda: visitor.run(
                    "generate", {"deployment": "wide", "more_inputs": True}
                ),
                "a press of Fill in: the form": lambda: owner.click(str(form.message_id), "Fill in (6)"),
            }
            console.print(_told("/help, for comparison", bare, bare))
            for name, click in clicks.items():
                console.print(_told(name, await _delays(click), bare))
            await _copies(console, api, discord)


def _furnish(api: ComfyDeploySandbox) -> None:
    api.add_deployment("narrow", image_to_image())
    api.add_deployment("wide", everything(f"{api.url}/files/inputs/sample.png"))
    for number in range(DEPLOYMENTS - len(api.deployments)):
        api.add_deployment(f"portrait {number}", image_to_image())
    api.behaviour["narrow"] = Behaviour(seconds=0.0, queue_seconds=0.0, cold_seconds=0.0)


async def _warm(visitor: Person) -> None:
    async with asyncio.timeout(_READ):
        while not await visitor.autocomplete("generate", "deployment", "portrait 19"):  # noqa: ASYNC110 -- it reads
            await asyncio.sleep(0.5)


async def _delays(click: Click) -> list[float]:
    return [(await click()).ack_seconds for _ in range(CLICKS)]


def _told(name: str, delays: list[float], bare: list[float]) -> str:
    p50, p99 = statistics.median(delays), percentile(delays, 0.99)
    missed, ratio = " ! goal missed" if p99 > GOAL else "", p50 / statistics.median(bare)
    return f"{name}: p50 {p50 * 1000:.1f}, p99 {p99 * 1000:.1f} ms{missed}; {ratio:.1f} times /help"


async def _copies(console: Console, api: ComfyDeploySandbox, discord: DiscordSandbox) -> None:
    """The same picture by different people under different names."""
    file = io.BytesIO()
    Image.effect_noise((512, 512), 80).save(file, "PNG")
    before = _uploads(api)
    people = [discord.user(f"artist{number}") for number in range(COPIES)]
    await asyncio.gather(*(_bring(person, file.getvalue()) for person in people))
    async with asyncio.timeout(60):
        while len(api.runs) < COPIES:  # noqa: ASYNC110 -- another process makes them
            await asyncio.sleep(0.05)
    again = _uploads(api) - before - 1
    console.print(f"{COPIES} runs with the same picture at once: uploaded {again} times more than once (goal 0)")


async def _bring(person: Person, content: bytes) -> None:
    await person.run("generate", {"deployment": "narrow"}, {"image": (f"{person.user.username}.jpg", content)})


def _uploads(api: ComfyDeploySandbox) -> int:
    """Requests that carried a file."""
    return sum(call.method == "PUT" or call.path.endswith("/file/upload") for call in api.calls)
