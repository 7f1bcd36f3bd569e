"""`/server` is for those who manage the server, whoever is offered the command; and what settings look like."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from cogs.settings import Settings
from cogs.ui.settings_view import server_embed, settings_embed
from core.errors import StoreFailed
from core.people.preferences import ManagersOnly, Personal
from core.store.settings import ServerSettings

GUILD = 10
MANAGER = discord.Permissions(manage_guild=True)


class Kept:
    """What was saved for servers; with `is_full` nothing can be."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.saved: dict[int, ServerSettings] = {}
        self._is_full = is_full

    async def get_server(self, guild: int) -> ServerSettings:
        return self.saved.get(guild, ServerSettings())

    async def save_server(self, guild: int, settings: ServerSettings) -> None:
        if self._is_full:
            raise StoreFailed("the disk is full")
        self.saved[guild] = settings


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


async def set_pings(kept: Kept, asked: Asked, to: str) -> None:
    bot = SimpleNamespace(services=SimpleNamespace(store=SimpleNamespace(settings=kept)))
    cog: Any = Settings(cast("Any", bot))
    await cog.set_pings.callback(cog, asked, to)


def test_only_who_manages_a_server_is_offered_its_settings_and_only_there() -> None:
    group = Settings.server

    assert (group.default_permissions, group.guild_only) == (MANAGER, True)


@pytest.mark.parametrize("held", [MANAGER, discord.Permissions(administrator=True)])
async def test_who_manages_the_server_makes_it_quiet(held: discord.Permissions) -> None:
    kept, asked = Kept(), Asked(held)

    await set_pings(kept, asked, "off")

    assert kept.saved == {GUILD: ServerSettings(pings=False)}
    assert asked.shown is not None
    assert "Pings: off" in (asked.shown.description or "")


@pytest.mark.parametrize(
    "asked", [Asked(discord.Permissions(manage_messages=True)), Asked(discord.Permissions.none()), Asked(MANAGER, None)]
)
async def test_nobody_else_does(asked: Asked) -> None:
    kept = Kept()

    with pytest.raises(ManagersOnly):
        await set_pings(kept, asked, "off")

    assert (kept.saved, asked.shown) == ({}, None)


async def test_what_cannot_be_written_down_is_not_shown_as_done() -> None:
    asked = Asked(MANAGER)

    with pytest.raises(StoreFailed):
        await set_pings(Kept(is_full=True), asked, "off")

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
    assert part in (server_embed(pings=pings).description or "")
