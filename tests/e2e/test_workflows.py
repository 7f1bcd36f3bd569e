"""`/workflows`: a list with pages, one with its versions, suggestions; and what is said when ComfyUI Deploy is away."""

from tests.e2e.conftest import World, said
from tests.e2e.office import forget, restart
from tests.e2e.stage import leave, menu, press


async def test_pages_turn_and_the_menu_shows_one(world: World) -> None:
    world.api.account.workflows.get(world.api.deployment("upscale").workflow.id).pinned = True  # type: ignore[union-attr]
    for number in range(5):
        world.api.add_workflow(f"zebra {number}")
    await restart(world)

    shown = await world.artist.run("workflows")

    assert shown.ephemeral
    message_id = str(shown.message_id)
    first = said(await world.until(message_id, "Page 1 of 2"))
    assert first.splitlines()[1].startswith("📌 **upscale** · changed <t:")
    await world.artist.click(message_id, "Next")
    message = await world.until(message_id, "Page 2 of 2")
    options = message["components"][0]["components"][0]["options"]
    await world.artist.select(message_id, "st:wdetail", [options[-1]["value"]])
    detail = await world.new(lambda item: "zebra 4" in said(item) and "Page" not in said(item))
    assert detail["flags"] & 64
    assert "It has no versions yet." in said(detail)
    assert "None of its versions is on offer." in said(detail)
    await world.artist.click(message_id, "Back")
    await world.until(message_id, "Page 1 of 2")


async def test_one_is_found_by_its_suggestion_and_shows_all_that_is_known(world: World) -> None:
    shown = await world.artist.run("workflows")
    await world.until(str(shown.message_id), "Page 1 of 1")
    calls = len(world.api.calls)
    (choice,) = await world.artist.autocomplete("workflows", "workflow", "upsc")
    assert len(world.api.calls) == calls

    shown = await world.artist.run("workflows", {"workflow": choice["value"]})

    words = said(await world.until(str(shown.message_id), "The same picture, larger"))
    assert "machine **serverless**" in words
    assert "- **upscale** · image · production" in words
    assert "- **v1** · <t:" in words


async def test_a_name_that_is_not_there_is_refused_with_near_ones(world: World) -> None:
    await world.artist.run("workflows", {"workflow": "upscal"})

    words = said(await world.new(lambda item: "ref `" in said(item)))

    assert "nothing called `upscal`" in words
    assert "**upscale**" in words


async def test_no_workflow_at_all_says_what_to_do(world: World) -> None:
    for row in world.api.account.workflows:
        row.deleted = True
    await restart(world)

    shown = await world.artist.run("workflows")

    message = await world.until(str(shown.message_id), "ComfyUI Deploy lists no workflow")
    assert message["components"] == []


async def test_an_old_list_says_so_and_one_that_never_was_is_an_error(world: World) -> None:
    await forget(world)
    shown = await world.artist.run("workflows", {"workflow": "upscale"})
    await world.until(str(shown.message_id), "v1")
    await world.api.refuse()

    shown = await world.artist.run("workflows")
    await world.until(str(shown.message_id), "⚠ This list is from <t:")
    shown = await world.artist.run("workflows", {"workflow": "upscale"})
    await world.until(str(shown.message_id), "⚠ This is from <t:")
    shown = await world.artist.run("workflows", {"workflow": "caption"})
    await world.until(str(shown.message_id), "did not tell its description, versions")
    await world.stop()
    world.wipe()
    await world.start()
    await world.artist.run("workflows")
    await world.new(lambda item: "does not answer at the moment" in said(item) and bool(item["flags"] & 64))


async def test_buttons_of_another_process_still_turn_pages(world: World) -> None:
    shown = await press(world, world.artist, "st:wpage:7-1")
    await world.until(str(shown.message_id), "Page 1 of 1")

    caption = world.api.deployment("caption").workflow.id
    message_id = await leave(world, world.artist.channel, menu("st:wdetail:0", caption))
    await world.artist.select(message_id, "st:wdetail", [caption])

    await world.new(lambda item: "Words from a picture" in said(item))
