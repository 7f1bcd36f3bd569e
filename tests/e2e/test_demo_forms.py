"""The demo before a form of the real bot: it says what is asked for, fills in a picture, and presses Run."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from stationthis_discord.demo_forms import through_forms
from stationthis_discord.demo_tour import DemoFailed, Tour
from tests.e2e.conftest import World

PICTURE = Path(__file__).parents[2] / "docs" / "shots" / "5-done.png"


async def ask(world: World, tour: Tour, console: Console) -> str:
    """As the demo does, but for the picture that a form is to ask for."""
    await world.logged("catalog.loaded")
    shown = await world.artist.run("generate", {"deployment": tour.deployment, "more_inputs": tour.form})
    return await through_forms(world.discord, world.artist, shown, tour, console)


async def test_forms_are_shown_filled_in_and_run_or_named_as_too_much(world: World, tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=400)
    shots = tmp_path / "shots"
    shots.mkdir()

    wanted = await ask(world, Tour("text-to-image", None, None, tmp_path, shots, once=True, form=True), console)
    needed = await ask(world, Tour("image-to-image", None, PICTURE, tmp_path, None, once=True), console)
    with pytest.raises(DemoFailed) as lacking:
        await ask(world, Tour("image-to-image", None, None, tmp_path, None, once=True), console)
    with pytest.raises(DemoFailed) as beyond:
        await ask(world, Tour("everything", None, PICTURE, tmp_path, shots, once=True), console)

    for message_id in (wanted, needed):
        await world.until(message_id, "**Done**")
    said = console.file.getvalue()  # type: ignore[attr-defined]  # it is the one from above
    assert "  Ready. Press Run, or change something first.\n" in said
    assert "@artist sees a form  image-to-image: Image\n@artist uploads  5-done.png\n" in said
    assert "This deployment needs Image: add --image with a picture, or try" in str(lacking.value)
    assert "The form above wants more than the demo can give" in str(beyond.value)
    assert sorted(path.name for path in shots.iterdir()) == ["0-form-filled.png", "0-form.png"]
