"""`/server deployments`: a panel whose menus set what may be run in a server, for those who manage it."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from discord.http import Route

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.people.house import House
from core.people.offering import Allowed, Offering
from core.store.database import open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings
from stationthis_discord.bot import StationBot
from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, Permission, Person
from tests.cogs.conftest import Start
from tests.core.shelf import Shelf, item, named
from tests.core.stub import nobody

PAGE = 25
COUNT = 30


def key(number: int) -> str:
    return str(item(number)["id"])


@dataclass
class Office:
    """A bot with thirty deployments on offer, and who manages its server."""

    sandbox: DiscordSandbox
    shelf: Shelf
    offering: Offering
    bot: StationBot
    manager: Person

    @property
    def guild(self) -> int:
        return int(self.sandbox.guild.id)

    async def allowed(self) -> Allowed:
        return await self.offering.allowed(self.guild)

    async def panel(self, text: str, **options: str) -> str:
        """Asked for by the manager; the id of the message, once it says this."""
        shown = await self.manager.run("server deployments", options)
        assert shown.ephemeral
        await self.says(str(shown.message_id), text)
        return str(shown.message_id)

    async def says(self, message_id: str, text: str) -> dict[str, Any]:
        return await self.sandbox.wait(message_id, lambda message: text in said(message))

    async def left(self, component: dict[str, Any]) -> str:
        """A message that everybody sees, with this component; its id."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=int(self.sandbox.channel.id))
        body = {"content": "a panel", "components": [{"type": 1, "components": [component]}]}
        message: dict[str, Any] = await self.bot.http.request(route, json=body)
        await self.sandbox.wait_new(lambda item: item["id"] == message["id"])
        return str(message["id"])

    async def refused(self) -> str:
        """What somebody is told, only they."""
        message = await self.sandbox.wait_new(lambda item: "ref `" in said(item))
        assert message["flags"] & 64
        return said(message)


@asynccontextmanager
async def serving(catalog: Catalog, start: Start) -> AsyncIterator[tuple[StationBot, Offering]]:
    """A bot with this catalog, and a database of its own."""
    async with open_database("sqlite+aiosqlite:///:memory:") as database:
        await database.run(migrate)
        settings = KeptSettings(database)
        offering = Offering(catalog, settings)
        store = SimpleNamespace(settings=settings)
        yield await start(offering=offering, catalog=catalog, house=House(settings), store=store), offering


@pytest.fixture
def manager(discord_sandbox: DiscordSandbox) -> Person:
    return discord_sandbox.user("manager", MEMBER | Permission.MANAGE_GUILD)


@pytest.fixture
async def office(discord_sandbox: DiscordSandbox, start: Start, manager: Person) -> AsyncIterator[Office]:
    things = [named(number, f"thing {number:02}") for number in range(COUNT)]
    async with Shelf(things) as shelf, serving(shelf.catalog, start) as (bot, offering):
        yield Office(discord_sandbox, shelf, offering, bot, manager)


def said(message: dict[str, Any]) -> str:
    texts = [[embed.get("description", ""), embed.get("footer", {}).get("text", "")] for embed in message["embeds"]]
    return "\n".join(text for each in texts for text in each)


async def test_a_pick_sets_what_of_its_page_may_be_run(office: Office) -> None:
    panel = await office.panel("**Everything on offer may be run here**, 30 deployments")

    await office.manager.select(panel, "st:allow:", [key(1), key(2)])

    await office.says(panel, "**7 of 30 deployments** may be run here: **thing 01**, **thing 02**, **thing 25**")
    assert (await office.allowed()).ids == frozenset(key(number) for number in (1, 2, *range(PAGE, COUNT)))


async def test_nothing_picked_on_each_page_allows_nothing_and_one_press_allows_all_again(office: Office) -> None:
    panel = await office.panel("First menu: page 1 of 2")
    await office.manager.select(panel, "st:allow:", [])
    await office.says(panel, "**5 of 30 deployments**")
    await office.manager.click(panel, "Next")
    await office.says(panel, "First menu: page 2 of 2")

    await office.manager.select(panel, "st:allow:", [])

    await office.says(panel, "**Nothing may be run here until")
    await office.manager.click(panel, "Allow all")
    await office.says(panel, "**Everything on offer may be run here**")
    assert await office.allowed() == Allowed()


async def test_from_none_one_is_picked_with_two_presses(office: Office) -> None:
    panel = await office.panel("**Everything on offer may be run here**")
    await office.offering.change(office.guild, default=key(2))

    await office.manager.click(panel, "Start from none")
    await office.says(panel, "⛔ **Nothing may be run here until you pick something.**")
    nothing = await office.allowed()
    await office.manager.select(panel, "st:allow:", [key(2)])
    await office.says(panel, "**1 of 30 deployments** may be run here: **thing 02**")

    assert (nothing, await office.allowed()) == (Allowed(frozenset()), Allowed(frozenset({key(2)}), key(2)))


