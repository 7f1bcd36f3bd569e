"""`/server` is for those who manage the server, whoever is offered the command; and what settings look like."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from cogs.settings import Settings
from cogs.ui.settings_view import server_embed, settings_embed
from core.errors import StoreFailed
from core.people.house import House, Rules
from core.people.offering import Allowed, Offering
from core.people.preferences import ManagersOnly, Personal
from core.store.database import Database, open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings, ServerSettings
from tests.cogs.conftest import EmptyCatalog

GUILD = 10
MANAGER = discord.Permissions(manage_guild=True)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with open_database("sqlite+aiosqlite:///:memory:") as opened:
        await opened.run(migrate)
        yield opened


@pytest.fixture
def kept(database: Database) -> KeptSettings:
    return KeptSettings(database)


class Asked:
    """An interaction of somebody who holds these permissions; `shown` is its answer."""

    def __init__(self, permissions: discord.Permissions, guild: int | None = GUILD) -> None:
        self.permissions = permissions
        self.guild_id = guild
        self.response = self
        self.shown: discord.Embed | None = None

    async def defer(self, *, ephemeral: bool) -> None:
        assert ephemeral

    async def edit_original_response(self, embed: discord.Embed, view: None) -> None:
        assert view is None
        self.shown = embed


async def set_pings(kept: KeptSettings, asked: Asked, to: str) -> None:
    catalog: Any = EmptyCatalog()
    services = SimpleNamespace(
        store=SimpleNamespace(settings=kept), offering=Offering(catalog, kept), house=House(kept)
    )
    cog: Any = Settings(cast("Any", SimpleNamespace(services=services, presses={})))
    await cog.set_pings.callback(cog, asked, to)


def test_only_who_manages_a_server_is_offered_its_settings_and_only_there() -> None:
    group = Settings.server

    assert (group.default_permissions, group.guild_only) == (MANAGER, True)


@pytest.mark.parametrize("held", [MANAGER, discord.Permissions(administrator=True)])
async def test_who_manages_the_server_makes_it_quiet(kept: KeptSettings, held: discord.Permissions) -> None:
    asked = Asked(held)

    await set_pings(kept, asked, "off")

    assert await kept.get_server(GUILD) == ServerSettings(pings=False)
    assert asked.shown is not None
    assert "Pings: off" in (asked.shown.description or "")


@pytest.mark.parametrize(
    "asked", [Asked(discord.Permissions(manage_messages=True)), Asked(discord.Permissions.none()), Asked(MANAGER, None)]
)
async def test_nobody_else_does(kept: KeptSettings, asked: Asked) -> None:
    with pytest.raises(ManagersOnly):
        await set_pings(kept, asked, "off")

    assert (await kept.get_server(GUILD), asked.shown) == (ServerSettings(), None)


async def test_what_cannot_be_written_down_is_not_shown_as_done(kept: KeptSettings, database: Database) -> None:
    asked = Asked(MANAGER)
    await database.aclose()

    with pytest.raises(StoreFailed):
        await set_pings(kept, asked, "off")

    assert asked.shown is None


@pytest.mark.parametrize(
    ("found", "parts", "missing"),
    [
        (Personal(), ["Pings: on", "/settings pings:off"], "quiet"),
        (Personal(pings=False), ["Pings: off", "/settings pings:on"], "quiet"),
        (Personal(is_quiet=True), ["Pings: on", "This server is quiet"], "Pings: off"),
        (Personal(pings=False, is_quiet=True), ["Pings: off"], "This server is quiet"),
    ],
)
def test_settings_say_what_holds_and_how_it_is_changed(found: Personal, parts: list[str], missing: str) -> None:
    words = settings_embed(found).description or ""

    assert [part for part in parts if part not in words] == []
    assert missing not in words


@pytest.mark.parametrize(("pings", "part"), [(True, "/server pings to:off"), (False, "This server is quiet")])
def test_a_servers_settings_say_what_holds(pings: bool, part: str) -> None:
    rules, allowed = Rules(owners_only=True, gallery=5), Allowed(frozenset({"a"}), "a")

    words = server_embed(pings=pings, allowed=allowed, rules=rules, offer=None).description or ""

    for said in (
        part,
        "**1 deployment** may be run here",
        "A **default** is set",
        "`/server deployments` changes that",
        "`/server buttons who:everyone` changes that",
        "No upscaler",
        "Gallery:** <#5>",
    ):
        assert said in words
