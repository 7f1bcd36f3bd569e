"""People with a form before them: its fields by what is written over them, and what reached the machine in the end."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from stationthis_discord.sandbox.comfydeploy.graph import Graph
from stationthis_discord.sandbox.discord import Person, Shown
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.e2e.conftest import World, said
from tests.e2e.stage import Message
from tests.waiting import until

Values = Mapping[str, object]
Asked = tuple[str, str, Mapping[str, Any]]
"""An input: its node class without `ComfyUIDeployExternal`, its id, and its further fields."""

OVER: Final = "This form is over"
_EPHEMERAL: Final = 64


def workflow(*asked: Asked) -> dict[str, Any]:
    """A graph that asks for these, and makes a word at once; their labels are in capitals."""
    graph = Graph()
    for kind, key, given in asked:
        graph.ask(kind, key, key.upper(), "", **given)
    graph.add("ShowText|pysssss", text="done")
    return graph.nodes


def a_person(world: World) -> Person:
    """Somebody new, in a channel of their own."""
    return world.discord.user("painter", channel=world.discord.add_channel("room"))


async def over(world: World, shown: Shown | None) -> Message:
    """The message that says that a form is over: the form's own, or a new one."""
    assert shown is not None
    if shown.ack in {Ack.UPDATE, Ack.MESSAGE}:
        return await world.until(str(shown.message_id), OVER)
    return await world.new(lambda message: OVER in said(message))


# -- the fields of an open form --


def fields(shown: Shown) -> dict[str, Message]:
    """The fields of the form that was opened, by their labels."""
    assert shown.modal is not None, f"no form was opened, but {shown.ack!r}"
    return {label["label"]: label["component"] for label in shown.modal["components"]}


async def fill(who: Person, shown: Shown, values: Values) -> Shown:
    """Send the open form; values by label, options by their own labels; all else stays as it opened."""
    found = fields(shown)
    assert values.keys() <= found.keys(), f"no such fields: {values.keys() - found.keys()} among {list(found)}"
    return await who.submit(shown, {found[name]["custom_id"]: _picked(found[name], values[name]) for name in values})


def _picked(field: Message, value: object) -> object:
    options = {option["label"]: option["value"] for option in field.get("options") or ()}
    return options[str(value)] if options else value


# -- the form's message --


async def open_form(world: World, who: Person, deployment: str, **options: object) -> str:
    """`/generate … more_inputs:True`; the id of the message of the form."""
    shown = await who.run("generate", {"deployment": deployment, "more_inputs": True, **options})
    return is_private(world, shown)


def is_private(world: World, shown: Shown) -> str:
    """The id of the message that this made or changed, which only the person sees."""
    assert shown.ack in {Ack.MESSAGE, Ack.UPDATE, Ack.DEFERRED_UPDATE}
    message = world.discord.message(str(shown.message_id))
    assert message["flags"] & _EPHEMERAL
    return str(message["id"])


def words(world: World, message_id: object) -> str:
    """All that a message says now."""
    return said(world.discord.message(str(message_id)))


def labels(world: World, message_id: object) -> list[str]:
    """What is written on the buttons of a message."""
    rows = world.discord.message(str(message_id))["components"]
    return [item["label"] for row in rows for item in row["components"] if item["type"] == 2]


def button_like(world: World, message_id: object, start: str) -> str:
    """The custom_id of the button whose label begins so."""
    rows = world.discord.message(str(message_id))["components"]
    buttons = [item for row in rows for item in row["components"] if item["type"] == 2]
    return next(str(item["custom_id"]) for item in buttons if item["label"].startswith(start))


async def go_on(world: World, who: Person, message_id: str) -> Shown:
    """Press the button that leads to the section that comes next."""
    rows = world.discord.message(message_id)["components"]
    ids = [item["custom_id"] for row in rows for item in row["components"]]
    return await who.click(message_id, next(item for item in ids if item.startswith("st:next:")))


async def picked(world: World, who: Person, message_id: str, option: str) -> None:
    """Pick from the list that the message shows."""
    menus = [item for row in world.discord.message(message_id)["components"] for item in row["components"]]
    menu = next(item for item in menus if item["type"] == 3)
    value = next(item["value"] for item in menu["options"] if item["label"] == option)
    await who.select(message_id, menu["custom_id"], [value])


def is_gone(shown: Shown) -> bool:
    """Whether the answer that everybody saw was deleted again."""
    original = shown.interaction.original
    return original is not None and original.deleted and not original.ephemeral


class Ran(NamedTuple):
    """A run, and the message that shows it to everybody."""

    id: str
    message: str


async def press_run(world: World, who: Person, message_id: str, button: str = "Run") -> Ran:
    """Press Run, and wait until the run is there."""
    known = set(world.api.runs)
    return await is_run(world, await who.click(message_id, button), known)


async def is_run(world: World, shown: Shown, known: Collection[str]) -> Ran:
    """What was shown became a message for everybody, and a run that is none of those `known`."""
    assert shown.ack is Ack.DEFERRED_MESSAGE
    assert not shown.ephemeral
    (run_id,) = await until(lambda: world.api.runs.keys() - known)
    return Ran(run_id, str(shown.message_id))


# -- what reached ComfyUI Deploy --


def sent(world: World, ran: Ran) -> dict[str, Any]:
    """What a run got, by input id, without the mark; there is no address of Discord's in it."""
    run = world.api.runs[ran.id]
    assert world.discord.url.removesuffix("/api/v10") not in json.dumps(run.workflow_inputs)
    return {key: value for key, value in run.workflow_inputs.items() if key != "_stationthis"}


def puts(world: World) -> int:
    """How many files were put into the storage so far."""
    return sum(call.method == "PUT" for call in world.api.calls)
