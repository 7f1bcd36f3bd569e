"""What the tests of lists and of operators share: another start of the bot, and who operates it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from stationthis_discord.sandbox.discord import Person, Shown
from stationthis_discord.sandbox.discord.people import Member
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission
from tests.e2e.conftest import World, a_world, said

ADMIN: Final = MEMBER | Permission.ADMINISTRATOR


async def restart(world: World, **settings: str) -> None:
    """A new process with an empty disk, and these settings."""
    await world.stop()
    world.wipe()
    world.settings |= settings
    await world.start()


async def forget(world: World) -> None:
    """From now on lists are kept for no time, so that each look reads them anew."""
    await restart(world, STATIONTHIS_CACHE_TTL="0", STATIONTHIS_MACHINES_TTL="0")


@asynccontextmanager
async def an_office(folder: Path, **settings: str) -> AsyncIterator[tuple[World, Person]]:
    """A world whose first server is the admin server, and the owner of the application, who is in it.

    At the end neither Discord nor the log may have anything to complain of.
    """
    async with a_world(folder) as world:
        owner = await moved_in(world, **settings)
        yield world, owner
        assert world.discord.violations == []
        assert world.discord.too_many == []
    text = world.log.read_text()
    assert "Traceback" not in text
    assert world.api.key not in text


async def moved_in(world: World, **settings: str) -> Person:
    """The owner of the application, in the admin server of a bot that is started now."""
    guild = world.discord.guild
    guild.members[guild.owner.id] = Member(guild.owner, 0.0, ADMIN)
    driver = world.artist._world  # noqa: SLF001 -- the sandbox has no driver for the owner
    world.settings |= {"STATIONTHIS_ADMIN_GUILD_ID": guild.id} | settings
    await world.start()
    return Person(driver, guild.owner, world.discord.channel)


async def told(world: World, shown: Shown, text: str) -> str:
    """All that a private answer says, once it says this."""
    assert shown.ephemeral
    return said(await world.until(str(shown.message_id), text))


async def refusal(world: World) -> str:
    """What somebody is told, only they, instead of an answer."""
    message = await world.new(lambda item: "ref `" in said(item))
    assert message["flags"] & 64
    return said(message)


async def do(world: World, who: Person, command: str, text: str, **options: Any) -> str:  # noqa: ANN401 -- any option
    """`/operator …` with these options, once its answer says this; files are pairs of name and bytes."""
    files = {name: value for name, value in options.items() if isinstance(value, tuple)}
    plain = {name: value for name, value in options.items() if name not in files}
    return await told(world, await who.run(f"operator {command}", plain, files or None), text)
