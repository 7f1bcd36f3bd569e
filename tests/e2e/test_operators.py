"""`/operator`: who may, what each change does at ComfyUI Deploy, and what the person is told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stationthis_discord.sandbox.comfydeploy import faults
from stationthis_discord.sandbox.discord import Person
from stationthis_discord.sandbox.discord.resolving import DriverError
from tests.e2e.conftest import World
from tests.e2e.office import ADMIN, an_office, do, refusal
from tests.e2e.stage import UNKNOWN

DRAWING = ("drawing.json", json.dumps({"nodes": [], "links": []}).encode())
GRAPH = ("api.json", json.dumps({"1": {"class_type": "SaveImage", "inputs": {}}}).encode())
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("deployment create", {"workflow": "upscale", "machine": "classic"}),
    ("deployment update", {"deployment": "upscale", "gpu": "T4"}),
    ("deployment delete", {"deployment": "upscale"}),
    ("workflow upload", {"workflow": "new", "drawing": DRAWING, "api": GRAPH}),
    ("workflow describe", {"workflow": "upscale", "name": "new"}),
    ("workflow delete", {"workflow": "upscale"}),
    ("machine add", {"name": "mine", "type": "classic", "endpoint": "https://m.example"}),
    ("machine update", {"machine": "classic", "name": "new"}),
    ("machine delete", {"machine": "classic"}),
    ("refresh", {}),
    ("stats", {}),
]


class Office(NamedTuple):
    world: World
    owner: Person


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(tmp_path) as (world, owner):
        yield Office(world, owner)


async def ask(office: Office, who: Person, command: str, options: dict[str, Any]) -> str:
    """The refusal of a command."""
    files = {name: value for name, value in options.items() if isinstance(value, tuple)}
    await who.run(f"operator {command}", {key: value for key, value in options.items() if key not in files}, files)
    return await refusal(office.world)


async def test_everybody_but_the_owner_is_refused_everything(office: Office) -> None:
    stranger = office.world.discord.user("stranger", ADMIN)

    told = [await ask(office, stranger, command, options) for command, options in COMMANDS]

    assert all("Only the owner and the team of this bot" in words for words in told)
    assert {call.method for call in office.world.api.calls} == {"GET"}


async def test_members_who_are_no_administrators_do_not_see_it(office: Office) -> None:
    with pytest.raises(DriverError, match="not offered"):
        await office.world.artist.run("operator refresh")


async def test_it_is_in_the_admin_server_only(office: Office) -> None:
    elsewhere = office.world.discord.add_channel("hall", office.world.discord.add_guild("Elsewhere"))
    somebody = office.world.discord.user("somebody", ADMIN, channel=elsewhere)

    with pytest.raises(DriverError, match="not offered"):
        await somebody.run("operator refresh")


async def test_without_an_admin_server_there_is_none(world: World) -> None:
    assert "operator" not in {command["name"] for command in world.discord.commands}


async def test_discord_is_asked_once_who_operates_the_bot(office: Office) -> None:
    before = len([call for call in office.world.discord.calls if call.path.endswith("applications/@me")])

    for _ in range(3):
        await do(office.world, office.owner, "stats", "Counted since the start")

    asked = [call for call in office.world.discord.calls if call.path.endswith("applications/@me")]
    assert len(asked) == before + 1


async def test_a_deployment_is_made_of_the_newest_version(office: Office) -> None:
    workflow = office.world.api.deployment("upscale").workflow

    words = await do(
        office.world,
        office.owner,
        "deployment create",
        "is deployed to staging: its newest version, on **classic**",
        workflow="upscale",
        machine="classic",
        environment="staging",
    )

    assert "**upscale**" in words
    made = office.world.api.deployment("upscale", "staging")
    assert (made.version, made.machine.name) == (workflow.versions[-1], "classic")


async def test_a_deployment_is_changed_in_what_was_asked_for_only(office: Office) -> None:
    row = office.world.api.deployment("upscale")
    machine = row.machine

    words = await do(
        office.world, office.owner, "deployment update", "was changed", deployment="upscale", gpu="H100", timeout=60
    )

    assert "GPU H100, seconds a run 60." in words
    assert (row.gpu, row.run_timeout, row.machine) == ("H100", 60, machine)


async def test_a_change_of_nothing_is_refused(office: Office) -> None:
    assert "Nothing was changed" in await ask(office, office.owner, "deployment update", {"deployment": "upscale"})


async def test_a_new_name_becomes_a_workflow_and_is_found_at_once(office: Office) -> None:
    choices = await office.owner.autocomplete("operator workflow upload", "workflow", "castle")
    assert [choice["name"] for choice in choices] == ["New workflow: castle"]

    await do(
        office.world,
        office.owner,
        "workflow upload",
        "**castle** is a new workflow",
        workflow="castle",
        drawing=DRAWING,
        api=GRAPH,
    )

    found = await office.owner.run("workflows", {"workflow": "castle"})
    await office.world.until(str(found.message_id), "**v1**")


async def test_a_name_that_exists_gets_a_further_version(office: Office) -> None:
    workflow = office.world.api.deployment("upscale").workflow
    shown = await office.owner.run("workflows")
    await office.world.until(str(shown.message_id), "Page 1")
    choices = await office.owner.autocomplete("operator workflow upload", "workflow", "upscale")
    assert [choice["name"] for choice in choices] == ["upscale · further version"]

    await do(
        office.world,
        office.owner,
        "workflow upload",
        "**upscale** has a further version",
        workflow=choices[0]["value"],
        drawing=DRAWING,
        api=GRAPH,
        comment="sharper",
    )

    assert [version.comment for version in workflow.versions] == [None, "sharper"]


async def test_a_workflow_that_was_made_elsewhere_a_moment_ago_is_not_made_twice(office: Office) -> None:
    await do(office.world, office.owner, "refresh", "Read anew")
    made = office.world.api.add_workflow("castle")

    await do(
        office.world,
        office.owner,
        "workflow upload",
        "**castle** has a further version",
        workflow="castle",
        drawing=DRAWING,
        api=GRAPH,
    )

    assert len(made.versions) == 1


async def test_the_id_of_a_workflow_that_is_gone_is_no_name_for_a_new_one(office: Office) -> None:
    options = {"workflow": UNKNOWN, "drawing": DRAWING, "api": GRAPH}

    assert f"nothing called `{UNKNOWN}`" in await ask(office, office.owner, "workflow upload", options)


async def test_a_file_that_is_no_workflow_is_refused(office: Office) -> None:
    options = {"workflow": "new", "drawing": DRAWING, "api": ("api.json", b"{}")}

    words = await ask(office, office.owner, "workflow upload", options)

    assert "`api.json` is no workflow in API format" in words
    assert "new" not in {row.name for row in office.world.api.account.workflows}


async def test_a_workflow_is_renamed_and_described(office: Office) -> None:
    row = office.world.api.deployment("upscale").workflow

    await do(
        office.world,
        office.owner,
        "workflow describe",
        "name larger",
        workflow="upscale",
        name="larger",
        description="Big",
    )

    assert (row.name, row.description) == ("larger", "Big")
    found = await office.owner.run("workflows", {"workflow": "larger"})
    await office.world.until(str(found.message_id), "Big")


async def test_a_machine_is_added_and_its_token_is_told_nobody(office: Office) -> None:
    words = await do(
        office.world,
        office.owner,
        "machine add",
        "**mine** was added",
        name="mine",
        type="classic",
        endpoint="https://m.example/comfy",
        token="hush-hush-token",
    )

    (row,) = (row for row in office.world.api.account.machines if row.name == "mine")
    assert (row.endpoint, row.auth_token) == ("https://m.example/comfy/", "hush-hush-token")
    assert "hush-hush" not in words + office.world.log.read_text()


async def test_an_address_with_a_password_in_it_is_refused_without_repeating_it(office: Office) -> None:
    options = {"machine": "classic", "endpoint": "https://me:pass-word@m.example/"}

    words = await ask(office, office.owner, "machine update", options)

    assert "Nothing was changed." in words
    assert "**endpoint** must be an address" in words
    assert "pass-word" not in words + office.world.log.read_text()


async def test_a_machine_is_changed_in_what_was_asked_for_only(office: Office) -> None:
    row = office.world.api.deployment("portrait-classic").machine
    endpoint = row.endpoint

    words = await do(
        office.world, office.owner, "machine update", "was changed", machine="classic", token="hush-hush-token"
    )

    assert "token replaced" in words
    assert (row.endpoint, row.auth_token) == (endpoint, "hush-hush-token")
    assert "hush-hush" not in words + office.world.log.read_text()


async def test_a_refresh_reads_what_was_added_elsewhere(office: Office) -> None:
    await do(office.world, office.owner, "refresh", "Read anew: **8** deployments on offer")
    office.world.api.add_deployment("zebra", {"1": {"class_type": "SaveImage", "inputs": {}}})

    await do(office.world, office.owner, "refresh", "Read anew: **9** deployments on offer")

    assert await office.owner.autocomplete("generate", "deployment", "zebra")


async def test_a_refresh_says_of_each_list_what_came_of_it(office: Office) -> None:
    await do(office.world, office.owner, "refresh", "Read anew")
    office.world.api.faults.add("GET", "/api/machines", faults.REVOKED)

    words = await do(office.world, office.owner, "refresh", "Read anew")

    assert "Read anew: **8** deployments on offer, **9** workflows." in words
    assert "⚠ machines: not read. The bot's access to ComfyUI Deploy does not work." in words
    await office.world.api.refuse()
    words = await do(office.world, office.owner, "refresh", "not read")
    assert words.count("does not answer at the moment") == 3


async def test_every_name_is_suggested_from_memory(office: Office) -> None:
    await do(office.world, office.owner, "refresh", "Read anew")
    calls = len(office.world.api.calls)

    for command, option, typed in [
        ("deployment create", "workflow", "upsc"),
        ("deployment create", "machine", "classic"),
        ("deployment update", "machine", "classic"),
        ("workflow describe", "workflow", "upsc"),
        ("workflow delete", "workflow", "upsc"),
        ("machine update", "machine", "classic"),
        ("machine delete", "machine", "classic"),
    ]:
        assert len(await office.owner.autocomplete(f"operator {command}", option, typed)) == 1, command
    for command in ("deployment update", "deployment delete"):
        choices = await office.owner.autocomplete(f"operator {command}", "deployment", "upsc")
        assert [choice["name"] for choice in choices] == ["upscale · image", "upscale · in another environment"]
    assert len(office.world.api.calls) == calls


async def test_what_is_switched_off_says_so_before_anything_is_asked(tmp_path: Path) -> None:
    async with an_office(tmp_path, STATIONTHIS_OPERATOR_WRITES="none") as (world, owner):
        office = Office(world, owner)

        told = [await ask(office, owner, command, options) for command, options in COMMANDS if " " in command]

        assert all("STATIONTHIS_OPERATOR_WRITES" in words for words in told)
        assert {call.method for call in world.api.calls} == {"GET"}
