"""A start of the bot while ComfyUI Deploy is away: what the last process read is shown with its age."""

from core.catalog import KINDS
from tests.e2e.conftest import World
from tests.e2e.office import told


async def test_the_lists_of_the_last_process_stand_in(world: World) -> None:
    for kind in KINDS:
        await world.logged(f"kind={kind} size=")
    await world.api.refuse()

    await world.stop()
    await world.start()

    for kind in KINDS:
        words = await told(world, await world.artist.run(kind), "could not be read anew")
        assert "Page 1 of 1" in words
    choices = await world.artist.autocomplete("generate", "deployment", "upsc")
    assert [choice["name"].split(" · ")[0] for choice in choices] == ["upscale"]
