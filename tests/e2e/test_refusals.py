"""What people do wrong, and what goes wrong around them: a sentence each, and nothing is started."""

import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, faults
from stationthis_discord.sandbox.discord import Person
from tests.e2e.conftest import World, said


async def told(
    world: World, who: Person, deployment: str, image: tuple[str, bytes] | None = None, **options: object
) -> str:
    """The refusal of a /generate, which only that person sees."""
    shown = await who.run("generate", {"deployment": deployment, **options}, {"image": image} if image else None)
    if shown.ephemeral:
        message = await world.discord.wait(str(shown.message_id), lambda found: bool(found["embeds"]))
        return said(message)
    # while the list of deployments is still being read, a public answer makes way for a private one
    message = await world.new(lambda message: bool(message["flags"] & 64 and message["embeds"]))
    return said(message)


async def test_an_unknown_deployment_suggests_near_ones_to_that_person_only(world: World) -> None:
    words = await told(world, world.artist, "text-to-imge", prompt="x")

    assert "no deployment `text-to-imge`" in words
    assert "text-to-image" in words
    assert not world.api.runs


async def test_all_broken_inputs_are_named_at_once(world: World) -> None:
    words = await told(world, world.artist, "text-to-image", prompt="x", inputs="width=-5; foo=1; steps=many")

    assert "0 to 2147483647" in words
    assert "`-5`" in words
    assert "**foo**" in words
    assert "`many`" in words
    assert not world.api.runs


async def test_a_missing_picture_is_asked_for_at_once(world: World) -> None:
    await world.logged("catalog.loaded")

    shown = await world.artist.run("generate", {"deployment": "image-to-image", "prompt": "x"})

    assert shown.modal is not None
    assert "image-to-image" in shown.modal["title"]
    assert not world.api.runs


async def test_a_file_that_is_no_picture_is_refused_and_all_else_is_kept(world: World) -> None:
    await world.artist.run("generate", {"deployment": "image-to-image", "prompt": "kept"}, {"image": ("a.png", b"no")})

    message = await world.new(lambda message: "not a picture" in said(message))

    assert message["flags"] & 64
    assert "kept" in said(message)
    assert "Fix (1)" in said(message)
    assert not world.api.runs


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.NO_CREDITS, "GPU credits"),
        (faults.REVOKED, "access to ComfyUI Deploy does not work"),
        (faults.rate_limited(60), "too busy"),
    ],
)
async def test_a_refused_submit_has_its_own_sentence(world: World, fault: faults.Fault, sentence: str) -> None:
    world.api.faults.add("POST", faults.QUEUE, fault)

    words = await told(world, world.artist, "text-to-image", prompt="x")

    assert sentence in words
    assert not world.api.runs


async def test_a_machine_that_rejects_the_prompt_is_told(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="rejected")

    words = await told(world, world.artist, "text-to-image", prompt="x")

    assert "did not accept this run" in words


async def test_a_submit_whose_answer_is_lost_is_found_and_never_doubled(world: World) -> None:
    world.api.faults.add("POST", faults.QUEUE, faults.CUT_AFTER, times=1)

    message_id = await world.generate(prompt="x")

    await world.until(message_id, "**Done**")
    assert len(world.api.runs) == 1


async def test_the_api_down_at_the_start_is_told_and_works_once_it_is_back(world: World) -> None:
    await world.stop()
    await world.api.refuse()
    await world.start()

    words = await told(world, world.artist, "text-to-image", prompt="x")

    assert "does not answer" in words
    world.log.write_text("")
    await world.api.listen()
    await world.logged("catalog.loaded")  # it keeps trying by itself
    await world.until(await world.generate(prompt="x"), "**Done**")


async def test_the_api_down_in_the_middle_of_a_run_is_told_and_the_result_still_comes(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(outcome="never")
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    await world.api.refuse()
    await world.until(message_id, "gives no news of it since")
    await world.api.listen()
    world.api.end(next(iter(world.api.runs)))

    message = await world.until(message_id, "**Done**")
    assert "no news" not in said(message)


async def test_a_served_list_of_servers_leaves_others_out(world: World) -> None:
    await world.stop()
    elsewhere = world.discord.add_guild("elsewhere")
    world.settings["STATIONTHIS_GUILDS"] = elsewhere.id
    await world.start()

    words = await told(world, world.artist, "text-to-image", prompt="x")

    assert "does not answer here" in words
