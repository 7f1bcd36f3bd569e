"""An artist runs deployments and gets results."""

import io

from PIL import Image

from stationthis_discord.sandbox.comfydeploy import Behaviour
from tests.e2e.conftest import World, said


def picture(colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "PNG")
    return file.getvalue()


async def test_one_message_goes_from_waiting_to_done_with_every_file(world: World) -> None:
    message_id = await world.generate(prompt="a *red* fox", seed=7, inputs="images=3")

    message = await world.until(message_id, "**Done**")

    assert [file["filename"] for file in message["attachments"]] == [f"text-to-image_7_{n}.png" for n in (1, 2, 3)]
    assert {file["description"] for file in message["attachments"]} == {"a *red* fox"}
    assert all(Image.open(io.BytesIO(world.discord.file(file["url"]))).size for file in message["attachments"])
    assert r"a \*red\* fox" in said(message)
    assert "seed `7`" in said(message)
    assert "Again" in said(message)
    states = [said(state.message) for state in world.discord.states(message_id)]
    assert any("**Waiting**" in state for state in states)


async def test_the_run_gets_what_was_written_and_the_mark(world: World) -> None:
    message_id = await world.generate(prompt="fox", negative="blur", seed=2**32 - 1, inputs='style="photo"')
    await world.until(message_id, "**Done**")

    (run,) = world.api.runs.values()

    assert run.workflow_inputs["prompt"] == "fox"
    assert run.workflow_inputs["seed"] == 2**32 - 1
    assert run.workflow_inputs["_stationthis"].startswith("1.")
    assert str(world.artist.id) in run.workflow_inputs["_stationthis"]


async def test_an_attached_picture_becomes_the_input(world: World) -> None:
    message_id = await world.generate("image-to-image", prompt="winter", image=("cat.jpeg", picture()))

    message = await world.until(message_id, "**Done**")

    (run,) = world.api.runs.values()
    assert message["attachments"]
    assert run.workflow_inputs["image"].startswith(world.api.url)
    assert run.workflow_inputs["image"].endswith(".png")  # by its bytes, not by its name


async def test_a_text_result_is_shown_as_text(world: World) -> None:
    message_id = await world.generate("caption", image=("cat.png", picture("red")))

    message = await world.until(message_id, "**Done**")

    assert "```" in said(message)


async def test_a_failed_run_says_why_and_where(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="failed")

    message = await world.until(await world.generate(prompt="x"), "**Failed**")

    assert "KSampler" in said(message)
    assert "Again" in said(message)


async def test_a_run_that_times_out_says_so(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="timeout")

    message = await world.until(await world.generate(prompt="x"), "**Timed out**")

    assert "Again" in said(message)
