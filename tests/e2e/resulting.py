"""What the tests of the buttons under results share: results, what a press leads to, and what only one person sees."""

from typing import Any, Final
from urllib.parse import urlsplit

from stationthis_discord.sandbox.comfydeploy.graph import Graph
from stationthis_discord.sandbox.comfydeploy.samples import Nodes
from stationthis_discord.sandbox.discord import MEMBER, Channel, Permission, Person, Shown
from tests.e2e.conftest import World, said
from tests.e2e.forms import puts
from tests.e2e.stage import SMALL, Message, messages_in, run_of

EPHEMERAL: Final = 64
RUN_GONE: Final = "no longer knows this run"
_MARK: Final = "_stationthis"


async def made(world: World, who: Person, deployment: str = "text-to-image", **options: Any) -> Message:  # noqa: ANN401 -- any option
    """A result of this person, whole; what text-to-image makes is small."""
    if deployment == "text-to-image":
        options["inputs"] = "; ".join([SMALL, *filter(None, [options.get("inputs")])])
    return await world.until(await world.generate(deployment, who=who, **options), "**Done**")


async def manage(world: World, room: Channel, command: str, text: str, **options: object) -> None:
    """Somebody who may sets this for the server, which then says this."""
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD, channel=room)
    await world.until(str((await manager.run(f"server {command}", options)).message_id), text)


async def alone(world: World, who: Person, text: str) -> Message:
    """A new message that says this, which only this person sees."""
    found = await world.new(lambda item: item["channel_id"] == who.channel.id and text in said(item))
    assert found["flags"] & EPHEMERAL
    return found


async def answered(world: World, shown: Shown, text: str) -> str:
    """The id of the private answer to a press, once it says this."""
    assert shown.ephemeral
    return str((await world.until(str(shown.message_id), text))["id"])


async def picked(world: World, who: Person, message_id: str, deployment: str) -> str:
    """A deployment is picked from the cards of this message; the id of that with its form, which is ready."""
    shown = await who.select(message_id, "st:pick:", [world.api.deployment(deployment).id])
    return await answered(world, shown, "Press **Run**")


async def begun(world: World, shown: Shown, *, private: bool = False) -> Message:
    """The message of the run that a press made, done."""
    assert shown.ephemeral == private
    return await world.until(str(shown.message_id), "**Done**")


def inputs_of(world: World, message: Message) -> dict[str, Any]:
    """What the run of a message was made from, without the mark."""
    inputs = world.api.runs[run_of(world, message)].workflow_inputs
    return {key: value for key, value in inputs.items() if key != _MARK}


def parent_of(world: World, message: Message) -> str:
    """The run that the run of a message says it comes from."""
    mark: str = world.api.runs[run_of(world, message)].workflow_inputs[_MARK]
    return mark.rpartition(".")[2]


def traffic(world: World, run_id: str) -> tuple[int, int]:
    """How many files were put into the storage so far, and how often the bot has fetched one of this run."""
    return puts(world), sum(count for path, count in world.api.downloads.items() if run_id in path)


def path_of(address: object) -> str:
    """Of the address of a file, which has no signature."""
    parts = urlsplit(str(address))
    assert not parts.query
    return parts.path


async def is_quiet(world: World, channel: Channel) -> bool:
    """Whether others see nothing of the bot there."""
    return not [item for item in await messages_in(world, channel) if item["author"].get("bot")]


async def taken_off(world: World, who: Person, name: str) -> None:
    """The deployment is deleted, and no look at the list that was begun before is under way any more."""
    world.api.delete_deployment(world.api.deployment(name))
    await world.until(str((await who.run("deployments")).message_id), "text-to-image")


def two_pictures() -> Nodes:
    """A workflow that saves one picture before its long work, and one after it."""
    graph = Graph()
    text = graph.ask("Text", "prompt", "Prompt", default_value="a fox")
    seed = graph.ask("Seed", "seed", "Seed", default_value=-1, min_value=1, max_value=4294967295)
    latent = graph.add("EmptyLatentImage", width=64, height=64, batch_size=1)
    saved = graph.add("SaveImage", images=graph.add("VAEDecode", samples=latent), filename_prefix="first")
    work = {"positive": text, "negative": "", "latent_image": latent, "seed": seed, "steps": 20}
    sampled = graph.add("KSampler", after=saved, **work)  # else all that saves would come last
    graph.add("SaveImage", images=graph.add("VAEDecode", samples=sampled), filename_prefix="last")
    return graph.nodes
