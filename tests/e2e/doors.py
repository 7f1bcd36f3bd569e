"""The doors of the bot, used as people use them: those that open, and how one knocks where they may not."""

from collections.abc import Awaitable, Callable

from stationthis_discord.sandbox.discord import Person, Shown
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.e2e.conftest import World, said
from tests.e2e.stage import Scene, finished, leave, menu, press, pressed_again, run_of, running, shown_again

Door = Callable[[World, Scene], Awaitable[None]]
"""Goes through, and sees what is behind it."""

Knock = Callable[[World, Person], Awaitable[Shown | None]]
"""Only asks, and sees nothing but the first answer."""


async def generate(world: World, scene: Scene) -> None:
    assert (await finished(world, scene.visitor))["attachments"]


async def list_deployments(world: World, scene: Scene) -> None:
    shown = await scene.visitor.run("deployments")
    assert shown.ephemeral
    await world.until(str(shown.message_id), "Page 1 of 2")


async def show_a_detail(world: World, scene: Scene) -> None:
    shown = await scene.visitor.run("deployments", {"deployment": "caption"})
    assert shown.ephemeral
    await world.until(str(shown.message_id), "Makes: **text**")


async def turn_pages(world: World, scene: Scene) -> None:
    message_id = str((await scene.visitor.run("deployments")).message_id)
    await world.until(message_id, "Page 1 of 2")
    await scene.visitor.click(message_id, "Next")
    await world.until(message_id, "Page 2 of 2")
    await scene.visitor.click(message_id, "Back")
    await world.until(message_id, "Page 1 of 2")


async def pick_from_the_menu(world: World, scene: Scene) -> None:
    message_id = str((await scene.visitor.run("deployments")).message_id)
    message = await world.until(message_id, "Page 1 of 2")
    first = message["components"][0]["components"][0]["options"][0]
    await scene.visitor.select(message_id, "st:detail", [first["value"]])
    detail = await world.new(lambda item: item["channel_id"] == message["channel_id"] and "Makes:" in said(item))
    assert detail["flags"] & 64


async def ask_for_help(world: World, scene: Scene) -> None:
    shown = await scene.visitor.run("help")
    assert shown.ephemeral
    assert "/generate" in said(world.discord.message(str(shown.message_id)))


async def cancel_by_command(world: World, scene: Scene) -> None:
    message_id = await running(world, scene.visitor)
    assert (await scene.visitor.run("cancel")).ephemeral
    await world.until(message_id, "**Cancelled**")


async def cancel_by_button(world: World, scene: Scene) -> None:
    message_id = await running(world, scene.owner)
    await scene.visitor.click(message_id, "Cancel")
    await world.until(message_id, "**Cancelled**")


async def refresh_a_run_that_nobody_follows(world: World, scene: Scene) -> None:
    run_id = run_of(world, await finished(world, scene.owner))
    shown = await press(world, scene.visitor, f"st:refresh:{run_id}")
    assert (await world.until(str(shown.message_id), "**Done**"))["attachments"]


async def again_by_button(world: World, scene: Scene) -> None:
    first = await finished(world, scene.owner)
    second = await pressed_again(world, scene.visitor, first)
    assert scene.visitor.mention in said(second)


async def again_by_reaction(world: World, scene: Scene) -> None:
    first = await finished(world, scene.owner)
    await scene.visitor.react(first["id"], "🔁")
    await shown_again(world, first)


async def suggest_what_to_generate(_: World, scene: Scene) -> None:
    assert len(await scene.visitor.autocomplete("generate", "deployment", "CAPT")) == 1


async def suggest_a_detail(_: World, scene: Scene) -> None:
    assert len(await scene.visitor.autocomplete("deployments", "deployment", "zebra")) == 11


async def suggest_a_run(world: World, scene: Scene) -> None:
    message_id = await running(world, scene.visitor)
    choices = await scene.visitor.autocomplete("cancel", "run", "long")
    await scene.visitor.run("cancel", {"run": choices[0]["value"]})
    await world.until(message_id, "**Cancelled**")


def by_command(name: str, **options: str) -> Knock:
    async def knock(_: World, who: Person) -> Shown:
        return await who.run(name, options)

    return knock


def by_press(custom_id: str) -> Knock:
    async def knock(world: World, who: Person) -> Shown:
        return await press(world, who, custom_id)

    return knock


def by_menu(custom_id: str, value: str) -> Knock:
    async def knock(world: World, who: Person) -> Shown:
        return await who.select(await leave(world, who.channel, menu(custom_id, value)), custom_id, [value])

    return knock


async def by_menu_of_people(custom_id: str, count: int, world: World, who: Person) -> Shown:
    """Choose so many people in a menu that another version of the bot may have left."""
    component = {"type": 5, "custom_id": custom_id, "min_values": 0}
    return await who.select(await leave(world, who.channel, component), custom_id, [who.id] * count)


async def by_form(custom_id: str, world: World, who: Person) -> Shown:
    """Send a form that another version of the bot may have opened before it was replaced by this one."""
    opened = await press(world, who, "old_button")
    field = {"type": 4, "id": 3, "custom_id": "text", "style": 1, "value": ""}
    label = {"type": 18, "id": 2, "label": "Text", "component": field}
    opened.interaction.ack = Ack.MODAL
    opened.interaction.answer = {"custom_id": custom_id, "title": "Form", "components": [label]}
    return await who.submit(opened, {"text": "words"})


def doors_of_a_run(run_id: str) -> dict[str, Knock]:
    return {f"{verb} button": by_press(f"st:{verb}:{run_id}") for verb in ("again", "cancel", "refresh")}
