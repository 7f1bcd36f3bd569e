"""How far operators reach: every environment, servers without lists; and what they are told when nobody can be sure."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.e2e.conftest import World
from tests.e2e.office import an_office, do, moved_in, refusal, restart, told

SHARED = {"1": {"class_type": "SaveImage", "inputs": {}}}
DRAWING = ("drawing.json", json.dumps({"nodes": [], "links": []}).encode())
GRAPH = ("api.json", json.dumps(SHARED).encode())


class Office(NamedTuple):
    world: World
    owner: Person


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """With the default settings: only production is on offer."""
    async with an_office(tmp_path) as (world, owner):
        yield Office(world, owner)


async def test_what_was_deployed_to_staging_can_be_changed(office: Office) -> None:
    made = {"workflow": "upscale", "machine": "classic", "environment": "staging"}
    await do(office.world, office.owner, "deployment create", "is deployed to staging", **made)
    staged = office.world.api.deployment("upscale", "staging")
    offered = office.world.api.deployment("upscale").gpu
    (_, other) = await office.owner.autocomplete("operator deployment update", "deployment", "upsc")

    await office.owner.run("operator deployment update", {"deployment": other["value"], "gpu": "H100"})
    assert "deployed to `production`, `staging`. Say which with `environment`." in await refusal(office.world)
    picked = {"deployment": other["value"], "environment": "staging"}
    await do(office.world, office.owner, "deployment update", "was changed: GPU H100", **picked, gpu="H100")

    assert (staged.gpu, office.world.api.deployment("upscale").gpu) == ("H100", offered)


async def test_a_share_that_is_not_on_offer_is_deleted_once_it_is_confirmed(office: Office) -> None:
    row = office.world.api.add_deployment("leaflet", SHARED, "public-share")
    await do(office.world, office.owner, "refresh", "Read anew")
    shown = await office.owner.run("operator deployment delete", {"deployment": "leaflet"})
    question = str(shown.message_id)
    await told(office.world, shown, "Delete the deployment **leaflet** (public-share)?")

    await office.owner.click(question, "Delete")

    await office.world.until(question, "**leaflet** was deleted.")
    assert office.world.api.deployments.get(row.id) is None


async def test_a_change_whose_answer_was_lost_is_not_to_be_tried_again_unseen(office: Office) -> None:
    office.world.api.faults.add("POST", "/api/machine/custom", faults.CUT_AFTER)

    mine = {"name": "mine", "type": "classic", "endpoint": "https://m.example"}
    await office.owner.run("operator machine add", mine)

    words = await refusal(office.world)
    assert "did not say whether it was done. Look at `/machines` before you try again." in words
    shown = await office.owner.run("machines", {"machine": "mine"})
    await office.world.until(str(shown.message_id), "mine")


async def test_an_upload_that_the_server_fails_at_is_unclear(office: Office) -> None:
    office.world.api.faults.add("POST", "/api/workflow", faults.SERVER_ERROR)

    await office.owner.run("operator workflow upload", {"workflow": "castle"}, {"drawing": DRAWING, "api": GRAPH})

    assert "Look at `/workflows` before you try again." in await refusal(office.world)


async def test_a_version_that_there_is_not_is_named(office: Office) -> None:
    await office.owner.run("operator deployment update", {"deployment": "upscale", "version": 77})

    assert "This workflow has no version 77." in await refusal(office.world)


async def test_a_blank_name_is_refused(office: Office) -> None:
    await office.owner.run("operator machine update", {"machine": "classic", "name": "\u200b "})

    words = await refusal(office.world)
    assert "Nothing was changed." in words
    assert "**name** must not be blank." in words


async def test_a_question_and_a_detail_of_what_is_old_say_so(office: Office) -> None:
    await restart(office.world, STATIONTHIS_CACHE_TTL="0", STATIONTHIS_MACHINES_TTL="0")
    await do(office.world, office.owner, "refresh", "Read anew")
    await office.world.api.refuse()

    for command, options in [
        ("operator workflow delete", {"workflow": "upscale"}),
        ("operator machine delete", {"machine": "classic"}),
        ("deployments", {"deployment": "upscale"}),
    ]:
        await told(office.world, await office.owner.run(command, options), "could not be read anew.")


async def test_a_command_that_was_left_in_a_former_admin_server_says_so(office: Office) -> None:
    office.world.settings.pop("STATIONTHIS_ADMIN_GUILD_ID")
    await restart(office.world)

    shown = await office.owner.run("operator stats")

    await told(office.world, shown, "This command is of another version or another setup of the bot.")


async def test_a_server_without_lists_gets_a_further_version_by_the_id(tmp_path: Path) -> None:
    async with ComfyDeploySandbox(pace=0.1, older=True) as api, DiscordSandbox() as discord:
        world = World(api, discord, tmp_path / "bot.log")
        row = api.deployment("upscale")
        try:
            pinned = f"upscale={row.id}:{row.version.id}"
            owner = await moved_in(world, STATIONTHIS_DEPLOYMENTS=pinned)
            shown = await owner.run("workflows")
            await world.until(str(shown.message_id), "`/deployments` shows what can be run")
            files = {"drawing": DRAWING, "api": GRAPH}
            options = {"workflow": row.workflow.id.upper()}

            shown = await owner.run("operator workflow upload", options, files)

            await told(world, shown, "has a further version")
        finally:
            await world.stop()
    assert len(row.workflow.versions) == 2
