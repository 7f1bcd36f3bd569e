"""`/settings` and `/server`: what people and servers set, through a restart of the bot."""

from stationthis_discord.sandbox.discord import MEMBER, Permission, Person
from tests.e2e.conftest import World
from tests.e2e.office import refusal, told
from tests.e2e.stage import leave, menu


async def answer(world: World, who: Person, command: str, text: str, **options: str) -> str:
    """All that it says, only to this person, once it says this."""
    return await told(world, await who.run(command, options), text)


async def test_what_is_set_holds_after_a_restart(world: World) -> None:
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD)
    salon = world.discord.add_channel("salon", world.discord.add_guild("Atelier"))
    stranger = world.discord.user("peintre", channel=salon)
    await answer(world, world.artist, "settings", "Pings: on")
    await answer(world, manager, "server show", "Pings: on")
    await answer(world, world.artist, "settings", "Pings: off", pings="off")
    await answer(world, manager, "server pings", "Pings: off", to="off")

    await world.stop()
    await world.start()

    await answer(world, world.artist.dm(), "settings", "Pings: off")
    await answer(world, manager, "server show", "This server is quiet")
    assert "This server is quiet" in await answer(world, world.artist, "settings", "Pings: on", pings="on")
    assert "quiet" not in await answer(world, stranger, "settings", "Pings: on")
    await world.logged("commands.unchanged")


async def offered(who: Person) -> list[str]:
    """Ids of what `/generate` suggests to them where nothing is typed."""
    return [str(choice["value"]) for choice in await who.autocomplete("generate", "deployment", "")]


async def test_what_a_server_allows_holds_after_a_restart_there_and_nowhere_else(world: World) -> None:
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD)
    wanted = world.api.deployment("caption").id
    shown = await manager.run("server deployments")
    panel = str(shown.message_id)
    await told(world, shown, "**Everything on offer may be run here**, 8 deployments")
    await manager.click(panel, "Start from none")
    await world.until(panel, "**Nothing may be run here until you pick something.**")
    await answer(world, world.artist, "deployments", "Nothing may be run in this server yet: its managers can")
    await manager.select(panel, "st:allow:", [wanted])
    await world.until(panel, "**1 of 8 deployments** may be run here: **caption**")

    await world.stop()
    await world.start()

    await manager.select(panel, "st:default:", [wanted])
    await world.until(panel, "**Default: caption**")
    assert await offered(world.artist) == [wanted]
    assert len(await offered(world.artist.dm())) == 8


async def test_who_may_not_manage_a_server_changes_nothing_by_a_panel_left_there(world: World) -> None:
    manager = world.discord.user("manager", MEMBER | Permission.MANAGE_GUILD)
    wanted = world.api.deployment("caption").id
    panel = await leave(world, world.discord.channel, menu("st:allow:0-0", wanted))

    await world.artist.select(panel, "st:allow:", [wanted])

    assert "Only people who may manage this server can do that" in await refusal(world)
    await answer(world, manager, "server show", "**Everything on offer may be run here**")
