"""What is asked before something is deleted, and what its buttons do: once, for operators, in any process."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from stationthis_discord.sandbox.discord import Person
from tests.e2e.conftest import World, said
from tests.e2e.office import ADMIN, an_office, refusal, restart
from tests.e2e.stage import press

SHARES = {"STATIONTHIS_ENVIRONMENTS": "production,public-share"}


class Office(NamedTuple):
    world: World
    owner: Person

    async def asked(self, command: str, text: str, **options: str) -> str:
        """The id of the question that the owner is asked."""
        shown = await self.owner.run(f"operator {command}", options)
        assert shown.ephemeral
        message = await self.world.until(str(shown.message_id), text)
        assert {"Delete", "Keep it"} <= set(said(message).splitlines())
        return str(shown.message_id)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(tmp_path, **SHARES) as (world, owner):
        yield Office(world, owner)


def share(world: World) -> str:
    """A deployment that ComfyUI Deploy can delete; its id."""
    return world.api.add_deployment("leaflet", {"1": {"class_type": "SaveImage", "inputs": {}}}, "public-share").id


def deletions(world: World) -> list[str]:
    return [call.path for call in world.api.calls if call.method == "DELETE"]


async def test_a_share_is_deleted_once_it_is_confirmed(office: Office) -> None:
    share(office.world)
    await restart(office.world)
    question = await office.asked(
        "deployment delete", "Delete the deployment **leaflet** (public-share)?", deployment="leaflet"
    )
    assert deletions(office.world) == []

    await office.owner.click(question, "Delete")

    message = await office.world.until(question, "**leaflet** was deleted.")
    assert message["components"] == []
    assert "leaflet" not in {row.name for row in office.world.api.deployments}


async def test_a_question_about_a_share_of_an_old_list_says_so(office: Office) -> None:
    share(office.world)
    await restart(office.world, STATIONTHIS_CACHE_TTL="0")
    await office.asked("deployment delete", "**leaflet**", deployment="leaflet")
    await office.world.api.refuse()

    await office.asked("deployment delete", "could not be read anew.", deployment="leaflet")


async def test_a_deployment_that_cannot_be_deleted_is_never_asked_about(office: Office) -> None:
    await office.owner.run("operator deployment delete", {"deployment": "upscale"})

    assert "deletes shares only" in await refusal(office.world)


async def test_a_deployment_that_is_no_share_any_more_is_not_deleted_when_it_is_pressed(office: Office) -> None:
    await press(office.world, office.owner, f"st:deldep:{office.world.api.deployment('upscale').id}")

    assert "deletes shares only" in await refusal(office.world)
    assert deletions(office.world) == []


async def test_the_question_about_a_workflow_names_what_goes_with_it(office: Office) -> None:
    question = await office.asked("workflow delete", "**1 deployment on offer** cannot be run", workflow="upscale")
    assert "- upscale" in said(office.world.discord.message(question))

    await office.owner.click(question, "Delete")

    await office.world.until(question, "**upscale** was deleted.")
    assert office.world.api.deployment("upscale").workflow.deleted
    shown = await office.owner.run("deployments", {"deployment": "upscale"})
    assert "There is no deployment `upscale`" in await refusal(office.world)
    assert shown.ephemeral


async def test_keeping_it_changes_nothing(office: Office) -> None:
    question = await office.asked("workflow delete", "Delete the workflow **upscale**", workflow="upscale")

    await office.owner.click(question, "Keep it")

    message = await office.world.until(question, "Nothing was deleted.")
    assert message["components"] == []
    assert deletions(office.world) == []


async def test_a_machine_in_use_is_asked_about_again(office: Office) -> None:
    question = await office.asked("machine delete", "1 deployment on offer runs on it.", machine="classic")
    await office.owner.click(question, "Delete")
    message = await office.world.until(question, "these workflows still use it")
    assert "- portrait-classic" in said(message)
    assert not office.world.api.deployment("portrait-classic").machine.deleted

    await office.owner.click(question, "Delete anyway")

    await office.world.until(question, "**classic** was deleted.")
    assert office.world.api.deployment("portrait-classic").machine.deleted


async def test_a_machine_that_is_kept_warm_stays(office: Office) -> None:
    machine = office.world.api.add_machine("idle")
    machine.keep_warm = 1
    await restart(office.world)
    question = await office.asked("machine delete", "No deployment on offer runs on it.", machine="idle")

    await office.owner.click(question, "Delete")

    assert "is kept warm" in await refusal(office.world)
    assert not machine.deleted


async def test_pressed_twice_at_once_it_is_deleted_once(office: Office) -> None:
    question = await office.asked("workflow delete", "Delete the workflow **upscale**", workflow="upscale")

    await asyncio.gather(office.owner.click(question, "Delete"), office.owner.click(question, "Delete"))

    await office.world.until(question, "**upscale** was deleted.")
    assert len(deletions(office.world)) == 1


@pytest.mark.parametrize(("verb", "kind"), [("delwork", "workflow"), ("delmach", "machine"), ("deldep", "deployment")])
async def test_pressed_once_more_later_it_does_nothing(office: Office, verb: str, kind: str) -> None:
    gone = {"workflow": office.world.api.add_workflow("old").id, "machine": office.world.api.add_machine("old").id}
    gone["deployment"] = share(office.world)
    await restart(office.world)
    await office.world.until(
        str((await press(office.world, office.owner, f"st:{verb}:{gone[kind]}")).message_id), "was deleted."
    )
    before = deletions(office.world)

    shown = await press(office.world, office.owner, f"st:{verb}:{gone[kind]}")

    await office.world.until(str(shown.message_id), "It is not there any more")
    assert deletions(office.world) == before


async def test_a_new_process_with_an_empty_disk_does_it_too(office: Office) -> None:
    question = await office.asked("machine delete", "Delete the machine **classic**", machine="classic")
    await restart(office.world)

    await office.owner.click(question, "Delete")

    await office.world.until(question, "these workflows still use it")
    await restart(office.world)
    await office.owner.click(question, "Delete anyway")
    await office.world.until(question, "**classic** was deleted.")


@pytest.mark.parametrize("verb", ["delwork", "delmach", "forcemach", "deldep", "keepit"])
async def test_rights_are_checked_again_when_it_is_pressed(office: Office, verb: str) -> None:
    upscale = office.world.api.deployment("upscale")
    ids = {"delwork": upscale.workflow.id, "deldep": upscale.id, "keepit": upscale.id}

    await press(
        office.world, office.world.discord.user("stranger", ADMIN), f"st:{verb}:{ids.get(verb, upscale.machine.id)}"
    )

    assert "Only the owner and the team of this bot" in await refusal(office.world)
    assert deletions(office.world) == []


async def test_switches_are_checked_again_when_it_is_pressed(office: Office) -> None:
    question = await office.asked("workflow delete", "Delete the workflow **upscale**", workflow="upscale")
    await restart(office.world, STATIONTHIS_OPERATOR_WRITES="machine.add")

    await office.owner.click(question, "Delete")

    assert "(`workflow.delete`)" in await refusal(office.world)
    assert deletions(office.world) == []


async def test_what_cannot_be_deleted_now_can_be_tried_again(office: Office) -> None:
    question = await office.asked("workflow delete", "Delete the workflow **upscale**", workflow="upscale")
    await office.world.api.refuse()
    await office.owner.click(question, "Delete")
    assert "does not answer at the moment" in await refusal(office.world)
    await office.world.api.listen()

    await office.owner.click(question, "Delete")

    await office.world.until(question, "**upscale** was deleted.")
