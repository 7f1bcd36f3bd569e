"""Finding out what can be run: autocomplete, pages, details, help."""

import copy
import re

from stationthis_discord.sandbox.comfydeploy import samples
from tests.e2e.conftest import World, said


async def test_autocomplete_answers_from_memory(world: World) -> None:
    await world.logged("catalog.loaded")
    calls = sum("/deployments" in call.path for call in world.api.calls)

    choices = await world.artist.autocomplete("generate", "deployment", "IMAGE")

    assert {"text-to-image · image", "image-to-image · image"} <= {choice["name"] for choice in choices}
    assert sum("/deployments" in call.path for call in world.api.calls) == calls


async def test_a_suggestion_can_be_run(world: World) -> None:
    await world.logged("catalog.loaded")
    (choice,) = await world.artist.autocomplete("generate", "deployment", "caption")

    shown = await world.artist.run("deployments", {"deployment": choice["value"]})

    assert shown.message_id is not None
    await world.until(shown.message_id, "caption")


async def test_pages_turn_and_details_show_every_input(world: World) -> None:
    graph = world.api.deployment("text-to-image").version.graph
    for number in range(15):
        world.api.add_deployment(f"zebra {number:02}", copy.deepcopy(graph))
    await world.stop()
    await world.start()

    shown = await world.artist.run("deployments")
    assert shown.ephemeral
    message_id = shown.message_id
    assert message_id is not None
    await world.until(message_id, "Page 1 of 3")
    await world.artist.click(message_id, "Next")
    await world.until(message_id, "Page 2 of 3")
    await world.artist.click(message_id, "Next")
    await world.until(message_id, "Page 3 of 3")
    await world.artist.click(message_id, "Back")
    message = await world.until(message_id, "Page 2 of 3")

    menu = message["components"][0]["components"][0]
    await world.artist.select(message_id, "st:detail", [menu["options"][0]["value"]])
    detail = await world.new(lambda item: "`prompt`" in said(item))
    assert "1 to 4" in said(detail)
    assert detail["flags"] & 64


async def test_a_broken_workflow_costs_only_itself(world: World) -> None:
    world.api.add_deployment("broken-one", samples.broken())
    await world.stop()
    await world.start()

    shown = await world.artist.run("deployments")

    assert shown.message_id is not None
    message = await world.until(
        shown.message_id, "Cannot be read: **broken-one**. ComfyUI Deploy answered with an error"
    )
    assert "text-to-image" in said(message)

    asked = await world.artist.run("generate", {"deployment": "Broken-One"})
    assert asked.message_id is not None
    refused = await world.until(asked.message_id, "`Broken-One` cannot be run now")
    assert "ComfyUI Deploy answered with an error for it; often a choice without a list of options." in said(refused)


async def test_the_detail_of_everything_names_each_kind(world: World) -> None:
    shown = await world.artist.run("deployments", {"deployment": "everything"})

    assert shown.message_id is not None
    words = said(await world.until(shown.message_id, "everything"))
    kinds = "text|number|whole number|seed|yes or no|choice|image|images|video|audio|EXR image|file|LoRA|checkpoint"
    for kind in [*kinds.split("|"), "face model", "colour", "live image"]:
        assert re.search(rf"\({kind}[,) ]", words)


async def test_help_is_for_that_person_only(world: World) -> None:
    shown = await world.artist.run("help")

    assert shown.ephemeral
    assert shown.message_id is not None
    assert "/generate" in said(world.discord.message(shown.message_id))


async def test_everything_works_in_a_direct_message(world: World) -> None:
    message_id = await world.generate(prompt="x", who=world.artist.dm())

    message = await world.until(message_id, "**Done**")

    await world.artist.dm().react(message["id"], "🔁")
    await world.new(lambda item: "again of" in said(item) and "**Done**" in said(item))