async def test_what_is_searched_for_is_all_that_a_pick_changes_and_the_panel_keeps_to_it(office: Office) -> None:
    panel = await office.panel("only what is found by `thing 2`", search="thing 2")
    shown = await office.says(panel, "only what is found by")
    found = [option["value"] for option in shown["components"][0]["components"][0]["options"]]

    await office.manager.select(panel, "st:allow:", found[:1])
    await office.says(panel, f"**{COUNT + 1 - len(found)} of 30 deployments** may be run here")
    still = await office.says(panel, "only what is found by `thing 2`")
    await office.manager.click(panel, "Show all")
    await office.says(panel, "Pick in the first menu what may be run here")

    assert 1 < len(found) < COUNT
    assert len(still["components"][0]["components"][0]["options"]) == len(found)
    assert (await office.allowed()).ids == frozenset(key(number) for number in range(COUNT)) - set(found[1:])


async def test_a_pick_is_of_what_the_person_saw_though_the_list_has_changed(office: Office) -> None:
    panel = await office.panel("First menu: page 1 of 2")
    office.shelf._items.insert(0, named(99, "a new one"))  # noqa: SLF001 -- its list is given once
    office.shelf.catalog.invalidate()

    await office.manager.select(panel, "st:allow:", [key(0)])

    await office.says(panel, "of 31 deployments")
    assert (await office.allowed()).ids == frozenset(key(number) for number in (0, 99, *range(PAGE, COUNT)))


async def test_the_default_is_set_and_taken_back_by_the_second_menu(office: Office) -> None:
    panel = await office.panel("**No default**")

    await office.manager.select(panel, "st:default:", [key(3)])
    await office.says(panel, "**Default: thing 03**")
    first = await office.allowed()
    await office.manager.select(panel, "st:default:", ["none"])
    await office.says(panel, "**No default**")

    assert (first, await office.allowed()) == (Allowed(None, key(3)), Allowed())


async def test_the_default_is_set_by_the_command_too_among_what_is_allowed(office: Office) -> None:
    await office.offering.change(office.guild, [key(1), key(2)])
    await office.panel("**2 of 30 deployments**")
    choices = await office.manager.autocomplete("server deployments", "default", "thing")

    await office.panel("**Default: thing 02**", default=choices[1]["value"])

    assert [choice["value"] for choice in choices] == [key(1), key(2)]
    assert (await office.allowed()).default == key(2)


async def test_what_is_not_allowed_becomes_no_default(office: Office) -> None:
    panel = await office.panel("**No default**")
    await office.offering.change(office.guild, [key(1)])

    await office.manager.select(panel, "st:default:", [key(3)])
    await office.refused()
    await office.manager.run("server deployments", {"default": "thing 03"})
    await office.refused()

    assert await office.allowed() == Allowed(frozenset({key(1)}), None)


@pytest.mark.parametrize("verb", ["allow", "default", "allowall", "allownone", "allowpage"])
async def test_who_does_not_manage_the_server_is_refused_at_each_press(office: Office, verb: str) -> None:
    stranger = office.sandbox.user("stranger")
    what = "0-0-1" if verb == "allowpage" else "0-0"
    if verb in {"allow", "default"}:
        menu = {"type": 3, "custom_id": f"st:{verb}:{what}", "options": [{"label": "x", "value": key(1)}]}
        await stranger.select(await office.left(menu), f"st:{verb}", [key(1)])
    else:
        button = {"type": 2, "style": 2, "label": "Press", "custom_id": f"st:{verb}:{what}"}
        await stranger.click(await office.left(button), "Press")

    assert "Only people who may manage this server can do that" in await office.refused()
    assert await office.allowed() == Allowed()


async def test_what_is_set_is_shown_with_the_other_settings_of_the_server(office: Office) -> None:
    await office.panel("**No default**")
    await office.offering.change(office.guild, [key(1)], key(1))

    shown = await office.manager.run("server show")

    message = await office.says(str(shown.message_id), "Pings: on")
    assert "**1 of 30 deployments** may be run here: **thing 01**" in said(message)
    assert "**Default: thing 01**" in said(message)


async def test_while_nothing_can_be_read_the_panel_says_so_and_what_is_set_is_still_shown(
    discord_sandbox: DiscordSandbox, start: Start, manager: Person, quick_retries: None
) -> None:
    async with (
        nobody() as stub,
        ComfyDeploy.connect(stub.url, "key") as api,
        aclosing(Catalog(api)) as catalog,
        serving(catalog, start) as (_, offering),
    ):
        await offering.change(int(discord_sandbox.guild.id), [key(1), key(2)])

        await manager.run("server deployments")
        refused = await discord_sandbox.wait_new(lambda item: "ref `" in said(item))
        shown = await manager.run("server show")
        message = await discord_sandbox.wait(str(shown.message_id), lambda item: "Pings: on" in said(item))

    assert "ComfyUI Deploy does not answer at the moment" in said(refused)
    assert "**2 deployments** may be run here" in said(message)
