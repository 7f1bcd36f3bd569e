"""`/settings` and `/server`: what people and servers set, through a restart of the bot."""

from stationthis_discord.sandbox.discord import MEMBER, Permission, Person
from tests.e2e.conftest import World
from tests.e2e.office import told


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
