"""`/machines`: a list with pages, one with its limits, suggestions; and what is said when ComfyUI Deploy is away."""

from tests.e2e.conftest import World, said
from tests.e2e.office import forget, restart
from tests.e2e.stage import leave, menu, press


async def test_pages_turn_and_the_menu_shows_one(world: World) -> None:
    for number in range(9):
        world.api.add_machine(f"zebra {number}", "runpod-serverless")
    await restart(world)

    shown = await world.artist.run("machines")

    assert shown.ephemeral
    message_id = str(shown.message_id)
    first = said(await world.until(message_id, "Page 1 of 2"))
    assert "**classic** · 🟢 ready · classic" in first
    assert "**serverless** · 🟢 ready · serverless · A10G" in first
    assert "🟢 ready · RunPod" in first
    await world.artist.click(message_id, "Next")
    message = await world.until(message_id, "Page 2 of 2")
    options = message["components"][0]["components"][0]["options"]
    await world.artist.select(message_id, "st:mdetail", [options[-1]["value"]])
    detail = await world.new(lambda item: "zebra 8" in said(item) and "Page" not in said(item))
    assert detail["flags"] & 64
    assert "No deployment on offer runs on it." in said(detail)


async def test_one_is_found_by_its_suggestion_and_hides_its_address(world: World) -> None:
    secret = world.api.add_machine("mine", "classic")
    secret.endpoint, secret.auth_token = "https://hidden.example/comfy/", "hush-hush"
    await restart(world)
    shown = await world.artist.run("machines")
    await world.until(str(shown.message_id), "mine")
    calls = len(world.api.calls)
    (choice,) = await world.artist.autocomplete("machines", "machine", "mine")
    assert len(world.api.calls) == calls

    shown = await world.artist.run("machines", {"machine": choice["value"]})

    words = said(await world.until(str(shown.message_id), "2 runs at once · each at most 5 min · none kept warm"))
    assert "hidden.example" not in words
    assert "hush-hush" not in words


async def test_the_detail_counts_what_runs_on_it(world: World) -> None:
    shown = await world.artist.run("machines", {"machine": "classic"})

    words = said(await world.until(str(shown.message_id), "1 deployment on offer runs on it"))
    assert "- **portrait-classic** · image · production" in words


async def test_no_machine_at_all_says_what_to_do(world: World) -> None:
    for row in world.api.account.machines:
        row.deleted = True
    await restart(world)

    shown = await world.artist.run("machines")

    message = await world.until(str(shown.message_id), "ComfyUI Deploy lists no machine")
    assert message["components"] == []


async def test_an_old_list_says_so_and_one_that_never_was_is_an_error(world: World) -> None:
    await forget(world)
    shown = await world.artist.run("machines", {"machine": "classic"})
    await world.until(str(shown.message_id), "2 runs at once")
    await world.api.refuse()

    shown = await world.artist.run("machines")
    await world.until(str(shown.message_id), "⚠ This list is from <t:")
    shown = await world.artist.run("machines", {"machine": "serverless"})
    await world.until(str(shown.message_id), "did not tell its limits")
    await world.stop()
    world.wipe()
    await world.start()
    await world.artist.run("machines")
    await world.new(lambda item: "does not answer at the moment" in said(item) and bool(item["flags"] & 64))


async def test_buttons_of_another_process_still_turn_pages(world: World) -> None:
    shown = await press(world, world.artist, "st:mpage:7-1")
    await world.until(str(shown.message_id), "Page 1 of 1")

    classic = world.api.deployment("portrait-classic").machine.id
    message_id = await leave(world, world.artist.channel, menu("st:mdetail:0", classic))
    await world.artist.select(message_id, "st:mdetail", [classic])

    await world.new(lambda item: "2 runs at once" in said(item))
