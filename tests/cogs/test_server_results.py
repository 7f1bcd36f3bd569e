"""`/server buttons`, `upscaler` and `gallery`: only for who manages the server, and only what works is set."""

from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands

from cogs.server_results import NONE, ServerResults
from cogs.ui.settings_view import rules_embed
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.errors import DeploymentNotFound
from core.offer import Deployment, Offer, choose
from core.people.house import House, Rules
from core.people.preferences import ManagersOnly
from core.result_errors import TakesNoPicture
from core.store.database import open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings
from tests.cogs.ui.screens import check_screen
from tests.core.runs.world import FLOW

GUILD = 10
MANAGER = discord.Permissions(manage_guild=True)
LARGER = replace(FLOW, id="larger", name="larger", label="larger", inputs=(Input("image", InputKind.IMAGE, "Image"),))
OFFER = Offer((FLOW, LARGER))


class Offering:
    """Both are on offer everywhere, and whatever is typed may mean both."""

    async def find(self, wanted: str, _: int | None) -> Deployment:
        return choose(OFFER, wanted)

    async def suggest(self, _: str, limit: int, __: int | None) -> list[Deployment]:
        return list(OFFER.deployments)[:limit]

    async def peek(self, _: int | None) -> Offer:
        return OFFER


class Asked:
    """An interaction of somebody who holds these permissions; `shown` is its answer."""

    def __init__(self, permissions: discord.Permissions = MANAGER, guild: int | None = GUILD) -> None:
        self.permissions = permissions
        self.guild_id = guild
        self.response = self
        self.shown: discord.Embed | None = None

    async def defer(self, *, ephemeral: bool) -> None:
        assert ephemeral

    async def edit_original_response(self, embed: discord.Embed, view: None) -> None:
        assert view is None
        self.shown = embed


class Desk:
    """The three commands, and what they lead to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.group = app_commands.Group(name="server", description="What holds here")
        services = SimpleNamespace(house=house, offering=Offering())
        ServerResults(cast("Any", SimpleNamespace(services=services)), self.group)

    async def run(self, name: str, asked: Asked, **options: object) -> str:
        command: Any = self.group.get_command(name)
        await command.callback(command.binding, asked, **options)
        assert asked.shown is not None
        return str(asked.shown.description)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_database("sqlite+aiosqlite:///:memory:") as opened:
        await opened.run(migrate)
        yield Desk(House(KeptSettings(opened)))


@pytest.mark.parametrize(
    ("who", "owners_only", "part"), [("owner", True, "Buttons: owner"), ("everyone", False, "everyone")]
)
async def test_buttons_are_for_everybody_or_for_the_owner(desk: Desk, who: str, owners_only: bool, part: str) -> None:
    await desk.house.change(GUILD, owners_only=not owners_only, gallery=5)

    assert part in await desk.run("buttons", Asked(), who=who)
    assert await desk.house.rules(GUILD) == Rules(owners_only=owners_only, gallery=5)


@pytest.mark.parametrize("wanted", [LARGER.id, LARGER.label])
async def test_what_takes_a_picture_can_be_the_upscaler(desk: Desk, wanted: str) -> None:
    assert "Upscaler: larger" in await desk.run("upscaler", Asked(), deployment=wanted)
    assert await desk.house.rules(GUILD) == Rules(upscaler=LARGER.id)


async def test_none_switches_the_upscaler_off(desk: Desk) -> None:
    await desk.house.change(GUILD, upscaler=LARGER.id)

    assert "No upscaler" in await desk.run("upscaler", Asked(), deployment=NONE)
    assert await desk.house.rules(GUILD) == Rules()


@pytest.mark.parametrize(("wanted", "error"), [(FLOW.id, TakesNoPicture), ("nothing", DeploymentNotFound)])
async def test_nothing_else_can_be_the_upscaler(desk: Desk, wanted: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await desk.run("upscaler", Asked(), deployment=wanted)

    assert await desk.house.rules(GUILD) == Rules()


async def test_suggested_is_what_takes_a_picture_and_none(desk: Desk) -> None:
    command: Any = desk.group.get_command("upscaler")

    choices = await command.binding.suggest(Asked(), "")

    assert [choice.value for choice in choices] == [LARGER.id, NONE]


async def test_a_gallery_is_switched_off_and_shown(desk: Desk) -> None:
    await desk.house.change(GUILD, gallery=5)

    assert "<#5>" in await desk.run("gallery", Asked())
    assert "No gallery" in await desk.run("gallery", Asked(), turn="off")
    assert await desk.house.rules(GUILD) == Rules()


def test_threads_and_forums_are_no_choice_for_a_gallery(desk: Desk) -> None:
    command: Any = desk.group.get_command("gallery")

    assert command.get_parameter("channel").channel_types == [discord.ChannelType.text, discord.ChannelType.news]


@pytest.mark.parametrize(
    ("name", "options"),
    [("buttons", {"who": "owner"}), ("upscaler", {"deployment": LARGER.id}), ("gallery", {"turn": "off"})],
)
@pytest.mark.parametrize("asked", [Asked(discord.Permissions(manage_messages=True)), Asked(MANAGER, None)])
async def test_only_who_manages_the_server_sets_anything(
    desk: Desk, asked: Asked, name: str, options: dict[str, object]
) -> None:
    with pytest.raises(ManagersOnly):
        await desk.run(name, asked, **options)

    assert (await desk.house.rules(GUILD), asked.shown) == (Rules(), None)


@pytest.mark.parametrize(
    ("upscaler", "offer", "part"),
    [
        (None, OFFER, "No upscaler"),
        (LARGER.id, OFFER, "Upscaler: larger"),
        (LARGER.id, None, "An **upscaler** is set"),
        ("gone", OFFER, "not on offer at the moment"),
    ],
)
def test_the_upscaler_is_told_by_what_is_on_offer(upscaler: str | None, offer: Offer | None, part: str) -> None:
    embed = rules_embed(Rules(upscaler=upscaler), offer)

    assert part in str(embed.description)
    check_screen([embed])
